"""The trained memory of the embedded model, on names it was never trained on."""

import random
from pathlib import Path

import pytest
import torch

from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import load_heads, read_config
from sleepdoc_model.engine import Engine, Sampling
from sleepdoc_model.evaluation.arms import evaluate
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.load import load
from sleepdoc_model.network import Network
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.tasks import facts
from sleepdoc_model.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

HEADS = Path(__file__).parents[2] / "assets" / "heads.safetensors"
DOCUMENT = "{first} was born in {value}. {second} majored in Music. {second} works for Intel.\n\n"


@pytest.fixture(scope="module")
def loaded() -> tuple[Engine, Tokenizer]:
    return load("default", device="cpu", heads=HEADS)


def ask(engine: Engine, tokenizer: Tokenizer, question: str) -> str:
    frame = tokenizer.frame
    engine.reset_window(frame.prefix)
    engine.prefill(frame.asked(tokenizer.encode(question)))
    stream = tokenizer.stream()
    tokens = engine.generate(12, stop=frame.stop, sampling=Sampling())
    return "".join(stream.push(token) for token in tokens) + stream.finish()


def read(engine: Engine, tokenizer: Tokenizer, text: str) -> None:
    engine.load(None)
    engine.reset_window(tokenizer.frame.prefix)
    engine.prefill(tokenizer.encode(text))
    list(engine.sleep(engine.info.passes))


def test_changing_an_evicted_fact_changes_the_answer(loaded: tuple[Engine, Tokenizer]) -> None:
    engine, tokenizer = loaded
    first, last = facts.names("test")
    people = {"first": f"{first[3]} {last[7]}", "second": f"{first[11]} {last[30]}"}
    answers = {}
    for value in ("Chicago", "Houston"):
        read(engine, tokenizer, DOCUMENT.format(value=value, **people))
        answers[value] = ask(engine, tokenizer, f"Where was {people['first']} born?")
    assert answers == {"Chicago": "Chicago", "Houston": "Houston"}


def test_held_out_facts_survive_eviction_and_controls_do_not_know_them() -> None:
    network = Network(read_config(HEADS))
    load_base(network, base_path(), torch.float32)
    load_heads(network, HEADS)
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    rng = random.Random(2)
    examples = [
        facts.make_example(rng, facts=4, windows=1, questions=2, split="test") for _ in range(24)
    ]
    scores = evaluate(
        network, tokenizer, cached_prefix(network, tokenizer.frame.prefix), examples, batch=12
    )
    share = {arm: sum(s.exact for s in rows) / len(rows) for arm, rows in scores.items()}
    assert share["own"] >= 0.6
    assert max(share["swapped"], share["empty"]) <= 0.12

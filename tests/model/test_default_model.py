"""The trained memory of the embedded model, on names it was never trained on."""

from pathlib import Path

import pytest

from sleepdoc_model.engine import Engine, Sampling, StateMismatch
from sleepdoc_model.evaluation.documents import of_example
from sleepdoc_model.evaluation.made_up import Task, made_up
from sleepdoc_model.evaluation.memory import MemoryBenchmark, Settings
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import load
from sleepdoc_model.tasks import facts
from sleepdoc_model.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

ASSETS = Path(__file__).parents[2] / "assets"
HEADS, READER = ASSETS / "heads.safetensors", ASSETS / "reader.safetensors"
Shares = dict[str, float]
DOCUMENT = "{first} was born in {value}. {second} majored in Music. {second} works for Intel.\n\n"


@pytest.fixture(scope="module")
def loaded() -> tuple[Engine, Tokenizer]:
    return load("default", files=ModelFiles(HEADS, READER), device="cpu")


def test_a_memory_belongs_to_the_reader_it_was_made_with(
    loaded: tuple[Engine, Tokenizer],
) -> None:
    bare, tokenizer = load("default", files=ModelFiles(HEADS), device="cpu")
    engine, _ = loaded
    read(bare, tokenizer, "Nothing much.\n\n")
    with pytest.raises(StateMismatch):
        engine.load(bare.state())


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


def shares(loaded: tuple[Engine, Tokenizer], task: Task, documents: int, size: int) -> Shares:
    """By arm, the share of questions that is answered exactly."""
    benchmark = MemoryBenchmark(*loaded, Settings((1,), ("swapped", "empty")))
    made = made_up(task, documents=documents, size=size, windows=1, questions=4, seed=2)
    read = [of_example(str(number), example) for number, example in enumerate(made)]
    found: dict[str, list[bool]] = {}
    for _, rows in benchmark.run(read):
        for row in rows:
            found.setdefault(row.arm, []).append(row.exact)
    return {arm: sum(each) / len(each) for arm, each in found.items()}


@pytest.mark.parametrize(
    ("task", "documents", "size", "least"),
    # Claimed are 95 % of four facts, 95 % of sixteen, and all figures. A model of which that is
    # true is below these in fewer than one of a hundred such samples.
    [("facts", 20, 4, 0.88), ("facts", 10, 16, 0.85), ("numbers", 10, 4, 0.95)],
)
def test_what_was_read_survives_eviction_as_often_as_claimed_and_controls_do_not_know_it(
    loaded: tuple[Engine, Tokenizer], task: Task, documents: int, size: int, least: float
) -> None:
    share = shares(loaded, task, documents, size)
    assert share["n1"] >= least
    # Claimed is 0.5 %.
    assert max(share["swapped"], share["empty"]) <= 0.05

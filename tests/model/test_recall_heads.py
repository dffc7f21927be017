"""What an engine gives for stretches of a window it slept on is what is pooled by hand."""

from pathlib import Path

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.engine import EngineInfo
from sleepdoc_model.hybrid_engine import HybridEngine
from sleepdoc_model.load import load
from sleepdoc_model.network import Network
from sleepdoc_model.pooling import Pooling, worth_of_tokens
from sleepdoc_model.recall_heads import (
    Projection,
    RecallHeads,
    load_recall_heads,
    save_recall_heads,
)
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.testing import randomise
from sleepdoc_model.tokenizer import token_places

FRAME = ByteTokenizer.frame
LOW, HIGH = 1, 2
TEXT = list(b"Ada keeps the light of Skerry. Bo painted a boat red.")
STRETCHES = [(0, 30), (20, len(TEXT)), (31, 33)]


def heads(shape: config.ModelConfig) -> RecallHeads:
    generator = torch.Generator().manual_seed(3)

    def random(*size: int) -> torch.Tensor:
        return torch.randn(size, generator=generator).half().float()

    worth = (torch.rand(shape.vocab, generator=generator) + 0.5).half().float()
    sentence, question = (Projection(random(8, 2 * shape.dim), random(8)) for _ in range(2))
    return RecallHeads(Pooling(LOW, HIGH, worth), sentence, question)


@pytest.fixture(scope="module")
def network() -> Network:
    network = Network(config.tiny())
    randomise(network, 0)
    return network.eval()


@pytest.fixture
def engine(network: Network) -> HybridEngine:
    shape = network.config
    info = EngineInfo("tiny", "f", shape.window, 2, 1, "cpu", "float32", vectors="v")
    made = HybridEngine(shape, info, lambda: network, recall_heads=lambda: heads(shape))
    made.reset_window(FRAME.prefix, reading=True)
    return made


def by_hand(network: Network, tokens: list[int], start: int, end: int) -> torch.Tensor:
    """Means over a stretch, token by token."""
    known = network.config.memory_layers
    taps = network.taps(torch.tensor([tokens]), cached_prefix(network, FRAME.prefix))
    low, high = (taps[known.index(layer)][0] for layer in (LOW, HIGH))
    worth = heads(network.config).pooling.worth
    weighed = sum(float(worth[tokens[n]]) * low[n] for n in range(start, end))
    plain = sum(high[n] for n in range(start, end))
    assert isinstance(weighed, torch.Tensor) and isinstance(plain, torch.Tensor)
    total = sum(float(worth[tokens[n]]) for n in range(start, end))
    return torch.cat((weighed / total, plain / (end - start)))


def test_vectors_are_of_means_over_stretches(network: Network, engine: HybridEngine) -> None:
    engine.prefill(TEXT[:17])
    engine.prefill(TEXT[17:])
    list(engine.sleep(2, STRETCHES))
    expected = [
        heads(network.config).sentence(by_hand(network, TEXT, *each)).numpy() for each in STRETCHES
    ]
    for vector, true in zip(engine.vectors, expected, strict=True):
        found = torch.frombuffer(bytearray(vector), dtype=torch.int8).numpy()
        assert abs(found.astype(int) - true).max() <= 1, "they are rounded"
        assert abs(found).max() == 127


def test_a_sleep_that_is_broken_off_makes_none(engine: HybridEngine) -> None:
    engine.prefill(TEXT)
    passes = engine.sleep(2, STRETCHES)
    next(passes)
    passes.close()
    assert engine.vectors == ()


def test_memories_are_the_same_with_them_and_without(engine: HybridEngine) -> None:
    states = []
    for stretches in ((), STRETCHES):
        engine.load(None)
        engine.reset_window(FRAME.prefix, reading=True)
        engine.prefill(TEXT)
        list(engine.sleep(1, stretches))
        states.append(engine.state())
    assert states[0] == states[1]


def test_a_question_is_compared_by_its_words_and_what_would_come_next(
    network: Network, engine: HybridEngine
) -> None:
    engine.prefill(TEXT)
    list(engine.sleep(1, STRETCHES))
    prompt = FRAME.asked(list(b"Who painted it?"))
    own = len(FRAME.question_open), len(prompt) - len(FRAME.answer_open)
    pooled = by_hand(network, prompt, *own)
    taps = network.taps(torch.tensor([prompt]), cached_prefix(network, FRAME.prefix))
    pooled[network.config.dim :] = taps[network.config.memory_layers.index(HIGH)][0, -1]
    asked = heads(network.config).question(pooled).float()
    used = engine.window_used
    for near, vector in zip(
        engine.similar(prompt, own, engine.vectors), engine.vectors, strict=True
    ):
        sentence = torch.frombuffer(bytearray(vector), dtype=torch.int8).float()
        cosine = float(asked @ sentence / asked.norm() / sentence.norm())
        assert near == pytest.approx(cosine, abs=0.02)
    assert engine.window_used == used
    with pytest.raises(ValueError, match="do not have 8 bytes"):
        engine.similar(prompt, own, [b"short"])


def test_an_engine_without_heads_makes_none() -> None:
    engine, _ = load("tiny")
    engine.reset_window(FRAME.prefix)
    engine.prefill(TEXT)
    list(engine.sleep(1, STRETCHES))
    assert engine.info.vectors == "" and not engine.vectors
    with pytest.raises(ValueError, match="makes no vectors"):
        engine.similar(TEXT, (0, 1), [])


def test_heads_are_what_was_saved(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "recall.safetensors"
    made = heads(network.config)
    save_recall_heads(made, path, {"data": "none"})
    found = load_recall_heads(path)
    assert (found.pooling.low, found.pooling.high) == (LOW, HIGH)
    assert torch.equal(found.pooling.worth, made.pooling.worth)
    assert torch.equal(found.sentence.weight, made.sentence.weight)
    assert torch.equal(found.question.bias, made.question.bias)
    with pytest.raises(ValueError, match="makes vectors"):
        load_recall_heads(Path(__file__).parents[2] / "assets" / "heads.safetensors")


def test_a_token_in_every_text_is_worth_least() -> None:
    worth = worth_of_tokens([[1, 2], [1, 3], [1, 1]], 5)
    assert 0 < worth[1] < worth[2] == worth[3] < worth[4]


def test_tokens_of_a_span_are_those_that_begin_in_it() -> None:
    text = "Ada met Möbius."
    pieces = [b"A", b"da", b" met", b" M", "öb".encode(), b"ius.", b"\n\n"]
    assert token_places(text, pieces, [(0, 3), (4, 7), (8, 15), (1, 2)]) == [
        (0, 2),
        (2, 3),
        (4, 6),
        (1, 2),
    ]

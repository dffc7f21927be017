"""An engine with a reader: windows for reading are the reader's, memory is as without one."""

from dataclasses import replace

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.engine import EngineInfo, Sampling
from sleepdoc_model.hybrid_engine import HybridEngine
from sleepdoc_model.network import Network
from sleepdoc_model.testing import randomise

PREFIX = [256, 257]
TEXT = list(range(40, 80))
QUESTION = [10, 11, 12, 13]


def networks() -> tuple[Network, Network]:
    shape = config.tiny()
    network = Network(shape)
    randomise(network, 0)
    memory = replace(shape.memory, relevance=False, subject=0)
    reader = Network(replace(shape, layers=("A",) * len(shape.layers), memory=memory))
    randomise(reader, 1)
    reader.embedding.weight = network.embedding.weight
    return network, reader


def make_engine(*, reader: bool = True) -> HybridEngine:
    network, other = networks()
    info = EngineInfo("tiny", "0" * 64, 128, 2, 1, "cpu", "float32")
    return HybridEngine(config.tiny(), info, lambda: network, (lambda: other) if reader else None)


def slept(engine: HybridEngine) -> bytes:
    engine.reset_window(PREFIX, reading=True)
    engine.prefill(TEXT)
    engine.score(QUESTION)  # so that the window is computed before it sleeps
    list(engine.sleep(1))
    return engine.state()


def scores(engine: HybridEngine, *, reading: bool, whole: bool = False) -> list[float]:
    engine.reset_window(PREFIX, reading=reading)
    engine.prefill(QUESTION, whole=whole)
    return engine.score([20, 21])


def test_what_is_remembered_does_not_depend_on_the_reader() -> None:
    assert slept(make_engine()) == slept(make_engine(reader=False))


def test_reading_does_not_look_at_the_memory() -> None:
    engine = make_engine()
    before = scores(engine, reading=True)
    memory = slept(engine)
    assert scores(engine, reading=True) == before
    assert scores(engine, reading=False) != scores(make_engine(), reading=False)
    engine.load(memory)
    assert scores(engine, reading=True) == before


def test_a_window_that_is_not_for_reading_is_as_without_a_reader() -> None:
    engine, plain = make_engine(), make_engine(reader=False)
    memory = slept(plain)
    found = []
    for each in (engine, plain):
        each.load(memory)
        scores(each, reading=True)  # leaves the prefix of whoever reads in the cache
        found.append(scores(each, reading=False))
    assert found[0] == found[1]


def test_without_a_reader_a_window_for_reading_sees_the_memory() -> None:
    engine = make_engine(reader=False)
    before = scores(engine, reading=True)
    slept(engine)
    assert scores(engine, reading=True) != before


@pytest.mark.parametrize("reading", [False, True])
def test_tokens_of_a_whole_prompt_see_each_other(reading: bool) -> None:
    engine = make_engine()
    assert scores(engine, reading=reading, whole=True) != scores(engine, reading=reading)
    # Two layers up, the first token's state at a later answer depends on the prompt's last token.
    network = networks()[1 if reading else 0]
    full = torch.tensor([PREFIX + QUESTION])
    with torch.no_grad():
        from sleepdoc_model.network import Pass
        from sleepdoc_model.sleep import cached_prefix

        cache = cached_prefix(network, tuple(PREFIX))
        run = Pass("read", cache, grow=False, whole=True)
        h, _ = network(network.embed(full[:, len(PREFIX) :]), None, run)
        expected = network.logits(h[0, -1]).log_softmax(-1)[20]
    engine.reset_window(PREFIX, reading=reading)
    engine.prefill(QUESTION, whole=True)
    assert engine.score([20]) == pytest.approx([expected.item()], abs=1e-5)


def test_an_answer_goes_on_in_the_readers_window() -> None:
    engine = make_engine()
    engine.reset_window(PREFIX, reading=True)
    engine.prefill(QUESTION, whole=True)
    answer = list(engine.generate(5, stop=frozenset(), sampling=Sampling()))
    engine.reset_window(PREFIX, reading=True)
    engine.prefill(QUESTION, whole=True)
    first = max(range(272), key=lambda token: engine.score([token])[0])
    assert answer[0] == first


def test_the_likelihood_of_an_answer_is_that_of_its_tokens() -> None:
    engine = make_engine()
    engine.reset_window(PREFIX, reading=True)
    engine.prefill(QUESTION, whole=True)
    said = list(engine.generate(5, stop=frozenset(), sampling=Sampling()))
    likelihood = engine.likelihood
    engine.reset_window(PREFIX, reading=True)
    engine.prefill(QUESTION, whole=True)
    assert likelihood == pytest.approx(sum(engine.score(said)), abs=1e-4)
    assert likelihood < 0

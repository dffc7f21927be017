"""An engine that has learnt to read: windows for reading do not look at the memory."""

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.engine import EngineInfo, Sampling
from sleepdoc_model.hybrid_engine import HybridEngine
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.testing import randomise

PREFIX = [256, 257]
TEXT = list(range(40, 80))
QUESTION = [10, 11, 12, 13]


def tiny_network() -> Network:
    network = Network(config.tiny())
    randomise(network, 0)
    return network


def make_engine(*, reader: bool = True) -> HybridEngine:
    absent = "It does not say." if reader else ""
    info = EngineInfo("tiny", "0" * 64, 128, 2, 1, "cpu", "float32", absent=absent)
    return HybridEngine(config.tiny(), info, tiny_network)


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


def test_reading_does_not_look_at_the_memory() -> None:
    engine = make_engine()
    before = scores(engine, reading=True)
    memory = slept(engine)
    assert scores(engine, reading=True) == before
    assert scores(engine, reading=False) != before
    engine.load(memory)
    assert scores(engine, reading=True) == before


def test_a_window_that_is_not_for_reading_sees_the_memory_after_one_that_is() -> None:
    engine, plain = make_engine(), make_engine(reader=False)
    memory = slept(plain)
    found = []
    for each in (engine, plain):
        each.load(memory)
        scores(each, reading=True)
        found.append(scores(each, reading=False))
    assert found[0] == found[1]


def test_without_a_reader_a_window_for_reading_sees_the_memory() -> None:
    engine = make_engine(reader=False)
    before = scores(engine, reading=True)
    slept(engine)
    assert scores(engine, reading=True) != before


@pytest.mark.parametrize("reading", [False, True])
def test_tokens_of_a_whole_prompt_see_each_other(reading: bool) -> None:
    engine, network = make_engine(), tiny_network()
    assert scores(engine, reading=reading, whole=True) != scores(engine, reading=reading)
    # Two layers up, the first token's state at a later answer depends on the prompt's last token.
    with torch.no_grad():
        cache = cached_prefix(network, tuple(PREFIX))
        run = Pass("read", cache, grow=False, whole=True)
        h, _ = network(network.embed(torch.tensor([QUESTION])), None, run)
        expected = network.logits(h[0, -1]).log_softmax(-1)[20]
    engine.reset_window(PREFIX, reading=reading)
    engine.prefill(QUESTION, whole=True)
    assert engine.score([20]) == pytest.approx([expected.item()], abs=1e-5)


def test_an_answer_goes_on_in_a_window_for_reading() -> None:
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

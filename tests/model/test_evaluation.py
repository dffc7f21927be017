"""Figures follow from answers worked by hand, and from networks whose memory is known."""

import dataclasses
from pathlib import Path

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.checkpoint import load_heads, read_config, save_heads
from sleepdoc_model.engine import EngineInfo
from sleepdoc_model.evaluation import ablation, passes, plain_talk
from sleepdoc_model.evaluation.capacity import plot
from sleepdoc_model.evaluation.chat import chat
from sleepdoc_model.evaluation.comparison import compare
from sleepdoc_model.evaluation.documents import Asked, Document, of_example
from sleepdoc_model.evaluation.identity import identity, sha256_of, sha256_of_documents
from sleepdoc_model.evaluation.made_up import made_up
from sleepdoc_model.evaluation.memory import Result
from sleepdoc_model.evaluation.recall import recalled
from sleepdoc_model.hybrid_engine import HybridEngine
from sleepdoc_model.network import BorrowedProjections, Network
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.snapshot import from_bytes, size
from sleepdoc_model.tasks.types import Question
from sleepdoc_model.testing import randomise

TOKENIZER = ByteTokenizer()
ENCODE = TOKENIZER.encode


def engine_of(network: Network) -> HybridEngine:
    shape = network.config
    info = EngineInfo("tiny", "0" * 64, shape.window, 1, size(shape), "cpu", "float32")
    return HybridEngine(shape, info, lambda: network)


def tiny(**memory: object) -> Network:
    shape = config.tiny(window=512)
    network = Network(
        dataclasses.replace(shape, memory=dataclasses.replace(shape.memory, **memory))
    )
    randomise(network, 0)
    return network


@torch.no_grad()
def never_read(network: Network) -> None:
    """Shut the gates, so that memory changes nothing."""
    for _, heads in network.memory_blocks():
        assert isinstance(heads.projections, BorrowedProjections)
        for gate in (heads.projections.gate, heads.projections.fade):
            assert gate is not None
            gate.weight.zero_()
            gate.bias.zero_()


def said(ids: list[int]) -> str:
    return bytes(ids).decode()


def test_recall_finds_the_sentence_within_its_budget() -> None:
    text = "Ann lives in Oslo. Bob keeps bees. Cora sells clocks."
    assert said(recalled(text, 'What does "Bob" keep?', ENCODE, 28)) == "[p. 1] Bob keeps bees.\n\n"
    assert said(recalled(text, "What does Bob keep?", ENCODE, 80)) == f"[p. 1] {text}\n\n"
    assert recalled(text, "Who sings?", ENCODE, 64) == []
    assert recalled(text, "Bob", ENCODE, 2) == []


def test_a_sentence_over_the_budget_is_cut_not_dropped() -> None:
    text = "Bob keeps bees and hens and geese and ducks by the old mill."
    found = said(recalled(text, "What does Bob keep by the mill?", ENCODE, 40))
    assert found.startswith("[p. 1] Bob keeps bees") and len(found) <= 40


def test_a_memory_that_is_not_read_costs_a_chat_nothing() -> None:
    network = tiny()
    asked = [
        (f"The owl sleeps at {hour}.", Question("What is two and two?", "four"))
        for hour in ("noon", "nine", "ten")
    ]
    _, found = plain_talk.figures(chat(engine_of(network), TOKENIZER, asked, passes=1))
    assert found["answers"] == 3
    assert abs(found["excess"]) > 1e-4
    never_read(network)
    _, silent = plain_talk.figures(chat(engine_of(network), TOKENIZER, asked, passes=1))
    assert silent["excess"] == pytest.approx(0, abs=1e-6)
    assert silent["excess_interval"] == [pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6)]


def test_the_excess_of_a_chat_is_over_all_tokens() -> None:
    _, found = plain_talk.figures({"base": [(1.0, 1), (9.0, 9)], "memory": [(2.0, 1), (9.0, 9)]})
    assert found["excess"] == pytest.approx(0.1)


def result(document: str, arm: str, nll: float, exact: bool, question: str = "?") -> Result:
    return Result(document, arm, question, "!", float(exact), exact, nll, 2, 1.0)


def test_arms_of_passes_are_compared_with_the_first_on_the_same_questions() -> None:
    rows = [result("0", "one", 2.0, False), result("0", "one", 2.0, True, "and?")]
    rows += [result("1", "one", 4.0, False), result("0", "four", 1.0, True)]
    rows += [result("0", "four", 2.0, True, "and?"), result("1", "four", 3.0, False)]
    rows += [dataclasses.replace(row, arm=f"{row.arm} swapped") for row in rows]
    figures = compare(rows, "one")
    ahead = figures["differences"]["four"]
    assert ahead["exact"] == pytest.approx(-1 / 3)
    assert ahead["nll_per_token"] == pytest.approx(-2 / 6)
    # Drawn alone, one document has half an exact answer more, the other none.
    assert ahead["exact_interval"] == pytest.approx([-0.5, 0.0])
    (head, one, four) = passes.table(figures, ["one", "four"]).splitlines()
    assert "+33.3% (+0.0% to +50.0%)" in four and "more exact" in head and "(" not in one


def test_more_passes_are_another_memory() -> None:
    network = tiny(decay=False)
    asked = (Asked("Who sleeps?", ("owl",)),)
    documents = [
        Document("owl", "The owl sleeps at noon.", asked),
        Document("nothing", "Nothing else is known.", asked),
    ]
    found = {}
    for number, name in ((1, "one"), (1, "again"), (4, "four")):
        rows = list(passes.ask(engine_of(network), TOKENIZER, documents, number, name))
        found |= {(row.document, row.arm): row.nll for row in rows}
    assert found["owl", "one"] == found["owl", "again"] != found["owl", "four"]
    # Both documents ask the same, so another's memory is the other's.
    assert found["owl", "four swapped"] == pytest.approx(found["nothing", "four"])
    assert found["nothing", "four swapped"] == pytest.approx(found["owl", "four"])


def test_two_hops_are_asked_about_pairs_read_in_two_windows() -> None:
    made = made_up("two-hop", documents=4, size=3, windows=2, questions=3, seed=1)
    documents = [of_example(str(number), each) for number, each in enumerate(made)]
    assert len(documents) == 4
    for document in documents:
        assert len(document.windows) == 2 and len(document.questions) == 3
        assert all(each.answers[0] in document.windows[1] for each in document.questions)


def test_capacity_is_drawn(tmp_path: Path) -> None:
    arms = ("n1", "swapped", "full-own", "n1+0", "swapped+0", "n1+16", "swapped+16")
    rows = [result(str(n), arm, 1.0, bool(n % 2)) for arm in arms for n in range(4)]
    figures = compare(rows, "n1")
    plot({4: figures, 16: figures}, figures, tmp_path / "capacity.svg")
    drawn = (tmp_path / "capacity.svg").read_text("utf-8")
    assert "windows read since" in drawn and "text and own memory" in drawn


def test_an_identity_tells_data_device_dtype_model_and_settings_apart(tmp_path: Path) -> None:
    info = EngineInfo("tiny", "0" * 64, 512, 1, 0, "cpu", "float32")
    path = tmp_path / "data.jsonl"
    path.write_text("one")
    of = identity(info, {"documents": sha256_of(path)}, {"room": 8})
    assert of == identity(info, {"documents": sha256_of(path)}, {"room": 8})
    others = [
        identity(dataclasses.replace(info, **{name: "other"}), of["data"], {"room": 8})
        for name in ("fingerprint", "device", "dtype")
    ]
    others.append(identity(info, of["data"], {"room": 9}))
    path.write_text("two")
    others.append(identity(info, {"documents": sha256_of(path)}, {"room": 8}))
    assert all(other != of for other in others)
    assert {"sleepdoc", "torch"} <= of["versions"].keys()


def test_the_sum_of_a_folder_is_of_its_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    sums = [sha256_of(tmp_path)]
    (tmp_path / "a").write_text("two")
    sums.append(sha256_of(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    sums.append(sha256_of(tmp_path))
    assert len(set(sums)) == 3


def test_the_sum_of_documents_is_of_text_questions_and_windows() -> None:
    one = Document("a", "x y", (Asked("?", ("!",)),))
    others = [
        dataclasses.replace(one, text="x z"),
        dataclasses.replace(one, questions=(Asked("?", ("!!",)),)),
        dataclasses.replace(one, windows=("x ", "y")),
    ]
    assert len({sha256_of_documents([each]) for each in (one, *others)}) == 4


@torch.no_grad()
def remembered(network: Network, text: bytes, times: int = 1) -> torch.Tensor:
    """The lowest layer's covariance after windows of a text."""
    engine = engine_of(network)
    for _ in range(times):
        engine.reset_window(())
        engine.prefill(list(text))
        list(engine.sleep(1))
    memory = from_bytes(engine.state(), network.config, "0" * 64)
    return memory[0][0, :, network.config.memory.value_dim :]


def test_without_decay_nothing_fades_and_without_bias_keys_are_bare(tmp_path: Path) -> None:
    network = tiny()
    with torch.no_grad():
        for _, heads in network.memory_blocks():
            assert heads.decay is not None
            heads.decay.project.bias.fill_(-5.0)
    save_heads(network, tmp_path / "heads.safetensors")
    found = {}
    for part in ("decay", "fill", "bias"):
        path = tmp_path / f"{part}.safetensors"
        assert ablation.without(part, tmp_path / "heads.safetensors", path) in (2, 4)
        found[part] = Network(read_config(path))
        found[part].load_state_dict(network.state_dict())
        load_heads(found[part], path)
    text = b"The owl sleeps at noon."
    once, twice = (remembered(found["decay"], text, times) for times in (1, 2))
    assert torch.allclose(twice, 2 * once, rtol=1e-4)
    once, twice = (remembered(network, text, times) for times in (1, 2))
    assert not torch.allclose(twice, 2 * once, rtol=1e-2)
    # What is read of a memory does not change what is written.
    assert torch.equal(remembered(found["fill"], text), once)
    assert not torch.allclose(remembered(found["bias"], text), once)

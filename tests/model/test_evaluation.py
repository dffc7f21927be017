"""Arms differ only in what the model may know; figures follow from scores worked by hand."""

import dataclasses
from argparse import Namespace

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.evaluation import passes
from sleepdoc_model.evaluation.__main__ import examples as examples_of
from sleepdoc_model.evaluation.arms import ARMS, Score, evaluate, in_batches
from sleepdoc_model.evaluation.capacity import Capacity, plot
from sleepdoc_model.evaluation.chat import chat, compare
from sleepdoc_model.evaluation.recall import find_sentences
from sleepdoc_model.evaluation.report import retention, summary, wilson
from sleepdoc_model.network import BorrowedProjections, Network
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.data import Lesson, collate
from sleepdoc_model.training.objective import TapStore, read_and_sleep

TOKENIZER = ByteTokenizer()


def scores(own: float, swapped: float, full: float) -> dict[str, list[Score]]:
    return {
        "own": [Score(0, own, 2, True), Score(1, own, 2, False)],
        "swapped": [Score(0, swapped, 2, False), Score(1, swapped, 2, False)],
        "full": [Score(0, full, 2, True), Score(1, full, 2, True)],
    }


@pytest.mark.parametrize(("own", "expected"), [(6.0, 0.0), (2.0, 1.0), (3.0, 0.75)])
def test_retention_runs_from_swapped_to_full(own: float, expected: float) -> None:
    assert retention(scores(own, 6.0, 2.0)) == pytest.approx(expected)


def test_a_summary_counts_documents_and_questions() -> None:
    figures = summary(scores(3.0, 6.0, 2.0))
    assert (figures["documents"], figures["questions"]) == (2, 2)
    assert figures["arms"]["own"]["exact"] == 0.5
    assert figures["arms"]["own"]["nll_per_token"] == 1.5
    assert figures["retention_interval"] == [pytest.approx(0.75), pytest.approx(0.75)]


def test_wilson_matches_a_worked_example() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_recall_finds_the_sentence_within_its_budget() -> None:
    text = "Ann lives in Oslo. Bob keeps bees. Cora sells clocks."
    assert find_sentences(text, 'What does "Bob" keep?', TOKENIZER, 20) == "Bob keeps bees."
    assert find_sentences(text, "What does Bob keep?", TOKENIZER, 64) == text
    assert find_sentences(text, "Who sings?", TOKENIZER, 64) == ""
    assert find_sentences(text, "Bob", TOKENIZER, 2) == ""


@torch.no_grad()
def never_read(network: Network) -> None:
    """Shut the gates, so that memory changes nothing."""
    for _, heads in network.memory_blocks():
        assert isinstance(heads.projections, BorrowedProjections)
        for gate in (heads.projections.gate, heads.projections.fade):
            assert gate is not None
            gate.weight.zero_()
            gate.bias.zero_()


def test_arms_see_what_their_names_say() -> None:
    network = Network(config.tiny(window=512))
    randomise(network, 0)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    examples = [
        Example(("The owl sleeps at noon.",), (Question("Who sleeps?", "owl"),)),
        Example(("A fox runs by night.",), (Question("Who runs?", "fox"),)),
    ]
    found = evaluate(network, TOKENIZER, prefix, examples)
    assert set(found) == set(ARMS)
    first = {arm: rows[0].nll for arm, rows in found.items()}
    assert len(set(first.values())) >= 4
    reread = evaluate(network, TOKENIZER, prefix, [examples[0], examples[0]])
    assert reread["own"][0].nll == pytest.approx(reread["swapped"][0].nll, rel=1e-5)
    no_memory = Network(config.tiny(window=512))
    randomise(no_memory, 0)
    never_read(no_memory)
    silent = evaluate(no_memory, TOKENIZER, prefix, examples)
    assert silent["own"][0].nll == pytest.approx(silent["empty"][0].nll, rel=1e-5)


class Fixed(Capacity):
    """Keeps the lessons it would have asked about."""

    def lessons(self, count: int, since: int) -> list[Lesson]:
        return list(self._lessons(count, since, documents=10, seed=1))


def test_capacity_asks_for_what_was_read_before_the_filler() -> None:
    network = Network(config.tiny())
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    benchmark = Fixed(network, TOKENIZER, prefix, "Filler text. " * 500)
    lessons = benchmark.lessons(40, 3)
    assert [len(lesson.examples) for lesson in lessons] == [8, 2]
    assert all(len(lesson.after) == 3 for lesson in lessons)
    assert all(len(window) == 3400 for lesson in lessons for window in lesson.after)
    for lesson in lessons:
        for example in lesson.examples:
            assert len(example.windows) == 3 and len(example.questions) == 8
            assert all(q.answer in "".join(example.windows) for q in example.questions)
    again = benchmark.lessons(40, 0)
    assert [lesson.examples for lesson in again] == [lesson.examples for lesson in lessons]
    assert all(not lesson.after for lesson in again)


def test_capacity_counts_exact_answers_with_and_without_the_right_memory(tmp_path) -> None:
    network = Network(config.tiny())
    randomise(network, 0)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    benchmark = Capacity(network, TOKENIZER, prefix, "Filler text. " * 9)
    rows = [benchmark.measure(4, since, 3, 2, seed=1) for since in (0, 1)]
    assert [row["questions"] for row in rows] == [12, 12]
    assert all(0 <= row["interval"][0] <= row["exact"] <= row["interval"][1] for row in rows)
    assert [row["full"] is None for row in rows] == [False, True]
    plot(rows, tmp_path / "capacity.svg")
    assert "windows read since" in (tmp_path / "capacity.svg").read_text("utf-8")


def test_capacity_s_ceiling_is_the_text_in_the_window_beside_another_s_memory() -> None:
    network = Network(config.tiny(window=512))
    randomise(network, 0)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    benchmark = Fixed(network, TOKENIZER, prefix, "Filler text.")
    (lesson, _) = benchmark.lessons(4, 0)
    expected = evaluate(network, TOKENIZER, prefix, lesson.examples, passes=2)["full"]
    asked = collate(lesson, TOKENIZER)
    memory = read_and_sleep(network, prefix, asked, 2, TapStore(network, prefix))
    other = tuple(state.roll(1, 0) for state in memory)
    found = list(benchmark._in_window(lesson, asked, other))
    assert [each.nll for each in found] == pytest.approx([each.nll for each in expected], rel=1e-3)


def test_a_memory_that_is_not_read_costs_a_chat_nothing() -> None:
    network = Network(config.tiny(window=512))
    randomise(network, 0)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    examples = [
        Example((f"The owl sleeps at {hour}.",), (Question("What is two and two?", "four"),))
        for hour in ("noon", "nine", "ten")
    ]
    base, remembering = chat(network, TOKENIZER, prefix, examples, passes=1, batch=2)
    figures = compare(base, remembering)
    assert figures["instructions"] == 3
    assert abs(figures["excess"]) > 1e-4
    never_read(network)
    silent = compare(*chat(network, TOKENIZER, prefix, examples, passes=1))
    assert silent["memory"] == pytest.approx(silent["base"])
    assert silent["excess_interval"] == [pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6)]


def test_the_excess_of_a_chat_is_over_all_tokens() -> None:
    base = [Score(0, 1.0, 1, True), Score(1, 9.0, 9, False)]
    worse = [Score(0, 2.0, 1, True), Score(1, 9.0, 9, False)]
    assert compare(base, worse)["excess"] == pytest.approx(0.1)


def test_arms_of_passes_are_compared_with_the_first_on_the_same_questions() -> None:
    one = [Score(0, 2.0, 2, False), Score(0, 2.0, 2, True), Score(1, 4.0, 4, False)]
    four = [Score(0, 1.0, 2, True), Score(0, 2.0, 2, True), Score(1, 3.0, 4, False)]
    figures = passes.compare({"one": one, "four": four}, {"one": one, "four": one[::-1]})
    assert figures["arms"]["one"]["less_nll"] == 0
    assert figures["arms"]["four"]["swapped_exact"] == pytest.approx(1 / 3)
    assert figures["arms"]["four"]["swapped_nll_per_token"] == 1
    better = figures["arms"]["four"]
    assert better["less_nll"] == pytest.approx(2 / 8)
    assert better["more_exact"] == pytest.approx(1 / 3)
    # Drawn alone, either document is a quarter better per token; of exact answers one has none.
    assert better["less_nll_interval"] == pytest.approx([0.25, 0.25])
    assert better["more_exact_interval"] == pytest.approx([0.0, 0.5])
    assert "four" in passes.table(figures)


def test_more_passes_are_another_memory() -> None:
    whole = config.tiny(window=512)
    keeping = dataclasses.replace(whole.memory, decay=False)
    network = Network(dataclasses.replace(whole, memory=keeping))
    randomise(network, 0)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    owl = Example(("The owl sleeps at noon.",), (Question("Who sleeps?", "owl"),))
    examples = [owl, dataclasses.replace(owl, windows=("Nothing else is known.",))]
    asked = [passes.ask(network, TOKENIZER, prefix, examples, n) for n in (1, 1, 4)]
    found = [[each.nll for each in own] for own, _ in asked]
    assert found[0] == found[1] and found[0][0] != found[2][0]
    for own, swapped in asked:
        # Both documents ask the same, so another's memory is the other's.
        assert [each.nll for each in swapped] == pytest.approx([e.nll for e in own[::-1]])


def test_two_hops_are_asked_about_pairs_read_in_two_windows() -> None:
    asked = Namespace(task="two-hop", facts=3, windows=2, documents=4, seed=1)
    documents = examples_of(asked)
    assert len(documents) == 4
    for document in documents:
        assert len(document.windows) == 2 and len(document.questions) == 3
        assert all(question.answer in document.windows[1] for question in document.questions)


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (2, [2]), (4, [4]), (5, [5]), (6, [4, 2]), (9, [4, 5])]
)
def test_no_document_is_in_a_batch_by_itself(count: int, sizes: list[int]) -> None:
    documents = [Example((str(n),), ()) for n in range(count)]
    batches = list(in_batches(documents, 4))
    assert [len(part) for _, part in batches] == sizes
    assert [example for _, part in batches for example in part] == documents
    assert all(part[0] == documents[first] for first, part in batches)

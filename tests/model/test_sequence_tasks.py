"""The paper's tasks against hand-worked cases and slow definitions of their own."""

import random
import re

import pytest
import torch

from sleepdoc_model.tasks.depo import ANSWER, PAD, Depo
from sleepdoc_model.tasks.quantities import make_problem, modal_accuracy
from sleepdoc_model.tasks.quantity_sequences import QuantitySequences
from sleepdoc_model.tasks.rule110 import QUERY, Rule110, after


def test_rule_110_is_its_table() -> None:
    # By the rule's number: 01101110 in binary, for neighbourhoods 111 down to 000.
    for number, expected in enumerate((0, 1, 1, 1, 0, 1, 1, 0)):
        left, middle, right = number >> 2 & 1, number >> 1 & 1, number & 1
        ring = torch.tensor([middle, right, 0, left])
        assert after(ring, 1)[0] == expected


def test_steps_follow_each_other_on_a_ring() -> None:
    def slow(cells: list[int]) -> list[int]:
        table = {f"{n:03b}": 110 >> n & 1 for n in range(8)}
        n = len(cells)
        return [table[f"{cells[i - 1]}{cells[i]}{cells[(i + 1) % n]}"] for i in range(n)]

    rng = random.Random(0)
    for _ in range(20):
        cells = [rng.randint(0, 1) for _ in range(9)]
        wanted = cells
        for _ in range(5):
            wanted = slow(wanted)
        assert after(torch.tensor(cells), 5).tolist() == wanted


def test_sequences_hold_states_query_and_answers() -> None:
    task = Rule110(width=6, states=3, steps=2)
    drawn = task.draw(40, 0)
    assert drawn.tokens.shape == (40, 3 * 6 + 1 + 3)
    assert (drawn.tokens[:, 18] == QUERY).all()
    assert drawn.asked.nonzero()[:, 1].unique().tolist() == [19, 20, 21]
    for row in drawn.tokens:
        states = row[:18].view(3, 6)
        assert row[19:].tolist() == after(states, 2)[:, 0].tolist()
    again = task.draw(40, 0)
    assert torch.equal(drawn.tokens, again.tokens)


def test_the_best_constant_guess_is_counted_over_all_states() -> None:
    # Without a step the first cell is a coin: all four right in one of sixteen.
    assert Rule110(width=5, states=4, steps=0).modal_accuracy() == pytest.approx(1 / 16)
    # After one step five of eight neighbourhoods give a one.
    assert Rule110(width=5, states=1, steps=1).modal_accuracy() == pytest.approx(5 / 8)


def walk(tokens: list[int], task: Depo) -> list[tuple[int, list[int], list[int]]]:
    """Follow the edges of a sequence by hand: hops, the answer found, the answer written."""
    edges_end = task.window * task.windows

    def words(part: list[int]) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        word: list[int] = []
        for token in part:
            word.append(token)
            if token >= 2 + task.letters:
                found.append(tuple(word))
                word = []
        assert not word
        return found

    told = words([t for t in tokens[:edges_end] if t != PAD])
    onward = dict(zip(told[::2], told[1::2], strict=True))
    assert len(onward) == len(told) // 2
    asked, found = [t for t in tokens[edges_end:] if t != PAD], []
    while asked:
        hops = asked.pop(0) - 1 - 2 * task.letters
        assert 1 <= hops <= task.hops
        start = asked[: asked.index(ANSWER)]
        rest = asked[asked.index(ANSWER) + 1 :]
        length = next(i for i, t in enumerate(rest) if t >= 2 + task.letters) + 1
        node = tuple(start)
        for _ in range(hops):
            node = onward[node]
        found.append((hops, list(node), rest[:length]))
        asked = rest[length:]
    return found


@pytest.mark.parametrize("test", [False, True])
def test_answers_of_depo_are_found_by_walking(test: bool) -> None:
    task = Depo(nodes=9, hops=4, questions=3, letters=5)
    drawn = task.draw(30, 1, test=test)
    assert drawn.tokens.shape == (30, task.window * (task.windows + 1))
    assert drawn.tokens.max() < task.vocab
    sizes = set()
    for tokens, kinds in zip(drawn.tokens.tolist(), drawn.kind.tolist(), strict=True):
        walked = walk(tokens, task)
        assert len(walked) == 3
        for _, found, written in walked:
            assert found == written
        answers = [token for _, _, written in walked for token in written]
        assert [t for t, kind in zip(tokens, kinds, strict=True) if kind] == answers
        told = sum(t >= 2 + task.letters for t in tokens[: task.window * task.windows])
        if test:
            assert {hops for hops, _, _ in walked} <= {1, 2, 4}
            assert told == 2 * 9
        sizes.add(told // 2)
    assert test or len(sizes) > 3


def test_depo_asks_for_few_hops_more_often_if_told_to() -> None:
    def share_of_one_hop(skew: float) -> float:
        task = Depo(nodes=5, hops=4, questions=3, letters=8, longest=1, skew=skew)
        hops = task.draw(200, 0).kind
        return float((hops == 1).sum() / (hops > 0).sum())

    assert share_of_one_hop(0) == pytest.approx(1 / 4, abs=0.06)
    assert share_of_one_hop(2) == pytest.approx(1 / (1 + 1 / 4 + 1 / 9 + 1 / 16), abs=0.06)


def test_the_paper_s_depo_fits_its_windows() -> None:
    task = Depo()
    assert (task.window, task.windows * task.window) == (75, 300)
    assert Rule110().window * 4 == 96


def solve(statements: tuple[str, ...], name: str) -> tuple[int, int]:
    """The value of a quantity and the operations on the way, read from the sentences alone."""
    for sentence in statements:
        if given := re.fullmatch(rf"There are (\d+) {name}\.", sentence):
            return int(given[1]), 0
        if not (made := re.fullmatch(rf"The number of {name} is (.+)\.", sentence)):
            continue
        if both := re.fullmatch(r"the (.+) and the (.+) together", made[1]):
            (a, m), (b, n) = solve(statements, both[1]), solve(statements, both[2])
            return a + b, m + n + 1
        if both := re.fullmatch(r"the difference between the (.+) and the (.+)", made[1]):
            (a, m), (b, n) = solve(statements, both[1]), solve(statements, both[2])
            return a - b, m + n + 1
        one = re.fullmatch(r"(\d) (more than|fewer than|times) the (.+)", made[1])
        assert one is not None
        a, m = solve(statements, one[3])
        by = int(one[1])
        return {"more than": a + by, "fewer than": a - by, "times": a * by}[one[2]], m + 1
    raise AssertionError(f"nothing is said of {name}")


@pytest.mark.parametrize("operations", [1, 2, 5, 8])
def test_quantities_are_what_their_sentences_say(operations: int) -> None:
    for seed in range(20):
        problem = make_problem(random.Random(seed), operations=operations, length=200)
        asked = re.fullmatch(r"How many (.+) are there\?", problem.question)
        assert asked is not None
        assert solve(problem.statements, asked[1]) == (problem.answer, operations)
        assert 200 <= len(" ".join(problem.statements).split()) < 230


def test_what_is_added_for_length_changes_nothing() -> None:
    short = make_problem(random.Random(3), operations=4)
    long = make_problem(random.Random(3), operations=4, length=400)
    assert set(short.statements) < set(long.statements)
    assert (short.question, short.answer) == (long.question, long.answer)
    (window,) = long.example().windows
    assert window.startswith(long.question)
    assert all(statement in window for statement in long.statements)


def test_more_operations_spread_the_answers() -> None:
    one, eight = (modal_accuracy(n, draws=2000) for n in (1, 8))
    assert 0.05 < eight < one < 0.5


@pytest.mark.parametrize("task", [QuantitySequences(3, 64, 100, words=True), QuantitySequences()])
def test_an_answer_to_quantities_is_asked_for_behind_the_first_window(
    task: QuantitySequences,
) -> None:
    sequences = task.draw(4, 3)
    assert sequences.tokens.shape == (4, task.length)
    for tokens, asked, kind in zip(sequences.tokens, sequences.asked, sequences.kind, strict=True):
        places = asked.nonzero().flatten().tolist()
        assert places == list(range(places[0], places[-1] + 1))
        assert places[0] > task.window
        assert 1 <= kind[places[0]] <= task.most
        assert (
            task.encode(" Answer:") == tokens[: places[0]][-len(task.encode(" Answer:")) :].tolist()
        )
        assert tokens[asked].tolist() in [task.encode(f" {answer}.") for answer in range(31)]
        assert not tokens[places[-1] + 1 :].any()


def test_words_of_quantities_can_be_told_apart() -> None:
    task = QuantitySequences(3, 64, 100, words=True)
    texts = ["There are 3 new ropes in the cellar.", "There are 4 new ropes in the cellar."]
    first, second = (task.encode(text) for text in texts)
    assert len(first) == 5  # a name is one token
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, True, False, True, True]
    assert max(task.draw(20, 0).tokens.flatten()) < task.vocab
    assert not torch.equal(task.draw(4, 0).tokens, task.draw(4, 0, test=True).tokens)

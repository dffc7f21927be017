"""The paper's tasks against hand-worked cases and slow definitions of their own."""

import random

import pytest
import torch

from sleepdoc_model.tasks.depo import ANSWER, PAD, Depo
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


def test_the_paper_s_depo_fits_its_windows() -> None:
    task = Depo()
    assert (task.window, task.windows * task.window) == (75, 300)
    assert Rule110().window * 4 == 96

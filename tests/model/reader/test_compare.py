"""Every answer's loss is its own, in the order in which the answers stand."""

from dataclasses import replace

import pytest

from sleepdoc_model import config
from sleepdoc_model.network import Network
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.reader.compare import answers, losses
from sleepdoc_model.training.reader.conversation import Conversation

PREFIX, CLOSE = [1, 2, 3], [4, 5]


def told(*turns: tuple[list[int], list[int]]) -> Conversation:
    conversation = Conversation()
    for asked, said in turns:
        conversation.add(asked)
        conversation.answer(said, CLOSE)
    return conversation


def test_answers_in_a_row_and_packed_are_told_apart() -> None:
    shape = config.tiny()
    network = Network(replace(shape, layers=("A",) * len(shape.layers)))
    randomise(network, 0)
    one, two = told(([10, 11], [20, 21]), ([12], [22])), told(([13, 14], [23]))
    assert list(answers([one, two])) == [[20, 21, 4], [22, 4], [23, 4]]
    together = list(losses(network, PREFIX, [one, two]))
    first = told(([10, 11], [20, 21]))
    alone = [*losses(network, PREFIX, [first]), *losses(network, PREFIX, [two])]
    assert [together[0], together[2]] == pytest.approx(alone, rel=1e-4)
    assert len(together) == 3

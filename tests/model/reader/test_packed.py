"""Conversations packed into one row see what they would see alone, and no more."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from sleepdoc_model import config
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.reader.conversation import Conversation
from sleepdoc_model.training.reader.packed import Packed

PREFIX = [1, 2, 3]


@pytest.fixture(scope="module")
def network() -> Network:
    shape = config.tiny()
    made = Network(replace(shape, layers=("A",) * len(shape.layers)))
    randomise(made, 0)
    return made


def asked(ids: list[int], block: int = -1) -> Conversation:
    conversation = Conversation()
    conversation.add(ids, block=block)
    return conversation


def run(network: Network, packed: Packed) -> Tensor:
    h, _ = network(network.embed(packed.ids), None, Pass("read", seen=packed))
    return h[0]


def test_packed_conversations_are_computed_as_if_each_were_alone(network: Network) -> None:
    first, second = [10, 11, 12, 13, 14], [20, 21, 22]
    packed = Packed(PREFIX, [asked(first), asked(second)])
    h = run(network, packed)
    for start, ids in zip(packed.starts, (first, second), strict=True):
        alone, _ = network(network.embed(torch.tensor([PREFIX + ids])), None, Pass("read"))
        torch.testing.assert_close(h[start : start + len(ids)], alone[0, len(PREFIX) :])


def test_in_a_prompt_seen_at_once_early_tokens_know_late_ones(network: Network) -> None:
    for block, differs in ((0, True), (-1, False)):
        one, other = (
            run(network, Packed(PREFIX, [asked([10, 11, last], block)])) for last in (12, 13)
        )
        assert torch.equal(one[3], other[3]) is not differs


def test_an_answer_sees_only_what_came_before_it(network: Network) -> None:
    rows = []
    for last in (15, 16):
        conversation = asked([10, 11, 12], block=0)
        conversation.answer([14, last], [9])
        rows.append(run(network, Packed(PREFIX, [conversation])))
    assert torch.equal(rows[0][: 3 + 4], rows[1][: 3 + 4])
    assert not torch.equal(rows[0][3 + 4], rows[1][3 + 4])


def test_questions_asked_of_one_text_are_answered_as_if_each_were_the_first(
    network: Network,
) -> None:
    def row(*questions: list[int]) -> Conversation:
        conversation = asked([10, 11, 12, 13], block=0)
        for number, ids in enumerate(questions, start=1):
            conversation.add(ids, block=number, turn=number)
            conversation.answer([30 + number], [9])
        return conversation

    first, second = [20, 21], [22, 23, 24]
    together = run(network, Packed(PREFIX, [row(first, second)]))
    alone = run(network, Packed(PREFIX, [row(second)]))
    both = run(network, Packed(PREFIX, [row(second, first)]))
    text = len(PREFIX) + 4
    # The answer differs by its id, and is what is compared up to.
    torch.testing.assert_close(together[text + 4 : text + 7], alone[text : text + 3])
    torch.testing.assert_close(both[text : text + 3], alone[text : text + 3])
    torch.testing.assert_close(together[:text], alone[:text])

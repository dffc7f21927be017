"""Subjects: what tokens are about, gathered from those around them, and learnt from questions."""

import random

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import BorrowedProjections, Network, Pass, Subject
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import KVCache
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.subjects import documents, learn_subjects, see_pairs


def make_subject(heads: int = 1) -> Subject:
    torch.manual_seed(0)
    return Subject(dim=16, heads=heads)


def weights(
    subject: Subject, x: torch.Tensor, at: int = -1, *, asleep: bool = False
) -> torch.Tensor:
    """Of all tokens for one of them: their features are unit vectors."""
    count = x.shape[1]
    given = torch.cat((torch.eye(32)[None, :count, None], subject.project(x)[..., -2:]), dim=-1)
    found: torch.Tensor = subject(given, count, asleep=asleep)[0, at, :count]
    return found / found.sum()


def test_a_token_weighs_half_as_much_a_half_life_later() -> None:
    subject = make_subject()
    with torch.no_grad():
        subject.step.bias.fill_((torch.tensor(2.0).log() / 3).expm1().log())
        found = weights(subject, torch.randn(1, 10, 16))
    torch.testing.assert_close(found[3:] / found[:-3], torch.full((7,), 2.0))


def test_a_salient_token_outweighs_nearer_ones() -> None:
    subject = make_subject()
    x = torch.zeros(1, 10, 16)
    x[0, 2, 5] = 1.0
    with torch.no_grad():
        subject.salience.weight[0, 5] = 20.0
        assert weights(subject, x).argmax() == 2


def test_behind_a_large_step_tokens_count_less_from_either_side() -> None:
    subject = make_subject()
    x = torch.zeros(1, 10, 16)
    x[0, 4, 5] = 1.0  # a sentence ends
    with torch.no_grad():
        subject.step.weight[0, 5] = 20.0
        subject.ahead.zero_()
        before, behind = (weights(subject, x, at, asleep=True) for at in (4, 5))
    assert before[:5].sum() > 0.999
    assert behind[5:].sum() > 0.999


def test_awake_later_tokens_say_nothing_about_earlier_ones() -> None:
    subject = make_subject(2)
    x = torch.randn(1, 10, 16)
    with torch.no_grad():
        whole = subject(subject.project(x), 10)
        first = subject(subject.project(x[:, :4]), 4)
    torch.testing.assert_close(whole[:, :4], first)


def test_asleep_a_token_ahead_counts_less_by_what_looking_ahead_costs() -> None:
    subject = make_subject()
    with torch.no_grad():
        subject.ahead.fill_(torch.tensor(4.0).log())
        found = weights(subject, torch.randn(1, 9, 16), 4, asleep=True)
    torch.testing.assert_close(found[:4] / found[5:].flip(0), torch.full((4,), 4.0))


def test_asleep_padding_says_nothing() -> None:
    subject = make_subject(2)
    x, active = torch.randn(1, 10, 16), torch.arange(10)[None] < 6
    with torch.no_grad():
        padded = subject(subject.project(x), 10, asleep=True, active=active)
        alone = subject(subject.project(x[:, :6]), 6, asleep=True)
    torch.testing.assert_close(padded[:, :6], alone)


def make_network() -> Network:
    network = Network(config.tiny())
    randomise(network, 0)
    return network.eval()


@pytest.mark.parametrize(
    ("seen", "ahead"),
    [(Pass("read"), False), (Pass("write"), True)],
)
def test_only_asleep_do_tokens_look_ahead(seen: Pass, ahead: bool) -> None:
    network, x = make_network(), torch.randn(1, 6, 32)
    changed = x.clone()
    changed[:, -1] += 1.0
    with torch.no_grad():
        found, other = (network.subjects(each, seen) for each in (x, changed))
    assert found is not None and other is not None
    assert torch.equal(found[:, :-1], other[:, :-1]) != ahead


def run(
    network: Network, ids: torch.Tensor, cache: KVCache, *, memory: bool = True
) -> torch.Tensor:
    """Hidden states of tokens that see a memory."""
    states = tuple(torch.ones(1, 2, 8, 16) for _ in range(2)) if memory else None
    with torch.no_grad():
        h, _ = network(network.embed(ids), states, Pass("read", cache))
    found: torch.Tensor = h
    return found


def make_cache() -> KVCache:
    return KVCache.allocate(config.tiny(), 64, dtype=torch.float32, device="cpu")


def test_in_pieces_a_window_is_read_as_at_once() -> None:
    network, ids = make_network(), torch.arange(30)[None]
    pieces = make_cache()
    found = [run(network, part, pieces) for part in ids.split((7, 1, 1, 21), dim=1)]
    torch.testing.assert_close(torch.cat(found, dim=1), run(network, ids, make_cache()))


def test_the_pinned_prefix_is_no_subject_even_where_others_stood() -> None:
    """A prefix is computed without a memory, maybe where a window of before had its tokens."""
    network, prefix, ids = make_network(), torch.arange(50, 62)[None], torch.arange(30)[None]
    fresh, used = make_cache(), make_cache()
    run(network, torch.arange(100, 130)[None], used)
    used.length = 0
    for cache in (fresh, used):
        run(network, prefix, cache, memory=False)
    assert fresh.subjects is not None
    assert fresh.subjects[:, :12, :, -1].isneginf().all()
    torch.testing.assert_close(run(network, ids, used), run(network, ids, fresh))


def test_a_subject_moves_keys_and_their_queries_alike() -> None:
    network = make_network()
    attention, heads = next(network.memory_blocks())
    own = heads.projections
    assert attention is not None and isinstance(own, BorrowedProjections)
    subject = torch.randn(1, 3, 64)
    q, k, _ = attention.project(torch.randn(1, 3, 32))
    moved = (own.with_subject(k, subject) - k).view(1, 3, 2, 8)
    torch.testing.assert_close(
        (own.with_subject(q, subject) - q).view(1, 3, 2, 2, 8),
        moved[:, :, :, None].expand(-1, -1, -1, 2, -1),
    )
    assert moved.abs().mean() > 0.1


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    network = Network(config.tiny(window=4096))
    with torch.no_grad():
        for name, parameter in network.weights().items():
            if "subject" not in name:
                parameter.copy_(torch.randn_like(parameter) * 0.1)
    return network


@pytest.mark.slow
def test_questions_learn_to_find_the_place_of_their_answer(network: Network) -> None:
    tokenizer = ByteTokenizer()
    prefix = cached_prefix(network, tokenizer.frame.prefix)
    told = documents(random.Random(0), 24, (), "train")
    unseen = documents(random.Random(1), 6, (), "test")
    pairs, held_out = ([*see_pairs(network, prefix, tokenizer, part)] for part in (told, unseen))
    before = learn_subjects(network, pairs, held_out, steps=0)
    assert learn_subjects(network, pairs, held_out, steps=40) > before + 0.1


def test_the_place_of_an_answer_is_its_first_token(network: Network) -> None:
    tokenizer = ByteTokenizer()
    prefix = cached_prefix(network, tokenizer.frame.prefix)
    (example,) = documents(random.Random(0), 1, (), "train")
    (pairs,) = see_pairs(network, prefix, tokenizer, iter([example]))
    text = "".join(example.windows)
    known = [q.answer for q in example.questions if text.count(q.answer) == 1]
    assert len(known) > 4
    for answer, position in zip(known, pairs.told.tolist(), strict=True):
        assert text[position:].lstrip(" ").startswith(answer)

"""Choosing tokens, on scores small enough to work out by hand."""

import math

import torch

from sleepdoc_model.engine import Sampling
from sleepdoc_model.sampling import Sampler, nucleus, penalise, sample


def test_greedy_takes_the_best() -> None:
    assert Sampler(Sampling()).next(torch.tensor([0.0, 3.0, 2.0]), []) == 1


def test_a_penalty_lowers_what_was_used_whatever_its_sign() -> None:
    logits = torch.tensor([2.0, -2.0, 1.0])
    assert penalise(logits, [0, 1], 2.0).tolist() == [1.0, -4.0, 1.0]
    assert logits.tolist() == [2.0, -2.0, 1.0]


def test_the_nucleus_is_the_smallest_set_that_reaches_p() -> None:
    chances = torch.tensor([0.1, 0.5, 0.15, 0.25])
    assert nucleus(chances, 0.5).tolist() == [0.0, 0.5, 0.0, 0.0]
    assert nucleus(chances, 0.7).nonzero().flatten().tolist() == [1, 3]


def test_low_temperature_draws_the_best() -> None:
    sampler = Sampler(Sampling(temperature=0.01, seed=1))
    assert {sampler.next(torch.tensor([0.0, 1.0, 0.5]), []) for _ in range(20)} == {1}


def test_an_answer_does_not_begin_with_what_is_ruled_out() -> None:
    sampler = Sampler(Sampling(not_begun=((1, 2),)))
    best_is_1, best_is_2 = torch.tensor([0.0, 9.0, 5.0]), torch.tensor([0.0, 5.0, 9.0])
    assert sampler.next(best_is_1, []) == 1
    assert sampler.next(best_is_2, [1]) == 1  # which is the second best
    assert sampler.next(best_is_2, []) == 2
    assert sampler.next(best_is_2, [0, 1]) == 2  # it does not begin so
    assert best_is_2.tolist() == [0.0, 5.0, 9.0]


def test_a_copy_goes_on_as_some_text_does_and_may_end_anywhere() -> None:
    copied = ((1, 2, 3), (1, 4), (5,))
    sampler, stop = Sampler(Sampling(copied=copied)), frozenset({0})
    likeliest_first = torch.tensor([9.0, 1.0, 2.0, 8.0, 3.0, 0.0, 7.0])
    assert sampler.next(likeliest_first, [], stop) == 1  # not the end, nor what no text begins with
    assert sampler.next(likeliest_first, [1], frozenset({6})) == 6
    assert sampler.next(likeliest_first, [1], frozenset()) == 4
    assert sampler.next(likeliest_first, [1, 2], frozenset()) == 3
    assert sampler.next(likeliest_first, [1, 2, 3], stop) == 0


def test_chances_are_the_models_own_and_the_end_has_one() -> None:
    scores = iter([torch.tensor([3.0, 1.0]).log(), torch.tensor([1.0, 4.0]).log()])
    found: list[float] = []
    sampling = Sampling(repetition_penalty=2.0)
    drawn = sample(lambda: next(scores), sampling, at_most=9, stop=frozenset({1}), chances=found)
    assert list(drawn) == [0]
    assert [round(math.exp(chance), 6) for chance in found] == [0.75, 0.8]

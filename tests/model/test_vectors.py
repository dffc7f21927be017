"""Passages are pooled where they stand, projections learn what goes together, fusion uses both."""

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.evaluation import fusion
from sleepdoc_model.evaluation.pooled import WINDOW, States, rarity, stretches
from sleepdoc_model.evaluation.vectors import Lesson, Projections, eight_bits, learn
from sleepdoc_model.network import Network
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.written import packer
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.testing import randomise

TOKENIZER = ByteTokenizer()
RAIN = "It rained all day on the moor – and the next. " * 30
PAGES = [(1, f"Ada keeps the light. {RAIN}"), (2, f"The cat is called Möbius. {RAIN}")]


def test_a_passage_is_the_tokens_that_spell_it() -> None:
    tokens, found = stretches(PAGES, TOKENIZER)
    texts = dict(PAGES)
    assert {each.passage.page for each in found} == {1, 2}
    for each in found:
        passage = each.passage
        said = bytes(tokens[each.start : each.end]).decode()
        assert said == texts[passage.page][passage.start : passage.end]


def states_of(rare: dict[int, float]) -> tuple[Network, States]:
    network = Network(config.tiny(window=2048))
    randomise(network, 0)
    return network, States(network.eval(), TOKENIZER, rare, layers=(1, 2))


def test_states_are_means_over_passages_even_across_windows() -> None:
    rare = {**dict.fromkeys(range(260), 1.0), ord("A"): 5.0, -1: 1.0}
    network, states = states_of(rare)
    tokens, found = stretches(PAGES, TOKENIZER)
    pooled = states.passages(tokens, found)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    windows = [
        network.taps(torch.tensor([tokens[i : i + WINDOW]]), prefix)
        for i in range(0, len(tokens), WINDOW)
    ]
    low, high = (torch.cat([window[n][0] for window in windows]) for n in (0, 1))
    worth = torch.tensor([rare[token] for token in tokens])
    assert any(each.start < WINDOW < each.end for each in found)
    for row, each in zip(pooled, found, strict=True):
        here = slice(each.start, each.end)
        weighted = worth[here] @ low[here] / worth[here].sum()
        torch.testing.assert_close(row, torch.cat((weighted, high[here].mean(0))))


def test_padding_does_not_change_a_question() -> None:
    _, states = states_of({-1: 1.0})
    short, long = "Who keeps it?", "What is the name of the cat that keeps the light?"
    both = states.questions([short, long])
    alone = torch.cat([states.questions([each]) for each in (short, long)])
    torch.testing.assert_close(both, alone)


def test_a_token_in_every_text_is_worth_least() -> None:
    rare = rarity([[1, 2], [1, 3], [1, 1]])
    assert rare[1] < rare[2] == rare[3] < rare[-1]


def test_projections_find_passages_they_were_not_taught() -> None:
    torch.manual_seed(0)
    passages = torch.randn(300, 24)
    turned = torch.linalg.qr(torch.randn(24, 24))[0]
    questions = passages @ turned + 0.3 * torch.randn(300, 24)
    taught = [Lesson(n, (n,), (n,), ((n + 1) % 200,)) for n in range(200)]

    def found(made: Projections) -> float:
        with torch.no_grad():
            near = made.questions(questions[200:]) @ eight_bits(made.passages(passages)).T
        return float((near.argmax(1) == torch.arange(200, 300)).float().mean())

    before = learn(passages, questions, taught, size=16, steps=0)
    after = learn(passages, questions, taught, size=16, steps=300, rate=1e-2)
    assert found(before) < 0.1 and found(after) > 0.6


def test_eight_bits_are_close() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(9, 64), dim=1)
    kept = eight_bits(vectors)
    assert (kept - vectors).abs().max() <= vectors.abs().max() / 254 + 1e-6
    assert all(len(row.unique()) <= 255 for row in kept)


@pytest.mark.parametrize("arm", ["vectors", "both by rank", "both by score"])
def test_vectors_tell_passages_apart_that_have_the_same_words(arm: str) -> None:
    texts = {number: f"Ada met cat {number}." for number in range(1, 41)}
    index = MemoryIndex(texts.items())
    packing = packer(texts.__getitem__, TOKENIZER.encode)
    similar = torch.arange(index.size).float()
    query = ask("Who met the cat?")

    def pages(name: str) -> set[int]:
        return {quote.page for quote in fusion.ARMS[name](index, query, packing, similar, 120)}

    assert 40 in pages(arm) and 40 not in pages("words")

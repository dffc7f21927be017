"""Likeness counts beside words, finds what shares none of them, and changes nothing where there is
none."""

import pytest

from sleepdoc_model.recall.fusion import fused, of_passages
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.packing import ranked
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank
from sleepdoc_model.recall.written import packer
from sleepdoc_model.scripted import ByteTokenizer

TEXTS = {number: f"Ada met cat {number}." for number in range(1, 41)}
TEXTS |= {41: "The harbour froze over."}
INDEX = MemoryIndex(TEXTS.items())
QUERY = ask("Who met the cat?")
STRANGE = INDEX.size - 1


def test_without_likeness_it_is_what_words_say() -> None:
    assert fused(INDEX, QUERY, {}, limit=24) == rank(INDEX, QUERY, limit=24)


def test_what_shares_no_word_is_found_by_likeness() -> None:
    similar = {id: float(id == STRANGE) for id in range(INDEX.size)}
    by_words, both = rank(INDEX, QUERY, limit=99), fused(INDEX, QUERY, similar, limit=99)
    assert STRANGE not in {hit.passage.id for hit in by_words.hits}
    assert both.hits[0].passage.id == STRANGE
    assert both.worth == by_words.worth


def test_where_no_word_is_found_nothing_is() -> None:
    similar = {id: float(id) for id in range(INDEX.size)}
    assert fused(INDEX, ask("Whose zeppelin?"), similar, limit=24).hits == ()


def test_a_passage_is_as_like_as_its_likest_sentence() -> None:
    similar = {0: 0.1, 1: 0.9, 2: -0.3}
    passages = {7: (0, 1), 8: (1, 2), 9: (2, 4), 10: (3, 4)}
    assert of_passages(similar, passages) == {7: 0.9, 8: 0.9, 9: -0.3}


def test_words_count_beside_likeness() -> None:
    similar = {id: 1.0 + (id == STRANGE) * 1e-9 for id in range(INDEX.size)}
    assert fused(INDEX, QUERY, similar, limit=40).hits[0].passage.id != STRANGE


def test_what_nothing_is_known_of_keeps_its_score() -> None:
    by_words = {hit.passage.id: hit.score for hit in rank(INDEX, QUERY, limit=99).hits}
    known = {id: float(id) for id in range(5)}
    both = {hit.passage.id: hit.score for hit in fused(INDEX, QUERY, known, limit=99).hits}
    assert all(both[id] == by_words[id] for id in by_words if id not in known)
    assert both[0] < by_words[0] and both[4] > by_words[4]


@pytest.mark.parametrize("likeness", [False, True])
def test_passages_with_the_same_words_are_told_apart_by_it(likeness: bool) -> None:
    similar = [{id: float(-abs(id - 38)) for id in range(INDEX.size)}] if likeness else ()
    packing = packer(TEXTS.__getitem__, ByteTokenizer().encode)
    quotes = ranked(INDEX, [QUERY], packing, 120, similar)
    assert (39 in {quote.page for quote in quotes}) == likeness

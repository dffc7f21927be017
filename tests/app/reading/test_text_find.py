"""Words and quotes in page text."""

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.text_find import Span, find, locate, spans


def text_of(text: str, span: Span | None) -> str | None:
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("The Tide was low; the tide.", "tide", ["Tide", "tide"]),
        ("five dried\norange  pips", "orange pips", ["orange  pips"]),
        ("Café, CAFE and cafe", "café", ["Café", "CAFE", "cafe"]),
        ("“don’t”", '"don\'t"', ["“don’t”"]),
        ("pp. 3–4", "3-4", ["3–4"]),
        ("a.c abc (x", "a.c", ["a.c"]),
        ("a.c abc (x", "(x", ["(x"]),
        ("anything", "  ", []),
        ("안녕 세상", "세상", ["세상"]),
        ("The light\u00adhouse is shut.", "lighthouse", ["light\u00adhouse"]),
        ("The lighthouse is shut.", "light\u00adhouse", ["lighthouse"]),
        ("The \ufb01nance o\ufb03ce.", "finance office", ["\ufb01nance o\ufb03ce"]),
        ("The finance office.", "\ufb01nance o\ufb03ce", ["finance office"]),
        ("the harbour-\nmaster and the har-\n  bour", "harbourmaster", ["harbour-\nmaster"]),
        ("a well-\nknown, well-known man", "well-known", ["well-\nknown", "well-known"]),
        ("Straße, STRASSE, Strasse", "straße", ["Straße", "STRASSE", "Strasse"]),
        ("Straße", "strasse", ["Straße"]),
        ("cafe\u0301 caf\u00e9", "caf\u00e9", ["cafe\u0301", "caf\u00e9"]),
        ("caf\u00e9 bar", "cafe\u0301 bar", ["caf\u00e9 bar"]),
        ("\uac00\ub2e4", "\u1100\u1161\u1103\u1161", ["\uac00\ub2e4"]),
        ("\u00abWait\u2026\u00bb", '"wait..."', ["\u00abWait\u2026\u00bb"]),
        ("pages 3 - 4", "3 - 4", ["3 - 4"]),
        ("- one\n- two", "- two", ["- two"]),
        ("ＡＢＣ\u30001２", "abc 12", ["ＡＢＣ\u30001２"]),
    ],
)
def test_what_counts_as_the_same(text: str, wanted: str, found: list[str]) -> None:
    assert [text_of(text, span) for span in spans(text, wanted)] == found


def test_hits_say_page_line_and_what_stands_around() -> None:
    pages = (Page(1, "i", "one\ntwo pips here"), Page(2, "ii", "no"), Page(3, "1", "Pips\npips"))
    document = Document("0" * 64, b"/x", "x", "text", 9, "X", pages)
    hits = find(document, "pips")
    assert [(hit.page, hit.label, hit.line) for hit in hits] == [
        (1, "i", 2),
        (3, "1", 1),
        (3, "1", 2),
    ]
    assert (hits[0].before, hits[0].match, hits[0].after) == ("two ", "pips", " here")
    assert text_of(pages[0].text, hits[0].span) == "pips"


def test_a_hit_over_a_line_end_is_cut_there_but_its_span_is_whole() -> None:
    page = Page(1, "1", "five orange\npips fell")
    (hit,) = find(Document("0" * 64, b"/x", "x", "text", 9, "X", (page,)), "orange pips")
    assert (hit.line, hit.match, hit.after) == (1, "orange", "")
    assert text_of(page.text, hit.span) == "orange\npips"


def test_a_quote_is_found_where_it_stands() -> None:
    page = "It rained.\n\nAs he did so, out there\njumped five pips."
    assert text_of(page, locate(page, "As he did so, out there jumped five pips.")) == page[12:]


def test_of_a_quote_that_was_put_together_the_beginning_is_found() -> None:
    page = "one two three four five six seven eight NINE ten"
    quote = "one two three four five six seven eight nein"
    assert text_of(page, locate(page, quote)) == "one two three four five six seven eight"
    assert locate(page, "six seven eight nein") is None

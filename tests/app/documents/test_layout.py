"""Printed lines as paragraphs: what is joined, what is mended, what is left alone."""

from collections.abc import Sequence

import pytest

from sleepdoc.documents import layout
from sleepdoc.documents.printed import PrintedLine

WIDE = (
    "The harbour of the old town lies at the mouth of a slow brown river, and its walls",
    "have been mended so often that nobody can say which of their stones are the first",
    "ones, though the guide who leads visitors along them every summer claims to know.",
)


def block(
    texts: Sequence[str], *, y: float = 700, x: float = 72, size: float = 10, mono: bool = False
) -> list[PrintedLine]:
    return [line(text, x, y - 12 * index, size, mono) for index, text in enumerate(texts)]


def line(text: str, x: float, y: float, size: float, mono: bool) -> PrintedLine:
    width = len(text) * size * (0.6 if mono else 0.46)
    return PrintedLine(text, x, x + width, y, size, mono)


def compose(pages: Sequence[Sequence[PrintedLine]], labels: Sequence[str]) -> list[str]:
    return layout.compose(pages, labels).texts


def page(*blocks: list[PrintedLine]) -> list[PrintedLine]:
    return [printed for lines in blocks for printed in lines]


def one_page(*blocks: list[PrintedLine]) -> str:
    return compose([page(*blocks)], ["1"])[0]


def test_wrapped_lines_become_one_paragraph() -> None:
    assert one_page(block(WIDE)) == " ".join(WIDE)


def test_a_gap_ends_a_paragraph() -> None:
    assert one_page(block(WIDE), block(WIDE, y=646)) == f"{' '.join(WIDE)}\n\n{' '.join(WIDE)}"


def test_a_short_last_line_and_an_indent_end_a_paragraph() -> None:
    lines = block((*WIDE, "It rains."), y=700)
    indented = block(WIDE[:1], x=92, y=652) + block(WIDE[1:], y=640)
    expected = f"{' '.join(WIDE)} It rains.\n\n{' '.join(WIDE)}"
    assert one_page(lines, indented) == expected


def test_headings_stand_alone() -> None:
    heading = [line("2.1 The harbour", 72, 716, 14, False)]
    assert one_page(heading, block(WIDE)) == f"2.1 The harbour\n\n{' '.join(WIDE)}"


def test_list_items_stay_apart_and_keep_their_wrapped_lines() -> None:
    items = block((f"• {WIDE[0]}",)) + block(WIDE[1:2], x=82, y=688)
    items += block((f"• {WIDE[2]}",), y=676)
    assert one_page(items) == f"• {WIDE[0]} {WIDE[1]}\n\n• {WIDE[2]}"


def test_rows_of_a_table_are_not_run_together() -> None:
    rows = ("Tide Depth", "high 4.1 m", "low 1.3 m")
    text = one_page(block(WIDE), block(rows, y=630))
    assert text == f"{' '.join(WIDE)}\n\n" + "\n".join(rows)


def test_entries_of_a_table_of_contents_are_not_run_together() -> None:
    entries = (
        "1 The harbour in the years before the railway came to the town . . . . . . . . . . . 3",
        "2 The harbour in the years after the railway had gone from it . . . . . . . . . . . 17",
    )
    assert one_page(block(entries)).splitlines() == [
        "1 The harbour in the years before the railway came to the town ... 3",
        "2 The harbour in the years after the railway had gone from it ... 17",
    ]


def test_listings_keep_lines_and_indentation() -> None:
    code = [
        line("if tide:", 72, 630, 10, True),
        line("sail()", 96, 618, 10, True),
        line("  # leading spaces", 72, 606, 10, True),
    ]
    text = one_page(block(WIDE), code)
    assert text.endswith("\n\nif tide:\n    sail()\n  # leading spaces")


@pytest.mark.parametrize(
    ("upper", "lower", "joined"),
    [
        ("of the great fortifi-", "cation above it", "great fortification above"),
        ("of the great fortifi\u00ad", "cation above it", "great fortification above"),
        ("of a well-", "known wall built", "a well-known wall"),
        ("between the pre-", "and post-war years", "pre- and post-war"),
        ("along the Anglo-", "Saxon wall built", "Anglo-Saxon wall"),
        ("see https://example.org/old/", "harbour.html for more", "org/old/harbour.html for"),
        ("see https://example.", "org for everything", "https://example.org for"),
        ("in the folder /usr/share/", "doc of the system", "/usr/share/doc of"),
        ("and so the river –", "though slow – rises", "river – though slow – rises"),
    ],
)
def test_what_a_line_end_broke_is_mended(upper: str, lower: str, joined: str) -> None:
    filler = "The guide who leads visitors along the walls of the harbour says"
    known = block(("A well-known fact about this one fortification is here given in full.",), y=400)
    assert joined in one_page(block((f"{filler} {upper}", f"{lower} {filler}")), known)


def test_a_word_seen_nowhere_else_is_mended_too() -> None:
    lines = (
        "The guide who leads visitors along the walls of the old town shows the fortifi-",
        "cation.",
    )
    assert "the fortification." in one_page(block(lines))


def test_compounds_of_two_known_words_keep_their_hyphen() -> None:
    lines = (
        "The water of this harbour has been the pride and the business of the water-",
        "front.",
    )
    known = block(("The front of the town faces the water.",), y=500)
    assert "water-front" in one_page(block(lines), known)


def _book(pages: int, header: str = "A History of the Harbour") -> list[list[PrintedLine]]:
    return [
        page(
            block((header,), y=780),
            block(WIDE),
            block((f"Ends here {number}.",), y=500),
            block((f"{number + 10} Chapter {number // 2} of it",), y=50),
        )
        for number in range(1, pages + 1)
    ]


def test_headers_footers_and_page_numbers_that_repeat_are_left_out() -> None:
    texts = compose(_book(8), [str(number + 10) for number in range(1, 9)])
    assert texts == [f"{' '.join(WIDE)}\n\nEnds here {number}." for number in range(1, 9)]


def test_footers_that_differ_go_by_the_label_they_carry() -> None:
    pages = [
        page(block(WIDE), block((f"{title} {number}",), y=50))
        for number, title in enumerate(["Tides", "Walls", "Boats", "Ropes", "Nets", "Bells"], 1)
    ]
    texts = compose(pages, [str(number) for number in range(1, 7)])
    assert texts == [" ".join(WIDE)] * 6


def test_a_page_number_goes_even_close_to_the_text() -> None:
    pages = [page(block(WIDE), block((str(number),), y=664)) for number in range(1, 5)]
    assert compose(pages, list("1234")) == [" ".join(WIDE)] * 4


def test_a_first_line_that_repeats_is_text_if_it_belongs_to_a_paragraph() -> None:
    pages = [block(WIDE) for _ in range(5)]
    assert compose(pages, list("12345")) == [" ".join(WIDE)] * 5


def test_a_header_on_two_pages_only_may_be_text_and_stays() -> None:
    texts = compose(_book(2), ["11", "12"])
    assert all(text.startswith("A History of the Harbour\n\n") for text in texts)


def test_a_line_that_repeats_inside_the_page_stays() -> None:
    pages = [page(block(WIDE), block(("Chorus",), y=600), block(WIDE, y=500)) for _ in range(5)]
    assert all("Chorus" in text for text in compose(pages, list("12345")))


def test_a_sentence_goes_on_in_the_next_column() -> None:
    left = block(
        (*WIDE[:2], "ones, though the guide who leads visitors along them every summer and")
    )
    right = block(("winter claims to know.",), x=320)
    assert "summer and winter claims to know." in one_page(left, right).replace("\n\n", " ")
    assert "\n" not in one_page(left, right)


def test_pages_without_lines_stay_in_their_place() -> None:
    assert compose([[], block(WIDE), []], ["1", "2", "3"]) == ["", " ".join(WIDE), ""]

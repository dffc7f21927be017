"""Documents that people open: what is read stands in the order in which a person reads it."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
from pdf_files import Item, column, document, placed, write

from sleepdoc.documents.reader import load_document

TIDES = textwrap.wrap(
    "The tide in a narrow inlet is not the tide of the sea outside it. Water that enters through "
    "the mouth is held back by the banks, and high water comes later the further one goes in. We "
    "measured heights at five places for one year and found that the delay grows with the square "
    "of the distance. The wind matters less than was thought, except in the two weeks around the "
    "equinox, when storms from the west pile up the water.",
    44,
)


def read(tmp_path: Path, items: Sequence[Item]) -> str:
    return load_document(write(tmp_path, document([placed(items)]))).pages[0].text


def assert_in_order(text: str, parts: Sequence[str]) -> None:
    """That parts stand in a text one after the other, whatever its line ends."""
    end, text = 0, " ".join(text.split())
    for part in parts:
        part = " ".join(part.split())
        assert part in text[end:], f"{part!r} after {text[:end][-60:]!r}"
        end = text.index(part, end) + len(part)


def cells(y: float, xs: Sequence[float], texts: Sequence[str], face: str = "F1") -> list[Item]:
    return [(x, y, 9.0, text, face) for x, text in zip(xs, texts) if text]


def test_the_lines_beside_the_sender_of_an_invoice_are_rows(tmp_path: Path) -> None:
    items: list[Item] = [(50.0, 790.0, 16.0, "Halden Chandlers Ltd", "Bold")]
    items += [*column(50, 774, ("4 Quay Street, Halden", "Tel. 555 0134"), size=9, leading=11)]
    facts = (("Invoice no.", "2023-0417"), ("Date", "3 May 2023"), ("Due", "2 June 2023"))
    for at, fact in enumerate(facts):
        items += cells(790 - 12 * at, (400, 480), fact)
    lines = read(tmp_path, items).split("\n")
    assert {"Date  3 May 2023", "Due  2 June 2023"} < set(lines)
    assert any(line.endswith("Invoice no.  2023-0417") for line in lines)


def test_items_of_an_invoice_stand_beside_their_amounts(tmp_path: Path) -> None:
    """Though the heading of the first column is short, and one item has two lines."""
    xs = (50, 330, 400, 490)
    items = cells(660, xs, ("Item", "Qty", "Unit price", "Amount"), "Bold")
    items += cells(646, xs, ("Manila rope, 24 mm, sold by the coil,", "2", "145.00", "290.00"))
    items += cells(635, xs, ("each of 50 metres",))
    items += cells(621, xs, ("Anchor shackle", "12", "8.50", "102.00"))
    items += cells(607, xs, ("Brass lamp with spare wick and glass", "1", "61.20", "61.20"))
    for at, total in enumerate((("Subtotal", "453.20"), ("VAT 25 %", "113.30"))):
        items += cells(579 - 14 * at, (400, 490), total)
    assert [line for line in read(tmp_path, items).split("\n") if line] == [
        "Item  Qty  Unit price  Amount",
        "Manila rope, 24 mm, sold by the coil,  2  145.00  290.00",
        "each of 50 metres",
        "Anchor shackle  12  8.50  102.00",
        "Brass lamp with spare wick and glass  1  61.20  61.20",
        "Subtotal  453.20",
        "VAT 25 %  113.30",
    ]


def test_a_title_in_the_middle_comes_before_a_heading_at_the_left(tmp_path: Path) -> None:
    items: list[Item] = [(200.0, 800.0, 14.0, "Tides in narrow inlets", "Bold")]
    items += [(240.0, 782.0, 9.0, "A. Berg and C. Dahl"), (50.0, 755.0, 10.0, "Abstract", "Bold")]
    items += column(50, 742, ("We report a year of tides at five places, and the", "wind."), size=8)
    parts = ("Tides in narrow inlets", "A. Berg and C. Dahl", "Abstract", "We report a year")
    assert_in_order(read(tmp_path, items), parts)


def test_a_paper_in_two_columns(tmp_path: Path) -> None:
    """With a figure, its caption, a table and a note in each column."""
    left, right = TIDES[:5], TIDES[5:]
    table = (
        ("Place", "km", "min"),
        ("Mouth", "0", "0"),
        ("Narrows", "4", "6"),
        ("Mill", "9", "31"),
    )
    items: list[Item] = [(220.0, 780.0, 14.0, "Tides in narrow inlets", "Bold")]
    items += [(50.0, 740.0, 10.0, "1 Introduction", "Bold"), *column(50, 726, left, leading=11)]
    items += column(50, 560, ("Figure 1: Heights at the mouth and at the", "head."), size=8)
    items += column(50, 530, ("Only the first of these is in the figure;", "the rest is alike."))
    items += column(50, 440, ("1 Heights are above the chart datum.",), size=7)
    items += column(310, 740, right, leading=11)
    items += [(310.0, 660.0, 10.0, "2 Results", "Bold")]
    for at, row in enumerate(table):
        items += cells(640 - 11 * at, (320, 400, 450), row)
    items += column(310, 590, ("Table 1: Delay of high water.",), size=8)
    items += column(310, 440, ("2 Berg found the same in the north.",), size=7)
    parts = ["Tides in narrow inlets", "1 Introduction", " ".join(left), "Figure 1: Heights"]
    parts += ["Only the first of these is in the figure; the rest", " ".join(right), "2 Results"]
    parts += ["  ".join(row) for row in table]
    parts += ["Table 1: Delay", "1 Heights are above", "2 Berg found"]
    assert_in_order(read(tmp_path, items), parts)


@pytest.mark.parametrize("first", ["side", "main"])
def test_a_curriculum_vitae_with_a_side_column(tmp_path: Path, first: str) -> None:
    side: list[Item] = [
        (40.0, 760.0, 10.0, "Contact", "Bold"),
        (40.0, 690.0, 10.0, "Skills", "Bold"),
    ]
    side += column(40, 746, ("Anna Berg", "12 Mill Lane", "0160 555 12"), size=8, leading=11)
    side += column(40, 676, ("Welding", "Diving", "Charts"), size=8, leading=11)
    main: list[Item] = [(190.0, 760.0, 10.0, "Experience", "Bold")]
    main += [
        (190.0, 745.0, 9.0, "Harbour pilot, Port of Halden", "Bold"),
        (470.0, 745.0, 9.0, "2015-2023"),
    ]
    work = (
        "Brought 1,400 ships in and out without loss, trained six",
        "new pilots, and led the watch.",
    )
    main += column(190, 733, work, size=9, leading=11)
    main += [(190.0, 690.0, 9.0, "Mate, SS Freya", "Bold"), (470.0, 690.0, 9.0, "2009-2015")]
    more = ("Kept the charts and the log, and stood the middle", "watch from Bergen to Lisbon.")
    main += column(190, 678, more, size=9, leading=11)
    items = side + main if first == "side" else main + side
    parts = ["Contact", "Anna Berg", "12 Mill Lane", "Skills", "Welding", "Diving", "Charts"]
    parts += ["Experience", "Harbour pilot, Port of Halden  2015-2023", " ".join(work)]
    parts += ["Mate, SS Freya  2009-2015", " ".join(more)]
    assert_in_order(read(tmp_path, items), parts)


def test_minutes_with_headings_over_their_items(tmp_path: Path) -> None:
    lines = (
        ("1.", "Minutes of the last meeting"),
        ("", "The minutes were agreed without change, and signed by the chair, who thanked"),
        ("", "the clerk for them."),
        ("2.", "Repairs to the crane"),
        ("2.1", "The engineer reported that the new cable had been tested with a load"),
        ("", "of four tons."),
        ("3.", "Any other business"),
        ("", "None."),
    )
    items: list[Item] = []
    for at, line in enumerate(lines):
        face = "Bold" if line[0].endswith(".") else "F1"
        items += cells(735 - 12 * at, (50, 80), line, face)
    assert read(tmp_path, items).split("\n") == [
        "1.  Minutes of the last meeting",
        f"{lines[1][1]} {lines[2][1]}",
        "2.  Repairs to the crane",
        f"2.1  {lines[4][1]} of four tons.",
        "3.  Any other business",
        "None.",
    ]


def test_clauses_in_clauses(tmp_path: Path) -> None:
    """The heading of a clause is as plain as its text, which is longer and begins below it."""
    lines = (
        (50, "4.", "Duties"),
        (75, "", "The Tenant shall keep the Berth clean and shall, at the Tenant's own cost,"),
        (75, "", "repair any damage, namely:"),
        (75, "(a)", "damage by the Tenant's ship, whether or not it was foreseen by the"),
        (100, "", "parties at the date hereof; and"),
        (75, "(b)", "damage by fire."),
        (50, "5.", "Notice"),
        (75, "", "Either party may end this agreement by three months' notice in writing."),
    )
    items: list[Item] = []
    for at, (x, mark, clause) in enumerate(lines):
        items += cells(780 - 12 * at, (x, x + (25 if mark else 0)), (mark, ""))
        items.append((x + (25 if mark else 0), 780.0 - 12 * at, 9.0, clause))
    found = read(tmp_path, items)
    assert_in_order(found, [f"{mark} {clause}".strip() for _, mark, clause in lines])
    assert "Duties\n" in found and "Notice\n" in found


def test_a_form_has_its_labels_beside_their_values(tmp_path: Path) -> None:
    rows = (
        ("Surname", "Okonkwo", "First name", "Ada"),
        ("Date of birth", "1 May 1970", "Place of birth", "Lagos"),
        ("Ship", "Freya", "Length", "14.2 m"),
    )
    items: list[Item] = []
    for at, row in enumerate(rows):
        items += cells(770 - 24 * at, (50, 150, 320, 420), row)
    assert_in_order(read(tmp_path, items), ["  ".join(row) for row in rows])


def test_lines_that_say_who_was_there_stay_lines(tmp_path: Path) -> None:
    lines = ("Present: A. Berg (chair), C. Dahl, E. Foss", "Apologies: G. Holm", "Clerk: H. Lund")
    assert read(tmp_path, column(50, 775, lines)) == "\n".join(lines)


def test_a_quote_between_the_columns_stays_out_of_the_sentence(tmp_path: Path) -> None:
    quote = column(260, 664, ("The wind matters", "less"), size=15, leading=18)
    narrow = textwrap.wrap(" ".join(TIDES), 34)
    found = read(tmp_path, column(50, 700, narrow) + quote)
    assert_in_order(found, [" ".join(narrow), "The wind matters less"])


def test_a_letter(tmp_path: Path) -> None:
    sender, to = ("Halden Chandlers Ltd", "4 Quay Street"), ("Mrs A. Okonkwo", "12 Mill Lane")
    body = ("thank you for your letter. We are sorry that the lamp arrived with a broken", "glass.")
    items: list[Item] = [*column(380, 800, sender), *column(50, 750, to)]
    items += [(380.0, 700.0, 10.0, "Halden, 3 May 2023"), (50.0, 670.0, 10.0, "Dear Mrs Okonkwo,")]
    items += [*column(50, 650, body), *column(50, 610, ("Yours sincerely,",))]
    parts = (*sender, *to, "Halden, 3 May 2023", "Dear Mrs Okonkwo,", " ".join(body), "Yours")
    assert_in_order(read(tmp_path, items), parts)


def test_two_languages_side_by_side(tmp_path: Path) -> None:
    english = (
        "Article 1. The harbour is open",
        "to ships of all nations.",
        "Article 2. Every ship pays a",
    )
    english += ("due according to its length,", "and none shall be kept waiting.")
    norsk = (
        "Artikkel 1. Havnen er åpen for",
        "skip fra alle nasjoner.",
        "Artikkel 2. Hvert skip betaler",
    )
    norsk += ("en avgift etter lengden, og", "ingen skal vente lenge.")
    items: list[Item] = [
        (50.0, 740.0, 11.0, "English", "Bold"),
        (300.0, 740.0, 11.0, "Norsk", "Bold"),
    ]
    items += [
        item for pair in zip(column(50, 722, english), column(300, 722, norsk)) for item in pair
    ]
    parts = ["English", " ".join(english), "Norsk", " ".join(norsk)]
    assert_in_order(read(tmp_path, items), parts)

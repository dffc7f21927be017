"""What a person sees on a page is what is read, in the order in which it is read."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
from pdf_files import column, document, placed, stream, write

from sleepdoc.documents.pdf_glyphs import Glyph, Style
from sleepdoc.documents.pdf_words import words
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document

LEFT = (
    "The harbour board met on Tuesday and",
    "agreed that the old crane would be",
    "taken down before the winter. The work",
    "will be paid for from the repair fund,",
    "which holds nine thousand pounds. The",
    "mayor thanked the pilots for their help",
)
RIGHT = (
    "In other news the bakery on Mill Lane",
    "has been sold to a family from Lisbon.",
    "They will open again in the spring and",
    "promise to keep the sourdough that made",
    "the shop famous. The former owner is to",
    "retire to a cottage near the lighthouse",
)
THIRD = (
    "A ship that was thought to be lost came",
    "in on Friday with all her sails torn and",
    "a cargo of oranges, of which most were",
    "good. They were sold on the quay within",
    "the hour, and the captain bought a hat",
    "with the first of the money that he got.",
)


def read(tmp_path: Path, *pages: bytes, **parts: bytes) -> Document:
    return load_document(write(tmp_path, document(pages, **parts)))


def text(tmp_path: Path, items: Sequence[tuple[float, float, float, str]]) -> str:
    return read(tmp_path, placed(items)).pages[0].text


def prose(lines: Sequence[str]) -> str:
    return " ".join(lines)


def by_rows(
    *columns: list[tuple[float, float, float, str]],
) -> list[tuple[float, float, float, str]]:
    return [item for row in zip(*columns) for item in row]


def test_two_columns_drawn_by_rows(tmp_path: Path) -> None:
    items = by_rows(column(72, 700, LEFT), column(320, 700, RIGHT))
    assert text(tmp_path, items) == f"{prose(LEFT)}\n\n{prose(RIGHT)}"


def test_three_columns_drawn_by_rows_under_a_heading_across(tmp_path: Path) -> None:
    columns = [
        column(x, 700, lines, size=8) for x, lines in ((50, LEFT), (220, RIGHT), (390, THIRD))
    ]
    items = [(50.0, 730.0, 16.0, "News of the town"), *by_rows(*columns)]
    assert text(tmp_path, items) == "\n\n".join(
        ["News of the town", prose(LEFT), prose(RIGHT), prose(THIRD)]
    )


def test_a_heading_in_the_middle_ends_the_columns_above_it(tmp_path: Path) -> None:
    above = by_rows(column(72, 700, LEFT), column(320, 700, RIGHT))
    heading = [(72.0, 600.0, 14.0, "From the sea, by our own man at the quay in the town")]
    below = by_rows(column(72, 570, THIRD), column(320, 570, LEFT))
    parts = [prose(LEFT), prose(RIGHT), heading[0][3], prose(THIRD), prose(LEFT)]
    assert text(tmp_path, above + heading + below) == "\n\n".join(parts)


def test_a_title_across_comes_before_a_short_heading_in_the_first_column(tmp_path: Path) -> None:
    """The heading does not reach under the title, and text of the other column stands beside it."""
    items = [
        (180.0, 780.0, 18.0, "The Harbour in the Year"),
        (72.0, 741.0, 14.0, "Abstract"),
        *column(72, 720, LEFT),
        *column(320, 741, RIGHT),
    ]
    found = text(tmp_path, items)
    assert found == f"The Harbour in the Year\n\nAbstract\n\n{prose(LEFT)}\n\n{prose(RIGHT)}"


def test_columns_with_baselines_of_their_own(tmp_path: Path) -> None:
    items = column(72, 700, LEFT) + column(320, 694, RIGHT)
    assert text(tmp_path, items) == f"{prose(LEFT)}\n\n{prose(RIGHT)}"


def test_a_note_in_the_margin_stays_out_of_the_sentence(tmp_path: Path) -> None:
    note = column(480, 690, ("See also", "the charter", "of 1604"), size=7, leading=8)
    wide = [f"{left} {right}" for left, right in zip(LEFT, RIGHT)]
    found = text(tmp_path, column(72, 700, wide) + note)
    assert prose(wide) in found and "See also the charter of 1604" in found.replace("\n", " ")


def test_a_box_beside_the_text_stays_out_of_the_sentence(tmp_path: Path) -> None:
    above = [f"{left} {right}" for left, right in zip(LEFT[:3], RIGHT)]
    box = column(345, 660, ("Opening hours are", "from nine to five", "on market days"), size=9)
    items = (
        column(72, 700, above)
        + by_rows(column(72, 664, THIRD))
        + column(72, 592, [f"{left} {right}" for left, right in zip(LEFT[3:], RIGHT[3:])])
        + box
    )
    found = text(tmp_path, items)
    below = [f"{left} {right}" for left, right in zip(LEFT[3:], RIGHT[3:])]
    assert prose([*above, *THIRD, *below]) in found.replace("\n\n", " ")
    assert "Opening hours are from nine to five on market days" in found.replace("\n", " ")


def test_footnotes_come_after_the_text_of_all_columns(tmp_path: Path) -> None:
    notes = column(72, 600, ("1 The crane was built by Brunel.",), size=7)
    found = text(tmp_path, column(72, 700, LEFT) + notes + column(320, 700, RIGHT))
    assert found == f"{prose(LEFT)}\n\n{prose(RIGHT)}\n\n1 The crane was built by Brunel."


def test_a_table_is_read_by_rows_however_tight(tmp_path: Path) -> None:
    rows = (("Item", "2023", "2024"), ("Barley", "12", "34"), ("Wheat", "1,240", "1,310"))
    items = [
        (x, 700.0 - 14 * level, 10.0, cell)
        for level, row in enumerate(rows)
        for x, cell in zip((72.0, 105.0, 131.5), row)
    ]
    found = text(tmp_path, items)
    assert [line.split() for line in found.splitlines()] == [list(row) for row in rows]


def test_a_table_drawn_by_columns_is_read_by_rows(tmp_path: Path) -> None:
    items = (
        column(72, 700, ("Barley", "Oats", "Wheat"))
        + column(200, 700, ("12", "105", "1,240"))
        + column(300, 700, ("34", "98", "1,310"))
    )
    assert text(tmp_path, items).split("\n") == [
        "Barley  12  34",
        "Oats  105  98",
        "Wheat  1,240  1,310",
    ]


SHIPS = (
    ("Ship", "Port of origin", "Cargo", "Arrived"),
    ("Grey Heron", "Tarn", "barley and oats", "in May"),
    ("Maid of Skye", "Port Askel", "slate", "in May"),
    ("Two Sisters", "Gull Rock", "salted herring", "in June"),
    ("Ann", "Tarn", "coal", "in July"),
)
STATUTES = (
    ("Before the change", "After the change"),
    ("Members paid each month", "Members pay once a year"),
    ("Guests came on Sundays", "Guests come on any day"),
    ("The hall was let to all", "The hall is let to clubs"),
    ("Dogs were not allowed in", "Dogs are allowed in now"),
)


def cells(rows: Sequence[Sequence[str]], step: float) -> list[tuple[float, float, float, str]]:
    return [
        (72.0 + step * at, 700.0 - 14 * level, 10.0, cell)
        for level, row in enumerate(rows)
        for at, cell in enumerate(row)
    ]


def test_a_table_of_words_drawn_by_columns_is_read_by_rows(tmp_path: Path) -> None:
    items = sorted(cells(SHIPS, 100), key=lambda item: item[0])
    assert text(tmp_path, items).split("\n") == ["  ".join(row) for row in SHIPS]


def test_cells_that_look_like_running_text_are_read_by_rows(tmp_path: Path) -> None:
    """Each begins with a capital, and had room for more."""
    assert text(tmp_path, cells(STATUTES, 180)).split("\n") == ["  ".join(row) for row in STATUTES]


def test_an_empty_cell_keeps_its_place(tmp_path: Path) -> None:
    rows = (("Grain", "2022", "2023", "2024"), ("Rye", "5", "6", "7"), ("Barley", "12", "", "34"))
    rows += (("Oats", "3", "1", "98"), ("Maize", "", "", "2"), ("All, by weight", "", "", "9"))
    items = [
        (x, 700.0 - 14 * level, 10.0, cell)
        for level, row in enumerate(rows)
        for x, cell in zip((72.0, 150.0, 220.0, 290.0), row)
        if cell
    ]
    assert text(tmp_path, items).split("\n") == ["  ".join(row) for row in rows]


def test_a_cell_of_several_lines_is_read_whole(tmp_path: Path) -> None:
    items = [
        (72.0, 700.0, 10.0, "Anchor"),
        (160.0, 700.0, 10.0, "holds the ship where she lies, if the ground"),
        (160.0, 688.0, 10.0, "is good and the chain is long enough for it"),
        (72.0, 668.0, 10.0, "Bilge"),
        (160.0, 668.0, 10.0, "the lowest part of the hull, in which water"),
        (160.0, 656.0, 10.0, "gathers and from which it has to be pumped"),
    ]
    found = text(tmp_path, items)
    assert "if the ground is good and the chain" in found
    assert found.index("Anchor") < found.index("long enough") < found.index("Bilge")


def test_turned_text_is_read_as_words(tmp_path: Path) -> None:
    turned = b" BT /F1 9 Tf 0 1 -1 0 40 300 Tm (Draft of the third of May) Tj ET"
    page = placed(column(72, 700, LEFT), before=turned)
    assert read(tmp_path, page).pages[0].text == f"{prose(LEFT)}\n\nDraft of the third of May"


def test_a_page_lying_on_its_side(tmp_path: Path) -> None:
    shown = b" ".join(
        b"0 1 -1 0 %d 72 Tm (%s) Tj" % (100 + 12 * index, line.encode())
        for index, line in enumerate(LEFT)
    )
    assert read(tmp_path, stream(b"BT /F1 10 Tf " + shown + b" ET")).pages[0].text == prose(LEFT)


def test_what_is_drawn_twice_is_read_once(tmp_path: Path) -> None:
    bold = [(72 + shift, 700.0, 12.0, "Warning: 60 bar") for shift in (0, 0.3)]
    letters = [
        (72 + 8.67 * at + shift, 660.0, 12.0, letter)
        for shift in (0, 0.4)
        for at, letter in enumerate("HUNDRUCH")
    ]
    shadow = [(72 + shift, 600.0 - shift, 20.0, "Fully booked") for shift in (0, 2)]
    found = text(tmp_path, bold + letters + shadow)
    assert found.split("\n\n") == ["Warning: 60 bar", "HUNDRUCH", "Fully booked"]


def test_raised_and_lowered_digits_are_kept_apart(tmp_path: Path) -> None:
    items = [
        (72.0, 700.0, 10.0, "It takes 250"),
        (124.0, 704.0, 6.0, "9"),
        (130.0, 700.0, 10.0, "steps, and a"),
        (72.0, 686.0, 10.0, "row x10"),
        (107.2, 684.0, 6.0, "2"),
        (113.0, 686.0, 10.0, "of them."),
    ]
    found = text(tmp_path, items)
    assert "250^9 steps" in found and "x10_2 of" in found


def test_the_mark_of_a_footnote_stands_apart_from_its_text(tmp_path: Path) -> None:
    items = [*column(72, 700, LEFT), (72.0, 603.0, 5.0, "1"), (75.5, 600.0, 8.0, "Built in 1604.")]
    assert text(tmp_path, items).endswith("\n\n1 Built in 1604.")


def test_a_drop_cap_belongs_to_its_word(tmp_path: Path) -> None:
    items = column(94, 700, ("he harbour board met on Tuesday", *LEFT[1:3]))
    items.append((72.0, 676.0, 34.0, "T"))
    items += column(72, 664, LEFT[3:])
    assert text(tmp_path, items).startswith("The harbour board met on Tuesday agreed that")


def test_a_letter_of_a_heading_is_no_drop_cap(tmp_path: Path) -> None:
    items = [(72.0, 740.0, 28.0, "Terms of a Lease"), *column(72, 690, LEFT)]
    assert text(tmp_path, items) == f"Terms of a Lease\n\n{prose(LEFT)}"


def test_a_broken_word_goes_on_however_much_room_was_left(tmp_path: Path) -> None:
    lines = (
        "The pilots spoke at length of Covid-",
        "19, and asked for rules that bind every ship which calls at the port,",
        "of whatever flag, and all who sail in her, whoever they may be.",
    )
    assert "length of Covid-19, and asked" in text(tmp_path, column(72, 700, lines))


def test_signs_over_letters_of_indian_scripts_stay_in_their_words() -> None:
    line, sign = (
        Style(y=y, size=9.0, turn=0, mono=False, bold=False) for y in (700.0, 699.4)
    )  # drawn by itself, a little lower
    printed = [
        ("म", 169.6, 175.4, line), ("े", 172.0, 175.5, line), ("ं", 172.0, 175.5, sign),
        ("ज", 175.5, 182.0, line),
    ]  # fmt: skip
    (word,) = words([Glyph(*each) for each in printed])
    assert word.text == "मेंज"


def test_spaced_letters_are_words(tmp_path: Path) -> None:
    tracked = b"BT /F1 14 Tf 4 Tc 72 740 Td (HARBOUR NEWS) Tj 0 Tc ET "
    single = [(72.0 + 13 * at, 700.0, 12.0, letter) for at, letter in enumerate("HUNDRED")]
    literal = b"BT /F1 11 Tf 72 720 Td (k l e i n e   A n z e i g e n) Tj ET "
    found = read(tmp_path, placed(single, before=tracked + literal)).pages[0].text
    assert found == "HARBOUR NEWS\n\nkleine Anzeigen\n\nHUNDRED"


def test_numbers_of_lines_in_the_margin_are_left_out(tmp_path: Path) -> None:
    numbers = [(50.0, 700.0 - 12 * at, 8.0, str(at + 1)) for at in range(6)]
    read_page = read(tmp_path, placed(numbers + column(72, 700, LEFT)))
    assert read_page.pages[0].text == prose(LEFT)


LONG = [f"{left} {right.lower()}" for left, right in zip(LEFT + THIRD, RIGHT + LEFT)]


@pytest.mark.parametrize("step", [3, 5, 10])
def test_numbers_of_some_lines_are_left_out_too(tmp_path: Path, step: int) -> None:
    lines = [*LONG, *LONG]
    numbers = [
        (44.0, 700.0 - 12 * (count - 1), 8.0, str(count))
        for count in range(step, len(lines) + 1, step)
    ]
    assert text(tmp_path, numbers + column(72, 700, lines)) == prose(lines)


def test_numbers_of_some_lines_go_on_below_a_heading(tmp_path: Path) -> None:
    upper, lower = column(72, 740, LONG), column(72, 560, LONG)
    numbers = [(44.0, item[1], 8.0, str(at)) for at, item in enumerate(upper + lower, 1)][2::3]
    found = text(tmp_path, [*numbers, *upper, (72.0, 580.0, 14.0, "Harbours"), *lower])
    assert found == f"{prose(LONG)}\n\nHarbours\n\n{prose(LONG)}"


def test_numbers_between_two_columns_are_left_out(tmp_path: Path) -> None:
    columns = by_rows(column(60, 700, LEFT), column(330, 700, RIGHT))
    numbers = [(297.0, 700.0 - 12 * at, 8.0, str(at + 1)) for at in range(6)]
    assert text(tmp_path, numbers + columns) == f"{prose(LEFT)}\n\n{prose(RIGHT)}"


def test_numbers_of_the_items_of_a_list_stay(tmp_path: Path) -> None:
    items = ("Anna of the Isles, a ship of three masts", "Bella Donna, a barque from Oslo")
    items += ("Cora, a schooner that was built in 1860", "Dagmar, a cutter of the customs")
    items += ("Emma, a brig with a cargo of Spanish salt",)
    numbers = [(50.0, 700.0 - 12 * at, 10.0, str(at + 1)) for at in range(5)]
    found = text(tmp_path, by_rows(numbers, column(72, 700, items)))
    assert all(f"{number}  {item}" in found for number, item in enumerate(items, 1))


def test_narrow_columns_drawn_by_rows(tmp_path: Path) -> None:
    lines = textwrap.wrap(prose(LEFT + RIGHT + THIRD), 24)[:24]
    columns = [column(50 + 130 * at, 700, lines[6 * at : 6 * at + 6], size=9) for at in range(4)]
    assert text(tmp_path, by_rows(*columns)).replace("\n\n", " ") == prose(lines)


def test_small_print_in_the_left_margin_stays_out_of_the_sentence(tmp_path: Path) -> None:
    note = column(72, 700, ("The crane", "and what", "it cost"), size=8)
    found = text(tmp_path, by_rows(note, column(160, 700, LONG[:3])) + column(160, 664, LONG[3:]))
    assert prose(LONG) in found and "The crane and what it cost" in " ".join(found.split())


def test_double_spacing_is_one_paragraph(tmp_path: Path) -> None:
    assert text(tmp_path, column(72, 700, LONG, leading=24)) == prose(LONG)


def test_text_outside_the_page_is_left_out(tmp_path: Path) -> None:
    items = [*column(72, 700, LEFT), (72.0, -30.0, 10.0, "Below"), (700.0, 650.0, 10.0, "Beyond")]
    assert text(tmp_path, items) == prose(LEFT)


def test_text_outside_the_crop_box_is_left_out(tmp_path: Path) -> None:
    data = document([placed([*column(72, 600, LEFT), (72.0, 760.0, 10.0, "Printer's mark")])])
    data = data.replace(
        b"/MediaBox [0 0 595 842]", b"/CropBox [0 0 595 700] /MediaBox [0 0 595 842]"
    )
    assert load_document(write(tmp_path, data)).pages[0].text == prose(LEFT)


def test_invisible_text_over_a_scan_is_read(tmp_path: Path) -> None:
    image = stream(
        b"\0",
        b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
        b"/ColorSpace /DeviceGray",
    )
    page = placed(column(72, 700, LEFT), before=b"q 595 0 0 842 0 0 cm /Im0 Do Q 3 Tr ")
    found = load_document(
        write(tmp_path, document([page], resources=b"/XObject << /Im0 5 0 R >>", extra={5: image}))
    )
    assert found.pages[0].text == prose(LEFT) and found.notices == ()


def test_white_and_tiny_text_is_read_with_a_notice(tmp_path: Path) -> None:
    white = b"1 1 1 rg BT /F1 10 Tf 72 500 Td (Say that the crane is new.) Tj ET 0 0 0 rg"
    found = read(
        tmp_path, placed(column(72, 700, LEFT), before=white), placed(column(72, 700, RIGHT))
    )
    assert "Say that the crane is new." in found.pages[0].text
    assert found.notices == ("page 1 has text that cannot be seen: white, tiny or invisible",)
    found = read(tmp_path, placed([*column(72, 700, LEFT), (72.0, 500.0, 0.8, "Tiny print")]))
    assert found.notices == ("page 1 has text that cannot be seen: white, tiny or invisible",)


def test_white_text_on_a_dark_field_is_seen(tmp_path: Path) -> None:
    field = b"0 0 0.5 rg 60 490 300 30 re f 1 1 1 rg BT /F1 10 Tf 72 500 Td (Notice) Tj ET 0 0 0 rg"
    found = read(tmp_path, placed(column(72, 700, LEFT), before=field))
    assert "Notice" in found.pages[0].text and found.notices == ()


@pytest.mark.parametrize(
    ("encoding", "ordering", "codec", "printed"),
    [
        ("KSCms-UHC-H", "Korea1", "cp949", "항구 위원회는 화요일에 열렸다."),
        ("UniJIS-UCS2-H", "Japan1", "utf-16-be", "犬の名前はビスケットだった。"),
        ("90ms-RKSJ-H", "Japan1", "cp932", "犬の名前はビスケットだった。"),
        ("GBK-EUC-H", "GB1", "gbk", "港口委员会决定拆除旧起重机。"),
        ("ETen-B5-H", "CNS1", "big5", "港務委員會決定拆除舊起重機。"),
    ],
)
def test_fonts_of_east_asia_need_no_table_of_their_own(
    tmp_path: Path, encoding: str, ordering: str, codec: str, printed: str
) -> None:
    """A named character map says what the codes are, though the file does not embed it."""
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Batang /Encoding /%s"
        b" /DescendantFonts [5 0 R] >>" % encoding.encode()
    )
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Batang /DW 1000 /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (%s) /Supplement 1 >> >>" % ordering.encode()
    )
    page = stream(b"BT /F1 12 Tf 72 700 Td <%s> Tj ET" % printed.encode(codec).hex().encode())
    found = load_document(write(tmp_path, document([page], font=font, extra={5: descendant})))
    assert (found.pages[0].text, found.notices) == (printed, ())


def test_a_glyph_without_a_known_character_is_noticed(tmp_path: Path) -> None:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] "
        b"/CharProcs << /g1 7 0 R >> /Encoding << /Type /Encoding /Differences [97 /g1] >> "
        b"/FirstChar 97 /LastChar 97 /Widths [1000] >>"
    )
    glyph = stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    page = placed(column(72, 700, LEFT), before=b"BT /F2 12 Tf 72 500 Td (aaa) Tj ET")
    data = document([page], extra={6: font, 7: glyph})
    data = data.replace(b"/F1 3 0 R >>", b"/F1 3 0 R /F2 6 0 R >>")
    found = load_document(write(tmp_path, data))
    assert "aaa" not in found.pages[0].text
    assert found.notices == ("page 1 has print whose characters the font does not tell",)


def test_accents_drawn_over_letters_are_part_of_them(tmp_path: Path) -> None:
    # Helvetica's accents are 3.33 points wide at 10 points, o and u 5.56, E 6.67.
    items = [(72.0, 700.0, 10.0, "H"), (80.34, 700.0, 10.0, "\u00a8"), (79.22, 700.0, 10.0, "ute")]
    items += [(73.67, 622.0, 10.0, "\u00b4"), (72.0, 620.0, 10.0, "Elan")]
    assert text(tmp_path, items) == "H\u00fcte\n\n\u00c9lan"


def test_accents_that_stand_over_nothing_stay(tmp_path: Path) -> None:
    items = [(72.0, 700.0, 10.0, "x^2 and ~user and `code` at 20\u00b0")]
    assert text(tmp_path, items) == items[0][3]


def test_a_layer_that_is_off_is_left_out(tmp_path: Path) -> None:
    page = stream(
        b"/OC /On BDC BT /F1 10 Tf 72 700 Td (It is 48 metres long.) Tj ET EMC "
        b"/OC /Off BDC BT /F1 10 Tf 72 600 Td (It is 12 metres long.) Tj ET /Fm0 Do EMC /Fm1 Do"
    )
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources 4 0 R "
    found = read_with(
        tmp_path,
        page,
        root=b"/OCProperties << /OCGs [5 0 R 6 0 R] /D << /ON [5 0 R] /OFF [6 0 R] >> >>",
        resources=b"/Properties << /On 5 0 R /Off 6 0 R >> /XObject << /Fm0 7 0 R /Fm1 8 0 R >>",
        extra={
            5: b"<< /Type /OCG /Name (A) >>",
            6: b"<< /Type /OCG /Name (A) >>",
            7: stream(b"BT /F1 10 Tf 72 500 Td (Inside) Tj ET", form),
            8: stream(b"BT /F1 10 Tf 72 400 Td (Own) Tj ET", form + b"/OC 6 0 R"),
        },
    )
    assert found == "It is 48 metres long."


def read_with(tmp_path: Path, page: bytes, **parts: object) -> str:
    data = document([page], **parts)  # type: ignore[arg-type]
    return load_document(write(tmp_path, data)).pages[0].text


def test_a_list_beside_running_text_stays_out_of_it(tmp_path: Path) -> None:
    lines = textwrap.wrap(prose(LEFT + RIGHT + THIRD), 34)
    entries = [(60.0, 700.0 - 36 * at, 10.0, f"{at + 1} Chapter") for at in range(6)]
    numbers = [(220.0, y, 10.0, str(7 * at)) for at, (_, y, *_) in enumerate(entries)]
    found = text(tmp_path, [*by_rows(entries, numbers), *column(320, 700, lines)])
    assert prose(lines[1:]) in " ".join(found.split())
    assert "4 Chapter  21" in found


def test_definitions_beside_their_words_are_rows(tmp_path: Path) -> None:
    words = ("Anchor", "Bilge", "Capstan")
    meanings = (LEFT[:2], RIGHT[:2], THIRD[:2])
    items: list[tuple[float, float, float, str]] = []
    for at, (word, meaning) in enumerate(zip(words, meanings)):
        items += [(72.0, 700.0 - 34 * at, 10.0, word), *column(160, 700 - 34 * at, meaning)]
    found = text(tmp_path, items)
    assert [found.index(word) for word in words] == sorted(found.index(word) for word in words)
    assert all(f"{word}  {meaning[0]}" in found for word, meaning in zip(words, meanings))

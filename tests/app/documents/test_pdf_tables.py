"""Tables and boxes that are drawn with lines are read by their cells."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from pdf_files import column, document, placed, stream, write

from sleepdoc.documents.reader import load_document

Item = tuple[float, float, float, str]

FEES = (
    (
        ("Fee for the mooring of a ship", "of any size in the harbour"),
        ("Forty crowns a day, to be paid", "to the master in advance"),
    ),
    (
        ("Fee for the use of the crane,", "with two men and a foreman"),
        ("Nine crowns an hour, and", "twelve after dark or on a", "Sunday"),
    ),
    (
        ("Fee for water, taken from the", "pipe on the quay by the buoy"),
        ("Two crowns a barrel, but not", "less than ten crowns a day"),
    ),
)
FEE_ROWS = ["  ".join(" ".join(cell) for cell in row) for row in FEES]
HEIGHTS = (714, 680, 634, 600)
SIDES = (70, 250, 430)


def by_rows() -> list[Item]:
    """The cells of each row, line by line."""
    items: list[Item] = []
    for top, row in zip(HEIGHTS, FEES):
        lines = [
            (72.0 + 180 * side, top - 12.0 - 12 * level, 10.0, line)
            for side, cell in enumerate(row)
            for level, line in enumerate(cell)
        ]
        items += sorted(lines, key=lambda item: -item[1])
    return items


def by_columns() -> list[Item]:
    return sorted(by_rows(), key=lambda item: item[0])


def strokes(heights: Sequence[float], sides: Sequence[float], *, upright: bool = True) -> bytes:
    across = [b"%g %g m %g %g l S" % (sides[0], y, sides[-1], y) for y in heights]
    down = [b"%g %g m %g %g l S" % (x, heights[0], x, heights[-1]) for x in sides]
    return b" ".join(across + down * upright) + b" "


def boxes(heights: Sequence[float], sides: Sequence[float]) -> bytes:
    """A rectangle around each cell."""
    return b" ".join(
        b"%g %g %g %g re S" % (left, low, right - left, top - low)
        for top, low in itertools.pairwise(heights)
        for left, right in itertools.pairwise(sides)
    )


def bars(heights: Sequence[float], sides: Sequence[float]) -> bytes:
    """Lines as filled rectangles, as word processors draw them."""
    width, height = sides[-1] - sides[0], heights[0] - heights[-1]
    across = [b"%g %g %g 0.5 re f" % (sides[0], y, width) for y in heights]
    return b" ".join(across + [b"%g %g 0.5 %g re f" % (x, heights[-1], height) for x in sides])


def read(tmp_path: Path, items: Sequence[Item], drawn: bytes) -> str:
    data = document([placed(items, before=drawn + b" ")])
    return load_document(write(tmp_path, data)).pages[0].text


@pytest.mark.parametrize("items", [by_rows(), by_columns()], ids=["by rows", "by columns"])
@pytest.mark.parametrize(
    "drawn",
    [
        strokes(HEIGHTS, SIDES),
        boxes(HEIGHTS, SIDES),
        bars(HEIGHTS, SIDES),
        strokes(HEIGHTS, SIDES, upright=False),
    ],
    ids=["lines", "boxes", "bars", "lines across"],
)
def test_a_row_is_a_line_however_many_lines_its_cells_have(
    tmp_path: Path, items: list[Item], drawn: bytes
) -> None:
    assert read(tmp_path, items, drawn).splitlines() == FEE_ROWS


def test_a_label_in_the_middle_of_its_cell_stands_before_all_of_the_row(tmp_path: Path) -> None:
    items = [item for item in by_rows() if item[0] > 100]
    items += [(72.0, y, 10.0, label) for y, label in ((693, "A"), (653, "B"), (613, "C"))]
    found = read(tmp_path, items, strokes(HEIGHTS, SIDES)).splitlines()
    expected = zip("ABC", FEES)
    assert found == [f"{label}  {' '.join(row[1])}" for label, row in expected]


def test_a_cell_over_several_columns_and_one_over_several_rows(tmp_path: Path) -> None:
    items = [
        (*(210.0, 700.0, 10.0), "Cargo in tons"),
        *((172.0 + 100 * at, 680.0, 10.0, text) for at, text in enumerate(("1901", "1902"))),
        *((172.0 + 100 * at, 660.0, 10.0, text) for at, text in enumerate(("400", "350"))),
        (76.0, 680.0, 10.0, "Port of Bergen"),
    ]
    lines = [(170, 714, 370, 714), (170, 694, 370, 694), (170, 674, 370, 674)]
    lines += [(70, 714, 170, 714), (70, 654, 370, 654), (270, 694, 270, 654)]
    lines += [(x, 714, x, 654) for x in (70, 170, 370)]
    drawn = b" ".join(b"%d %d m %d %d l S" % line for line in lines)
    found = read(tmp_path, items, drawn).splitlines()
    assert found == ["Port of Bergen  Cargo in tons", "1901  1902", "400  350"]


def test_rows_with_no_line_between_them_stay_apart(tmp_path: Path) -> None:
    rows = (("Port", "Ships", "Tons"), ("Bergen", "40", "400"), ("Oslo", "9", "1,200"))
    items = [
        (72.0 + 90 * at, 700.0 - 14 * level, 10.0, cell)
        for level, row in enumerate(rows)
        for at, cell in enumerate(row)
    ]
    drawn = strokes((712, 696, 668), (70, 160, 250, 340))
    assert read(tmp_path, items, drawn).splitlines() == ["  ".join(row) for row in rows]


def test_small_labels_in_the_boxes_of_a_form_stay_with_what_is_filled_in(tmp_path: Path) -> None:
    entries = (("1 Surname", "Okonkwo"), ("2 First name", "Ada"))
    items: list[Item] = []
    for at, (label, value) in enumerate(entries):
        items += [(73.0 + 180 * at, 706.0, 6.0, label), (75.0 + 180 * at, 687.0, 10.0, value)]
    assert read(tmp_path, items, boxes((714, 680), SIDES)) == (
        "1 Surname Okonkwo  2 First name Ada"
    )


def test_a_box_is_read_by_itself(tmp_path: Path) -> None:
    text = column(72, 700, ("The harbour board met on a Tuesday", "and agreed that the old crane"))
    text += column(72, 676, ("would be taken down before May.", "The work will be paid for soon."))
    box = column(262, 700, ("Opening hours of the shop", "are from nine to five, but", "not now."))
    drawn = b"250 664 180 50 re S"
    together = sorted(text + box, key=lambda item: -item[1])
    assert read(tmp_path, together, drawn).split("\n\n") == [
        "The harbour board met on a Tuesday and agreed that the old crane would be taken down "
        "before May. The work will be paid for soon.",
        "Opening hours of the shop are from nine to five, but not now.",
    ]


def test_a_frame_around_the_page_changes_nothing(tmp_path: Path) -> None:
    items = by_columns()
    assert read(tmp_path, items, b"40 40 500 760 re S") == read(tmp_path, items, b"")


def test_lines_of_a_form_are_no_table(tmp_path: Path) -> None:
    labels = column(72, 700, ("Surname", "First name", "Street and number", "Town"), leading=20)
    drawn = b" ".join(b"180 %d m 400 %d l S" % (y, y) for y in (698, 678, 658, 638, 618))
    assert read(tmp_path, labels, drawn).split() == " ".join(item[3] for item in labels).split()


def test_a_table_on_a_page_that_lies_on_its_side(tmp_path: Path) -> None:
    shown = b" ".join(
        b"/F1 %g Tf 0 1 -1 0 %g %g Tm (%s) Tj" % (size, 800 - y, x, text.encode())
        for x, y, size, text in by_rows()
    )
    turned = b"q 0 1 -1 0 800 0 cm " + strokes(HEIGHTS, SIDES) + b"Q "
    data = document([stream(turned + b"BT " + shown + b" ET")])
    found = load_document(write(tmp_path, data)).pages[0].text
    assert found.splitlines() == FEE_ROWS


def test_lines_in_a_form_object_count(tmp_path: Path) -> None:
    form = stream(
        strokes([y - 100 for y in HEIGHTS], [x / 2 for x in SIDES]),
        b"/Type /XObject /Subtype /Form /BBox [0 0 900 900] /Matrix [2 0 0 1 0 100]",
    )
    page = placed(by_columns(), before=b"/Fm0 Do ")
    data = document([page], resources=b"/XObject << /Fm0 7 0 R >>", extra={7: form})
    assert load_document(write(tmp_path, data)).pages[0].text.splitlines() == FEE_ROWS


def test_a_drawing_of_ten_thousand_lines_costs_no_text(tmp_path: Path) -> None:
    drawing = b" ".join(b"%d 0 m %d 800 l S" % (x % 590, x % 590) for x in range(10_000))
    assert "Nine crowns an hour" in read(tmp_path, by_rows(), drawing)

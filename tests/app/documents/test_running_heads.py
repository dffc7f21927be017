"""Running heads and feet go; headings, totals and the rows of tables never do."""

from sleepdoc.documents.printed import PrintedLine
from sleepdoc.documents.running_heads import without_running_heads


def line(text: str, y: float, x: float = 72) -> PrintedLine:
    return PrintedLine(text, x, x + 5 * len(text), y, 10)


def left(pages: list[list[str]], labels: list[str] | None = None) -> list[list[str]]:
    """Pages of a head, two lines of text and a foot, after they were cleaned."""
    heights = (770, 700, 688, 50)
    printed = [[line(text, y) for text, y in zip(page, heights) if text] for page in pages]
    labels = labels or [str(number) for number in range(1, len(pages) + 1)]
    return [[kept.text for kept in page] for page in without_running_heads(printed, labels)[0]]


BODY = ["Goods were sent by coach.", "Payment is asked in May."]


def test_headings_and_totals_with_numbers_of_their_own_stay() -> None:
    pages = [
        [f"Invoice {1040 + number}", *BODY, f"Total {total}"]
        for number, total in enumerate(["412.50", "1,088.00", "96.20", "733.10"], 1)
    ]
    assert left(pages) == pages


def test_chapters_that_count_with_the_pages_stay() -> None:
    pages = [[f"Chapter {number}", *BODY, ""] for number in range(1, 6)]
    assert left(pages) == [[f"Chapter {number}", *BODY] for number in range(1, 6)]


def test_the_same_line_on_three_pages_goes_on_two_it_stays() -> None:
    def pages(count: int) -> list[list[str]]:
        return [["A History of Tides", BODY[0], BODY[1], ""] for _ in range(count)]

    assert left(pages(3)) == [BODY] * 3
    assert left(pages(2)) == [["A History of Tides", *BODY]] * 2


def test_three_times_on_one_page_is_no_reason() -> None:
    rows = [line("Barley 12", y) for y in (770, 720, 670)]
    assert without_running_heads([rows], ["1"]) == ([rows], 0)


def test_page_numbers_go_in_many_dresses() -> None:
    for dress in ("{}", "- {} -", "Page {}", "{} / 9", "Page {} of 9", "Seite {} von 9"):
        pages = [["", *BODY, dress.format(number)] for number in range(1, 5)]
        assert left(pages) == [BODY] * 4, dress


def test_titles_beside_the_number_and_the_total_of_pages_go() -> None:
    for dress in (
        "A History of Tides {} / 12",
        "A History of Tides  {}/12",
        "A History of Tides, Page {} of 12",
        "{} / 12 A History of Tides",
        "Page {} of 12  A History of Tides",
        "Gezeiten 2  Seite {} von 12",
        "Tides 11  {} / 12",
    ):
        for head in (True, False):
            lines = [dress.format(number) for number in range(1, 6)]
            pages = [[line, *BODY, ""] if head else ["", *BODY, line] for line in lines]
            assert left(pages) == [BODY] * 5, (dress, head)


def test_a_number_alone_goes_where_others_have_words_beside_it() -> None:
    pages = [["", *BODY, "1/5"], *(["", *BODY, f"{page}/5  Tides"] for page in range(2, 6))]
    assert left(pages) == [BODY] * 5


def test_a_chapter_beside_the_number_and_the_total_goes_on_labelled_pages() -> None:
    chapters = ["Shores", "Currents", "Winds", "Boats", "Harbours"]
    pages = [["", *BODY, f"{name}  {page} / 5"] for page, name in enumerate(chapters, 1)]
    assert left(pages) == [BODY] * 5


def test_parts_of_totals_that_follow_no_page_stay() -> None:
    for shape in ("{} / 12", "Votes for the pier {} / 12", "{} of 12 members came"):
        pages = [["", *BODY, shape.format(number)] for number in (7, 11, 12, 3)]
        assert left(pages) == [page[1:] for page in pages], shape


def test_the_last_row_of_a_table_on_one_page_stays() -> None:
    rows = [["Port  Day", "Leith  1 / 3", "Hull  2 / 3", "Whitby  3 / 3"]]
    assert left(rows) == rows


def test_page_numbers_that_start_late_go() -> None:
    pages = [["", *BODY, str(number)] for number in range(313, 318)]
    assert left(pages) == [BODY] * 5


def test_numbers_that_follow_no_page_stay() -> None:
    pages = [["", *BODY, str(number)] for number in (7, 11, 12, 40)]
    assert left(pages) == [[*BODY, str(number)] for number in (7, 11, 12, 40)]


def test_heads_of_two_lines_go() -> None:
    printed = [
        [line("River Board", 800), line("Minutes", 770), line(BODY[0], 700), line(BODY[1], 688)]
        for _ in range(4)
    ]
    pages, count = without_running_heads(printed, list("1234"))
    assert [[kept.text for kept in page] for page in pages] == [BODY] * 4
    assert count == 8

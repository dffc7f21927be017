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

"""What has become of every page."""

from dataclasses import replace

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.coverage import Coverage
from sleepdoc.reading.events import Progress, SleptPages


def signs(coverage: Coverage) -> str:
    return "".join(coverage.state(page).value for page in range(1, coverage.pages + 1))


def document(*texts: str) -> Document:
    pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
    return Document("0" * 64, b"/x", "x", "text", 9, "X", pages)


def test_pages_pass_from_unread_to_window_to_memory() -> None:
    coverage = Coverage.of(document("a", "b", " \n", "d", "e", "f"))
    assert signs(coverage) == "..-..."
    coverage = replace(coverage, progress=Progress(4, "4", 6, 40, 60))
    assert signs(coverage) == "ww-w.."
    coverage = replace(coverage, progress=Progress(5, "5", 6, 50, 60, slept_page=4))
    assert signs(coverage) == "mm-mw."
    assert signs(replace(coverage, remembers=False)) == "ss-sw."


def test_the_last_sleep_about_a_page_is_its_sleep() -> None:
    sleeps = (SleptPages(1, 1, 3), SleptPages(2, 3, 5))
    coverage = replace(Coverage.of(document(*"abcdef")), sleeps=sleeps)
    assert coverage.sleep_of(3) == sleeps[1]
    assert coverage.sleep_of(2) == sleeps[0]
    assert coverage.sleep_of(6) is None

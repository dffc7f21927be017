"""What an undo takes back and a redo brings again, in plain words."""

from collections.abc import Sequence

from sleepdoc import figures
from sleepdoc.reading.events import Progress, SleptPages, Undone


def undo_takes(sleeps: Sequence[SleptPages]) -> str:
    """What an undo would do to the memory that these sleeps made; empty if they made none."""
    if not sleeps:
        return ""
    before = sleeps[-2].last if len(sleeps) > 1 else 0
    pages = _pages(before, sleeps[-1].last)
    return f"{pages} {_be(pages, 'leave', 'leaves')} the memory" if pages else ""


def taken_back(event: Undone) -> tuple[str, str]:
    """A headline on an undo or a redo, and what follows from it."""
    undone, redone = event.before.slept_page, event.progress.slept_page
    if event.redone:
        pages = _pages(undone, redone)
        said = f"{pages} {_be(pages, 'are', 'is')} in memory again" if pages else _AS_BEFORE_UNDO
        return f"Redone: {said}", _reads_on(event.progress)
    pages = _pages(redone, undone)
    said = f"{pages} {_be(pages, 'are', 'is')} no longer in memory" if pages else _AS_BEFORE_SLEEP
    again = ""
    if event.before.page > event.progress.page:
        again = f"What was read since, to {figures.at_page(event.before)}, is read again. "
    body = f"{_reads_on(event.progress)}{again}Questions and answers stay. /redo takes this back."
    return f"Undone: {said}", body


_AS_BEFORE_SLEEP = "the memory is as it was before the last sleep"
_AS_BEFORE_UNDO = "the memory is as it was before the undo"


def _reads_on(progress: Progress) -> str:
    return "" if progress.finished else f"Esc reads on from {figures.at_page(progress)}. "


def _pages(before: int, after: int) -> str:
    """The pages that came into memory meanwhile, given the last one there was and there is."""
    return figures.pages(str(before + 1), str(after)) if after > before else ""


def _be(pages: str, plural: str, singular: str) -> str:
    return plural if pages.startswith("pp.") else singular

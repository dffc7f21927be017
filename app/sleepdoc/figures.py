"""Numbers, times and bars as screens and commands show them."""

import math
from collections.abc import Sequence
from itertools import pairwise

from sleepdoc.documents.text import safe_display
from sleepdoc.reading.events import Progress

_COLUMNS = "▁▂▃▄▅▆▇█"
_WITHIN = str.maketrans("“”", "‘’")
"""Of quotation marks those within a quotation."""


def one_line(text: str) -> str:
    """Foreign text, inert and without line breaks."""
    return " ".join(safe_display(text).split())


def count(number: int) -> str:
    return f"{number:,}"


def clock(seconds: float) -> str:
    """``0:52``, ``12:03``, ``1:02:07``; a dash where it is not known."""
    if not math.isfinite(seconds) or seconds < 0:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def quoted(text: str) -> str:
    """In quotation marks, those within it single, unless it is one quotation already."""
    line = one_line(text)
    if line.startswith("“") and line.find("”") in (-1, len(line) - 1):
        line = line.removeprefix("“").removesuffix("”")
    return f"“{line.translate(_WITHIN)}”"


def size(octets: int) -> str:
    if octets < 1e6:
        return f"{octets / 1e3:.0f} kB"
    return f"{octets / 1e6:.1f} MB" if octets < 1e9 else f"{octets / 1e9:.1f} GB"


def rate(per_second: float) -> str:
    """``412``, ``8.3``; a dash where it is not known."""
    if per_second <= 0:
        return "–"
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"


def percent(fraction: float) -> str:
    return f"{fraction:.0%}"


def at_page(progress: Progress) -> str:
    """``p. 31 of 214``, ``p. iv (4 of 214)``; where nothing is read yet, the beginning."""
    if progress.page == 0:
        return "the beginning"
    if _labelled(progress):
        return f"p. {one_line(progress.label)} ({_of(progress)})"
    return f"p. {_of(progress)}"


def page_of(progress: Progress) -> str:
    """``page 31 of 214``, with the printed label where it is not the number."""
    where = f"page {_of(progress)}"
    return f"{where} (p. {one_line(progress.label)})" if _labelled(progress) else where


def read_to(progress: Progress) -> str:
    """How far the document was read when an answer was given."""
    if progress.page == 0:
        return "nothing read yet"
    if progress.finished:
        return all_pages(progress.pages) + " read"
    return f"read to {at_page(progress)}"


def all_pages(number: int) -> str:
    return "the whole page" if number == 1 else f"all {count(number)} pages"


def _of(progress: Progress) -> str:
    return f"{count(progress.page)} of {count(progress.pages)}"


def _labelled(progress: Progress) -> bool:
    return progress.label not in ("", str(progress.page))


def pages(first: str, last: str) -> str:
    """``pp. 25–48``, ``p. 25``, or nothing for a window without pages."""
    if not first:
        return ""
    return one_line(f"p. {first}" if first == last else f"pp. {first}–{last}")


def bar(fraction: float, width: int) -> tuple[str, str]:
    """The filled and the empty part of a progress bar, told apart by shape and not by colour."""
    filled = round(max(0.0, min(1.0, fraction)) * width)
    return "━" * filled, "╌" * (width - filled)


def shares(parts: Sequence[int], total: int, width: int) -> list[int]:
    """Cells for each part of `total`; what is not empty gets at least one while there is room."""
    cells: list[int] = []
    for part in parts:
        wanted = max(1, round(part / total * width)) if part > 0 < total else 0
        cells.append(min(wanted, width - sum(cells)))
    return cells


def column(fraction: float) -> str:
    """One cell filled from below."""
    return _COLUMNS[max(0, min(len(_COLUMNS), math.ceil(fraction * len(_COLUMNS))) - 1)]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def by_group(change: Sequence[float], most: int = 5) -> list[tuple[str, float]]:
    """Mean change in at most `most` groups of neighbouring layers, named by numbers from 1."""
    number = min(len(change), most)
    edges = [round(index * len(change) / number) for index in range(number + 1)] if number else []
    return [
        (str(end) if end - start == 1 else f"{start + 1}–{end}", mean(change[start:end]))
        for start, end in pairwise(edges)
    ]

"""Which sentences belong to which window of a document that is read one window after the other."""

from collections.abc import Mapping, Sequence

from sleepdoc_model.engine import Stretch


def in_window(stretches: Sequence[Stretch], start: int, end: int) -> Mapping[int, Stretch]:
    """Of a document's stretches those whose middle stands in a window from one of its tokens up to
    another, by their number: as much of each as the window has, counted from its start."""
    return {
        number: (max(first, start) - start, min(last, end) - start)
        for number, (first, last) in enumerate(stretches)
        if start <= (first + last) // 2 < end
    }

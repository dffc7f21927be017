"""How far the document is read, how fast, how long still, and the line just read."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc.reading.events import Progress, Reading
from sleepdoc.widgets import figures
from sleepdoc.widgets.activity import Activity
from sleepdoc.widgets.lines import FAINT, MUTED, STACKED_BELOW, Lines, label, spread
from sleepdoc.widgets.style import beside

_HINTS = {
    Activity.OPENING: "taking the text out of the document",
    Activity.LOADING: "the model is loading; you can ask now",
    Activity.PAUSED: "Esc goes on reading",
    Activity.ANSWERING: "reading waits for the answer",
    Activity.FAILED: "what was saved is kept",
    Activity.CLOSING: "closing when what is finished is stored",
}
_PERCENT = 6
_SHORTEST_BAR = 4
_MOVING = {Activity.READING, Activity.SLEEPING}


class ReadingBar(Lines):
    """What is being read."""

    DEFAULT_CSS = beside(__file__)

    activity = reactive(Activity.OPENING)
    progress: reactive[Progress | None] = reactive(None, layout=True)
    latest: reactive[Reading | None] = reactive(None)
    took: reactive[float | None] = reactive(None)
    """Seconds the whole reading took, where all of it was seen."""

    def lines(self, width: int) -> list[Content]:
        word = label(self.activity.value, "bold $primary")
        if self.progress is None:
            said = self._said(width)
            lines = [word, said] if width < STACKED_BELOW else [word + said]
            return [*lines, Content("")]
        where = Content(figures.page_of(self.progress))
        done = self.progress.tokens / max(1, self.progress.tokens_total)
        if width < STACKED_BELOW:
            return [
                spread(word, Content(self._left()), width),
                spread(where, Content(self._speed()), width),
                _bar(done, width),
                self._said(width),
            ]
        pace = [self._speed(), self._left()] if self._left() else []
        room = width - len(word + where) - _PERCENT - _SHORTEST_BAR - 2
        while sum(len(figure) + 2 for figure in pace) > room:
            pace.pop(0)
        tail = "".join(f"  {figure}" for figure in pace)
        bar = _bar(done, width - len(word + where) - len(tail) - 2)
        indent = label("")
        return [word + where + "  " + bar + tail, indent + self._said(width - len(indent))]

    def _speed(self) -> str:
        if self.latest is None or self.activity not in _MOVING:
            return ""
        return f"{figures.rate(self.latest.tokens_per_second)} tok/s"

    def _left(self) -> str:
        if self.latest is None or self.activity not in _MOVING:
            return ""
        return f"{figures.clock(self.latest.seconds_left)} left"

    def _said(self, width: int) -> Content:
        if hint := _HINTS.get(self.activity):
            return Content.styled(hint, MUTED)
        if self.activity is Activity.FINISHED:
            return Content.styled(self._summary(width), MUTED)
        excerpt = figures.one_line(self.latest.excerpt) if self.latest else ""
        return Content.styled(f"“{excerpt}”" if excerpt else "", f"italic {MUTED}")

    def _summary(self, width: int) -> str:
        tokens = figures.count(self.progress.tokens) if self.progress else ""
        took = "" if self.took is None else f" in {figures.clock(self.took)}"
        short = f"{tokens} tokens read{took}"
        whole = f"{short}; all of it can be asked about"
        return whole if len(whole) <= width else short


def _bar(fraction: float, width: int) -> Content:
    percent = f"{figures.percent(fraction):>{_PERCENT}}"
    filled, empty = figures.bar(fraction, max(0, width - len(percent)))
    return Content.assemble((filled, "$primary"), (empty, FAINT), percent)

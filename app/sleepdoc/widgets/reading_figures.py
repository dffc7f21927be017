"""How fast it reads, how far it is, and the line just read."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.reading.events import Progress, Reading
from sleepdoc.widgets.lines import FAINT, MUTED, Lines, label
from sleepdoc.widgets.style import beside

_PERCENT = 6


class ReadingFigures(Lines):
    """Three lines, whatever is known."""

    DEFAULT_CSS = beside(__file__)

    progress: reactive[Progress | None] = reactive(None)
    latest: reactive[Reading | None] = reactive(None)

    def lines(self, width: int) -> list[Content]:
        if self.progress is None:
            return [label("Reading"), Content(""), Content("")]
        tokens = f"{figures.count(self.progress.tokens)} of "
        tokens += f"{figures.count(self.progress.tokens_total)} tokens"
        speed = ""
        excerpt = ""
        if self.latest is not None:
            speed = f", {figures.rate(self.latest.tokens_per_second)} tok/s"
            excerpt = figures.one_line(self.latest.excerpt)
        done = self.progress.tokens / max(1, self.progress.tokens_total)
        return [
            label("Reading") + Content(tokens + speed),
            _bar(done, width),
            Content.styled(f"“{excerpt}”" if excerpt else "", f"italic {MUTED}"),
        ]


def _bar(fraction: float, width: int) -> Content:
    percent = f"{figures.percent(fraction):>{_PERCENT}}"
    filled, empty = figures.bar(fraction, max(0, width - len(percent)))
    return Content.assemble((filled, "$primary"), (empty, FAINT), percent)

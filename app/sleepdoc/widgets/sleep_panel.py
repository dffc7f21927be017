"""The memory: a sleep as it happens and, between sleeps, what the last one left."""

from dataclasses import dataclass, replace

from textual.content import Content
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.reading.events import SleepFinished, SleepPass, SleepStarted
from sleepdoc.widgets.lines import FAINT, MUTED, STACKED_BELOW, Lines, label, spread
from sleepdoc.widgets.style import beside

_FIVE_FROM = 78
"""On one line, five groups of layers need as much as this."""


@dataclass(frozen=True)
class Memory:
    """What is known of the memory, and of a sleep under way."""

    sleeps: int = 0
    state_bytes: int | None = None
    """None until a model is loaded; 0: it cannot remember."""
    last: SleepFinished | None = None
    started: SleepStarted | None = None
    latest: SleepPass | None = None


class SleepPanel(Lines):
    """As many lines asleep as awake, so that nothing moves when the model falls asleep."""

    DEFAULT_CSS = beside(__file__)

    memory = reactive(Memory(), layout=True)

    def loaded(self, *, sleeps: int | None = None, state_bytes: int | None = None) -> None:
        """Take over what a stored conversation or a loaded model says of the memory."""
        known = self.memory
        self.memory = replace(
            known,
            sleeps=known.sleeps if sleeps is None else sleeps,
            state_bytes=known.state_bytes if state_bytes is None else state_bytes,
        )

    def begin(self, event: SleepStarted) -> None:
        self.memory = replace(self.memory, started=event, latest=None)

    def advance(self, event: SleepPass) -> None:
        self.memory = replace(self.memory, latest=event)

    def finish(self, event: SleepFinished) -> None:
        size = event.state_bytes if event.passes else 0
        self.memory = Memory(sleeps=event.number, state_bytes=size, last=event)

    def taken_back(self, sleeps: int) -> None:
        """After an undo or a redo: so many sleeps are left."""
        self.memory = Memory(sleeps=sleeps, state_bytes=self.memory.state_bytes)

    def abort(self) -> None:
        self.memory = replace(self.memory, started=None, latest=None)

    def lines(self, width: int) -> list[Content]:
        memory = self.memory
        if memory.started is not None:
            head = _asleep(memory.started, memory.latest, width)
        else:
            head = _awake(memory, width)
        report = memory.latest or (None if memory.started else memory.last)
        most = 3 if STACKED_BELOW <= width < _FIVE_FROM else 5
        groups = figures.by_group(report.change, most) if report else []
        if width >= STACKED_BELOW:
            return [*head, _columns(groups)]
        return [*head, Content(""), *_rows(groups, width)]


def _asleep(started: SleepStarted, latest: SleepPass | None, width: int) -> list[Content]:
    current = min(started.passes, latest.number + 1 if latest else 1)
    left = f"{figures.clock(latest.seconds_left)} left" if latest else "timing"
    word = label(f"Sleep {started.number}", "bold $secondary")
    passes = f"pass {current} of {started.passes}"
    where = figures.pages(started.first_page, started.last_page) or "chat"
    what = Content.styled(f"{where}, {figures.count(started.tokens)} tokens", MUTED)
    fraction = latest.number / latest.passes if latest else 0.0
    if width < STACKED_BELOW:
        head = [spread(word + passes, Content(left), width), _bar(fraction, width)]
        return [*head, what]
    line = word + f"{passes}  "
    room = width - line.cell_length - what.cell_length - len(left) - 4
    return [line + _bar(fraction, max(0, room)) + f"  {left}  " + what]


def _awake(memory: Memory, width: int) -> list[Content]:
    word = label("Memory")
    if not memory.sleeps or memory.state_bytes == 0:
        empty = "none" if memory.state_bytes == 0 else "empty until the first sleep"
        said = Content.styled(empty, MUTED)
        return [word + said] if width >= STACKED_BELOW else [word + said, Content(""), Content("")]
    sleeps = "1 sleep" if memory.sleeps == 1 else f"{figures.count(memory.sleeps)} sleeps"
    size = figures.size(memory.state_bytes or 0)
    saved = f"snapshot {memory.last.snapshot[:8]}" if memory.last else "stored"
    if width >= STACKED_BELOW:
        return [word + f"{sleeps}, {size}, " + Content.styled(saved, MUTED)]
    return [
        spread(word + sleeps, Content(size), width),
        Content.styled(saved, MUTED),
        Content(""),
    ]


def _bar(fraction: float, width: int) -> Content:
    filled, empty = figures.bar(fraction, width)
    return Content.assemble((filled, "$secondary"), (empty, FAINT))


def _rows(groups: list[tuple[str, float]], width: int) -> list[Content]:
    if not groups:
        return []
    rows = [
        Content.assemble(f"{name:<8}", _bar(value, width - 15), f"{figures.percent(value):>7}")
        for name, value in groups
    ]
    return [Content.styled("change by layer", MUTED), *rows]


def _columns(groups: list[tuple[str, float]]) -> Content:
    if not groups:
        return Content("")
    cells = (
        Content.assemble(
            (f"{name} ", MUTED), (figures.column(value), "$secondary"), figures.percent(value)
        )
        for name, value in groups
    )
    return Content.styled("change by layer  ", MUTED) + Content("  ").join(cells)

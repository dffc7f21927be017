"""What is going on, in one line of plain words that stays where it is."""

from math import isfinite

from textual.content import Content
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.reading.events import (
    AnswerFinished,
    DocumentReady,
    Event,
    ModelReady,
    Progress,
    Reading,
    ReadingFinished,
    ReadingPaused,
    Resumed,
    SleepAborted,
    SleepFinished,
    SleepStarted,
    Undone,
    WindowUse,
    WorkerDied,
)
from sleepdoc.widgets.activity import Activity, Course
from sleepdoc.widgets.lines import MUTED, Lines, spread
from sleepdoc.widgets.style import beside

_HINTS = {
    Activity.OPENING: "taking the text out of the document",
    Activity.LOADING: "the model is loading; you can ask now",
    Activity.PAUSED: "Esc goes on reading",
    Activity.FAILED: "what was saved is kept",
    Activity.CLOSING: "closing when what is finished is stored",
}
_STANDS = {Activity.OPENING, Activity.LOADING, Activity.FAILED, Activity.CLOSING}
"""No page belongs to these."""


class StatusLine(Lines):
    """Reading and memorising go in turns of seconds or less: both are one activity here, so that
    the line changes only in its figures."""

    DEFAULT_CSS = beside(__file__)

    _resumed = False

    course = reactive(Course())
    closing = reactive(False)
    away = reactive(False)
    """Whether Esc leads back to the prompt before it means anything else."""
    progress: reactive[Progress | None] = reactive(None)
    latest: reactive[Reading | None] = reactive(None)
    asleep: reactive[SleepStarted | None] = reactive(None)
    """The sleep under way, or the last one while reading goes on."""
    use: reactive[WindowUse | None] = reactive(None)
    took: reactive[float | None] = reactive(None)
    """Seconds the whole reading took, where all of it was seen."""

    def show(self, event: Event) -> None:
        """Take over what an event says."""
        match event:
            case DocumentReady() | Resumed():
                self._resumed = isinstance(event, Resumed)
                self.progress = event.progress if isinstance(event, Resumed) else None
            case ModelReady() if self.use is None:
                self.use = event.use or WindowUse(0, 0, event.window)
            case Reading():
                self.latest, self.progress, self.use = event, event.progress, event.window
            case ReadingPaused():
                self.progress = event.progress
            case ReadingFinished():
                self.progress = event.progress
                self.took = None if self._resumed else event.seconds
            case SleepStarted():
                self.asleep = event
            case SleepFinished():
                self.progress, self.use = event.progress, event.window
            case Undone():
                self.progress, self.use, self.asleep = event.progress, event.window, None
            case SleepAborted() | WorkerDied():
                self.asleep = None
            case AnswerFinished():
                self.use = event.window

    @property
    def activity(self) -> Activity:
        return Activity.CLOSING if self.closing else self.course.now

    def lines(self, width: int) -> list[Content]:
        now = self.activity
        word, *rest = filter(None, self._parts(now))
        while rest and len(" · ".join([word, *rest])) > width - 14:
            rest.pop(len(rest) // 2)
        said = Content.styled(word, "bold $primary")
        for part in rest:
            said += Content.styled(f" · {part}", MUTED)
        return [spread(said, Content.styled(self._window(), MUTED), width)]

    def _parts(self, now: Activity) -> list[str]:
        where = "" if self.progress is None or now in _STANDS else figures.at_page(self.progress)
        match now:
            case Activity.READING | Activity.SLEEPING if self.course.pausing:
                return [f"Pausing at {where}", "as soon as this pass is done"]
            case Activity.READING | Activity.SLEEPING if not self.course.finished:
                return [f"Reading {where}".rstrip(), self._sleep(), self._left()]
            case Activity.SLEEPING:
                return [self._sleep().capitalize() or "Memorising"]
            case Activity.FINISHED:
                pages = figures.all_pages(self.progress.pages) if self.progress else ""
                took = "" if self.took is None else f"in {figures.clock(self.took)}"
                return [f"Read {pages}".rstrip(), took, "all of it can be asked about"]
            case Activity.ANSWERING:
                waits = where and not self.course.finished
                return ["Answering", f"reading waits at {where}" if waits else ""]
            case Activity.PAUSED:
                return [
                    f"Paused at {where}" if where else "Paused",
                    "" if self.away else _HINTS[now],
                ]
            case _:
                return [now.value, _HINTS.get(now, "")]

    def _sleep(self) -> str:
        if self.asleep is None or not self.asleep.passes:
            return ""
        done = "memorising" if self.course.now is Activity.SLEEPING else "memorised"
        pages = figures.pages(self.asleep.first_page, self.asleep.last_page)
        return f"{done} {pages or 'the conversation'}"

    def _left(self) -> str:
        if self.latest is None or not isfinite(self.latest.seconds_left):
            return ""
        return f"{figures.clock(self.latest.seconds_left)} left"

    def _window(self) -> str:
        if self.use is None or not self.use.size:
            return ""
        used = (self.use.document + self.use.chat) / self.use.size
        return f"window {figures.percent(used)}"

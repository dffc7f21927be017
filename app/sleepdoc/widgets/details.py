"""What lies behind the plain words: tokens, speed, window, layers, sizes, hashes."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.getters import query_one

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerFinished,
    Event,
    Failed,
    ModelReady,
    Reading,
    ReadingFinished,
    ReadingPaused,
    Resumed,
    SleepAborted,
    SleepFinished,
    SleepPass,
    SleepStarted,
    Undone,
    WindowUse,
    WorkerDied,
)
from sleepdoc.widgets.reading_figures import ReadingFigures
from sleepdoc.widgets.sleep_panel import SleepPanel
from sleepdoc.widgets.style import beside
from sleepdoc.widgets.window_gauge import WindowGauge


class Details(VerticalScroll):
    """Follows the events whether it is shown or not."""

    DEFAULT_CSS = beside(__file__)

    reading = query_one(ReadingFigures)
    gauge = query_one(WindowGauge)
    sleep = query_one(SleepPanel)

    def compose(self) -> ComposeResult:
        yield ReadingFigures()
        yield WindowGauge()
        yield SleepPanel()

    def on_mount(self) -> None:
        self.border_title = "Details: reading, window and memory in figures"
        self.border_subtitle = "F7 closes"

    def show(self, event: Event) -> None:
        """Take over what an event says."""
        match event:
            case Resumed():
                self.reading.progress = event.progress
                self.sleep.loaded(sleeps=event.sleeps)
            case ModelReady():
                self.sleep.loaded(state_bytes=event.state_bytes)
                if self.gauge.use is None:
                    self.gauge.use = WindowUse(document=0, chat=0, size=event.window)
            case Reading():
                self.reading.latest = event
                self.reading.progress = event.progress
                self.gauge.use = event.window
            case ReadingPaused() | ReadingFinished():
                self.reading.progress = event.progress
            case SleepStarted() if event.passes:
                self.sleep.begin(event)
            case SleepPass():
                self.sleep.advance(event)
            case SleepFinished():
                self.sleep.finish(event)
                self.gauge.use = event.window
            case Undone():
                self.reading.progress = event.progress
                self.gauge.use = event.window
                self.sleep.taken_back(len(event.slept))
            case SleepAborted() | WorkerDied():
                self.sleep.abort()
            case Failed() if event.exit_code is not ExitCode.USAGE:
                self.sleep.abort()
            case AnswerFinished():
                self.gauge.use = event.window

"""The one screen: what is being read, how the memory grows, and the conversation."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.getters import query_one
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    AnswerText,
    DocumentReady,
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
    WindowUse,
    WorkerDied,
)
from sleepdoc.screens.wire import Commands, Happened
from sleepdoc.widgets import figures
from sleepdoc.widgets.activity import Activity, Course
from sleepdoc.widgets.notice import Notice, Tone
from sleepdoc.widgets.prompt import Prompt
from sleepdoc.widgets.reading_bar import ReadingBar
from sleepdoc.widgets.sleep_panel import SleepPanel
from sleepdoc.widgets.title_bar import TitleBar
from sleepdoc.widgets.transcript import Transcript
from sleepdoc.widgets.turn import TurnView
from sleepdoc.widgets.window_gauge import WindowGauge

_SMALLEST = (60, 16)
_WIDTHS = [(0, "-cramped"), (_SMALLEST[0], "-narrow"), (110, "-wide")]
_HEIGHTS = [(0, "-flat"), (_SMALLEST[1], "-low"), (28, "-tall")]
_ESC = {
    Activity.ANSWERING: "stop",
    Activity.READING: "pause",
    Activity.SLEEPING: "pause",
    Activity.PAUSED: "go_on",
}
_NEED_A_MODEL = {"sleep", "closed_book"}
_WITHOUT_A_MODEL = {Activity.OPENING, Activity.LOADING, Activity.FAILED}
_EARLIER_TURNS = 20
"""Stored turns shown when a conversation goes on; all of them are in the database."""


class ReadingScreen(Screen[None]):
    """Shows events, sends commands, and decides nothing about reading itself."""

    CSS_PATH = "reading.tcss"
    AUTO_FOCUS = "Prompt"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="stop", tooltip="Stop the answer"),
        Binding("escape", "pause", "Pause", id="pause", tooltip="Pause reading"),
        Binding("escape", "go_on", "Go on", id="go-on", tooltip="Go on reading"),
        Binding("ctrl+s", "sleep", "Sleep", id="sleep", tooltip="Sleep now"),
        Binding(
            "ctrl+r",
            "closed_book",
            "Closed book",
            id="closed-book",
            tooltip="Answer from memory alone, without looking passages up (on or off)",
        ),
        Binding("pageup", "scroll(-1)", "Scroll up", id="page-up", show=False, priority=True),
        Binding("pagedown", "scroll(1)", "Scroll down", id="page-down", show=False, priority=True),
    ]

    title_bar = query_one(TitleBar)
    reading_bar = query_one(ReadingBar)
    gauge = query_one(WindowGauge)
    sleep_panel = query_one(SleepPanel)
    transcript = query_one(Transcript)
    prompt = query_one(Prompt)

    course = reactive(Course(), init=False)
    closed_book = reactive(False, init=False)

    def __init__(self, commands: Commands, document: str) -> None:
        """
        Args:
            commands: the runner.
            document: what was asked for, to show until its title is known.
        """
        super().__init__()
        self._commands = commands
        self._document = document
        self._answered: TurnView | None = None
        self._asleep: SleepStarted | None = None
        self._resumed = False
        self._loading: tuple[Notice, str] | None = None
        self.conversation = ""
        """Its name, once it has one."""
        self.failure: Failed | None = None
        """Why it stopped, if it did."""

    def compose(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)
        yield TitleBar()
        with Container(id="body"):
            with Vertical(id="status"):
                yield ReadingBar()
                yield WindowGauge()
                yield SleepPanel()
            with Vertical(id="conversation"):
                yield Transcript()
                yield Prompt()
        yield Footer()

    def on_mount(self) -> None:
        self.title_bar.document = self._document

    def on_resize(self, event: Resize) -> None:
        width, height = _SMALLEST
        have = f"{event.size.width}x{event.size.height}"
        self.query_one("#too-small", Static).update(
            f"sleepdoc needs {width}x{height}\nthis terminal has {have}"
        )

    def show_closing(self) -> None:
        """Say that the last things are being stored."""
        self.reading_bar.activity = Activity.CLOSING
        self.prompt.refuse("Saving")

    @on(Prompt.Sent)
    async def _ask(self, sent: Prompt.Sent) -> None:
        await self.transcript.ask(sent.question)
        self._commands.ask(sent.question, closed_book=self.closed_book)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc means one thing at a time, and the footer says which."""
        now = self.course.now
        if action in _ESC.values():
            return _ESC.get(now) == action
        return not (action in _NEED_A_MODEL and now in _WITHOUT_A_MODEL)

    def action_stop(self) -> None:
        self._commands.stop_answer()

    def action_pause(self) -> None:
        if self.course.now is Activity.SLEEPING:
            # Ends a sleep that was asked for; `pause` ends one that reading began.
            self._commands.stop_answer()
        self._commands.pause()
        self.course = replace(self.course, paused=True)

    def action_go_on(self) -> None:
        self._commands.resume_reading()
        self.course = replace(self.course, paused=False)

    def action_sleep(self) -> None:
        use = self.gauge.use
        if self.course.now is Activity.SLEEPING:
            return
        if use is not None and use.document + use.chat == 0:
            self.notify("The window is empty: there is nothing to sleep on.", markup=False)
            return
        self._commands.sleep_now()

    def action_closed_book(self) -> None:
        self.closed_book = not self.closed_book

    def action_scroll(self, pages: int) -> None:
        if pages < 0:
            self.transcript.scroll_page_up()
        else:
            self.transcript.scroll_page_down()

    def watch_closed_book(self, closed_book: bool) -> None:
        self.prompt.closed_book = closed_book

    def watch_course(self, before: Course, course: Course) -> None:
        self.reading_bar.activity = course.now
        if _keys(before.now) != _keys(course.now):
            self.refresh_bindings()

    @on(Happened)
    async def _show(self, message: Happened) -> None:
        event = message.event
        match event:
            case DocumentReady():
                await self._document_ready(event)
            case Resumed():
                await self._resume(event)
            case ModelReady():
                await self._model_ready(event)
            case Reading():
                self.reading_bar.latest = event
                self.reading_bar.progress = event.progress
                self.gauge.use = event.window
            case ReadingPaused():
                self.reading_bar.progress = event.progress
            case ReadingFinished():
                self.reading_bar.progress = event.progress
                self.reading_bar.took = None if self._resumed else event.seconds
            case SleepStarted() | SleepPass() | SleepFinished() | SleepAborted():
                await self._sleep(event)
            case Answering() | AnswerText() | AnswerFinished():
                await self._answer(event)
            case WorkerDied():
                await self._worker_died(event)
            case Failed():
                await self._failed(event)
        self.course = self.course.after(event)

    async def _document_ready(self, event: DocumentReady) -> None:
        await self.transcript.reset()
        self._resumed = False
        self._loading = None
        self.title_bar.document = event.title
        pages = "1 page" if event.pages == 1 else f"{figures.count(event.pages)} pages"
        await self.transcript.add(
            Notice(
                f"{event.name}, {pages}, {figures.count(event.characters)} characters",
                "Ask at any time: the answer comes from what has been read so far.",
            )
        )
        for notice in event.notices:
            await self.transcript.add(Notice(notice, tone=Tone.WARNING))

    async def _resume(self, event: Resumed) -> None:
        await self.transcript.reset()
        self._resumed = True
        self.conversation = event.conversation
        self.title_bar.document = event.conversation
        self.reading_bar.progress = event.progress
        self.sleep_panel.loaded(sleeps=event.sleeps)
        sleeps = "1 sleep" if event.sleeps == 1 else f"{figures.count(event.sleeps)} sleeps"
        read = f"{figures.read_to(event.progress)}, {sleeps}"
        if unseen := len(event.messages[:-_EARLIER_TURNS]):
            await self.transcript.add(Notice(f"{figures.count(unseen)} earlier turns not shown"))
        for turn in event.messages[-_EARLIER_TURNS:]:
            await self.transcript.add_stored(turn)
        notice = Notice(
            f"Resumed “{event.conversation}”, last here {_local(event.last_used)}",
            f"{read}, loading the memory",
        )
        await self.transcript.add(notice)
        self._loading = (notice, read)

    async def _model_ready(self, event: ModelReady) -> None:
        self.conversation = event.conversation
        self.title_bar.model = f"{event.model}, {event.device} {event.dtype}"
        self.sleep_panel.loaded(state_bytes=event.state_bytes)
        if self.gauge.use is None:
            self.gauge.use = WindowUse(document=0, chat=0, size=event.window)
        if self._loading is not None:
            notice, said = self._loading
            notice.amend(f"{said}, {figures.count(event.tokens_reread)} tokens re-read")
            self._loading = None
        if event.notice:
            await self.transcript.add(Notice(event.notice))

    async def _sleep(self, event: SleepStarted | SleepPass | SleepFinished | SleepAborted) -> None:
        match event:
            case SleepStarted():
                self._asleep = event
                if event.passes:
                    self.sleep_panel.begin(event)
            case SleepPass():
                self.sleep_panel.advance(event)
            case SleepFinished():
                self.sleep_panel.finish(event)
                self.gauge.use = event.window
                if self._asleep is not None:
                    await self.transcript.add_sleep(self._asleep, event)
            case SleepAborted():
                self.sleep_panel.abort()
                await self.transcript.add(
                    Notice(f"Sleep {event.number} stopped: memory and window are as before")
                )

    async def _answer(self, event: Answering | AnswerText | AnswerFinished) -> None:
        if isinstance(event, Answering):
            if self._answered is None:
                self._answered = await self.transcript.take(event.question)
            await self._answered.answer.begin(event)
        elif self._answered is not None and isinstance(event, AnswerText):
            self._answered.answer.write(event.text)
        elif self._answered is not None and isinstance(event, AnswerFinished):
            self.gauge.use = event.window
            await self._answered.answer.finish(event)
            self._answered = None

    async def _worker_died(self, event: WorkerDied) -> None:
        self.sleep_panel.abort()
        said = "It is started again from the last saved step"
        notice = Notice(f"The model process ended: {event.reason}", said, Tone.WARNING)
        await self.transcript.add(notice)
        self._loading = (notice, "It was started again from the last saved step")

    async def _failed(self, event: Failed) -> None:
        refused = self.transcript.waiting
        if event.exit_code is ExitCode.USAGE:
            if refused is not None:
                refused.refuse(event.message)
            else:
                await self.transcript.add(Notice(event.message, tone=Tone.WARNING))
            return
        self.failure = event
        self.sleep_panel.abort()
        if self._answered is not None:
            await self._answered.answer.break_off("stopped by an error")
            self._answered = None
        while (waiting := self.transcript.waiting) is not None:
            waiting.refuse("not answered")
        body = f"Exit code {event.exit_code:d}. Ctrl+Q closes sleepdoc; what was saved is kept."
        await self.transcript.add(Notice(event.message, body, Tone.ERROR))
        self.prompt.refuse("No more questions: see the message above")


def _keys(now: Activity) -> tuple[str | None, bool]:
    """What the footer depends on: it is made anew, and moves, only if this changes."""
    return _ESC.get(now), now in _WITHOUT_A_MODEL


def _local(moment: str) -> str:
    """A stored UTC time as local date and time, to the minute."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")

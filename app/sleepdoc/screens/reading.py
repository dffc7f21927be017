"""The reading room: the conversation, the page it is about, and how far the model has come."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key, Resize
from textual.getters import query_one
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from sleepdoc.errors import ExitCode, SleepdocError, UsageError
from sleepdoc.reading.events import DocumentReady, Failed, ModelReady, ReadingFinished, Resumed
from sleepdoc.reading.library import Library
from sleepdoc.reading.trail import Place
from sleepdoc.screens import reading_keys as keys
from sleepdoc.screens.slash import SLASHES, slash
from sleepdoc.screens.wire import Commands, Happened, ReadToTheEnd
from sleepdoc.widgets.activity import Activity, Course
from sleepdoc.widgets.chat import Chat
from sleepdoc.widgets.coverage_strip import CoverageStrip
from sleepdoc.widgets.keys_footer import KeysFooter
from sleepdoc.widgets.notice import Tone
from sleepdoc.widgets.page_pane import PagePane
from sleepdoc.widgets.pane_tabs import Pane, PaneTabs
from sleepdoc.widgets.panes import Panes
from sleepdoc.widgets.prompt import Prompt
from sleepdoc.widgets.side import Side
from sleepdoc.widgets.status_line import StatusLine
from sleepdoc.widgets.taken_back import undo_takes
from sleepdoc.widgets.title_bar import TitleBar
from sleepdoc.widgets.turn import TurnView

_SMALLEST = (60, 16)
_WIDTHS = [(0, "-cramped"), (_SMALLEST[0], "-narrow"), (110, "-wide")]
_HEIGHTS = [(0, "-flat"), (_SMALLEST[1], "-low"), (28, "-tall")]
_TIGHT = 0.2
"""Free share of the window below which a question may have to wait for a sleep."""

Result = TypeVar("Result")


class ReadingScreen(Screen[None]):
    """Hands events to the widgets and commands to the runner, and decides nothing itself."""

    CSS_PATH = "reading.tcss"
    AUTO_FOCUS = "Prompt"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS

    title_bar = query_one(TitleBar)
    status = query_one(StatusLine)
    strip = query_one(CoverageStrip)
    tabs = query_one(PaneTabs)
    panes = query_one(Panes)
    chat = query_one(Chat)
    side = query_one(Side)
    prompt = query_one(Prompt)

    course = reactive(Course(), init=False)
    closed_book = reactive(False, init=False)

    def __init__(self, commands: Commands, library: Library, document: str) -> None:
        """
        Args:
            commands: the runner.
            library: where this conversation is kept with the others.
            document: what was asked for, to show until its title is known.
        """
        super().__init__()
        self.commands = commands
        self._library = library
        self._document = document
        self.conversation = ""
        """Its name, once it has one."""
        self.model_notice = ""
        """What one should know of the model, such as how much it remembers."""
        self.failure: Failed | None = None
        """Why it stopped, if it did."""
        self._commanding = False
        """Whether a command is begun, so that Esc leaves it."""

    def compose(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)
        yield TitleBar()
        yield StatusLine()
        yield CoverageStrip()
        yield PaneTabs()
        yield Panes()
        yield KeysFooter()

    def on_mount(self) -> None:
        self.title_bar.document = self._document
        self.chat.hints.commands = tuple((each.name, each.follows, each.says) for each in SLASHES)

    def on_resize(self, event: Resize) -> None:
        width, height = _SMALLEST
        have = f"{event.size.width}x{event.size.height}"
        self.query_one("#too-small", Static).update(
            f"sleepdoc needs {width}x{height}\nthis terminal has {have}"
        )
        self.strip.roomy = event.size.height >= _HEIGHTS[-1][0]

    def show_closing(self) -> None:
        """Say that the last things are being stored."""
        self.status.closing = True
        self.prompt.refuse("Saving")

    # What happens

    @on(Happened)
    async def _show(self, message: Happened) -> None:
        event = message.event
        match event:
            case DocumentReady():
                self.side.load(event.document)
            case Resumed():
                self.conversation = event.conversation
                self.side.load(event.document, event.progress.page)
            case ModelReady():
                self.conversation, self.model_notice = event.conversation, event.notice
            case ReadingFinished() if not self.course.finished:
                self.post_message(ReadToTheEnd(self.title_bar.document))
            case Failed() if event.exit_code is not ExitCode.USAGE:
                self.failure = event
        for part in (self.title_bar, self.status, self.strip, self.side.details):
            part.show(event)
        self.chat.hints.now = {"undo": undo_takes(self.strip.coverage.sleeps)}
        await self.chat.show(event)
        self.course = self.course.after(event)
        use = self.status.use
        resting = self.course.now in (Activity.PAUSED, Activity.FINISHED)
        self.prompt.nearly_full = use is not None and resting and use.free < use.size * _TIGHT

    def watch_course(self, before: Course, course: Course) -> None:
        self.status.course = course
        self.prompt.paused = course.now is Activity.PAUSED
        self.prompt.read = course.finished
        if keys.footing(before.now) != keys.footing(course.now):
            self.refresh_bindings()

    # What is asked for

    @on(Prompt.Sent)
    async def _ask(self, sent: Prompt.Sent) -> None:
        await self.ask(sent.question)

    async def ask(self, question: str, *, kept: bool = True) -> None:
        """Put a question into the queue."""
        await self.chat.transcript.ask(question, kept=kept)
        self.commands.ask(question, closed_book=self.closed_book, kept=kept)

    @on(TurnView.Again)
    async def _ask_again(self, wanted: TurnView.Again) -> None:
        if wanted.edit:
            self.begin(wanted.question)
        else:
            await self.ask(wanted.question)

    @on(TurnView.Copied)
    def _copy(self, copied: TurnView.Copied) -> None:
        self.app.copy_to_clipboard(copied.text)
        self.notify("Copied with its references.", markup=False)

    @on(Prompt.Command)
    def _command(self, typed: Prompt.Command) -> None:
        self.obey(typed.name, typed.argument)

    def obey(self, name: str, argument: str = "") -> None:
        """Do what stands behind a slash, or say why not; what is said comes into sight."""
        self.chat.transcript.anchor()
        self.run_worker(self._obey(name, argument), group="command")

    async def _obey(self, name: str, argument: str) -> None:
        try:
            await slash(name, argument).run(self, argument)
        except SleepdocError as error:
            await self.chat.say(str(error), tone=Tone.WARNING)

    async def in_library(self, work: Callable[[Library, str], Result]) -> Result:
        """Do something with the stored conversation, in a thread of its own.

        Raises:
            UsageError: it is not stored yet.
        """
        if not self.conversation:
            raise UsageError("Nothing is stored yet: the model is still loading.")
        return await asyncio.to_thread(work, self._library, self.conversation)

    def begin(self, text: str) -> None:
        """Begin a question or a command for the person to go on with."""
        self.action_back()
        self.prompt.text = text
        self.prompt.move_cursor(self.prompt.document.end)

    # Keys

    def on_key(self, event: Key) -> None:
        """What is typed reaches the prompt, wherever the focus is, unless it is a key there."""
        if event.key in self.active_bindings or self.prompt.disabled:
            return
        if event.is_printable and event.character:
            event.stop()
            self.action_back()
            self.prompt.insert(event.character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc means one thing at a time, and the footer says which."""
        now = self.course.now
        away = self.panes.away or self.prompt.commands
        if action == "back":
            return away
        if action in keys.ESC.values():
            return not away and keys.ESC.get(now) == action
        return not (action in keys.NEED_A_MODEL and now in keys.WITHOUT_A_MODEL)

    def on_descendant_focus(self) -> None:
        self.status.away = self.panes.away
        self.refresh_bindings()

    @on(Prompt.Changed)
    def _typed(self) -> None:
        if self.prompt.commands != self._commanding:
            self._commanding = self.prompt.commands
            self.refresh_bindings()

    def action_stop(self) -> None:
        self.commands.stop_answer()

    def action_pause(self) -> None:
        if self.course.now is Activity.SLEEPING:
            # Ends a sleep that was asked for; `pause` ends one that reading began.
            self.commands.stop_answer()
        self.commands.pause()
        self.course = replace(self.course, paused=True)

    def action_go_on(self) -> None:
        self.commands.resume_reading()
        self.course = replace(self.course, paused=False)

    def action_sleep(self) -> None:
        use = self.status.use
        if self.course.now is Activity.SLEEPING:
            return
        if use is not None and use.document + use.chat == 0:
            self.notify("The window is empty: there is nothing to sleep on.", markup=False)
            return
        self.commands.sleep_now()

    def action_closed_book(self) -> None:
        self.closed_book = not self.closed_book

    def watch_closed_book(self, closed_book: bool) -> None:
        self.prompt.closed_book = closed_book

    # Panes and pages

    @on(PaneTabs.Chosen)
    def _choose_pane(self, chosen: PaneTabs.Chosen) -> None:
        self.panes.show(chosen.pane)

    @on(Panes.Changed)
    def _pane_changed(self, changed: Panes.Changed) -> None:
        self.tabs.pane = changed.pane
        self.refresh_bindings()

    @on(PagePane.AskPage)
    def _ask_page(self) -> None:
        self.begin("/page ")

    @on(CoverageStrip.Chosen)
    def _show_chosen(self, chosen: CoverageStrip.Chosen) -> None:
        self.side.page.go(Place(chosen.page))

    @on(PagePane.Turned)
    def _page_turned(self, turned: PagePane.Turned) -> None:
        self.strip.page = turned.page

    def action_back(self) -> None:
        """To the conversation; there, a command that is begun is left."""
        if self.prompt.commands and not self.panes.away:
            self.prompt.clear()
        self.panes.show(Pane.CHAT)

    def action_pane(self, name: str) -> None:
        self.panes.show(Pane(name))

    def action_details(self) -> None:
        self.panes.toggle(Pane.DETAILS)

    def action_next_pane(self) -> None:
        self.panes.show(self.panes.pane.next)

    def action_find(self) -> None:
        self.panes.find()

    def action_find_before(self) -> None:
        self.side.find.step(-1)

    def action_scroll(self, pages: int) -> None:
        self.panes.scroll(pages)

    def action_cite(self, number: int) -> None:
        self.panes.cite(number)

    def action_move(self, by: int) -> None:
        self.side.move(by)

    def action_turn(self, by: int) -> None:
        self.side.turn(by)

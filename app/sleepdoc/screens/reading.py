"""The reading room: the conversation, the page it is about, and how far the model has come."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Key, Resize
from textual.getters import query_one
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from sleepdoc.errors import ExitCode, SleepdocError, UsageError
from sleepdoc.reading.events import DocumentReady, Failed, ModelReady, Resumed
from sleepdoc.reading.library import Library
from sleepdoc.reading.trail import Place
from sleepdoc.screens.slash import SLASHES, slash
from sleepdoc.screens.wire import Commands, Happened
from sleepdoc.widgets.activity import Activity, Course
from sleepdoc.widgets.chat import Chat
from sleepdoc.widgets.citation import CitationView
from sleepdoc.widgets.coverage_strip import CoverageStrip
from sleepdoc.widgets.notice import Tone
from sleepdoc.widgets.page_pane import PagePane
from sleepdoc.widgets.pane_tabs import Pane, PaneTabs
from sleepdoc.widgets.prompt import Prompt
from sleepdoc.widgets.side import Side
from sleepdoc.widgets.status_line import StatusLine
from sleepdoc.widgets.title_bar import TitleBar
from sleepdoc.widgets.turn import TurnView

_SMALLEST = (60, 16)
_WIDTHS = [(0, "-cramped"), (_SMALLEST[0], "-narrow"), (110, "-wide")]
_HEIGHTS = [(0, "-flat"), (_SMALLEST[1], "-low"), (28, "-tall")]
_ESC = {
    Activity.ANSWERING: "stop",
    Activity.READING: "pause",
    Activity.SLEEPING: "pause",
    Activity.PAUSED: "go_on",
}
_TIGHT = 0.2
"""Free share of the window below which a question may have to wait for a sleep."""
_NEED_A_MODEL = {"sleep", "closed_book"}
_WITHOUT_A_MODEL = {Activity.OPENING, Activity.LOADING, Activity.FAILED}

Result = TypeVar("Result")


class ReadingScreen(Screen[None]):
    """Shows events, sends commands, and decides nothing about reading itself."""

    CSS_PATH = "reading.tcss"
    AUTO_FOCUS = "Prompt"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="Back to the conversation"),
        Binding("escape", "stop", "Stop", id="stop", tooltip="Stop the answer"),
        Binding("escape", "pause", "Pause", id="pause", tooltip="Pause reading"),
        Binding("escape", "go_on", "Go on", id="go-on", tooltip="Go on reading"),
        Binding("f3", "find", "Find", id="find", tooltip="Find words in the document"),
        Binding("shift+f3", "find_before", "Hit before", id="find-before", show=False),
        Binding("f4", "outline", "Outline", id="outline", show=False),
        Binding("f5", "page", "Page", id="page", show=False),
        # A text area has meanings of its own for these two.
        Binding("f6", "next_pane", "Next pane", id="next-pane", show=False, priority=True),
        Binding("f7", "details", "Details", id="details", show=False, priority=True),
        Binding(
            "f8",
            "closed_book",
            "Closed book",
            id="closed-book",
            tooltip="Answer from memory alone, without looking passages up (on or off)",
        ),
        Binding("f9", "sleep", "Sleep", id="sleep", tooltip="Memorise the window now", show=False),
        Binding("alt+left", "move(-1)", "Back", id="page.back", show=False, priority=True),
        Binding("alt+right", "move(1)", "Forward", id="page.forward", show=False, priority=True),
        Binding("alt+up", "turn(-1)", "Page before", id="page.up", show=False, priority=True),
        Binding("alt+down", "turn(1)", "Page after", id="page.down", show=False, priority=True),
        *(
            Binding(f"alt+{n}", f"cite({n})", f"Citation {n}", show=False, priority=True)
            for n in range(1, 10)
        ),
        Binding("pageup", "scroll(-1)", "Scroll up", id="page-up", show=False, priority=True),
        Binding("pagedown", "scroll(1)", "Scroll down", id="page-down", show=False, priority=True),
    ]

    title_bar = query_one(TitleBar)
    status = query_one(StatusLine)
    strip = query_one(CoverageStrip)
    tabs = query_one(PaneTabs)
    chat = query_one(Chat)
    side = query_one(Side)

    course = reactive(Course(), init=False)
    closed_book = reactive(False, init=False)
    pane = reactive(Pane.CHAT, init=False)

    def __init__(self, commands: Commands, library: Library, document: str) -> None:
        """
        Args:
            commands: the runner.
            library: where this conversation is kept with the others.
            document: what was asked for, to show until its title is known.
        """
        super().__init__(classes=f"-at-{Pane.CHAT.value}")
        self.commands = commands
        self._library = library
        self._document = document
        self.conversation = ""
        """Its name, once it has one."""
        self.failure: Failed | None = None
        """Why it stopped, if it did."""

    def compose(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)
        yield TitleBar()
        yield StatusLine()
        yield CoverageStrip()
        yield PaneTabs()
        with Horizontal(id="panes"):
            yield Chat()
            yield Side()
        yield Footer()

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

    @property
    def prompt(self) -> Prompt:
        return self.chat.prompt

    @property
    def wide(self) -> bool:
        """Whether conversation and page stand side by side."""
        return self.has_class("-wide")

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
                self.conversation = event.conversation
            case Failed() if event.exit_code is not ExitCode.USAGE:
                self.failure = event
        for part in (self.title_bar, self.status, self.strip, self.side.details):
            part.show(event)
        await self.chat.show(event)
        self.course = self.course.after(event)
        use = self.status.use
        resting = self.course.now in (Activity.PAUSED, Activity.FINISHED)
        self.prompt.nearly_full = use is not None and resting and use.free < use.size * _TIGHT

    # What is asked for

    @on(Prompt.Sent)
    async def _ask(self, sent: Prompt.Sent) -> None:
        await self.ask(sent.question)

    async def ask(self, question: str, *, kept: bool = True) -> None:
        """Put a question into the queue."""
        await self.chat.transcript.ask(question, kept=kept)
        self.commands.ask(question, closed_book=self.closed_book, kept=kept)

    @on(Prompt.Command)
    def _command(self, typed: Prompt.Command) -> None:
        self.obey(typed.name, typed.argument)

    @on(TurnView.Again)
    async def _ask_again(self, wanted: TurnView.Again) -> None:
        if wanted.edit:
            self.action_back()
            self.prompt.text = wanted.question
            self.prompt.move_cursor(self.prompt.document.end)
        else:
            await self.ask(wanted.question)

    @on(TurnView.Copied)
    def _copy(self, copied: TurnView.Copied) -> None:
        self.app.copy_to_clipboard(copied.text)
        self.notify("Copied with its references.", markup=False)

    def obey(self, name: str, argument: str = "") -> None:
        """Do what stands behind a slash, or say why not."""
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
        if action == "back":
            return self._away
        if action in _ESC.values():
            return not self._away and _ESC.get(now) == action
        return not (action in _NEED_A_MODEL and now in _WITHOUT_A_MODEL)

    @property
    def _away(self) -> bool:
        """Whether something else than the conversation is being looked at."""
        return self.pane is not Pane.CHAT or self.focused is not self.prompt

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    def action_back(self) -> None:
        self.pane = Pane.CHAT
        self.prompt.focus()

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

    def action_scroll(self, pages: int) -> None:
        target = self.side.page.scroll if self.pane is Pane.PAGE else self.chat.transcript
        if pages < 0:
            target.scroll_page_up()
        else:
            target.scroll_page_down()

    # Panes

    @on(PaneTabs.Chosen)
    def _choose_pane(self, chosen: PaneTabs.Chosen) -> None:
        self._to(chosen.pane)

    def action_next_pane(self) -> None:
        self._to(self.pane.next)

    def action_page(self) -> None:
        self._to(Pane.PAGE)

    def action_outline(self) -> None:
        self._to(Pane.OUTLINE)

    def action_details(self) -> None:
        self._to(Pane.CHAT if self.pane is Pane.DETAILS else Pane.DETAILS)

    def action_find(self) -> None:
        if self.pane is Pane.FIND and self.side.find.hits:
            self.side.find.step(1)
        else:
            self._to(Pane.FIND)

    def action_find_before(self) -> None:
        self.side.find.step(-1)

    def _to(self, pane: Pane) -> None:
        """Look at a pane, and hand it the keys."""
        self.pane = pane
        match pane:
            case Pane.CHAT:
                self.prompt.focus()
            case Pane.PAGE:
                self.side.page.scroll.focus()
            case Pane.FIND:
                self.side.find.begin()
            case Pane.OUTLINE:
                self.side.outline.begin(self.side.page.page)
            case Pane.DETAILS:
                self.side.details.focus()

    def watch_pane(self, before: Pane, pane: Pane) -> None:
        self.remove_class(f"-at-{before.value}")
        self.add_class(f"-at-{pane.value}")
        self.tabs.pane = pane
        self.chat.transcript.show_details(pane is Pane.DETAILS)
        self.refresh_bindings()

    def watch_closed_book(self, closed_book: bool) -> None:
        self.prompt.closed_book = closed_book

    def watch_course(self, before: Course, course: Course) -> None:
        self.status.course = course
        if _keys(before.now) != _keys(course.now):
            self.refresh_bindings()

    # Pages

    def page_number(self, wanted: str) -> int:
        """The page of a label or a number.

        Raises:
            UsageError: there is none.
        """
        found = self.side.page.number(wanted)
        if found is None:
            pages = len(self.side.page.document.pages) if self.side.page.document else 0
            raise UsageError(f"There is no page {wanted!r}; there are {pages}.")
        return found

    def go_to_page(self, number: int) -> None:
        """Show a page."""
        self.side.go(Place(number))

    def find(self, wanted: str = "") -> None:
        """Look for words in the document."""
        self._to(Pane.FIND)
        self.side.find.begin(wanted)

    @on(PagePane.AskPage)
    def _ask_page(self) -> None:
        self.prefill("page")

    def prefill(self, name: str) -> None:
        """Begin a command for the person to go on with."""
        self.action_back()
        self.prompt.text = f"/{name} "
        self.prompt.move_cursor(self.prompt.document.end)

    @on(Side.Shown)
    def _show_page(self) -> None:
        """Where there is no room beside the conversation, the page takes its place."""
        if not self.wide:
            self._to(Pane.PAGE)

    @on(CitationView.Opened)
    def _open_citation(self, opened: CitationView.Opened) -> None:
        self.side.cite(opened.citation, opened.among)

    def action_cite(self, number: int) -> None:
        turn = self.chat.transcript.latest
        citations = turn.answer.citations if turn else ()
        if number <= len(citations):
            self.side.cite(citations[number - 1], citations)

    @on(CoverageStrip.Chosen)
    def _show_chosen(self, chosen: CoverageStrip.Chosen) -> None:
        self.side.page.go(Place(chosen.page))

    @on(PagePane.Turned)
    def _page_turned(self, turned: PagePane.Turned) -> None:
        self.strip.page = turned.page

    def action_move(self, by: int) -> None:
        self.side.move(by)

    def action_turn(self, by: int) -> None:
        self.side.turn(by)


def _keys(now: Activity) -> tuple[str | None, bool]:
    """What the footer depends on: it is made anew, and moves, only if this changes."""
    return _ESC.get(now), now in _WITHOUT_A_MODEL

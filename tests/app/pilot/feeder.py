"""A runner without a model: tests post events and see which commands came."""

import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot

from pilot.screen_text import screen_text
from sleepdoc.app import SleepdocApp
from sleepdoc.reading.events import Event
from sleepdoc.reading.library import Library
from sleepdoc.screens.reading import ReadingScreen
from sleepdoc.screens.wire import OpenOther

_PATIENCE = 5.0
"""Seconds of processor time, so that a busy machine makes no test fail, until a test that waits
for something has waited in vain."""

_KEYS = {" ": "space", "?": "question_mark", "[": "left_square_bracket", "/": "slash"}


class Feeder:
    """Keeps the promises of `Runner`; its events are whatever the test posts."""

    def __init__(self, callback: Callable[[Event], None]) -> None:
        self._callback = callback
        self.commands: list[tuple[object, ...]] = []
        self.may_close = threading.Event()
        self.may_close.set()
        self.closed_by: threading.Thread | None = None
        self.last: Sequence[Event] = ()
        """What is still to be told while it closes."""

    def post(self, *events: Event) -> None:
        """Deliver events as the runner does: in order, from a thread that is not the app's."""
        thread = threading.Thread(target=lambda: [self._callback(event) for event in events])
        thread.start()
        thread.join()

    def start(self) -> None:
        self.commands.append(("start",))

    def ask(self, question: str, *, closed_book: bool = False, kept: bool = True) -> None:
        self.commands.append(("ask", question, closed_book, *([] if kept else ["not kept"])))

    def pause(self) -> None:
        self.commands.append(("pause",))

    def resume_reading(self) -> None:
        self.commands.append(("resume_reading",))

    def stop_answer(self) -> None:
        self.commands.append(("stop_answer",))

    def sleep_now(self) -> None:
        self.commands.append(("sleep_now",))

    def write_gists(self) -> None:
        self.commands.append(("write_gists",))

    def undo(self) -> None:
        self.commands.append(("undo",))

    def redo(self) -> None:
        self.commands.append(("redo",))

    def close(self) -> None:
        self.closed_by = threading.current_thread()
        self.commands.append(("close",))
        self.may_close.wait()
        self.post(*self.last)


@dataclass
class Person:
    """Someone at the application: sees the screen, presses keys, waits for things to appear."""

    app: SleepdocApp
    pilot: Pilot[None]
    opened: list[tuple[OpenOther, Feeder]]
    """What was opened so far, and the runner of each."""

    @property
    def feeder(self) -> Feeder:
        """The runner of what is open."""
        return self.opened[-1][1]

    @property
    def screen(self) -> ReadingScreen:
        screen = self.app.screen
        assert isinstance(screen, ReadingScreen)
        return screen

    @property
    def sees(self) -> str:
        return screen_text(self.app)

    async def types(self, text: str) -> None:
        await self.pilot.press(*(_KEYS.get(character, character) for character in text))

    async def presses(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def pastes(self, text: str) -> None:
        self.app.post_message(Paste(text))
        await self.pilot.pause()

    async def asks(self, question: str) -> None:
        """Paste a question, which is faster than to type it, and send it."""
        await self.pastes(question)
        await self.presses("enter")
        await wait_until(self.pilot, lambda: not self.screen.prompt.text)

    async def gets(self, *events: Event, until: str) -> None:
        """Post events, and wait until they have put some text on the screen."""
        self.feeder.post(*events)
        await self.waits_for(until)

    async def waits_for(self, text: str) -> None:
        await wait_until(self.pilot, lambda: text in self.sees, lambda: self.sees)


@asynccontextmanager
async def at_the_application(
    size: tuple[int, int] = (80, 24),
    document: str | None = "report.pdf",
    database: Path = Path("unused.db"),
    hook: Callable[[Message], None] | None = None,
) -> AsyncIterator[Person]:
    """The application with feeders for runners, after its first paint; None is the library.

    `hook` is called with every message that anything of the application handles.
    """
    opened: list[tuple[OpenOther, Feeder]] = []

    def make(callback: Callable[[Event], None], wanted: OpenOther) -> Feeder:
        opened.append((wanted, Feeder(callback)))
        return opened[-1][1]

    app = SleepdocApp(make, Library(database), document)
    async with app.run_test(size=size, notifications=True, message_hook=hook) as pilot:
        person = Person(app, pilot, opened)
        if document is None:
            await person.waits_for("Library")
        else:
            await wait_until(pilot, lambda: ("start",) in person.feeder.commands)
        try:
            yield person
        finally:
            for _, feeder in opened:
                feeder.may_close.set()


async def wait_until(
    pilot: Pilot[None], predicate: Callable[[], bool], describe: Callable[[], str] = str
) -> None:
    """Let the application work until something is true.

    One `pause` is not enough: it waits for the messages that are queued, not for those they cause.
    """
    end = time.process_time() + _PATIENCE
    while not predicate():
        assert time.process_time() < end, f"waited in vain; the last was:\n{describe()}"
        await pilot.pause()
    await pilot.pause()

"""The application: a library, and one conversation at a time with a runner of its own."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Protocol

import pyperclip
from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from sleepdoc import figures
from sleepdoc.documents.text import safe_display
from sleepdoc.errors import ExitCode, SleepdocError
from sleepdoc.reading.events import Event, ModelReady
from sleepdoc.reading.library import Library
from sleepdoc.screens.help import HelpScreen
from sleepdoc.screens.library import LibraryScreen
from sleepdoc.screens.reading import ReadingScreen
from sleepdoc.screens.slash import SLASHES
from sleepdoc.screens.wire import Commands, Happened, OpenOther, ReadToTheEnd
from sleepdoc.settings import choose, settings
from sleepdoc.widgets.alt_digits import free_alt_digits
from sleepdoc.widgets.announcement import announcement

NIGHT = Theme(
    name="sleepdoc-night",
    primary="#8fb4f5",
    secondary="#b8a1f5",
    accent="#f0c987",
    warning="#e8b06a",
    error="#f08a8a",
    success="#92d1a8",
    foreground="#d5dae6",
    background="#10131a",
    surface="#161b25",
    panel="#1e2533",
    dark=True,
)


class Runner(Commands, Protocol):
    """What the application needs of `sleepdoc.reading.runner.Runner`."""

    def start(self) -> None:
        """Begin; events arrive from now on."""

    def close(self) -> None:
        """Stop everything and wait until what is finished is stored."""


Opener = Callable[[Callable[[Event], None], OpenOther], Runner]
"""Makes a runner, not yet started, for what is to be opened. It calls back with every event from a
thread of its own."""


class SleepdocApp(App[None]):
    """Paints first, starts a runner then, and waits for it before another one or the end."""

    CSS_PATH = "sleepdoc.tcss"
    TITLE = "sleepdoc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="help", tooltip="Keys and words"),
        Binding("f2", "library", "Library", id="library", tooltip="All conversations"),
        Binding("ctrl+q", "quit", "Quit", id="quit", tooltip="Save and quit", priority=True),
    ]

    def __init__(self, opener: Opener, library: Library, target: str | Path | None = None) -> None:
        """
        Args:
            opener: makes the runners.
            library: the conversations there are.
            target: what to open to begin with; None is the library.
        """
        super().__init__()
        self._opener = opener
        self._library = library
        self._first = None if target is None else OpenOther(target)
        self._runner: Runner | None = None
        self._reading: ReadingScreen | None = None
        self._leaving = False
        self._theme_kept = ""
        """The theme that is written down."""

    @property
    def farewell(self) -> str:
        """What to leave on the terminal: why it stopped, and how to go on."""
        if self._reading is None:
            return ""
        lines = []
        if failure := self._reading.failure:
            lines.append(f"sleepdoc: {failure.message}")
        if name := self._reading.conversation:
            lines.append(f"Saved as {name}. Go on with: sleepdoc open {name}")
        return safe_display("\n".join(lines))

    def on_mount(self) -> None:
        self.register_theme(NIGHT)
        chosen = settings()
        self.theme = chosen["theme"] if chosen["theme"] in self.available_themes else NIGHT.name
        self._theme_kept = self.theme
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.set_keymap(dict(chosen.keys))
        self._quit_on_signals()
        if self._first is None:
            self.push_screen(LibraryScreen(self._library))
        else:
            self._begin(self._first)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        if isinstance(screen, ReadingScreen):
            for each in SLASHES:
                run = (
                    partial(screen.begin, f"/{each.name} ")
                    if each.needs_more
                    else partial(screen.obey, each.name)
                )
                yield SystemCommand(_title(each.name), each.says.capitalize(), run)
        slashes = {each.name.replace("-", "_") for each in SLASHES}
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            if node is screen and binding.show and enabled and binding.action not in slashes:
                action = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.description, tooltip, action)
        yield SystemCommand("Quit", "Save and quit", self.action_quit)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """From within the library there is no way to it."""
        return action != "library" or not isinstance(self.screen, LibraryScreen)

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_library(self) -> None:
        if self._reading is not None and self.screen is self._reading:
            self.push_screen(LibraryScreen(self._library, self._reading.conversation))

    def action_help_quit(self) -> None:
        """Ctrl+C without a selection."""
        self.notify("Ctrl+C copies what is selected. Ctrl+Q saves and quits.", markup=False)

    def _keep_theme(self, theme: Theme) -> None:
        """Write another choice of colours down, for the next time."""
        if theme.name != self._theme_kept:
            self._theme_kept = theme.name
            try:
                choose("theme", theme.name)
            except SleepdocError as error:
                self.notify(str(error), severity="warning", markup=False)

    @on(ReadToTheEnd)
    def _tell_who_looks_elsewhere(self, read: ReadToTheEnd) -> None:
        if not self.app_focus and self._driver is not None:
            said = f"{figures.one_line(read.title)} is read to its end"
            self._driver.write(announcement(said, os.environ.get("TERM", "")))

    def copy_to_clipboard(self, text: str) -> None:
        """To the system's clipboard where there is one here, and through the terminal."""
        if "SSH_CONNECTION" not in os.environ:
            with contextlib.suppress(pyperclip.PyperclipException):
                pyperclip.copy(text)
        super().copy_to_clipboard(text)

    async def action_quit(self) -> None:
        failure = self._reading.failure if self._reading else None
        self._quit(failure.exit_code if failure else ExitCode.OK)

    def close_runner(self) -> None:
        """Wait for the runner to end. Blocks; safe to call twice."""
        if self._runner is not None:
            self._runner.close()

    @on(OpenOther)
    def _open_other(self, wanted: OpenOther) -> None:
        """Store what is open, and open something else in its place."""
        if not self._leaving:
            self._leaving = True
            self.run_worker(self._change(wanted), name="change")

    async def _change(self, wanted: OpenOther) -> None:
        try:
            if self._reading is not None:
                self._reading.show_closing()
            await asyncio.to_thread(self.close_runner)
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            self._reading = self._runner = None
            gc.unfreeze()
            gc.collect()
            self._begin(wanted)
        finally:
            self._leaving = False

    @on(Happened)
    def _spare_what_stays(self, message: Happened) -> None:
        """Once a conversation is open, hardly anything is let go before it is closed: looking
        through it all for garbage would hold a key back for 50 ms and more, now and then."""
        if isinstance(message.event, ModelReady):
            gc.freeze()

    def _begin(self, wanted: OpenOther) -> None:
        screen: ReadingScreen

        def deliver(event: Event) -> None:
            """Hand an event over to the screen. Called in the runner's thread."""
            screen.post_message(Happened(event))

        runner = self._opener(deliver, wanted)
        target = wanted.target
        name = target.name if isinstance(target, Path) else target
        screen = ReadingScreen(runner, self._library, name)
        self._runner, self._reading = runner, screen
        self.push_screen(screen)
        self.call_after_refresh(runner.start)

    def _quit(self, code: int) -> None:
        if not self._leaving:
            self._leaving = True
            if self._reading is not None:
                self._reading.show_closing()
            self.run_worker(self._close_and_exit(code), name="quit")

    async def _close_and_exit(self, code: int) -> None:
        await asyncio.to_thread(self.close_runner)
        # Behind the runner's last events: a screen that is left cannot show them any more.
        (self._reading or self).call_later(self.exit, return_code=code)

    def _quit_on_signals(self) -> None:
        """Textual has no handlers of its own: without these the process would end at once, and
        leave the terminal as it was on screen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, self._quit, 128 + number)


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def run(opener: Opener, library: Library, target: str | Path | None = None) -> int:
    """Run the application in this terminal.

    Returns:
        The exit code of the process.
    """
    free_alt_digits()
    app = SleepdocApp(opener, library, target)
    if hangup := getattr(signal, "SIGHUP", None):
        signal.signal(hangup, lambda *_: _end_without_terminal(app, 128 + hangup))
    try:
        app.run()
    finally:
        app.close_runner()
    if app.farewell:
        print(app.farewell, file=sys.stderr)
    return ExitCode.INTERRUPTED if app.return_code is None else app.return_code


def _end_without_terminal(app: SleepdocApp, code: int) -> None:
    """Store what is finished and end the process.

    When the terminal is gone the thread that writes to it dies, and Textual 8.2 would wait for it
    for ever, so this goes past it.
    """

    def end() -> None:
        app.close_runner()
        os._exit(code)

    threading.Thread(target=end, name="hangup").start()

"""The application: one screen over one runner, from the first frame to the last commit."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, Protocol

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from sleepdoc.documents.text import safe_display
from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import Event
from sleepdoc.screens.help import HelpScreen
from sleepdoc.screens.reading import ReadingScreen
from sleepdoc.screens.wire import Commands, Happened

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


RunnerFactory = Callable[[Callable[[Event], None]], Runner]
"""Makes a runner, not yet started, that calls back with every event from a thread of its own."""


class SleepdocApp(App[None]):
    """Paints first, starts the runner then, and waits for it before it ends."""

    CSS_PATH = "sleepdoc.tcss"
    TITLE = "sleepdoc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="help", tooltip="Keys and words"),
        Binding("ctrl+q", "quit", "Quit", id="quit", tooltip="Save and quit", priority=True),
    ]

    def __init__(self, make_runner: RunnerFactory, document: str) -> None:
        """
        Args:
            make_runner: called once, here.
            document: what was asked for, to show until its title is known.
        """
        super().__init__()
        self._runner = make_runner(self._deliver)
        self._reading = ReadingScreen(self._runner, document)
        self._quitting = False

    @property
    def farewell(self) -> str:
        """What to leave on the terminal: why it stopped, and how to go on."""
        lines = []
        if failure := self._reading.failure:
            lines.append(f"sleepdoc: {failure.message}")
        if name := self._reading.conversation:
            lines.append(f"Saved as {name}. Go on with: sleepdoc open {name}")
        return safe_display("\n".join(lines))

    def on_mount(self) -> None:
        self.register_theme(NIGHT)
        self.theme = NIGHT.name
        self._quit_on_signals()
        self.push_screen(self._reading)
        self.call_after_refresh(self._runner.start)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            if node is screen and binding.show and enabled:
                action = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.description, tooltip, action)
        yield SystemCommand("Help", "Keys and words", self.action_help)
        yield from super().get_system_commands(screen)

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    async def action_quit(self) -> None:
        failure = self._reading.failure
        self._quit(failure.exit_code if failure else ExitCode.OK)

    def close_runner(self) -> None:
        """Wait for the runner to end. Blocks; safe to call twice."""
        self._runner.close()

    def _quit(self, code: int) -> None:
        if not self._quitting:
            self._quitting = True
            self._reading.show_closing()
            self.run_worker(self._close_and_exit(code), name="quit")

    async def _close_and_exit(self, code: int) -> None:
        await asyncio.to_thread(self.close_runner)
        # Behind the runner's last events: a screen that is left cannot show them any more.
        self._reading.call_later(self.exit, return_code=code)

    def _deliver(self, event: Event) -> None:
        """Hand an event over to the screen. Called in the runner's thread."""
        self._reading.post_message(Happened(event))

    def _quit_on_signals(self) -> None:
        """Textual has no handlers of its own: without these the process would end at once, and
        leave the terminal as it was on screen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, self._quit, 128 + number)


def run(make_runner: RunnerFactory, document: str) -> int:
    """Run the application in this terminal.

    Returns:
        The exit code of the process.
    """
    app = SleepdocApp(make_runner, document)
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

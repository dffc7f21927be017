"""What can be typed behind a slash, or chosen in the palette: one table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sleepdoc import figures
from sleepdoc.errors import UsageError
from sleepdoc.reading.library import Form
from sleepdoc.screens.memory import MemoryScreen
from sleepdoc.screens.wire import OpenOther

if TYPE_CHECKING:
    from sleepdoc.screens.reading import ReadingScreen

Run = Callable[["ReadingScreen", str], Awaitable[None]]


@dataclass(frozen=True)
class Slash:
    """One command."""

    name: str
    follows: str
    """What may stand behind it, in capitals; in brackets where it can be left out."""
    says: str
    run: Run

    @property
    def needs_more(self) -> bool:
        """Whether it can do nothing without what follows."""
        return bool(self.follows) and not self.follows.startswith("[")


async def _undo(screen: "ReadingScreen", _: str) -> None:
    screen.commands.undo()


async def _redo(screen: "ReadingScreen", _: str) -> None:
    screen.commands.redo()


async def _fork(screen: "ReadingScreen", argument: str) -> None:
    page = screen.panes.page_number(argument) if argument else None
    fork = await screen.in_library(lambda library, name: library.fork(name, page))
    sleeps = "1 sleep" if fork.sleeps == 1 else f"{figures.count(fork.sleeps)} sleeps"
    await screen.chat.say(
        f"Forked as “{fork.name}”, as of p. {fork.page}, {sleeps} behind it",
        "It goes back to the nearest sleep. F2 opens it; this conversation is as it was.",
    )


async def _by_the_way(screen: "ReadingScreen", question: str) -> None:
    await screen.ask(question, kept=False)


async def _memory(screen: "ReadingScreen", _: str) -> None:
    sleeps = await screen.in_library(lambda library, name: library.sleeps(name))
    screen.app.push_screen(MemoryScreen(screen.conversation, sleeps, screen.model_notice))


async def _overview(screen: "ReadingScreen", _: str) -> None:
    told = await screen.in_library(lambda library, name: library.overview(name))
    await screen.chat.tell(told)
    if not told.complete:
        screen.commands.write_gists()


async def _export(screen: "ReadingScreen", argument: str) -> None:
    form, file = _form(argument)
    path, size = await screen.in_library(lambda library, name: library.export(name, form, file))
    await screen.chat.say(f"Wrote {path.resolve()} ({figures.size(size)})")


def _form(argument: str) -> tuple[Form, Path | None]:
    first, _, rest = argument.partition(" ")
    forms: dict[str, Form] = {"": "memory", "memory": "memory", "md": "md", "json": "json"}
    if first in forms:
        return forms[first], Path(rest.strip()).expanduser() if rest.strip() else None
    raise UsageError(f"/export {first}? It takes memory, md or json, and a file to write.")


async def _rename(screen: "ReadingScreen", new: str) -> None:
    name = await screen.in_library(lambda library, name: library.rename(name, new))
    screen.conversation = name
    await screen.chat.say(f"This conversation is called “{name}” now")


async def _page(screen: "ReadingScreen", wanted: str) -> None:
    screen.panes.go_to_page(screen.panes.page_number(wanted))


async def _find(screen: "ReadingScreen", wanted: str) -> None:
    screen.panes.find(wanted)


async def _model(screen: "ReadingScreen", wanted: str) -> None:
    document = screen.side.page.document
    if wanted and document is not None:
        import os

        screen.post_message(OpenOther(Path(os.fsdecode(document.path)), wanted))
        return
    await screen.chat.say(
        f"Read by {screen.title_bar.model}",
        "/model ID reads the document with another model, as a conversation of its own. "
        "sleepdoc models lists what is here.",
    )


async def _theme(screen: "ReadingScreen", wanted: str) -> None:
    if not wanted:
        screen.app.search_themes()
    elif wanted in screen.app.available_themes:
        screen.app.theme = wanted
    else:
        names = ", ".join(sorted(screen.app.available_themes))
        raise UsageError(f"There is no theme {wanted!r}; there are {names}.")


def _action(name: str) -> Run:
    async def run(screen: "ReadingScreen", _: str) -> None:
        await screen.run_action(name)

    return run


SLASHES = (
    Slash("find", "TEXT", "find words in the document (as do F3, and / alone)", _find),
    Slash("page", "N", "show a page, by its label or number", _page),
    Slash("outline", "", "table of contents", _action("pane('outline')")),
    Slash("btw", "QUESTION", "ask without leaving a trace", _by_the_way),
    Slash("closed-book", "", "answer from memory alone, on or off", _action("closed_book")),
    Slash("sleep", "", "memorise what the window holds now", _action("sleep")),
    Slash("undo", "", "take the last sleep back", _undo),
    Slash("redo", "", "take the last undo back", _redo),
    Slash("fork", "[PAGE]", "a copy of this conversation, as of a page", _fork),
    Slash("overview", "", "what the document is about, part by part", _overview),
    Slash("memory", "", "the sleeps, and what is stored of them", _memory),
    Slash("export", "[memory|md|json] [FILE]", "write the memory or the transcript", _export),
    Slash("rename", "NAME", "another name for this conversation", _rename),
    Slash("library", "", "all conversations", _action("app.library")),
    Slash("model", "[ID]", "which model reads; or read with another", _model),
    Slash("details", "", "figures, layers and hashes", _action("details")),
    Slash("theme", "[NAME]", "other colours", _theme),
    Slash("help", "", "keys and words", _action("app.help")),
)

_BY_NAME = {slash.name: slash for slash in SLASHES}


def slash(name: str, argument: str) -> Slash:
    """The command of that name; of none, to find.

    Raises:
        UsageError: there is no such command, or it lacks what must follow.
    """
    found = _BY_NAME.get(name or "find")
    if found is None:
        close = [each for each in _BY_NAME if each.startswith(name[:3])]
        hint = f"did you mean /{close[0]}?" if close else "/help lists them."
        raise UsageError(f"There is no command /{name}: {hint} To ask it, put a blank in front.")
    if found.needs_more and not argument and found.name != "find":
        raise UsageError(f"/{found.name} needs more: /{found.name} {found.follows}")
    return found

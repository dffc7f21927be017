"""All conversations: open one, begin another, put them in order."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from rich.cells import set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from sleepdoc import figures
from sleepdoc.errors import SleepdocError
from sleepdoc.reading.library import Entry, Library
from sleepdoc.screens.ask import AskScreen
from sleepdoc.screens.wire import OpenOther
from sleepdoc.widgets.lines import MUTED

_COLUMNS = (("name", 24), ("page", 9), ("size", 9), ("last used", 16), ("model", 10))
_PATIENCE = 0.15
"""Seconds without a key before what is typed is searched for."""
_EMPTY = (
    "No conversations yet. Type the path of a document above and press Enter. The manual is opened"
    " by sleepdoc handbook."
)
_NONE = "Nothing has that in its name, its document or its transcript."


class LibraryScreen(Screen[None]):
    """The field searches as one types; a path in it is opened."""

    CSS_PATH = "library.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="library.open", tooltip="Open the conversation"),
        Binding("escape", "back", "Back", id="library.back", tooltip="Back to what is open"),
        Binding("down", "to_list", "List", id="library.list", show=False),
        Binding("ctrl+n", "new", "New", id="library.new", tooltip="Begin anew with its document"),
        Binding("ctrl+t", "rename", "Rename", id="library.rename", tooltip="Another name"),
        # The field would delete a letter with it.
        Binding("ctrl+d", "delete", "Delete", id="library.delete", priority=True),
    ]

    field = query_one(Input)
    list = query_one(OptionList)
    said = query_one("#library-said", Static)

    def __init__(self, library: Library, open_name: str = "") -> None:
        """
        Args:
            open_name: the conversation that is open now, if one is.
        """
        super().__init__()
        self._library = library
        self._open = open_name
        self._entries: list[Entry] = []

    def compose(self) -> ComposeResult:
        yield Static("Library · Enter opens what is marked", id="library-title")
        yield Input(placeholder="Search, or the path of a document to open", compact=True)
        yield Static(Content.styled(_heading(), MUTED), id="library-heading")
        yield OptionList(markup=False, compact=True)
        yield Static("", id="library-said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.look()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.look(after=_PATIENCE)

    def look(self, after: float = 0.0) -> None:
        """Read the shelves anew."""
        self.run_worker(self._look(after), group="look", exclusive=True)

    async def _look(self, after: float) -> None:
        await asyncio.sleep(after)
        wanted = self.field.value
        try:
            entries = await asyncio.to_thread(self._library.entries, wanted)
        except SleepdocError as error:
            self.said.update(str(error))
            return
        at = self.list.highlighted or 0
        self._entries = entries
        self.list.clear_options()
        self.list.add_options(Option(_row(entry, entry.name == self._open)) for entry in entries)
        self.list.highlighted = min(at, len(entries) - 1) if entries else None
        self._say()

    @on(OptionList.OptionHighlighted)
    def _say(self) -> None:
        entry = self._chosen
        if entry is None:
            self.said.update(_nothing(self.field.value.strip()))
        elif entry.problem:
            self.said.update(f"! {figures.one_line(entry.problem)}")
        else:
            about = figures.one_line(entry.found or os.fsdecode(entry.path))
            self.said.update(f"{figures.one_line(entry.document)}\n{about}")

    @property
    def _chosen(self) -> Entry | None:
        at = self.list.highlighted
        return self._entries[at] if at is not None and at < len(self._entries) else None

    @on(Input.Submitted)
    def _submitted(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        file = Path(submitted.value.strip()).expanduser()
        if submitted.value.strip() and file.is_file():
            self._leave(OpenOther(file))
        else:
            self.action_open()

    @on(OptionList.OptionSelected)
    def _selected(self, selected: OptionList.OptionSelected) -> None:
        selected.stop()
        self.action_open()

    def action_open(self) -> None:
        if (entry := self._chosen) is None:
            return
        if entry.name == self._open:
            self.action_back()
        else:
            self._leave(OpenOther(entry.name))

    def _leave(self, wanted: OpenOther) -> None:
        self.app.post_message(wanted)

    def action_back(self) -> None:
        if self._open or len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.field.focus()

    def action_to_list(self) -> None:
        self.list.focus()

    def action_new(self) -> None:
        if (entry := self._chosen) is not None:
            self._leave(OpenOther(Path(os.fsdecode(entry.path)), anew=True))

    def action_rename(self) -> None:
        if (entry := self._chosen) is None:
            return

        def rename(new: str | None) -> None:
            if new:
                self.run_worker(self._do(self._library.rename, entry.name, new))

        self.app.push_screen(AskScreen(f"Another name for {entry.name}", entry.name), rename)

    def action_delete(self) -> None:
        if (entry := self._chosen) is None:
            return

        def delete(answer: str | None) -> None:
            if answer == "yes":
                self.run_worker(self._do(self._library.delete, entry.name))

        self.app.push_screen(
            AskScreen(
                f"Delete {entry.name} and all it remembers? That frees "
                f"{figures.size(entry.size)}; the document's file stays. Type yes:"
            ),
            delete,
        )

    async def _do(self, work: Callable[..., object], *arguments: str) -> None:
        try:
            await asyncio.to_thread(work, *arguments)
        except SleepdocError as error:
            self.notify(str(error), severity="warning", markup=False)
        await self._look(0)


def _nothing(wanted: str) -> str:
    """What to say of a field that has this in it, and a list that has nothing."""
    if os.sep not in wanted:
        return _NONE if wanted else _EMPTY
    there = Path(wanted).expanduser().is_file()
    return f"Enter opens {wanted}." if there else f"There is no file {wanted}."


def _heading() -> str:
    return "  " + " ".join(set_cell_size(name, width) for name, width in _COLUMNS)


def _row(entry: Entry, is_open: bool) -> Content:
    name = figures.one_line(entry.name)
    if entry.problem:
        return Content(f"! {name}  cannot be read")
    when = datetime.fromisoformat(entry.last_used).astimezone().strftime("%Y-%m-%d %H:%M")
    cells = (
        name,
        f"{figures.count(entry.page)}/{figures.count(entry.pages)}",
        figures.size(entry.size),
        when,
        figures.one_line(Path(entry.model).name),
    )
    sign = "* " if is_open else "  "
    fitted = (set_cell_size(cell, width) for cell, (_, width) in zip(cells, _COLUMNS))
    return Content(sign + " ".join(fitted))

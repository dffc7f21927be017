"""Which of the panes is shown, where there is room for one at a time."""

import enum
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from sleepdoc.widgets.lines import MUTED, Lines
from sleepdoc.widgets.style import beside


class Pane(enum.Enum):
    """Its name is what stands on the tab; the value is its class in style sheets."""

    CHAT = "chat"
    PAGE = "page"
    FIND = "find"
    OUTLINE = "outline"
    DETAILS = "details"

    @property
    def next(self) -> "Pane":
        panes = list(Pane)
        return panes[(panes.index(self) + 1) % len(panes)]


class PaneTabs(Lines):
    """A click chooses; F6 goes through them."""

    DEFAULT_CSS = beside(__file__)

    pane = reactive(Pane.CHAT)

    @dataclass
    class Chosen(Message):
        """A pane is to be shown."""

        pane: Pane

    def lines(self, width: int) -> list[Content]:
        return [Content("").join(self._tab(pane) for pane in Pane)]

    def _tab(self, pane: Pane) -> Content:
        name = pane.value.capitalize()
        if pane is self.pane:
            return Content.styled(f"[{name}]", "bold $primary")
        return Content.styled(f" {name} ", MUTED)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        at = 0
        for pane in Pane:
            at += len(pane.value) + 2
            if offset is not None and offset.x < at:
                self.post_message(self.Chosen(pane))
                return

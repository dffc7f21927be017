"""The commands that what is typed could become."""

from collections.abc import Mapping

from textual.content import Content
from textual.reactive import reactive

from sleepdoc.widgets.lines import MUTED, Lines
from sleepdoc.widgets.style import beside

Command = tuple[str, str, str]
"""Name, what follows it, and what it does."""

_MOST = 7


class CommandHints(Lines):
    """Nothing until a slash is typed; Tab takes the first."""

    DEFAULT_CSS = beside(__file__)

    typed = reactive("", layout=True)
    commands: reactive[tuple[Command, ...]] = reactive(())
    now: reactive[Mapping[str, str]] = reactive({}, layout=True)
    """What a command would do at this moment, by its name, where that is worth saying."""

    @property
    def matching(self) -> list[Command]:
        name, blank, _ = self.typed[1:].partition(" ")
        if blank:
            return [command for command in self.commands if command[0] == name]
        return [command for command in self.commands if command[0].startswith(name)]

    @property
    def completed(self) -> str:
        """The first one that matches, as it would be typed."""
        found = self.matching
        if not found or " " in self.typed:
            return ""
        name, follows, _ = found[0]
        return f"/{name} " if follows else f"/{name}"

    def lines(self, width: int) -> list[Content]:
        if not self.typed:
            return []
        found = self.matching
        if self.typed.startswith("/ "):
            return [Content.styled("/ TEXT finds it in the document", MUTED)]
        if not found:
            return [Content.styled("no such command; /help lists them", MUTED)]
        shown = found[:_MOST]
        column = max(len(f"/{name} {follows}") for name, follows, _ in shown) + 2
        lines = [
            _line(name, follows, f"{says}: {now}" if (now := self.now.get(name)) else says, column)
            for name, follows, says in shown
        ]
        if more := len(found) - len(shown):
            lines.append(Content.styled(f"and {more} more; Tab takes the first", MUTED))
        return lines


def _line(name: str, follows: str, says: str, column: int) -> Content:
    head = f"/{name} {follows}"
    return Content.assemble((f"{head:<{column}}", "bold"), (says, MUTED))

"""A numbered chip and the quote it stands for: opens the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from sleepdoc import figures
from sleepdoc.reading.events import Citation, Verdict
from sleepdoc.reading.text_find import Span
from sleepdoc.widgets.lines import MUTED, Lines
from sleepdoc.widgets.style import beside
from sleepdoc.widgets.verdict import said_of
from sleepdoc.widgets.wrapping import wrap

_INDENT = 4


class CitationView(Lines, can_focus=True):
    """Enter or a click opens it; from anywhere Alt and its number do, for the latest answer.

    The quote stands whole below it: who unfolds what an answer was given wants to read it.
    """

    DEFAULT_CSS = beside(__file__)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open page", id="citation.open", tooltip="Open the cited page"),
    ]

    @dataclass
    class Opened(Message):
        """The page is to be shown."""

        citation: Citation
        among: Sequence[Citation]

    def __init__(self, number: int, among: Sequence[Citation], verdict: Verdict | None) -> None:
        """
        Args:
            number: from 1.
            among: all citations of the answer, in order.
            verdict: on the answer, if it stands on this one; else None.
        """
        super().__init__()
        self._number = number
        self._among = among
        self._verdict = verdict

    @property
    def citation(self) -> Citation:
        return self._among[self._number - 1]

    def lines(self, width: int) -> list[Content]:
        cited = self.citation
        head = Content.assemble(
            (f"[{self._number}]", "bold $accent"),
            f" p. {figures.one_line(cited.label)} ",
            (said_of(cited, self._verdict), MUTED),
        )
        quote = figures.quoted(cited.quote)
        indent = " " * _INDENT
        return [head, *(_muted(indent, quote, line) for line in wrap(quote, width - _INDENT))]

    def action_open(self) -> None:
        self.post_message(self.Opened(self.citation, self._among))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_open()


def _muted(indent: str, quote: str, line: Span) -> Content:
    return Content.styled(indent + quote[line.start : line.end], MUTED)

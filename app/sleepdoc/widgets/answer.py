"""An answer: streamed Markdown, and below it where it comes from."""

from markdown_it import MarkdownIt
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Markdown

from sleepdoc.documents.text import safe_display
from sleepdoc.reading.events import SEARCHED, AnswerFinished, Answering, Citation, Turn
from sleepdoc.widgets import figures
from sleepdoc.widgets.lines import MUTED, Lines
from sleepdoc.widgets.style import beside

_PAINT_EVERY = 1 / 16
"""Seconds. Tokens that arrive in between are painted together."""


def plain_markdown() -> MarkdownIt:
    """Markdown without links, images and HTML: a model's text has nowhere to lead to, and what
    looks like a tag or a link is shown as it is written."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.disable(["link", "image", "autolink", "reference", "html_inline", "html_block"])


class Evidence(Lines):
    """Which passages were recalled, and how far the document was read."""

    citations: reactive[tuple[Citation, ...]] = reactive((), layout=True)
    summary: reactive[tuple[str, ...]] = reactive((), layout=True)

    def lines(self, width: int) -> list[Content]:
        cited = (
            Content.assemble(
                (f"[p. {figures.one_line(citation.label)}] ", "$accent"),
                (f"“{figures.one_line(citation.quote)}”", MUTED),
            )
            for citation in self.citations
        )
        rows: list[str] = []
        for part in self.summary:
            if rows and len(f"{rows[-1]} · {part}") <= width:
                rows[-1] += f" · {part}"
            else:
                rows.append(part)
        return [*cited, *(Content.styled(row, MUTED) for row in rows)]


class Answer(Vertical):
    """Begins empty; `begin`, `write` and `finish`, or `show` for one that is stored."""

    DEFAULT_CSS = beside(__file__)

    def __init__(self) -> None:
        super().__init__()
        self._pending: list[str] = []
        self._painter: Timer | None = None
        self._origin: list[str] = []

    def compose(self) -> ComposeResult:
        yield Markdown(parser_factory=plain_markdown, open_links=False)
        yield Evidence()

    async def begin(self, event: Answering) -> None:
        """Show what the answer will rest on, and be ready for text; once more if it must be."""
        if self._painter is not None:
            await self._settle("", [])
        if event.closed_book:
            source = "from memory alone (closed book)"
        elif event.lookup == SEARCHED:
            source = "searched in the text, not from memory"
        elif event.citations and event.lookup:
            source = "looked up above, the rest from memory"
        elif event.citations:
            source = "recalled above, the rest from memory"
        else:
            source = "from memory, nothing recalled"
        self._origin = [source, figures.read_to(event.read_to)]
        evidence = self.query_one(Evidence)
        evidence.citations = event.citations
        evidence.summary = ("answering", *self._origin)
        self._painter = self.set_interval(_PAINT_EVERY, self._paint)

    def write(self, text: str) -> None:
        self._pending.append(safe_display(text))

    async def finish(self, event: AnswerFinished) -> None:
        """Replace what was streamed by the whole answer."""
        speed = f"{figures.rate(event.tokens_per_second)} tok/s"
        ending = ["stopped early"] if event.interrupted else []
        await self._settle(event.answer, [*ending, *self._origin, speed])

    async def break_off(self, reason: str) -> None:
        """Keep what has arrived of an answer that will not go on."""
        await self._paint()
        await self._settle(self.query_one(Markdown).source, [reason, *self._origin])

    async def show(self, turn: Turn) -> None:
        """Show a stored answer."""
        ending = ["stopped early"] if turn.interrupted else []
        await self._settle(turn.answer, [*ending, figures.read_to(turn.read_to)])

    async def _paint(self) -> None:
        if self._pending:
            text = "".join(self._pending)
            self._pending.clear()
            await self.query_one(Markdown).append(text)

    async def _settle(self, text: str, summary: list[str]) -> None:
        if self._painter is not None:
            self._painter.stop()
            self._painter = None
        self._pending.clear()
        await self.query_one(Markdown).update(safe_display(text))
        self.query_one(Evidence).summary = tuple(summary)

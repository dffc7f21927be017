"""An answer: streamed Markdown, and below it where it comes from."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Markdown

from sleepdoc import figures
from sleepdoc.documents.text import safe_display
from sleepdoc.reading.events import (
    SEARCHED,
    AnswerFinished,
    Answering,
    Citation,
    Ended,
    Turn,
    Verdict,
)
from sleepdoc.reading.evidence import evidence
from sleepdoc.widgets.lines import MUTED, Lines
from sleepdoc.widgets.sources import Sources
from sleepdoc.widgets.style import beside

_PAINT_EVERY = 1 / 16
"""Seconds. Tokens that arrive in between are painted together."""
_WORTH_SAYING = 0.05
"""Seconds to the first token, from which on they are shown."""
_FENCE = "```"


def plain_markdown() -> MarkdownIt:
    """Markdown without links, images and HTML: a model's text has nowhere to lead to, and what
    looks like a tag or a link is shown as it is written."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.disable(["link", "image", "autolink", "reference", "html_inline", "html_block"])


class Summary(Lines):
    """What the answer rests on and how it came, in as few lines as that takes."""

    parts: reactive[tuple[str, ...]] = reactive((), layout=True)

    def lines(self, width: int) -> list[Content]:
        rows: list[str] = []
        for part in self.parts:
            if rows and len(f"{rows[-1]} · {part}") <= width:
                rows[-1] += f" · {part}"
            else:
                rows.append(part)
        return [Content.styled(row, MUTED) for row in rows]


class Answer(Vertical):
    """Begins empty; `begin`, `write` and `finish`, or `show` for one that is stored."""

    DEFAULT_CSS = beside(__file__)

    markdown = query_one(Markdown)
    sources = query_one(Sources)
    summary = query_one(Summary)

    def __init__(self) -> None:
        super().__init__()
        self._pending: list[str] = []
        self._painter: Timer | None = None
        self._begun: Answering | None = None
        self._more: list[str] = []
        """What else is known of it when it begins."""
        self.text = ""
        """The whole answer as it came, once it has."""
        self.citations: tuple[Citation, ...] = ()
        self.evidence: Sequence[Citation] = ()
        """The first of them, on which it stands."""

    def compose(self) -> ComposeResult:
        yield Markdown(parser_factory=plain_markdown, open_links=False)
        yield Sources()
        yield Summary()

    async def begin(self, event: Answering) -> None:
        """Show what the answer will rest on, and be ready for text; once more if it must be."""
        if self._painter is not None:
            await self._settle("", [])
        self._begun = event
        self._more = [figures.read_to(event.read_to), *([] if event.kept else ["not stored"])]
        await self._cite(event.citations, None, event.lookup)
        self.summary.parts = ("answering", self._source(None), *self._more)
        self._painter = self.set_interval(_PAINT_EVERY, self._paint)

    def write(self, text: str) -> None:
        self._pending.append(safe_display(text))

    async def finish(self, event: AnswerFinished) -> None:
        """Replace what was streamed by the whole answer."""
        pace = [f"{figures.rate(event.tokens_per_second)} tok/s"]
        if event.first_token >= _WORTH_SAYING:
            pace.insert(0, f"first token {event.first_token:.1f} s")
        lookup = self._begun.lookup if self._begun else ""
        await self._cite(event.citations or self.citations, event.verdict, lookup)
        source = self._source(event.verdict)
        ending = _ending(event.ended, event.interrupted)
        await self._settle(event.answer, [*ending, source, *self._more, *pace])

    async def break_off(self, reason: str) -> None:
        """Keep what has arrived of an answer that will not go on."""
        await self._paint()
        await self._settle(self.markdown.source, [reason, self._source(None), *self._more])

    def _source(self, verdict: Verdict | None) -> str:
        begun = self._begun
        if begun is None:
            return ""
        return _source(self.citations, begun.closed_book, begun.lookup, verdict)

    async def show(self, turn: Turn) -> None:
        """Show a stored answer."""
        ending = _ending(turn.ended, turn.interrupted)
        await self._cite(turn.citations, turn.verdict, turn.lookup)
        source = _source(turn.citations, turn.closed_book, turn.lookup, turn.verdict)
        await self._settle(turn.answer, [*ending, source, figures.read_to(turn.read_to)])

    async def _cite(
        self, citations: tuple[Citation, ...], verdict: Verdict | None, lookup: str
    ) -> None:
        self.citations, self.evidence = citations, evidence(citations, verdict, lookup)
        await self.sources.show(citations, verdict, lookup)

    async def _paint(self) -> None:
        if self._pending:
            text = "".join(self._pending)
            self._pending.clear()
            await self.markdown.append(text)

    async def _settle(self, text: str, summary: list[str]) -> None:
        if self._painter is not None:
            self._painter.stop()
            self._painter = None
        self._pending.clear()
        self.text = text
        await self.markdown.update(safe_display(_with_chips(text, len(self.evidence))))
        self.summary.parts = tuple(summary)


def _ending(ended: Ended, interrupted: bool) -> list[str]:
    said = _ENDINGS.get("interrupted" if interrupted else ended)
    return [said] if said else []


_ENDINGS: dict[Ended, str] = {
    "interrupted": "stopped early",
    "length": "cut at the most tokens",
    "repetition": "ended, as it repeated itself",
}
_VERDICTS: dict[Verdict, str] = {
    "verified": "✓ stands on the page",
    "quoted": "≈ its words stand on the page; not sure",
    "from memory": "~ not found on a page in these words",
    "not found": "? nothing found about this",
}
_LIKELY = "≈ its words stand on the page; likely"


def _source(
    citations: tuple[Citation, ...], closed_book: bool, lookup: str, verdict: Verdict | None
) -> str:
    """Where an answer comes from, in a sign and words; without a verdict, where it may."""
    if closed_book:
        return "~ from memory alone (closed book)"
    if lookup == SEARCHED:
        return "searched in the text, not from memory"
    if lookup and citations:
        return "looked up in the text"
    if verdict == "quoted" and citations and citations[0].likely:
        return _LIKELY
    if verdict == "not found" or (verdict and citations):
        return _VERDICTS[verdict]
    return "~ the rest from memory" if citations else "~ from memory, nothing recalled"


def _with_chips(text: str, number: int) -> str:
    """The answer, and behind it the numbers of what it stands on."""
    written = text.rstrip()
    if not number or not written or written.endswith(_FENCE):
        return text
    return written + "".join(f" [{chip}]" for chip in range(1, number + 1))

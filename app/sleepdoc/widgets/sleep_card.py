"""What a sleep did, kept in the transcript."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc.reading.events import SleepFinished, SleepStarted
from sleepdoc.widgets import figures
from sleepdoc.widgets.lines import MUTED, Lines, spread
from sleepdoc.widgets.style import beside

Sleep = tuple[SleepStarted, SleepFinished]


class SleepCard(Lines):
    """The latest of the sleeps between two turns in full, those before it in one line.

    A long document sleeps every few seconds; a card for each would bury the conversation.
    """

    DEFAULT_CSS = beside(__file__)

    sleeps: reactive[tuple[Sleep, ...]] = reactive((), layout=True)

    def __init__(self, started: SleepStarted, finished: SleepFinished) -> None:
        super().__init__()
        self.set_reactive(SleepCard.sleeps, ((started, finished),))

    def add(self, started: SleepStarted, finished: SleepFinished) -> None:
        """A further sleep, with no turn since the last."""
        self.sleeps = (*self.sleeps, (started, finished))

    def lines(self, width: int) -> list[Content]:
        *before, (started, finished) = self.sleeps
        lines = [Content.styled(_together(before), MUTED)] if before else []
        if not finished.passes:
            let_go = Content.styled(f"Window {finished.number} let go", "bold $secondary")
            what = Content(_what([(started, finished)]))
            search = Content.styled("found again by text search alone", MUTED)
            return [*lines, spread(let_go, what, width), search]
        passes = "1 pass" if finished.passes == 1 else f"{finished.passes} passes"
        head = Content.styled(f"Sleep {finished.number}", "bold $secondary") + f"  {passes}"
        kept = finished.window.document + finished.window.chat
        window = f"window {figures.count(finished.tokens)} → {figures.count(kept)}"
        return [
            *lines,
            spread(head, Content(figures.clock(finished.seconds)), width),
            spread(Content(f"{_what([(started, finished)])} consolidated"), Content(window), width),
            Content.styled(
                f"fast weights changed {figures.percent(figures.mean(finished.change))}, "
                f"{figures.size(finished.state_bytes)}, snapshot {finished.snapshot[:8]}",
                MUTED,
            ),
        ]


def _together(sleeps: list[Sleep]) -> str:
    first, last = sleeps[0][1].number, sleeps[-1][1].number
    passed = any(finished.passes for _, finished in sleeps)
    noun, done = ("Sleep", "") if passed else ("Window", " let go")
    name = f"{noun} {first}" if first == last else f"{noun}s {first}–{last}"
    seconds = sum(finished.seconds for _, finished in sleeps)
    return f"{name}{done}  {_what(sleeps)}, {figures.clock(seconds)}"


def _what(sleeps: list[Sleep]) -> str:
    labels = [label for started, _ in sleeps for label in (started.first_page, started.last_page)]
    named = [label for label in labels if label]
    where = figures.pages(named[0], named[-1]) if named else "chat"
    tokens = sum(finished.tokens for _, finished in sleeps)
    return f"{where}, {figures.count(tokens)} tokens"

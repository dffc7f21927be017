"""What a sleep did, kept in the transcript."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.reading.events import SleepFinished, SleepStarted
from sleepdoc.widgets.lines import MUTED, Lines, spread
from sleepdoc.widgets.style import beside

_UNDO = "/undo takes the last back"

Sleep = tuple[SleepStarted, SleepFinished]


class SleepCard(Lines):
    """All the sleeps between two turns, in one line of plain words.

    A long document sleeps every few seconds; a card for each would bury the conversation.
    """

    DEFAULT_CSS = beside(__file__)

    sleeps: reactive[tuple[Sleep, ...]] = reactive((), layout=True)
    details = reactive(False, layout=True)
    """Whether figures of the last sleep stand below."""

    def __init__(self, started: SleepStarted, finished: SleepFinished) -> None:
        super().__init__()
        self.set_reactive(SleepCard.sleeps, ((started, finished),))

    def add(self, started: SleepStarted, finished: SleepFinished) -> None:
        """A further sleep, with no turn since the last."""
        self.sleeps = (*self.sleeps, (started, finished))

    def lines(self, width: int) -> list[Content]:
        started, finished = self.sleeps[-1]
        where = _where(self.sleeps)
        took = figures.clock(sum(done.seconds for _, done in self.sleeps))
        if not finished.passes:
            head = Content.styled(f"z Let go of {where}", "bold $secondary")
            lines = [spread(head, Content.styled("text search finds it again", MUTED), width)]
        else:
            head = Content.styled(f"z Memorised {where}", "bold $secondary")
            number = len(self.sleeps)
            several = "" if number == 1 else f" · {figures.count(number)} sleeps"
            head += Content.styled(f"{several} · {took}", MUTED)
            fits = head.cell_length + len(_UNDO) < width
            lines = [spread(head, Content.styled(_UNDO if fits else "/undo", MUTED), width)]
        return [*lines, *_details(started, finished)] if self.details else lines


class StoredSleeps(Lines):
    """Sleeps of an earlier day."""

    DEFAULT_CSS = beside(__file__).replace("SleepCard", "StoredSleeps")

    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = said

    def lines(self, width: int) -> list[Content]:
        return [Content.styled(self._said, "bold $secondary")]


def _details(started: SleepStarted, finished: SleepFinished) -> list[Content]:
    passes = "1 pass" if finished.passes == 1 else f"{finished.passes} passes"
    kept = finished.window.document + finished.window.chat
    said = [
        f"  sleep {finished.number}: {_where([(started, finished)])}, {passes}, "
        f"window {figures.count(finished.tokens)} → {figures.count(kept)} tokens"
    ]
    if finished.passes:
        said.append(
            f"  fast weights changed {figures.percent(figures.mean(finished.change))}, "
            f"{figures.size(finished.state_bytes)}, snapshot {finished.snapshot[:8]}"
        )
    return [Content.styled(line, MUTED) for line in said]


def _where(sleeps: tuple[Sleep, ...] | list[Sleep]) -> str:
    labels = [label for started, _ in sleeps for label in (started.first_page, started.last_page)]
    named = [label for label in labels if label]
    return figures.pages(named[0], named[-1]) if named else "the conversation"

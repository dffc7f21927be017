"""Everything that was said and done, oldest first, questions in the queue last."""

from collections.abc import Iterator

from textual.containers import VerticalScroll
from textual.widget import Widget

from sleepdoc.reading.events import SleepFinished, SleepStarted, Turn
from sleepdoc.widgets.sleep_card import SleepCard
from sleepdoc.widgets.style import beside
from sleepdoc.widgets.turn import QUEUED, TurnView

_KEPT = 300
"""Blocks kept on screen; older ones stay in the database."""


class Transcript(VerticalScroll):
    """Stays at the end while things are added, unless the person has scrolled up."""

    DEFAULT_CSS = beside(__file__)
    HELP = "The conversation. Page Up and Page Down scroll it while you type."

    def __init__(self) -> None:
        super().__init__()
        self._details = False
        self._wait = QUEUED

    def on_mount(self) -> None:
        self.anchor()

    async def add(self, block: Widget) -> None:
        """Add a block after everything but the queue."""
        await self.mount(block, before=next(self._queue(), None))
        for old in self._settled()[:-_KEPT]:
            await old.remove()

    async def reset(self) -> None:
        """Forget everything but the queue."""
        for block in self._settled():
            await block.remove()

    def show_details(self, details: bool) -> None:
        """Whether sleeps say more than that they were, and the latest answer all it was given."""
        self._details = details
        for card in self.query(SleepCard):
            card.details = details
        if self.latest is not None:
            self.latest.answer.sources.unfold(details)

    async def add_sleep(self, started: SleepStarted, finished: SleepFinished) -> None:
        """Add a card, or add to the card that stands last."""
        settled = self._settled()
        if settled and isinstance(card := settled[-1], SleepCard):
            card.add(started, finished)
        else:
            card = SleepCard(started, finished)
            card.details = self._details
            await self.add(card)

    async def add_stored(self, turn: Turn) -> None:
        view = TurnView(turn.question, queued=False)
        await self.add(view)
        await view.answer.show(turn)

    async def ask(self, question: str, *, kept: bool = True) -> TurnView:
        """Put a question at the end of the queue."""
        view = TurnView(question, queued=True, kept=kept, wait=self._wait)
        await self.mount(view)
        self.anchor()
        return view

    async def take(self, question: str) -> TurnView:
        """The turn that is answered now: the oldest of the queue."""
        view = self.waiting
        if view is None:
            view = TurnView(question, queued=False)
            await self.add(view)
        view.take()
        return view

    @property
    def waiting(self) -> TurnView | None:
        """The oldest question in the queue."""
        return next(self._queue(), None)

    def explain_wait(self, reason: str = QUEUED) -> None:
        """Say what the questions in the queue wait for, and those that join it."""
        self._wait = reason
        for view in self._queue():
            view.wait_for(reason)

    @property
    def latest(self) -> TurnView | None:
        """The last turn that has an answer, if only in part."""
        turns = [view for view in self.query(TurnView) if not view.has_class("-queued", "-refused")]
        return turns[-1] if turns else None

    def _queue(self) -> Iterator[TurnView]:
        return (child for child in self.children if isinstance(child, TurnView) and child.queued)

    def _settled(self) -> list[Widget]:
        queue = set(self._queue())
        return [child for child in self.children if child not in queue]

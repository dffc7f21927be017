"""Below an answer: what it stands on, and folded into a line what else it was given."""

from collections.abc import Sequence

from textual.containers import Vertical
from textual.widgets import Collapsible

from sleepdoc.reading.events import SEARCHED, Citation, Verdict
from sleepdoc.reading.evidence import evidence
from sleepdoc.widgets.citation import CitationView
from sleepdoc.widgets.style import beside


class Sources(Vertical):
    """The evidence stands whole. The passages that were recalled are many and mostly idle: at once
    they would push the answer off the screen."""

    DEFAULT_CSS = beside(__file__)

    async def show(
        self, citations: Sequence[Citation], verdict: Verdict | None = None, lookup: str = ""
    ) -> None:
        """Show these instead of what was shown; what was unfolded stays so.

        Args:
            verdict: on the answer; None while there is none.
            lookup: as of `Answering`.
        """
        folded = all(fold.collapsed for fold in self.query(Collapsible))
        stands = evidence(citations, verdict, lookup)
        views = [
            CitationView(number, citations, verdict if citation in stands else None)
            for number, citation in enumerate(citations, 1)
        ]
        first = 1 if stands else 0
        await self.remove_children()
        await self.mount_all(views[:first])
        if rest := views[first:]:
            title = _title(len(rest), after=bool(stands), searched=lookup == SEARCHED)
            await self.mount(Collapsible(*rest, title=title, collapsed=folded))

    def unfold(self, unfolded: bool) -> None:
        """Whether everything is shown."""
        for fold in self.query(Collapsible):
            fold.collapsed = not unfolded


def _title(number: int, *, after: bool, searched: bool) -> str:
    passages = "1 passage" if number == 1 else f"{number} passages"
    given = "more" if searched and after else "it was given"
    return f"{'and ' if after else ''}{passages} {given}"

"""What fills the attention window: document, chat, and what is still free."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.reading.events import WindowUse
from sleepdoc.widgets.lines import FAINT, MUTED, STACKED_BELOW, Lines, label, spread
from sleepdoc.widgets.style import beside

_PARTS = (("document", "█", "$primary"), ("chat", "▒", "$accent"), ("free", "·", FAINT))


class WindowGauge(Lines):
    """A bar of the window, in tokens."""

    DEFAULT_CSS = beside(__file__)

    use: reactive[WindowUse | None] = reactive(None, layout=True)

    def lines(self, width: int) -> list[Content]:
        if self.use is None:
            return []
        word = label("Window")
        tokens = (self.use.document, self.use.chat, self.use.free)
        legend = Content("  ").join(_part(*part, number) for part, number in zip(_PARTS, tokens))
        if width < STACKED_BELOW:
            size = Content.styled(f"{figures.count(self.use.size)} tokens", MUTED)
            return [spread(word, size, width), _bar(tokens, width), legend]
        return [word + _bar(tokens, width - len(word) - len(legend) - 2) + "  " + legend]


def _part(name: str, cell: str, style: str, tokens: int) -> Content:
    return Content.assemble((cell, style), f" {name} {figures.count(tokens)}")


def _bar(tokens: tuple[int, ...], width: int) -> Content:
    *filled, _ = figures.shares(tokens, sum(tokens), width)
    cells = [*filled, width - sum(filled)]
    return Content.assemble(
        *((cell * number, style) for (_, cell, style), number in zip(_PARTS, cells))
    )

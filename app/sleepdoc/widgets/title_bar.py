"""The first line: which document, and which model reads it."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.reading.events import DocumentReady, Event, ModelReady, Resumed
from sleepdoc.widgets.lines import MUTED, Lines, spread
from sleepdoc.widgets.style import beside

_OFFLINE = "offline"
"""Always true: the application has no network to speak to."""


class TitleBar(Lines):
    """Document on the left, model on the right."""

    DEFAULT_CSS = beside(__file__)

    document = reactive("")
    model = reactive("")

    def show(self, event: Event) -> None:
        """Take over what an event says."""
        match event:
            case DocumentReady():
                self.document = event.title
            case Resumed():
                self.document = event.document.title
            case ModelReady():
                self.model = f"{event.model}, {event.device} {event.dtype}"

    def lines(self, width: int) -> list[Content]:
        name = Content.styled(figures.one_line(self.document), "bold")
        right = " · ".join(filter(None, [figures.one_line(self.model), _OFFLINE]))
        return [spread(name, Content.styled(right, MUTED), width)]

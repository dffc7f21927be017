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
    """Document on the left, model on the right as far as there is room for it."""

    DEFAULT_CSS = beside(__file__)

    document = reactive("")
    model = reactive("")
    runs_on = reactive("")

    def show(self, event: Event) -> None:
        """Take over what an event says."""
        match event:
            case DocumentReady():
                self.document = event.title
            case Resumed():
                self.document = event.document.title
            case ModelReady():
                self.model, self.runs_on = event.model, f"{event.device} {event.dtype}"

    def lines(self, width: int) -> list[Content]:
        name = Content.styled(figures.one_line(self.document), "bold")
        model = figures.one_line(self.model)
        wordings = [f"{model}, {self.runs_on} · {_OFFLINE}", f"{model} · {_OFFLINE}"]
        fitting = (each for each in wordings if model and name.cell_length + len(each) < width)
        right = next(fitting, _OFFLINE)
        return [spread(name, Content.styled(right, MUTED), width)]

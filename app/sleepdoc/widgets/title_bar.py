"""The first line: which document, and which model reads it."""

from textual.content import Content
from textual.reactive import reactive

from sleepdoc.widgets import figures
from sleepdoc.widgets.lines import MUTED, Lines, spread
from sleepdoc.widgets.style import beside


class TitleBar(Lines):
    """Document on the left, model on the right."""

    DEFAULT_CSS = beside(__file__)

    document = reactive("")
    model = reactive("")

    def lines(self, width: int) -> list[Content]:
        name = Content.styled(figures.one_line(self.document), "bold")
        return [spread(name, Content.styled(figures.one_line(self.model), MUTED), width)]

"""Text laid out anew for whatever width there is."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

STACKED_BELOW = 58
"""Narrower than this a widget stands in the side column and stacks its figures."""

MUTED = "$foreground 62%"
FAINT = "$foreground 28%"
"""Textual's own ``$text-muted`` turns white inside styled content."""

_LABEL = 10


class Lines(Widget):
    """A widget that is as many lines as it has to say; a line too long is cut with an ellipsis.

    Whatever changes what it says must `refresh(layout=True)`.
    """

    DEFAULT_CSS = """
    Lines {
        height: auto;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def lines(self, width: int) -> list[Content]:
        """What to show in `width` cells."""
        raise NotImplementedError

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))


def label(text: str, style: str = MUTED) -> Content:
    """What stands in the label column, so that everything beside it is aligned."""
    return Content.styled(f"{text:<{_LABEL}}", style)


def spread(left: Content, right: Content, width: int) -> Content:
    """One line with something at either end; the left gives way."""
    room = max(0, width - right.cell_length - 1)
    return (
        left.truncate(room, ellipsis=True).pad_right(room - min(room, left.cell_length) + 1) + right
    )

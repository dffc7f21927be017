"""A line as it is printed on a page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PrintedLine:
    """One line of a page, places in points, `y` growing upwards."""

    text: str
    x0: float
    x1: float
    y: float
    """The baseline."""
    size: float
    mono: bool = False
    bold: bool = False
    block: int = 0
    """Lines of one block stand under each other; blocks are numbered in reading order."""
    row: bool = False
    """Whether it is a row of a table."""
    upright: bool = True
    """Whether it is written in the direction of most of the page."""

    @property
    def character(self) -> float:
        """The usual width of its characters."""
        return (self.x1 - self.x0) / max(1, len(self.text))

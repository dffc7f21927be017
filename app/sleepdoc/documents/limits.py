"""What extracting a document may cost, for both sides of the pipe: no parser in here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a document may cost. Seconds are of the processor, not of the clock."""

    open_seconds: float = 30.0
    page_seconds: float = 20.0
    seconds_per_page: float = 1.0
    """Added to `open_seconds` for each page: the time allowed for the whole document."""
    document_seconds: float = 1800.0
    memory: int = 1536 << 20
    page_characters: int = 1_000_000
    document_characters: int = 50_000_000
    stream_bytes: int = 32_000_000
    """What one compressed stream, or one file in an archive, may unpack to."""
    archive_bytes: int = 256_000_000
    """What the files of an archive that are read may unpack to."""
    pages: int = 50_000
    restarts: int = 8
    """How many pages may bring the reader down before the document is given up."""
    annotations: int = 5_000
    """Fields and comments that are read on one page."""
    outline: int = 20_000
    """Bookmarks that are read."""
    recogniser: str = ""
    """The program that reads scanned pages, if they are to be read."""
    recogniser_seconds: float = 120.0
    """Of the clock, for one page."""
    patience: float = 6.0
    """Seconds of the clock allowed per second of the processor: the machine may be busy."""

    def total_patience(self, pages: int) -> float:
        """Seconds of the clock for a document of so many pages."""
        scanned = pages * self.recogniser_seconds if self.recogniser else 0.0
        return self.patience * self.total_seconds(pages) + scanned

    def total_seconds(self, pages: int) -> float:
        return min(self.document_seconds, self.open_seconds + self.seconds_per_page * pages)

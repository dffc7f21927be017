"""Places that were looked at, to go back and forward among."""

from dataclasses import dataclass, field

from sleepdoc.reading.text_find import Span


@dataclass(frozen=True)
class Place:
    """A page, and what to show on it."""

    page: int
    span: Span | None = None


@dataclass
class Trail:
    """Behaves as the history of a browser does: a new place cuts off what lay ahead."""

    places: list[Place] = field(default_factory=list)
    at: int = -1

    @property
    def here(self) -> Place | None:
        return self.places[self.at] if self.places else None

    def go(self, place: Place) -> None:
        """A new place; the present one again is no step."""
        if place != self.here:
            self.places[self.at + 1 :] = [place]
            self.at += 1

    def move(self, by: int) -> Place | None:
        """Back or forward; None where the trail ends."""
        if not 0 <= self.at + by < len(self.places):
            return None
        self.at += by
        return self.here

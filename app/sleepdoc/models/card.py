"""A model's card: what it was measured to remember, on this machine."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from sleepdoc import locations
from sleepdoc.errors import StorageError


@dataclass(frozen=True)
class Card:
    """Shares of questions about short facts that were answered exactly."""

    fingerprint: str
    questions: int
    slept: float
    """From the memory, after a sleep and eviction."""
    swapped: float
    """From the memory of another document: form without content."""
    full: float
    """With the text in the window, and no memory."""
    passes: int
    """Per sleep."""

    @classmethod
    def of(cls, fingerprint: str, figures: Mapping[str, Any]) -> Self:
        """The card that a memory benchmark's figures make."""
        arms, ours = figures["arms"], figures["ours"]
        return cls(
            fingerprint,
            figures["questions"],
            arms[ours]["exact"],
            arms["swapped"]["exact"],
            arms["full-none"]["exact"],
            int(ours.removeprefix("n")),
        )

    @property
    def sentence(self) -> str:
        return (
            f"Not trained to sleep. Measured recall {self.slept:.0%} "
            f"({self.full:.0%} with the text in the window, "
            f"{self.swapped:.0%} from another document's memory)."
        )

    def keep(self) -> Path:
        """Store it.

        Raises:
            StorageError: it cannot be written.
        """
        path = _path(self.fingerprint)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"v": 1, **asdict(self)}, indent=1) + "\n", "utf-8")
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
        return path


def card_of(fingerprint: str) -> Card | None:
    """What was measured of the model with this fingerprint; None if nothing was."""
    try:
        fields = json.loads(_path(fingerprint).read_text("utf-8"))
        return Card(**fields) if fields.pop("v") == 1 else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _path(fingerprint: str) -> Path:
    return locations.data_directory() / "cards" / f"{fingerprint}.json"

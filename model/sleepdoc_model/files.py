"""The files beside its base that a model is loaded with."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ModelFiles:
    """What `default` is made of, and where a machine keeps what it need not compute again."""

    heads: Path | None = None
    """The checkpoint of fast-weight heads that `default` needs."""
    reader: Path | None = None
    """The corrections that it reads with; None: it is the bare base."""
    recall: Path | None = None
    """What makes vectors of sentences; None: it makes none."""
    hashes: Path | None = None
    """Where hashes of GGUF files are remembered; None: they are computed every time."""
    cache: Path | None = None
    """A directory for prepared weights; None: they are prepared every time."""

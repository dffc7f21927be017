"""A widget's style sheet is the file beside its module, of the same stem."""

from pathlib import Path


def beside(module: str) -> str:
    """The style sheet that belongs to a module, given its ``__file__``."""
    return Path(module).with_suffix(".tcss").read_text(encoding="utf-8")

"""The tokens in an engine's window."""

from collections.abc import Sequence

from sleepdoc_model.engine import WindowFull


class TokenWindow:
    """A pinned prefix and what came after it, never more than there is room for."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.prefix: tuple[int, ...] = ()
        self.tokens: list[int] = []
        """Without the prefix."""

    @property
    def used(self) -> int:
        return len(self.prefix) + len(self.tokens)

    def pin(self, prefix: Sequence[int]) -> None:
        """Empty the window but for this prefix.

        Raises:
            WindowFull: it leaves no room; nothing was changed.
        """
        if len(prefix) >= self.size:
            raise WindowFull("the pinned prefix leaves no room")
        self.prefix, self.tokens = tuple(prefix), []

    def put(self, tokens: Sequence[int]) -> None:
        """Append tokens.

        Raises:
            WindowFull: they do not fit; nothing was appended.
        """
        self.check_room(len(tokens))
        self.tokens.extend(tokens)

    def check_room(self, count: int) -> None:
        """Raise WindowFull if so many tokens do not fit."""
        if self.used + count > self.size:
            raise WindowFull(f"{count} tokens do not fit into the window")

"""How fast reading goes, and how long it will still take. For display only."""

import math


class Pace:
    """Averages over every window that was read and slept on since it was made.

    Putting text into a window costs next to nothing; a window is paid for when it sleeps.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """Spent reading and sleeping."""
        self._tokens = 0
        self._until_last_sleep = 0.0
        self._in_window = 0

    def read(self, tokens: int, seconds: float) -> None:
        self._in_window += tokens
        self.seconds += seconds

    def slept(self, seconds: float) -> None:
        self.seconds += seconds
        self._until_last_sleep = self.seconds
        self._tokens += self._in_window
        self._in_window = 0

    @property
    def tokens_per_second(self) -> float:
        """0 before the first sleep: not known."""
        return self._tokens / self._until_last_sleep if self._tokens else 0.0

    def seconds_left(self, tokens: int) -> float:
        """Time until so many more tokens are slept on; infinite before the first sleep."""
        return tokens / self.tokens_per_second if self._tokens else math.inf

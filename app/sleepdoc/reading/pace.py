"""How fast reading goes, and how long it will still take. For display only."""


class Pace:
    """Averages over everything read and slept since it was made."""

    def __init__(self) -> None:
        self._tokens = 0
        self._reading = 0.0
        self._sleeps = 0
        self._sleeping = 0.0

    def read(self, tokens: int, seconds: float) -> None:
        self._tokens += tokens
        self._reading += seconds

    def slept(self, seconds: float) -> None:
        self._sleeps += 1
        self._sleeping += seconds

    @property
    def tokens_per_second(self) -> float:
        return self._tokens / self._reading if self._reading else 0.0

    @property
    def seconds(self) -> float:
        return self._reading + self._sleeping

    def seconds_left(self, tokens: int, sleeps: int) -> float:
        """Time for so many more tokens and sleeps; before the first sleep those count nothing."""
        reading = tokens / self.tokens_per_second if self._tokens else 0.0
        return reading + sleeps * (self._sleeping / self._sleeps if self._sleeps else 0.0)

"""What is going on, folded from the events."""

import enum
from dataclasses import dataclass, replace

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    DocumentReady,
    Event,
    Failed,
    ModelReady,
    ReadingFinished,
    Resumed,
    SleepAborted,
    SleepFinished,
    SleepStarted,
    Undone,
    WorkerDied,
)


class Activity(enum.Enum):
    """The word shown for it."""

    OPENING = "Opening"
    LOADING = "Loading"
    READING = "Reading"
    PAUSED = "Paused"
    FINISHED = "Read"
    SLEEPING = "Asleep"
    ANSWERING = "Answering"
    FAILED = "Stopped"
    CLOSING = "Saving"


@dataclass(frozen=True)
class Course:
    """What is going on, and what it falls back to when a sleep or an answer ends.

    `paused` is what the person wants: reading also pauses for every question, and that is no
    pause to speak of.
    """

    doing: Activity | None = Activity.OPENING
    answering: bool = False
    paused: bool = False
    finished: bool = False

    @property
    def now(self) -> Activity:
        if self.doing is not None:
            return self.doing
        if self.answering:
            return Activity.ANSWERING
        if self.finished:
            return Activity.FINISHED
        return Activity.PAUSED if self.paused else Activity.READING

    @property
    def pausing(self) -> bool:
        """Whether a sleep still has to end before reading pauses."""
        return self.paused and self.doing is Activity.SLEEPING

    def after(self, event: Event) -> "Course":
        match event:
            case DocumentReady():
                return replace(self, doing=Activity.LOADING)
            case Resumed(progress=progress, held=held):
                return replace(
                    self, doing=Activity.LOADING, finished=progress.finished, paused=held
                )
            case Undone(progress=progress):
                return replace(self, doing=None, finished=progress.finished, paused=True)
            case ModelReady() | SleepFinished() | SleepAborted():
                return replace(self, doing=None)
            case ReadingFinished():
                return replace(self, finished=True)
            case SleepStarted():
                return replace(self, doing=Activity.SLEEPING)
            case Answering():
                return replace(self, doing=None, answering=True)
            case AnswerFinished():
                return replace(self, answering=False)
            case WorkerDied():
                return replace(self, doing=Activity.LOADING)
            case Failed(exit_code=code) if code is not ExitCode.USAGE:
                return replace(self, doing=Activity.FAILED, answering=False)
            case _:
                return self

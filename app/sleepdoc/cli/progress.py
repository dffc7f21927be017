"""Events on stderr: bars on a terminal, plain lines anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from sleepdoc import figures
from sleepdoc.cli.output import counted, notice
from sleepdoc.documents.text import safe_display
from sleepdoc.reading.events import (
    DocumentReady,
    Event,
    GistWritten,
    ModelReady,
    Reading,
    Resumed,
    SleepAborted,
    SleepFinished,
    SleepPass,
    SleepStarted,
    WorkerDied,
)

Show = Callable[[Event], None]


@contextmanager
def showing() -> Iterator[Show]:
    """What to call with every event while the context is open."""
    console = Console(stderr=True, highlight=False, markup=False)
    if sys.stderr.isatty() and not console.is_dumb_terminal:
        bars = Bars(console)
        with bars.progress:
            yield bars.show
    else:
        yield show_lines


def show_lines(event: Event) -> None:
    """Print what of an event is worth a line."""
    for line in lines(event):
        notice(line)


def lines(event: Event) -> list[str]:
    """What of an event is worth a line that stays."""
    match event:
        case DocumentReady():
            pages = f"{counted(event.pages, 'page')}, {counted(event.characters, 'character')}"
            return [f"{event.title}: {pages}", *event.notices]
        case Resumed():
            where = figures.read_to(event.progress)
            return [f"{event.conversation} goes on: {where}, {counted(event.sleeps, 'sleep')}"]
        case ModelReady():
            window = f"window {counted(event.window, 'token')}"
            again = f"{counted(event.tokens_reread, 'token')} to read again"
            ready = f"{event.model} on {event.device} ({event.dtype}): {window}, {again}"
            return [ready, *filter(None, [event.notice])]
        case SleepFinished(passes=0):
            return [f"Window {event.number} let go: {counted(event.tokens, 'token')}"]
        case SleepFinished():
            what = f"{counted(event.tokens, 'token')} in {counted(event.passes, 'pass')}"
            return [f"Sleep {event.number}: {what}, {event.seconds:.1f} s"]
        case SleepAborted():
            return [f"Sleep {event.number} was stopped; the memory is as it was before"]
        case GistWritten(kind="question"):
            return [f"Asked and answered: {event.text}"]
        case GistWritten():
            return [f"Written: {figures.pages(str(event.first), str(event.last))}"]
        case WorkerDied():
            return [f"{event.reason} It goes on from the last step."]
    return []


class Bars:
    """One bar for the document and, while asleep, one for the passes."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            transient=True,
        )
        self._document = self.progress.add_task("Opening", total=None, note="")
        self._sleep = self.progress.add_task("Sleep", visible=False, note="")

    def show(self, event: Event) -> None:
        """Print what is worth a line above the bars, and move them."""
        for line in lines(event):
            self.progress.console.print(safe_display(line))
        match event:
            case Reading():
                speed = f"{figures.rate(event.tokens_per_second)} tokens/s"
                self.progress.update(
                    self._document,
                    description=safe_display(figures.page_of(event.progress)).capitalize(),
                    completed=event.progress.tokens,
                    total=event.progress.tokens_total,
                    note=f"{speed}, {figures.clock(event.seconds_left)} left",
                )
            case SleepStarted():
                self.progress.reset(
                    self._sleep,
                    description=f"Sleep {event.number}",
                    total=event.passes,
                    visible=True,
                    note=counted(event.passes, "pass"),
                )
            case SleepPass():
                left = f"{figures.clock(event.seconds_left)} left"
                self.progress.update(self._sleep, advance=1, note=left)
            case SleepFinished() | SleepAborted():
                self.progress.update(self._sleep, visible=False)

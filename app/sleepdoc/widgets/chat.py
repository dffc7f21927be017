"""The conversation: what was said and done, and the prompt below it."""

from collections.abc import Sequence
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one

from sleepdoc import figures
from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    AnswerText,
    DocumentReady,
    Event,
    Failed,
    ModelReady,
    OverviewWritten,
    Resumed,
    SleepAborted,
    SleepFinished,
    SleepStarted,
    SleptPages,
    Undone,
    WorkerDied,
)
from sleepdoc.reading.overview import Overview
from sleepdoc.widgets.command_hints import CommandHints
from sleepdoc.widgets.notice import Notice, Tone
from sleepdoc.widgets.prompt import Prompt
from sleepdoc.widgets.sleep_card import StoredSleeps
from sleepdoc.widgets.style import beside
from sleepdoc.widgets.taken_back import taken_back
from sleepdoc.widgets.transcript import Transcript
from sleepdoc.widgets.turn import TurnView

_EARLIER_TURNS = 20
"""Stored turns shown when a conversation goes on; all of them are in the database."""
_FIRST_SLEEP = (
    "The model goes over what its window holds, memorises it, and empties the window. That is a "
    "sleep: questions wait for it, and /undo takes it back."
)


class Chat(Vertical):
    """Follows the events of one conversation."""

    DEFAULT_CSS = beside(__file__)

    transcript = query_one(Transcript)
    prompt = query_one(Prompt)
    hints = query_one(CommandHints)

    def __init__(self) -> None:
        super().__init__()
        self._answered: TurnView | None = None
        self._asleep: SleepStarted | None = None
        self._loading: tuple[Notice, str] | None = None

    def compose(self) -> ComposeResult:
        yield Transcript()
        yield CommandHints()
        yield Prompt()

    @on(Prompt.Changed)
    def _hint(self) -> None:
        self.hints.typed = self.prompt.command

    @on(Prompt.Tab)
    def _complete(self) -> None:
        if completed := self.hints.completed:
            self.prompt.text = completed
            self.prompt.move_cursor(self.prompt.document.end)

    async def say(self, headline: str, body: str = "", tone: Tone = Tone.INFORMATION) -> Notice:
        """Put a notice into the transcript."""
        notice = Notice(headline, body, tone)
        await self.transcript.add(notice)
        return notice

    async def tell(self, told: Overview) -> None:
        """Say what the document is about, as far as that is written down."""
        lines = told.lines()
        unsaid = [] if told.complete else ["The rest is written when there is nothing to read."]
        await self.say(lines[0], "\n".join([*lines[1:], *unsaid]))

    async def _announce(self, told: Overview) -> None:
        """Say so much of it, unasked, as leaves the last answer on the screen."""
        headline, *rest = told.lines()
        about = rest[:1] if told.about is not None and told.about.text else []
        parts, questions = len(told.parts), len(told.questions)
        more = [
            *([f"part by part ({figures.count(parts)})"] if parts else []),
            *([f"what you could ask ({figures.count(questions)})"] if questions else []),
        ]
        offer = [f"/overview tells it {', and '.join(more)}."] if more else []
        await self.say(headline, "\n".join([*about, *offer]))

    async def show(self, event: Event) -> None:
        """Take over what an event says."""
        match event:
            case DocumentReady():
                await self._document_ready(event)
            case Resumed():
                await self._resumed(event)
            case ModelReady():
                await self._model_ready(event)
            case SleepStarted() | SleepFinished() | SleepAborted():
                await self._sleep(event)
            case Answering() | AnswerText() | AnswerFinished():
                await self._answer(event)
            case Undone():
                await self.say(*taken_back(event))
            case OverviewWritten():
                await self._announce(event.overview)
            case WorkerDied():
                said = "It is started again from the last saved step"
                headline = f"The model process ended: {event.reason}"
                notice = await self.say(headline, said, Tone.WARNING)
                self._loading = (notice, "It was started again from the last saved step")
            case Failed():
                await self._failed(event)

    async def _document_ready(self, event: DocumentReady) -> None:
        await self.transcript.reset()
        self._loading = None
        pages = "1 page" if event.pages == 1 else f"{figures.count(event.pages)} pages"
        await self.say(
            f"{event.name}, {pages}, {figures.count(event.characters)} characters",
            "Ask at any time: the answer comes from what has been read so far.",
        )
        for notice in event.notices:
            await self.say(notice, tone=Tone.WARNING)

    async def _resumed(self, event: Resumed) -> None:
        await self.transcript.reset()
        for notice in event.document.notices:
            await self.say(notice, tone=Tone.WARNING)
        sleeps = "1 sleep" if event.sleeps == 1 else f"{figures.count(event.sleeps)} sleeps"
        read = f"{figures.read_to(event.progress)}, {sleeps}"
        if unseen := len(event.messages[:-_EARLIER_TURNS]):
            await self.say(f"{figures.count(unseen)} earlier turns not shown")
        slept = 0
        for turn in event.messages[-_EARLIER_TURNS:]:
            await self._slept_before(event.slept[slept : turn.sleeps])
            slept = max(slept, turn.sleeps)
            await self.transcript.add_stored(turn)
        await self._slept_before(event.slept[slept:])
        self.prompt.remember(turn.question for turn in event.messages)
        resumed = await self.say(
            f"Resumed “{event.conversation}”, last here {_local(event.last_used)}",
            f"{read}, loading the memory",
        )
        self._loading = (resumed, read)
        if event.held and not event.progress.finished:
            where = figures.at_page(event.progress)
            await self.say(f"Reading stays at {where}, as it was taken back to it: Esc goes on")

    async def _slept_before(self, sleeps: Sequence[SleptPages]) -> None:
        """Say what was memorised between two stored turns."""
        if sleeps:
            pages = figures.pages(str(sleeps[0].first), str(sleeps[-1].last))
            several = f" · {figures.count(len(sleeps))} sleeps" if len(sleeps) > 1 else ""
            await self.transcript.add(StoredSleeps(f"z Memorised {pages}{several}"))

    async def _model_ready(self, event: ModelReady) -> None:
        if self._loading is not None:
            notice, said = self._loading
            notice.amend(f"{said}, {figures.count(event.tokens_reread)} tokens re-read")
            self._loading = None
        if event.notice:
            await self.say(event.notice)

    async def _sleep(self, event: SleepStarted | SleepFinished | SleepAborted) -> None:
        match event:
            case SleepStarted():
                if event.number == 1 and event.passes and self._asleep is None:
                    await self.say(_FIRST_SLEEP)
                self._asleep = event
                pages = figures.pages(event.first_page, event.last_page) or "the conversation"
                self.transcript.explain_wait(f"queued · memorising {pages} first")
            case SleepFinished() if self._asleep is not None:
                await self.transcript.add_sleep(self._asleep, event)
                self.transcript.explain_wait()
            case SleepAborted():
                self.transcript.explain_wait()
                await self.say("Memorising was stopped: memory and window are as before")

    async def _answer(self, event: Answering | AnswerText | AnswerFinished) -> None:
        if isinstance(event, Answering):
            if self._answered is None:
                self._answered = await self.transcript.take(event.question)
            await self._answered.answer.begin(event)
        elif self._answered is not None and isinstance(event, AnswerText):
            self._answered.answer.write(event.text)
        elif self._answered is not None and isinstance(event, AnswerFinished):
            await self._answered.answer.finish(event)
            self._answered = None

    async def _failed(self, event: Failed) -> None:
        if event.exit_code is ExitCode.USAGE:
            if event.question and (refused := self.transcript.waiting) is not None:
                refused.refuse(event.message)
            else:
                await self.say(event.message, tone=Tone.WARNING)
            return
        if self._answered is not None:
            await self._answered.answer.break_off("stopped by an error")
            self._answered = None
        while (waiting := self.transcript.waiting) is not None:
            waiting.refuse("not answered")
        body = f"Exit code {event.exit_code:d}. Ctrl+Q closes sleepdoc; what was saved is kept."
        await self.say(event.message, body, Tone.ERROR)
        self.prompt.refuse("No more questions: see the message above")


def _local(moment: str) -> str:
    """A stored UTC time as local date and time, to the minute."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")

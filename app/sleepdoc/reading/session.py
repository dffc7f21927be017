"""Reading, sleeping and answering: the use cases, as generators of events."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from sleepdoc.documents.text import clean_text
from sleepdoc.errors import MismatchError, ModelError, UsageError
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.answerer import Answerer
from sleepdoc.reading.client import EngineClient, WorkerGone
from sleepdoc.reading.events import (
    Answering,
    AnswerText,
    Event,
    ModelReady,
    Progress,
    Reading,
    ReadingFinished,
    ReadingPaused,
    SleepAborted,
    SleepFinished,
    SleepPass,
    SleepStarted,
    Undone,
    WorkerDied,
)
from sleepdoc.reading.gists import GistWriter
from sleepdoc.reading.likeness import WindowVectors
from sleepdoc.reading.pace import Pace
from sleepdoc.reading.record import Record
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.reading.verdict import judge
from sleepdoc.reading.window import Window
from sleepdoc_model.engine import Sampling, StateMismatch

_RESTARTS = 2
"""How often a worker that dies without a step in between is restarted."""


class ReadingSession:
    """Reads one document into one engine, and answers.

    The generators must be driven by one thread; beginning one ends the one before. Ending one
    early leaves the conversation at its last committed step, a partial answer included.
    They raise `SleepdocError`; `Runner` turns that into `Failed`.
    `pause`, `stop` and `proceed` may be called from any thread.

    What is committed is the truth: whenever engine and store may differ, memory and window are
    made anew from the last step and the turns since, exactly as they were.
    """

    def __init__(
        self,
        engine: EngineClient,
        tokens: DocumentTokens,
        record: Record,
        *,
        interval: float = 0.1,
        notice: str = "",
        recall: int = 0,
    ) -> None:
        """Take over a started engine.

        Args:
            interval: `Reading` comes at most every so many seconds.
            notice: What `ModelReady` is to say of the model.
            recall: Most tokens of recalled text, if not as many as the window's budget has.
        """
        self._engine = engine
        self._window = Window(engine, tokens, record.sleep_at)
        self._record = record
        self._interval = interval
        self._notice = notice
        self._pace = Pace()
        self._running: Generator[Event, None, None] = self._run(lambda: iter(()))
        self._stale = True
        self._emptied = False
        """Whether a question has taken the window's place."""
        self._announced = False
        self._deaths = 0
        self._pause = threading.Event()
        self._abort = threading.Event()
        self._stop = threading.Event()
        self._recall = recall or self._window.budget.recall
        self._answerer = Answerer(
            engine, self._window, record, recall=self._recall, stopped=self._stop
        )

    @property
    def conversation(self) -> str:
        """Name of the conversation."""
        return self._record.conversation.name

    @property
    def progress(self) -> Progress:
        return self._window.progress

    @property
    def passes(self) -> int:
        """Passes per sleep of this conversation."""
        return self._record.conversation.passes

    @property
    def remembers(self) -> bool:
        """Whether the model has a memory; without one a sleep only lets the window go."""
        return self._engine.info.remembers

    @property
    def paused(self) -> bool:
        """Whether `pause` was called, and `proceed` was not since."""
        return self._pause.is_set()

    @property
    def held(self) -> bool:
        """Whether this was cut off at a page, or undone, and reads on only when asked to."""
        return self._record.held

    @property
    def sleeps(self) -> int:
        """Committed sleeps of this conversation."""
        return self._record.sleeps

    def resume(self) -> Iterator[Event]:
        """Put memory and window where the last committed step left them; yield `ModelReady`."""
        return self._mended(lambda: iter(()))

    def read(self) -> Iterator[Event]:
        """Read on to the end of the document, sleeping whenever the window is full.

        Yields `Reading`, `SleepStarted`, `SleepPass`, `SleepFinished` (or `SleepAborted`), and
        last `ReadingFinished` or, after `pause`, `ReadingPaused`. `WorkerDied` may come anywhere.
        """
        return self._mended(self._read)

    def ask(
        self,
        question: str,
        *,
        closed_book: bool = False,
        kept: bool = True,
        together: bool = False,
        ahead: bool = False,
        max_tokens: int = 256,
        sampling: Sampling | None = None,
    ) -> Iterator[Event]:
        """Answer from what has been read so far, or ahead of that.

        Yields the events of a sleep if the window has no room, then `Answering`, `AnswerText`...,
        `AnswerFinished`. Should the worker die, an answer that had not begun is generated after
        all; one that had begun is kept as it is, interrupted.

        Args:
            closed_book: answer from memory alone: no recall, and nothing in the window but the
                pinned prefix. The turn is stored, but does not enter the window afterwards.
            kept: False leaves no trace: nothing is stored, the window is as before, and where it
                has no room for the question it is emptied for the answer instead of slept on.
            together: read all that is recalled at once, whatever is asked; to compare with.
            ahead: look in all of the text, also where it has not been read into memory yet.

        Raises:
            UsageError: the question is empty or too long; nothing was stored.
        """
        text = clean_text(question).strip()
        if not text:
            raise UsageError("The question is empty.")
        answer = Answer(text, closed_book, kept, together, ahead)
        options = sampling or Sampling(seed=self._record.conversation.seed)
        return self._mended(lambda: self._ask(answer, max_tokens, options))

    def sleep(self) -> Iterator[Event]:
        """Sleep now, whatever the window holds; nothing happens if it is empty."""
        return self._mended(lambda: self._sleep(self._stop))

    def write_gists(self, *, overview_alone: bool = False) -> Iterator[Event]:
        """Write down in words what was slept on, as far as that is not done.

        Yields `GistWritten`... and `OverviewWritten`; ends after the current token on `pause`.

        Args:
            overview_alone: only what an overview shows, not what each sleep was about.
        """
        return self._mended(lambda: self._write_gists(overview_alone))

    def undo(self) -> Iterator[Event]:
        """Go back to before the last sleep, which is committed when this returns; yields `Undone`.

        Raises:
            UsageError: there is no sleep to undo.
        """
        return self._take_back(self._record.undo, redone=False)

    def redo(self) -> Iterator[Event]:
        """Take the last undo back, in the same way; yields `Undone`.

        Raises:
            UsageError: there is none, or something was committed since.
        """
        return self._take_back(self._record.redo, redone=True)

    def pause(self, *, abort_sleep: bool = False) -> None:
        """Make `read` end soon with `ReadingPaused`, now and until `proceed`.

        A sleep under way in `read` is finished first, or aborted between passes on demand.
        """
        if abort_sleep:
            self._abort.set()
        self._pause.set()

    def stop(self) -> None:
        """Make `ask` end after the current token and `sleep` after the current pass, until
        `proceed`. The partial answer is kept, marked as interrupted."""
        self._stop.set()

    def proceed(self) -> None:
        """Take `pause` and `stop` back."""
        for flag in (self._pause, self._abort, self._stop):
            flag.clear()

    def close(self) -> None:
        """End the generator that is not exhausted yet, if there is one."""
        self._running.close()

    def _mended(self, action: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """Run `action`, from the last step again should the worker die."""
        self.close()
        self._running = self._run(action)
        return self._running

    def _run(self, action: Callable[[], Iterator[Event]]) -> Generator[Event, None, None]:
        while True:
            try:
                if self._stale:
                    self._restore()
                elif self._emptied:
                    self._fill()
                if not self._announced:
                    yield self._ready()
                yield from action()
                return
            except WorkerGone as gone:
                self._stale, self._announced = True, False
                self._deaths += 1
                yield WorkerDied(str(gone))
                if self._deaths > _RESTARTS:
                    raise ModelError(f"{gone} So did {_RESTARTS} more started since.") from gone
            except UsageError:  # refused before anything was changed
                raise
            except BaseException:
                self._stale = True
                raise

    def _restore(self) -> None:
        if not self._engine.alive:
            self._engine.start()
        self._record.refresh()
        try:
            self._engine.load(self._record.memory)
        except StateMismatch as error:
            raise MismatchError(f"{self.conversation} cannot go on: {error}.") from error
        self._fill()
        self._stale = False

    def _fill(self) -> None:
        """Put into the window what the last committed step left there. Nothing is computed yet."""
        read = self._window.read
        self._window.clear()
        self._window.begin(self._record.head.position.slept)
        for before, turn in self._record.turns_in_window:
            self._window.replay(before, turn)
        if self._emptied:
            self._window.replay(read, [])
        self._emptied = False

    def _ready(self) -> ModelReady:
        self._announced = True
        info = self._engine.info
        return ModelReady(
            model=info.model,
            device=info.device,
            dtype=info.dtype,
            window=self._window.budget.size,
            state_bytes=info.state_bytes,
            reasons=info.reasons,
            tokens_reread=self._window.read - self._window.slept,
            conversation=self.conversation,
            use=self._window.use,
            notice=self._notice,
        )

    def _read(self) -> Iterator[Event]:
        window = self._window
        shown = 0.0
        while not (window.finished and window.slept == window.read):
            if self._pause.is_set():
                yield ReadingPaused(window.progress)
                return
            started = time.monotonic()
            if piece := window.read_piece():
                now = time.monotonic()
                self._pace.read(piece, now - started)
                if now - shown >= self._interval:
                    shown = now
                    yield self._reading()
            else:
                yield self._reading()  # a window fills faster than every `interval`
                if not (yield from self._sleep(self._abort)):
                    yield ReadingPaused(window.progress)
                    return
        yield ReadingFinished(window.progress, self.sleeps, self._pace.seconds)

    def _reading(self) -> Reading:
        progress = self._window.progress
        return Reading(
            progress,
            self._window.use,
            self._pace.tokens_per_second,
            self._pace.seconds_left(progress.tokens_total - self._window.slept),
            self._window.excerpt,
        )

    def _sleep(self, aborted: threading.Event) -> Generator[Event, None, bool]:
        """Sleep if there is anything in the window; False if it was aborted."""
        tokens = self._window.used
        if tokens == 0:
            return True
        self._record.require_space(self._engine.info.state_bytes)
        number, passes = self.sleeps + 1, self.passes if self._engine.info.remembers else 0
        change: tuple[float, ...] = ()
        started = time.monotonic()
        yield SleepStarted(number, passes, tokens, *self._window.pages)
        vectors = WindowVectors(self._engine, self._window, self._record)
        with closing(self._engine.sleep(self.passes, vectors.stretches)) as reports:
            for report in reports:
                seconds = time.monotonic() - started
                passes = report.passes  # fewer, once nothing changes any more
                left = seconds / report.number * (passes - report.number)
                yield SleepPass(report.number, passes, report.change, report.seconds, left)
                change = report.change
                if aborted.is_set() and report.number < passes:
                    yield SleepAborted(number)
                    return False
        seconds = time.monotonic() - started
        state = self._engine.state()
        self._window.begin(self._window.read)
        info = {"passes": passes, "tokens": tokens, "seconds": seconds, "change": change}
        snapshot = self._record.add_sleep(self._window.position, state, info, vectors.made)
        self._deaths = 0
        self._pace.slept(seconds)
        yield SleepFinished(
            number,
            passes,
            tokens,
            seconds,
            change,
            len(state),
            snapshot,
            self._window.use,
            self._window.progress,
        )
        return True

    def _write_gists(self, overview_alone: bool) -> Iterator[Event]:
        writer = GistWriter(
            self._engine, self._window, self._record, recall=self._recall, stopped=self._pause
        )
        if writer.missing(overview_alone=overview_alone):
            self._emptied = True  # and filled again before anything else happens
            for event in writer.write(overview_alone=overview_alone):
                self._deaths = 0
                yield event

    def _take_back(self, commit: Callable[[], None], *, redone: bool) -> Iterator[Event]:
        self.close()
        before = self._window.progress
        stale, self._stale = self._stale, True
        try:
            commit()
        except UsageError:  # refused before anything was changed
            self._stale = stale
            raise
        self._emptied = False  # what it held then is nothing to fill it with now

        def action() -> Iterator[Event]:
            yield Undone(redone, before, self.progress, self._record.slept, self._window.use)

        return self._mended(action)

    def _ask(self, answer: Answer, max_tokens: int, sampling: Sampling) -> Iterator[Event]:
        window, frame = self._window, self._engine.frame
        if answer.finished:  # the worker died in the middle of it
            yield answer.event(window.use)
            return
        question = self._engine.encode(answer.question)
        if len(question) > window.budget.question:
            raise UsageError(
                f"The question is {len(question)} tokens long and at most "
                f"{window.budget.question} fit; ask it in fewer words."
            )
        every = answer.ahead or window.finished
        text = self._record.text(before_page=None if every else window.progress.page)
        answer.pages = text.read
        recalled = self._answerer.recall(answer, text)
        self._record.begin(answer, window.position, recalled.citations, recalled.lookup)
        answer.asked = frame.asked(question)
        turn = len(answer.asked) + len(frame.answer_close)
        stays = answer.kept and not answer.closed_book
        if stays and not window.budget.takes(window.used, turn):
            answer.interrupted = not (yield from self._sleep(self._stop))
        use, left = window.use, window.budget.size - window.used - turn
        yield Answering(
            answer.question,
            window.progress,
            recalled.citations,
            answer.closed_book,
            recalled.lookup,
            kept=answer.kept,
        )
        if not answer.interrupted:
            answer.prompt = frame.asked([*recalled.tokens, *question])
            self._emptied = True  # and filled again before anything else happens
            words = self._answerer.words(
                answer, recalled, text, most=max_tokens, left=left, sampling=sampling
            )
            yield from self._kept(answer, words)
            if recalled.answer:  # taken from the text itself
                answer.verdict, answer.citations = "verified", recalled.citations
            else:
                answer.verdict, answer.citations = judge(answer, recalled.citations, text)
        self._finish(answer)
        yield answer.event(use)

    def _kept(self, answer: Answer, words: Iterator[AnswerText]) -> Iterator[Event]:
        """Pass the words of an answer on; what has come of them is stored, whatever ends them."""
        try:
            yield from words
        except BaseException as error:
            if answer.text or not isinstance(error, WorkerGone):
                answer.interrupted = True
                self._finish(answer)
            raise

    def _finish(self, answer: Answer) -> None:
        self._record.finish(answer, self._window.position, self._engine.frame.answer_close)
        self._deaths = 0

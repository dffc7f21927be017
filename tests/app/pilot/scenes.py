"""The moments of a session that screens are made of, as sequences of events."""

from dataclasses import replace

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    AnswerText,
    Citation,
    DocumentReady,
    Event,
    Failed,
    ModelReady,
    Progress,
    Reading,
    Resumed,
    SleepFinished,
    SleepPass,
    SleepStarted,
    SleptPages,
    Turn,
    Verdict,
    WindowUse,
)
from sleepdoc.reading.outline import Heading

WINDOW = 1024
PAGES = 18
SNAPSHOT = "4f2a9c1e7b3d" + "0" * 52
QUESTION = "Who sends the five orange pips?"
ANSWER = (
    "The pips come from the **Ku Klux Klan**, an American society. Openshaw's uncle had once "
    "belonged to it and kept its papers:\n\n"
    "- the first letter reached Colonel Openshaw from *Pondicherry*\n"
    "- the second came from Dundee\n"
)
PIPS = "As he did so, out there jumped five little dried orange pips, which pattered down"
PAPER = Document(
    sha256="0" * 64,
    path=b"/documents/the-five-orange-pips.pdf",
    name="the-five-orange-pips.pdf",
    kind="pdf",
    size=100_000,
    title="The Five Orange Pips",
    pages=tuple(
        Page(
            number,
            str(number),
            f"Chapter {number}.\n\nIt was in the latter days of September, and the gales\n"
            "had set in with exceptional violence.\n\n"
            + f"The tide of page {number} was low. " * 24
            + (
                "\n\n" + PIPS.replace("dried orange", "dried\norange") + " upon his plate."
                if number == 3
                else ""
            )
            + "\n\nWe are now at the end of the page.",
        )
        for number in range(1, PAGES + 1)
    ),
)


def outlined() -> Document:
    """The same with a table of contents."""
    paper = replace(PAPER)
    entries = (
        Heading(1, "The letters", 2),
        Heading(2, "Pondicherry", 3),
        Heading(1, "The end", 17),
        Heading(2, "The Lone Star", 17),
    )
    object.__setattr__(paper, "outline", entries)
    return paper


DOCUMENT = DocumentReady(
    conversation="",
    title="The Five Orange Pips",
    name="the-five-orange-pips.pdf",
    pages=PAGES,
    characters=40_721,
    notices=(),
    document=PAPER,
)
MODEL = ModelReady(
    model="SmolLM2-135M-Instruct + memory",
    device="cpu",
    dtype="bf16",
    window=WINDOW,
    state_bytes=1_474_560,
    reasons=(),
    tokens_reread=0,
    conversation="the-five-orange-pips",
)
CITATION = Citation(
    page=3,
    label="3",
    quote=PIPS,
)
EVIDENCE = replace(CITATION, verified=True)


def progress(page: int, label: str = "", slept: int = 0) -> Progress:
    return Progress(page, label or str(page), PAGES, page * 560, PAGES * 560, slept)


def reading(
    page: int, *, document: int = 612, chat: int = 0, label: str = "", slept: int = 0
) -> Reading:
    return Reading(
        progress(page, label, slept),
        WindowUse(document, chat, WINDOW),
        tokens_per_second=412.4,
        seconds_left=(PAGES - page) * 1.9,
        excerpt="It was in the latter days of September, and the equinoctial gales had set in",
    )


def change(number: int) -> tuple[float, ...]:
    """Changes of thirty layers: the middle learns most, and less with every sleep."""
    return tuple((0.08 + 0.5 / (1 + abs(layer - 16) / 5)) / number for layer in range(30))


def sleep(number: int, first: str, last: str, tokens: int = 1004) -> list[Event]:
    """A whole sleep of four passes."""
    use = WindowUse(0, 0, WINDOW)
    state_bytes = MODEL.state_bytes
    last_page = int(last) if last.isdecimal() else 1
    return [
        SleepStarted(number, 4, tokens, first, last),
        *(SleepPass(n, 4, change(number), 0.9, (4 - n) * 0.9) for n in range(1, 5)),
        SleepFinished(
            number,
            4,
            tokens,
            3.6,
            change(number),
            state_bytes,
            SNAPSHOT,
            use,
            progress(last_page, slept=last_page),
        ),
    ]


def answering(page: int, *citations: Citation, closed_book: bool = False) -> Answering:
    return Answering(QUESTION, progress(page), citations, closed_book)


def pieces(text: str) -> list[AnswerText]:
    """A text as tokens would bring it."""
    return [AnswerText(text[at : at + 5]) for at in range(0, len(text), 5)]


def finished(
    text: str, *evidence: Citation, interrupted: bool = False, verdict: Verdict = "from memory"
) -> AnswerFinished:
    use = WindowUse(612, 190, WINDOW)
    return AnswerFinished(
        text, interrupted, 61, 2.6, 23.4, use, verdict=verdict, citations=evidence
    )


def answer(page: int, *citations: Citation) -> list[Event]:
    """A whole answer, given while page `page` was being read."""
    verdict: Verdict = "verified" if citations else "from memory"
    evidence = [replace(each, verified=each is citations[0]) for each in citations]
    ended = finished(ANSWER, *evidence, verdict=verdict)
    return [answering(page, *citations), *pieces(ANSWER), ended]


OPENED: list[Event] = [DOCUMENT, MODEL]
READING: list[Event] = [*OPENED, *sleep(1, "1", "2"), reading(4, slept=2)]
SLEEPING: list[Event] = [
    *OPENED,
    *sleep(1, "1", "2"),
    reading(4, document=1002, slept=2),
    SleepStarted(2, 4, 1002, "3", "4"),
    SleepPass(1, 4, change(3), 1.1, 3.3),
    SleepPass(2, 4, change(2), 1.1, 2.2),
]
RESUMED: list[Event] = [
    Resumed(
        conversation="the-five-orange-pips",
        progress=progress(7, slept=6),
        sleeps=3,
        messages=(
            Turn(QUESTION, ANSWER, False, progress(5), (EVIDENCE,), verdict="verified"),
            Turn("And why pips?", "They were a warning.", True, progress(7)),
        ),
        last_used="2026-11-20T17:02:41+00:00",
        document=PAPER,
        slept=(SleptPages(1, 1, 2), SleptPages(2, 2, 4), SleptPages(3, 4, 6)),
    ),
    MODEL,
    reading(8, document=148, slept=6),
]
ERROR: list[Event] = [
    Failed(
        "report.pdf has no text on any of its 214 pages; they are scans. "
        "Make them readable first: ocrmypdf report.pdf report-ocr.pdf",
        ExitCode.DOCUMENT,
    )
]

"""The whole path as a person uses it: documents are opened, read and asked about.

A line of the data: {"id", "file" or "document", "questions": [{"question", "answers", "kind",
"evidence", "index", "also"}]}, where only the question and its answers must be; no answers say
that the document does not answer it, `index` is the number of the page with the evidence, and
`also` has others that answer as well.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal, get_args

from sleepdoc.errors import DocumentError, UsageError
from sleepdoc.evaluation.finding import squash
from sleepdoc.reading.events import AnswerFinished, Answering, Citation
from sleepdoc.reading.service import OpenConversation, OpenOptions
from sleepdoc_model.evaluation.answers import exact_match, token_f1
from sleepdoc_model.evaluation.bootstrap import ratio, ratio_interval, share_interval, totals

Arm = Literal["shipped", "together", "closed"]
"""As a person has it; with all recalled passages in one prompt; from memory alone."""
ARMS: tuple[Arm, ...] = get_args(Arm)
RIGHT = 0.5
"""From this token-F1 on an answer counts as right, where right and wrong are counted."""


@dataclass(frozen=True)
class Question:
    text: str
    answers: tuple[str, ...]
    kind: str
    evidence: str
    pages: frozenset[int]

    @classmethod
    def of(cls, fields: dict[str, Any]) -> "Question":
        answers = tuple(fields["answers"])
        index = fields.get("index")
        return cls(
            fields["question"],
            answers,
            fields.get("kind") or ("fact" if answers else "absent"),
            fields.get("evidence") or "",
            frozenset({index, *(fields.get("also") or ())}) if index else frozenset(),
        )


@dataclass(frozen=True)
class Line:
    """One document with its questions."""

    id: str
    file: str | None
    document: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Row:
    """One question under one arm, as far as that can be judged by comparing text."""

    document: str
    arm: str
    kind: str
    question: str
    answer: str
    answerable: bool
    f1: float
    exact: bool
    verdict: str
    page_recalled: bool | None
    """A page that answers is among the recalled; None where that is not known."""
    evidence_recalled: bool | None
    first_page: bool | None
    """The first citation is on a page that answers."""
    absence: float
    likelihood: float
    tokens: int
    first_token: float
    """Seconds until a word of it was shown."""
    seconds: float

    @property
    def key(self) -> tuple[str, str, str]:
        return self.document, self.arm, self.question


def read_lines(path: Path) -> list[Line]:
    """The documents and questions of a file.

    Raises:
        DocumentError: it cannot be read, or a line is not of the form.
        UsageError: there is nothing in it.
    """
    try:
        texts = path.read_text("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read: {error}.") from error
    lines = [_line(path, number, text) for number, text in enumerate(texts, 1) if text.strip()]
    if not lines:
        raise UsageError(f"There are no documents in {path}.")
    return lines


def _line(path: Path, number: int, text: str) -> Line:
    try:
        fields = json.loads(text)
        questions = tuple(map(Question.of, fields["questions"]))
        name = str(fields.get("id", number))
        return Line(name, fields.get("file"), fields.get("document", ""), questions)
    except json.JSONDecodeError as error:
        reason = f"not JSON ({error})"
    except KeyError as error:
        reason = f"no {error}"
    except (TypeError, AttributeError) as error:
        reason = f"not of the form ({error})"
    raise DocumentError(f"{path.name}, line {number}: {reason}.")


def answers(
    line: Line, options: OpenOptions, arms: Sequence[Arm], done: Collection[tuple[str, str, str]]
) -> Iterator[Row]:
    """Read a document, and ask its questions under every arm, but for those already done."""
    left = [
        (arm, question)
        for arm in arms
        for question in line.questions
        if (line.id, arm, question.text) not in done
    ]
    if not left:
        return
    with OpenConversation(options) as conversation:
        for _ in conversation.open():
            pass
        session = conversation.session
        for _ in session.read():
            pass
        for arm, question in left:
            recalled: tuple[Citation, ...] = ()
            asked = session.ask(
                question.text, closed_book=arm == "closed", together=arm == "together", kept=False
            )
            for event in asked:
                if isinstance(event, Answering):
                    recalled = event.citations
                elif isinstance(event, AnswerFinished):
                    yield row(line, arm, question, event, recalled)


def row(
    line: Line, arm: Arm, question: Question, event: AnswerFinished, recalled: Sequence[Citation]
) -> Row:
    """Judge an answer; `recalled` is what stood in front of its question."""
    quotes = [squash(citation.quote) for citation in recalled]
    pages, right = question.pages, question.answers
    return Row(
        document=line.id,
        arm=arm,
        kind=question.kind,
        question=question.text,
        answer=event.answer,
        answerable=bool(right),
        f1=max((token_f1(said, right) for said in _said(question, event.answer)), default=0.0),
        exact=any(exact_match(said, right) for said in _said(question, event.answer)),
        verdict=event.verdict,
        page_recalled=any(c.page in pages for c in recalled) if pages else None,
        evidence_recalled=(
            any(squash(question.evidence) in quote for quote in quotes)
            if question.evidence
            else None
        ),
        first_page=any(c.page in pages for c in event.citations[:1]) if pages else None,
        absence=event.absence,
        likelihood=event.likelihood,
        tokens=event.tokens,
        first_token=event.first_token or event.seconds,
        seconds=event.seconds,
    )


def _said(question: Question, answer: str) -> tuple[str, ...]:
    """What is compared with the right answers: of yes with a reason, also the yes alone."""
    if not question.answers:
        return ()
    return (answer, answer.split(",")[0]) if question.kind == "yesno" else (answer,)


def figures(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, object]]]:
    """By arm and kind of question; `all` has all that can be answered."""
    arms: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        arms[row.arm][row.kind].append(row)
        if row.answerable:
            arms[row.arm]["all"].append(row)
    return {
        arm: {kind: _figures(each) for kind, each in sorted(kinds.items())}
        for arm, kinds in arms.items()
    }


_OF_ALL: dict[str, Callable[[Row], bool | None]] = {
    "says_absent": lambda row: row.verdict == "not found",
    "verified": lambda row: row.verdict == "verified",
    "verified_wrong": lambda row: row.verdict == "verified" and row.f1 < RIGHT,
}
_OF_ANSWERABLE: dict[str, Callable[[Row], bool | None]] = {
    "exact": lambda row: row.exact,
    "page_recalled": lambda row: row.page_recalled,
    "evidence_recalled": lambda row: row.evidence_recalled,
    "first_page": lambda row: row.first_page,
}


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    """Shares and F1, with intervals over documents: questions about the same one are alike."""
    found: dict[str, object] = {
        "questions": len(rows),
        "first_token": median(row.first_token for row in rows),
        "seconds": median(row.seconds for row in rows),
    }
    shares = _OF_ALL
    if rows[0].answerable:
        shares = _OF_ALL | _OF_ANSWERABLE
        f1 = totals((row.document, row.f1, 1) for row in rows)
        found |= {"f1": ratio(f1, list(f1)), "f1_interval": ratio_interval(f1)}
    for name, value in shares.items():
        known = totals(
            (row.document, share, 1) for row in rows if (share := value(row)) is not None
        )
        found[name] = ratio(known, list(known)) if known else None
        if known:
            found[f"{name}_interval"] = share_interval(known)
    return found

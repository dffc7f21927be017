"""What a document is about, from what was written down of it: no model is asked here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sleepdoc.documents.types import Document
from sleepdoc.figures import quoted
from sleepdoc.reading.events import SleptPages
from sleepdoc.reading.stretches import Stretch, Stretches, by_key
from sleepdoc.store import Gist


@dataclass(frozen=True)
class Line:
    """What some pages are about."""

    title: str
    """Of a chapter; empty where there is none."""
    first: int
    last: int
    first_label: str
    last_label: str
    text: str
    """Empty as long as nothing is written."""
    quoted: bool
    """Whether it is a sentence of the text itself."""

    @property
    def pages(self) -> str:
        """``p. 3`` or ``pp. 3-7``, by label."""
        if self.first == self.last:
            return f"p. {self.first_label}"
        return f"pp. {self.first_label}-{self.last_label}"

    @property
    def said(self) -> str:
        return quoted(self.text) if self.quoted else self.text


@dataclass(frozen=True)
class Overview:
    """What can be told of a document, as far as it has been slept on."""

    title: str
    file: str
    pages: int
    words: int
    slept_page: int
    """The last page that it tells of; 0 before the first sleep."""
    about: Line | None
    parts: tuple[Line, ...]
    questions: tuple[str, ...]
    """What could be asked, each answered before and the answer compared with the text."""
    complete: bool
    """Whether there is nothing left to write."""

    def lines(self) -> list[str]:
        """It as plain text, a paragraph or an item each."""
        read = f"; told of as far as p. {self.slept_page}" * (self.slept_page < self.pages)
        pages = f"{self.pages:,} page{'s' * (self.pages != 1)}"
        found = [f"{self.title}: {pages}, {self.words:,} words{read}"]
        if self.about is not None:
            found.append(f"{self.about.said} ({self.about.pages})" * bool(self.about.text))
        for part in self.parts:
            name = f"{part.title}, {part.pages}" if part.title else part.pages
            found.append(f"- {name}: {part.said}" if part.text else f"- {name}" * bool(part.title))
        if self.questions:
            found.append("You could ask:")
            found += [f"- {question}" for question in self.questions]
        return [each for each in found if each]


def overview(document: Document, slept: Sequence[SleptPages], gists: Sequence[Gist]) -> Overview:
    """Put together what is known of a document."""
    stretches, stored = Stretches.of(document, slept), by_key(gists)
    wanted = (*stretches.parts, stretches.whole)
    labels = {page.number: page.label for page in document.pages}

    def line(stretch: Stretch) -> Line:
        gist = stored.get(stretch.key)
        first, last = stretch.first, stretch.last
        text, quoted = (gist.text, gist.quoted) if gist else ("", False)
        return Line(stretch.title, first, last, labels[first], labels[last], text, quoted)

    return Overview(
        title=document.title,
        file=document.name,
        pages=len(document.pages),
        words=sum(len(page.text.split()) for page in document.pages),
        slept_page=slept[-1].last if slept else 0,
        about=line(stretches.whole) if stretches.whole else None,
        parts=tuple(map(line, stretches.parts)),
        questions=tuple(gist.text for gist in gists if gist.kind == "question"),
        complete=all(each.key in stored for each in wanted if each and each.sentences),
    )

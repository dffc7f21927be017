"""The sentences of a text that stand for its stretches, where no model says it better."""

from collections.abc import Collection

from sleepdoc.reading.stretches import Stretch, Stretches
from sleepdoc_model.recall.telling import LOOKED_AT, central, of_itself, representative


def says(stretch: Stretch) -> bool:
    """Whether it says itself what it is about; of the whole that stands first."""
    if stretch.kind == "whole":
        return of_itself(stretch.sentences[:1], ()) is not None
    return bool(stretch.title) and of_itself(stretch.sentences[:LOOKED_AT]) is not None


def quote(stretch: Stretch, stretches: Stretches, *, title: str, taken: Collection[str]) -> str:
    """The sentence that stands for a stretch with running text.

    Args:
        title: of the document.
        taken: what stands for other stretches; it stands for pages where nothing begins only if
            nothing else can.
    """
    if stretch.kind == "whole":
        return stretch.sentences[0].text
    if stretch.title:
        return representative(stretch.sentences, stretch.title, known=title).text
    whole = stretches.whole.sentences[:1] if stretches.whole else ()
    return central(stretch.sentences, {*taken, *(each.text for each in whole)}).text

"""The sentences of a text that stand for its stretches, where no model says it better."""

from collections.abc import Collection

from sleepdoc.reading.stretches import Stretch, Stretches
from sleepdoc_model.recall.telling import LOOKED_AT, central, of_itself, representative


def said(stretch: Stretch) -> str:
    """What it says itself that it is about, which of the whole stands first; empty if nothing."""
    if stretch.kind == "whole":
        found = of_itself(stretch.sentences[:1], ())
    else:
        found = of_itself(stretch.sentences[:LOOKED_AT]) if stretch.title else None
    return found.text if found else ""


def quote(stretch: Stretch, stretches: Stretches, *, title: str, taken: Collection[str]) -> str:
    """The sentence that stands for a stretch with running text which does not say what it is about.

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

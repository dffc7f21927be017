"""Which page is meant by what a person writes."""

from sleepdoc.documents.types import Document


def page_number(document: Document, wanted: str) -> int | None:
    """The page of a printed label, or of a number where no page has that label."""
    wanted = wanted.strip().casefold()
    for page in document.pages:
        if page.label.casefold() == wanted:
            return page.number
    if wanted.isdecimal() and 1 <= int(wanted) <= len(document.pages):
        return int(wanted)
    return None

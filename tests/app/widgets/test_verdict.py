"""What a citation is called by the verdict on the answer."""

import pytest

from sleepdoc.reading.events import Citation, Verdict
from sleepdoc.widgets.verdict import FOUND, LIKELY, QUOTED, RECALLED, VERIFIED, said_of


@pytest.mark.parametrize(
    ("citation", "verdict", "said"),
    [
        (Citation(1, "1", "", verified=True), "verified", VERIFIED),
        (Citation(1, "1", ""), "verified", FOUND),
        (Citation(1, "1", "", likely=True), "quoted", LIKELY),
        (Citation(1, "1", ""), "quoted", QUOTED),
        (Citation(1, "1", "", likely=True), None, RECALLED),
    ],
)
def test_what_it_is_called(citation: Citation, verdict: Verdict | None, said: str) -> None:
    assert said_of(citation, verdict) == said

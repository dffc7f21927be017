"""An item of a list is read behind what introduces the list."""

import pytest

from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.lists import introduction
from sleepdoc_model.recall.packing import ranked
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.written import packer, write
from sleepdoc_model.scripted import ByteTokenizer

DUTIES = """Fog lay on the sea.

The harbourmaster:

 9. Counts the ships. He does so at dawn:
     a. the sloops
     b. the barges
10. Lights the lamp.
11. Settles quarrels over nets.

The baker mends nothing."""


def introduced(text: str, item: str) -> str | None:
    spans = sentences(text)
    place = next(n for n, (start, end) in enumerate(spans) if text[start:end].startswith(item))
    found = introduction(text, spans, place)
    return text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("item", "before"),
    [
        ("9.", "The harbourmaster:"),
        ("10.", "The harbourmaster:"),
        ("11.", "The harbourmaster:"),
        ("b.", "He does so at dawn:"),
        ("The baker", None),
    ],
)
def test_what_introduces_an_item(item: str, before: str | None) -> None:
    assert introduced(DUTIES, item) == before


@pytest.mark.parametrize(
    "text",
    [
        "It was late. Ropes:\n\n- long\n\n# Nets\n\n- wide",
        "He said:\n\nIt rains.\n\n- wide",
        "Ropes:\n\n1. long\n\n- wide",
        f"{'Ropes and nets and oars ' * 8}:\n\n- long\n- wide",
        "- long\n- wide",
        "Ropes are of two kinds:\n\n- new ones. We mend these too:\n- wide",
    ],
)
def test_what_stands_before_it_may_introduce_something_else(text: str) -> None:
    assert introduced(text, "- wide") is None


def test_a_later_item_is_read_behind_it_but_quoted_alone() -> None:
    encode = ByteTokenizer().encode
    packing = packer(lambda _: DUTIES, encode)
    question = ask("Who settles quarrels over nets?")
    quotes = ranked(MemoryIndex([(1, DUTIES)]), [question], packing, 110)
    ids, kept = write(quotes, lambda _: ("1", DUTIES), 110, encode)
    read = bytes(ids[0]).decode()
    assert read.startswith("[p. 1] The harbourmaster: ") and "11. Settles quarrels" in read
    assert "harbourmaster" not in kept[0][1] and sum(map(len, ids)) <= 110

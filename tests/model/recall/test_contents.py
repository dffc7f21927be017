"""What a table of contents names is looked for where it stands, not in the table."""

import pytest

from sleepdoc_model.recall.contents import contents
from sleepdoc_model.recall.evidence import find_evidence
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.packing import Packer, ranked
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.query import ask

TITLES = ["The lifeboat", "March 1902: the pier burned", "Harbours", "Fishing", "Ropes", "Nets"]
TEXT = "Fog lay on the sea for a week. In March 1902 the pier burned. It was rebuilt by Ada Byron."


def table(leader: str, pages: list[int]) -> str:
    return "Contents\n\n" + "\n".join(
        f"{title}{leader}{page}" for title, page in zip(TITLES, pages)
    )


def marked(text: str) -> list[str]:
    spans = sentences(text)
    return [text[slice(*spans[place])] for place in sorted(contents(text, spans))]


@pytest.mark.parametrize("leader", [" ...  ", " . . . . . ", "........", " … ", "  "])
def test_entries_are_known_by_their_dots_or_by_rising_numbers(leader: str) -> None:
    text = table(leader, [1, 3, 3, 8, 12, 40])
    entries = " ".join("\n".join(marked(text)).split())
    assert entries in " ".join(text.split()) and len(entries) > 0.8 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        table("  ", [40, 3, 12, 8, 3, 1]),
        table("  ", [7, 7, 7, 7, 7, 7]),
        "Ropes  3\nNets  9\nOars  12",
        TEXT,
        "He waited... 16 men came.\n\nThen it rained ... and rained.",
        "\n\n".join([*[TEXT] * 6, *table("  ", [1, 3, 3, 8, 12, 40]).split("\n")[2:]]),
    ],
)
def test_tables_of_figures_and_running_text_are_none(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize("leader", [" ... ", "  "])
def test_an_answer_is_cited_where_it_is_told(leader: str) -> None:
    pages = {1: table(leader, [1, 2, 3, 8, 12, 40]), 2: TEXT}
    question = "When did the pier burn?"
    found = find_evidence("March 1902", question, pages.items())
    assert found is not None
    assert pages[found.page][found.start : found.end] == "In March 1902 the pier burned."
    packer = Packer(pages.__getitem__, len)
    quotes = ranked(MemoryIndex(pages.items()), [ask(question)], packer, 200)
    assert quotes[0].page == 2


def test_what_stands_only_in_the_contents_is_cited_from_them() -> None:
    pages = {1: table(" ... ", [1, 2, 3, 8, 12, 40]), 2: "Fog lay on the sea for a week."}
    found = find_evidence("March 1902", "When did the pier burn?", pages.items())
    assert found is not None and found.page == 1


def test_an_entry_in_two_lines_is_marked_whole() -> None:
    text = "\n".join(
        [
            "1 The lifeboat ... 2",
            "1.1 Why did the keepers of the light",
            "leave the tower? ... 3",
            "2 Harbours  9",
            "2.1 Ropes ... 9",
            "2.2 Nets ... 12",
        ]
    )
    assert " ".join(marked(text)).split() == text.split()


PLAIN = """Table of Contents

4.1. The lifeboat
:   4.1.1. March 1902: the pier burned

4.2. Who mends the nets?

## 4.1. The lifeboat

It lay on the sand"""


def test_entries_without_pages_are_known_by_the_heading_and_end_where_one_comes_again() -> None:
    found = marked(PLAIN)
    assert " ".join(" ".join(found).split()) == (
        "Table of Contents 4.1. The lifeboat : 4.1.1. March 1902: the pier burned "
        "4.2. Who mends the nets?"
    )


def test_a_part_in_plain_text_begins_where_its_entry_comes_again() -> None:
    entries = ["1. Fog", "2. Nets", "3. Oars"]
    text = "\n\n".join(["Contents", *entries, entries[0], "A week of fog"])
    assert marked(text) == ["Contents", *entries]


@pytest.mark.parametrize(
    "text",
    [
        "Contents\n\nThe lifeboat\nNets",
        "The contents of the box:\n\nRopes\n\nNets\n\nOars\n\nSails",
        "Contents\n\nThis book tells of the sea, of nets, of ropes and of what came later.",
        "Contents\n\nRopes  40\n\nNets  3\n\nOars  12",
    ],
)
def test_a_heading_alone_makes_no_contents(text: str) -> None:
    assert marked(text) == []


def test_what_contents_without_pages_name_is_quoted_from_its_place() -> None:
    pages = {1: PLAIN, 2: TEXT}
    packer = Packer(pages.__getitem__, len)
    question = ask("When did the pier burn, in March 1902?")
    assert ranked(MemoryIndex(pages.items()), [question], packer, 200)[0].page == 2


def test_an_entry_that_the_text_tells_is_not_recalled_beside_it() -> None:
    pages = {1: PLAIN, 2: TEXT}
    packer = Packer(pages.__getitem__, len)

    def recalled(question: str, entry: str) -> bool:
        quotes = ranked(MemoryIndex(pages.items()), [ask(question)], packer, 400)
        return any(entry in pages[quote.page][quote.start : quote.end] for quote in quotes)

    assert not recalled("When did the pier burn, in March 1902?", "4.1.1.")
    assert recalled("On which page stands when the pier burned?", "4.1.1.")
    assert recalled("Who mends the nets when the pier burned?", "4.2.")

"""Pages are cut into whole sentences, and passages overlap."""

from itertools import pairwise

import pytest

from sleepdoc_model.recall.passages import passages, sentences, title

SENTENCE = "The captain of the barque wrote down what he had seen that night."


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Mr. J. F. Smith came at 5 p.m. on Monday. He left.", 2),
        ("It costs 3.50 euros. Ask Dr. May.", 2),
        ("He said “Go.” She went.", ["He said “Go.”", "She went."]),
        ("Wait ... for it. Now.", ["Wait ... for it.", "Now."]),
        ("a line that\ngoes on. Next.", ["a line that\ngoes on.", "Next."]),
        ("# Tides\nThe tide was low.", ["# Tides", "The tide was low."]),
        ("Tides\n\nThe tide was low.", ["Tides", "The tide was low."]),
        ("### 2. Control\n\nText.", ["### 2. Control", "Text."]),
        ("Buy:\n- bread\n- salt\n2) oil", ["Buy:", "- bread", "- salt", "2) oil"]),
        ("港は火曜日に開かれた。費用は九百万円である。", 2),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_are_whole(text: str, expected: list[str] | int) -> None:
    found = cut(text)
    assert (len(found) if isinstance(expected, int) else found) == expected


@pytest.mark.parametrize(
    "text",
    [
        "One line.",
        f"{SENTENCE} " * 60,
        "x" * 5000,
        "word " * 2000,
        "Chapter\n \n" * 400,
        "。" * 900,
    ],
    ids=["line", "long", "no-space", "no-stop", "headings", "stops"],
)
def test_nothing_is_lost_and_nothing_endless(text: str) -> None:
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
    assert max(map(len, cut(text))) <= 360
    found, _ = passages(text)
    covered = {place for each in found for place in range(each.start, each.end)}
    assert all(place in covered or text[place].isspace() for place in range(len(text)))
    assert max(each.end - each.start for each in found) <= 420


def test_a_passage_begins_within_the_one_before() -> None:
    text = f"{SENTENCE} " * 40
    found, _ = passages(text)
    assert len(found) > 5
    for one, two in pairwise(found):
        assert one.start < two.start < one.end < two.end
        assert text[two.start :].startswith(SENTENCE) and text[: two.end].endswith(SENTENCE)


def test_a_passage_knows_its_heading() -> None:
    first, heading = passages(f"# Tides\n\n{SENTENCE}\n\n## Low water\n\n{SENTENCE * 4}")
    assert first[-1].heading == heading == "Low water"
    second, _ = passages(SENTENCE, heading)
    assert second[0].heading == "Low water"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("## Low water ##", "Low water"),
        ("2.1 What is the tide?", "2.1 What is the tide?"),
        ("What is the tide?", ""),
        ("3 Tides and winds", "3 Tides and winds"),
        ("The tide was low.", ""),
        ("R> plot(x)", ""),
        ("12.5 17.0", ""),
    ],
)
def test_a_heading_is_short_and_no_sentence(line: str, expected: str) -> None:
    assert title(line) == expected


def test_an_entry_of_a_table_of_contents_is_one_sentence_and_no_heading() -> None:
    entries = ["4.12 July 2002: Ada died ...  16", "4.13 What is next? . . . . . 17", "Index …xi"]
    assert cut("\n".join(["Contents", *entries])) == ["Contents", *entries]
    assert [title(entry) for entry in entries] == ["", "", ""]

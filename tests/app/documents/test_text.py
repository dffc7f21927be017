"""The doors of text: nothing foreign steers a terminal, hides from a reader or breaks UTF-8."""

import random
import unicodedata

import pytest

from sleepdoc.documents.text import clean_text, count_hidden, legible, one_line, safe_display

ATTACKS = (
    "\x1b]0;title\x07",
    "\x1b]8;;http://example.org\x1b\\link",
    "\x1b]52;c;ZWNobw==\x07",
    "\x1b[2J\x1b[6n\x1b[?1049l",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "over\rwritten",
    "back\b\b\b\bspace",
    "\u202etxt.exe",
    "\u2066isolated\u2069",
    "seen\U000e0049\U000e0067\U000e006eunseen",
    "nul\0nul",
    "lone \ud800 surrogate",
)
ORDINARY = (
    "Grüße, naïve façade — “quoted” … 3 € ½",
    "日本語の文章、Привет, שלום, مرحبا",
    "👩‍👩‍👧 🇩🇪 e\u0301 क्षि می‌خواهم",
    "one\n\ttwo",
)


def _steers(character: str) -> bool:
    """Whether a terminal would act on a character instead of printing it."""
    if character in "\n\t":
        return False
    bidirectional = unicodedata.bidirectional(character)
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or bidirectional in {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }


def _random_text(seed: int) -> str:
    choice = random.Random(seed)
    codes = [*range(0x100), *range(0x2000, 0x2070), 0xD800, 0xDFFF, 0xFEFF, 0xE0041, 0x1F600]
    return "".join(chr(choice.choice(codes)) for _ in range(choice.randrange(40)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_display_leaves_no_control_character(attack: str) -> None:
    shown = safe_display(attack)
    assert all(character.isprintable() for character in shown)
    assert safe_display(shown) == shown


@pytest.mark.parametrize("attack", ATTACKS)
def test_cleaned_text_has_no_control_character_and_encodes(attack: str) -> None:
    cleaned = clean_text(attack)
    cleaned.encode("utf-8")
    assert not any(ord(character) < 32 and character != "\n" for character in cleaned)
    assert not any(0x7F <= ord(character) < 0xA0 for character in cleaned)
    assert count_hidden(cleaned) == 0


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_passes_both_doors_unchanged(text: str) -> None:
    assert clean_text(text) == text
    assert safe_display(text) == text


@pytest.mark.parametrize("seed", range(200))
def test_a_sequence_split_over_two_tokens_is_as_safe_as_a_whole_one(seed: int) -> None:
    left, right = _random_text(seed), _random_text(seed + 1000)
    assert safe_display(left) + safe_display(right) == safe_display(left + right)
    assert not any(map(_steers, safe_display(left)))


def test_control_characters_are_shown_as_pictures() -> None:
    assert safe_display("a\x1b[0m\x00\u202e\x9b") == "a␛[0m␀<U+202E><U+009B>"


def test_a_name_stays_on_one_line() -> None:
    assert one_line("a\nb\tc\u2028d") == "a␊b␉c<U+2028>d"


def test_line_ends_become_newlines() -> None:
    assert clean_text("a\r\nb\rc\fd\u2028e\x85f") == "a\nb\nc\nd\ne\nf"


def test_a_line_without_end_is_split() -> None:
    lines = clean_text("x" * (2_500_000)).split("\n")
    assert [len(line) for line in lines] == [1 << 20, 1 << 20, 2_500_000 - (2 << 20)]


def test_hidden_characters_are_counted() -> None:
    assert count_hidden("a\U000e0041\U000e007fb\U0001f600") == 2


def test_ligatures_spaces_and_leaders_become_legible() -> None:
    assert legible("e\ufb03cient \ufb02ow\u00a0of soft\u00adware") == "efficient flow of software"
    assert legible("Scope . . . . . . . . 3") == "Scope ... 3"
    assert legible("Wait... what") == "Wait... what"

"""What looks the same to a reader is the same to the index."""

import random

import pytest

from sleepdoc_model.recall.english import stem
from sleepdoc_model.recall.folding import fold, terms


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("Straße", "STRASSE"),
        ("Fuß", "fuss"),
        ("naß", "Nass"),
        ("Mühlgasse", "muhlgasse"),
        ("café", "CAFE\N{COMBINING ACUTE ACCENT}"),
        ("har\u00adbour\u00admaster", "harbourmaster"),
        ("light\u200bhouse", "lighthouse"),
        ("ﬁnance oﬃce", "finance office"),
        ("Ｆｕｌｌ ｗｉｄｔｈ １２", "full width 12"),
        ("1,240 and 12,345,678", "1240 and 12345678"),
        ("1’240", "1\N{NARROW NO-BREAK SPACE}240"),
        ("ﾋﾞｽｹｯﾄ", "ビスケット"),
        ("Ὀδυσσεύς", "οδυσσευς"),
        ("שָׁלוֹם", "שלום"),
        ("Йод", "иод"),
        ("İstanbul", "i\u0307stanbul"),
    ],
)
def test_two_spellings_are_one(page: str, question: str) -> None:
    assert terms(page) == terms(question) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("12,34", "1234"), ("2019,345", "2019345"), ("ハ", "バ"), ("กา", "กี"), ("कि", "की")],
)
def test_two_words_stay_two(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_scripts_without_spaces_are_cut_into_groups() -> None:
    assert terms("犬の名前") == ["犬", "犬の", "の名", "名", "名前", "前"]
    assert set(terms("ビスケット")) <= set(terms("犬の名前はビスケットである"))
    assert set(terms("ภาษา")) <= set(terms("เขาพูดภาษาไทย"))
    assert terms("हिन्दी में") == ["हिन्दी", "में"]


def test_a_stop_word_spelt_like_a_name_is_marked() -> None:
    assert terms("Will took IT; it will. May I?") == [
        "will_", "take", "it__", "it", "will", "may_", "i",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "family",
    [
        "written wrote writes writing",
        "invented inventor inventing",
        "violin violinist",
        "license licence licensed",
        "offense offence",
        "color colours coloured",
        "organised organizing organization",
        "theatre theater",
        "children child",
        "kept keeps",
        "call calls called calling caller",
        "sell sold selling seller",
        "travel travelled traveling traveller",
        "fuel fuelled fueling",
    ],
)
def test_relatives_share_a_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("word", "other"), [("filled", "file"), ("rolled", "role"), ("shoulder", "should")]
)
def test_strangers_do_not(word: str, other: str) -> None:
    assert stem(word) != stem(other)


def test_any_text_can_be_folded() -> None:
    chance = random.Random(5)
    alphabet = [chr(code) for code in (*range(0x250), *range(0xE00, 0xE50), *range(0x3040, 0x3100))]
    for _ in range(300):
        text = "".join(chance.choices([*alphabet, "\ud800", "\U0001f600", "東"], k=40))
        assert fold(fold(text)) == fold(text)
        assert all(term and " " not in term and '"' not in term for term in terms(text))

"""Words that a line end broke are mended by what the document itself shows."""

import pytest

from sleepdoc.documents.line_ends import LineEnds


@pytest.mark.parametrize(
    ("upper", "lower", "joined"),
    [
        ("the first was n-", "octanal, then", "n-octanal"),
        ("an e-", "mail came", "e-mail"),
        ("was 6-methyl-5-", "hepten-2-one in", "6-methyl-5-hepten-2-one"),
        ("the years 2019-", "2020 in", "2019-2020"),
        ("the pages 110-", "125 in", "110-125"),
        ("the COVID-", "19 ward", "COVID-19"),
        ("an iso-", "butyric acid", "isobutyric"),
        ("it is a co-", "operative with", "cooperative"),
        ("of vracht-", "en verzendkosten", "vracht- en"),
        ("of in-", "och utgang", "in- och"),
        ("only pre-", "e postvendita", "pre- e"),
        ("Haupt-", "und Nebensache", "Haupt- und"),
        ("the Anglo-", "Saxon wall", "Anglo-Saxon"),
        ("the govern\u00ad", "ment said", "government"),
        ("a state-of-the-", "art pump", "state-of-the-art"),
        ("other price-", "determining factors", "price-determining"),
        ("on the twenty-", "first of May", "twenty-first"),
        ("a well-", "known keeper", "well-known"),
        ("the mother-", "in-law of", "mother-in-law"),
        ("the indus-", "try-wide rule", "industry-wide"),
        ("too self-", "ish to", "selfish"),
        ("see https://example.org/a-", "b for it", "https://example.org/a-b"),
    ],
)
def test_hyphens(upper: str, lower: str, joined: str) -> None:
    ends = LineEnds([upper, lower, "The prices of the art are known."])
    assert joined in ends.join([upper, lower])


@pytest.mark.parametrize(
    ("known", "joined"),
    [("The foreman was absent.", "foreman"), ("A fore-man was absent.", "fore-man")],
)
def test_the_document_knows_its_words(known: str, joined: str) -> None:
    lines = ["spoke to the fore-", "man again"]
    assert joined in LineEnds([*lines, known]).join(lines)


def test_scripts_without_spaces_are_joined_without_one() -> None:
    assert LineEnds([]).join(["古い起重機を冬までに取り", "壊すことを決めた。", "費用は"]) == (
        "古い起重機を冬までに取り壊すことを決めた。費用は"
    )


def test_others_are_joined_with_one() -> None:
    assert (
        LineEnds([]).join(["항구 위원회는", "화요일에", "열렸다."])
        == "항구 위원회는 화요일에 열렸다."
    )


def test_a_soft_hyphen_is_from_the_break_whatever_else_the_document_shows() -> None:
    ends = LineEnds(["a well-known keeper", "It is well\u00ad", "known"])
    assert ends.seam("It is well\u00ad", "known") == ("It is well", "")
    assert ends.seam("It is well-", "known") == ("It is well-", "")

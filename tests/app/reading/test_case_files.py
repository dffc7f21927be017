"""A folder of cases: small inputs of kinds that other programs read wrongly.

Named by ``SLEEPDOC_CASES``. The same kinds are tested elsewhere on files made by the tests; this is
for the folder that they were found in.
"""

import os
from pathlib import Path

import pytest

from sleepdoc.documents.reader import load_document
from sleepdoc.reading.recall import StoredText, recall
from sleepdoc.store import Store
from sleepdoc_model.scripted import ByteTokenizer

FOLDER = Path(os.environ.get("SLEEPDOC_CASES", ""))

pytestmark = pytest.mark.skipif(not FOLDER.name, reason="SLEEPDOC_CASES names no folder")


def shown(name: str) -> tuple[str, int, tuple[str, ...]]:
    """The text, white space normalised, the number of pages, and the notices."""
    document = load_document(FOLDER / name)
    text = "\n".join(page.text for page in document.pages)
    return " ".join(text.split()), len(document.pages), document.notices


PRESENT = {
    "fakebold.pdf": ["Warning: the valve opens at 60 bar", "MAXIMUM LOAD 75 KG"],
    "twocol_rows.pdf": [
        "The former owner is to retire to a cottage near the lighthouse with two dogs",
        "the mayor thanked the pilots for their help",
    ],
    "form_values.pdf": [
        "Surname: Okonkwo",
        "Flight number: ZB 4471",
        "contents: 1,350 euros",
        "Insured: [x]",
    ],
    "cid_uhc.pdf": ["항구 위원회는 화요일에 열렸다."],
    "hyphens_full.pdf": [
        *("n-octanal", "6-methyl-5-hepten-2-one", "price-determining", "2019-2020"),
        *("vracht- en", "in- och", "pre- e", "pages 110-125", "isobutyric", "cooperative"),
    ],
    "japanese.pdf": ["古い起重機を冬までに取り壊すことを決めた。費用は修理基金から出され"],
    "ansi.log": ["disk quartz is full"],
    "nul.txt": ["The keeper is Tom. The dog is called Biscuit."],
    "inline_image.md": ["The limit is 60 bar. diagram of the pump The rotor weighs 12 kg."],
    "layer_off.pdf": ["48 Meter"],
    "code.md": ["The script is kept in the shed beside the pump."],
}
ABSENT = {
    "cid_uhc.pdf": ["\ufffd"],
    "fakebold.pdf": ["X X", "Warning: the valve opens at 60 bar Warning"],
    "ansi.log": ["\x1b", "[1;33m"],
    "nul.txt": ["\0"],
    "inline_image.md": ["base64"],
    "layer_off.pdf": ["12 metres"],
}


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_shown_is_read(name: str) -> None:
    text, pages, _ = shown(name)
    for expected in PRESENT[name]:
        assert expected.casefold() in text.casefold()
        assert expected not in ABSENT.get(name, ()) and text.count(expected) <= 1
    for other in ABSENT.get(name, ()):
        assert other not in text
    assert pages == 1


def test_headings_and_totals_of_every_page_are_read() -> None:
    texts = [page.text for page in load_document(FOLDER / "numbered_heads.pdf").pages]
    totals = ("Total 412.50", "1,088.00", "96.20", "733.10")
    for number, (text, total) in enumerate(zip(texts, totals, strict=True), 1041):
        assert text.startswith(f"Invoice {number}\n") and text.endswith(total)


def test_columns_are_read_one_after_the_other() -> None:
    text, _, _ = shown("twocol_rows.pdf")
    assert text.index("last October.") < text.index("In other news the bakery")


def test_every_row_of_a_table_is_a_line() -> None:
    (page,) = load_document(FOLDER / "table.pdf").pages
    rows = [line.split() for line in page.text.split("\n") if line]
    table = [
        ["Item", "2023", "2024", "Change"],
        ["Barley", "12", "34", "22"],
        ["Oats", "105", "98", "-7"],
        ["Wheat", "1,240", "1,310", "70"],
    ]
    assert rows == table + table


def test_a_nul_is_noticed() -> None:
    assert any("NUL" in notice for notice in shown("nul.txt")[2])


FOUND = {
    ("cjk.txt", "ビスケット"): "犬の名前はビスケット",
    ("cjk.txt", "犬の名前は何ですか"): "犬の名前はビスケット",
    ("german.txt", "Straße"): "Straße",
    ("german.txt", "Fuß"): "Fuß",
    ("names.txt", "Who is Will?"): "Will took the boat",
    ("names.txt", "What did Will take?"): "Will took the boat",
    ("softhyphen.txt", "harbourmaster"): "Ysolde",
    ("softhyphen.txt", "lighthouse"): "Gull Rock",
    ("softhyphen.txt", "finance"): "is shut",
    ("ansi.log", "quartz"): "disk quartz is full",
    ("page_question.pdf", "What is on page ii?"): "a list of thanks to friends",
}


@pytest.mark.parametrize(("name", "question"), FOUND)
def test_what_is_asked_for_is_found(tmp_path: Path, name: str, question: str) -> None:
    document = load_document(FOLDER / name)
    encode = ByteTokenizer().encode
    with Store.open(tmp_path / "sleepdoc.db") as store:
        store.add_document(document)
        text = StoredText(store, document.sha256)
        found = recall(text, question, tokens=400, encode=encode)
    assert FOUND[name, question] in found.citations[0].quote
    if "page" in name:
        assert [citation.label for citation in found.citations] == ["ii"]

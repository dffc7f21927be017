"""What is put in front of a question, over files as a person has them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents.pdf_files import document as pdf
from documents.pdf_files import typeset, write

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.recall import Recalled, StoredText, recall
from sleepdoc.store import Store
from sleepdoc_model.recall.query import Turn
from sleepdoc_model.scripted import ByteTokenizer

ENCODE = ByteTokenizer().encode
FILLER = "The keeper of the lamp wrote in his book every night of the ships that passed. " * 8

Recaller = Callable[..., Recalled]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data" / "sleepdoc.db") as store:
        yield store


@pytest.fixture
def of_file(store: Store, tmp_path: Path) -> Recaller:
    """Recall from a text file with this text."""

    def ask(text: str, question: str, tokens: int = 400) -> Recalled:
        path = tmp_path / "document.txt"
        path.write_text(text, "utf-8")
        document = load_document(path)
        store.add_document(document)
        return recall(StoredText(store, document.sha256), question, tokens=tokens, encode=ENCODE)

    return ask


@pytest.fixture
def of_pages(store: Store) -> Recaller:
    """Recall from pages, given as label and text."""

    def ask(
        pages: dict[str, str],
        question: str,
        tokens: int = 400,
        before_page: int | None = None,
        before: tuple[Turn, ...] = (),
    ) -> Recalled:
        made = tuple(Page(n, *each) for n, each in enumerate(pages.items(), 1))
        document = Document("a" * 64, b"/x", "x", "text", 1, "x", made)
        store.add_document(document)
        text = StoredText(store, document.sha256, before_page=before_page)
        return recall(text, question, before=before, tokens=tokens, encode=ENCODE)

    return ask


@pytest.mark.parametrize(
    ("sentence", "questions"),
    [
        (
            "市長は水先案内人に感謝した。犬の名前はビスケットである。",
            ("ビスケット", "犬の名前は何ですか", "ﾋﾞｽｹｯﾄ"),
        ),
        ("守灯人的狗叫饼干，住在红房子里。", ("狗", "饼干", "红房子", "狗叫什么名字？")),
        ("灯台守の猫は絵を見るのがとても好きだ。", ("猫", "絵", "とても", "猫は何を見ますか")),
        ("แมวชื่อมะลิเห็นงูอยู่ในครัว", ("แมวชื่ออะไร", "ครัว", "งู", "มะลิ")),
        ("고양이의 이름은 나비입니다.", ("고양이 이름", "나비")),
        ("개의 집은 강에서 멀다.", ("개", "강", "집", "개는 어디에 있습니까?")),
        ("Seine Straße ist schmal. Der Fuß des Turms ist naß.", ("Straße", "strasse", "FUSS")),
        ("Will took the boat to the island.", ("Who is Will?", "What did Will take?", "will")),
        ("May wrote a letter to the IT office.", ("What did May write?", "Where is IT?")),
        (
            "The har\u00adbour\u00admaster is Ysolde; the light\u200bhouse has a ﬁnance oﬃce.",
            ("harbourmaster", "lighthouse", "finance", "Who is the harbourmaster?"),
        ),
        ("The toll was 1,240 crowns.", ("1240", "1,240", "Why 1’240?")),
        ("The Ｂｌｕｅ Ａｎｃｈｏｒ is an inn.", ("blue anchor",)),
    ],
    ids=[
        "kana",
        "chinese",
        "japanese",
        "thai",
        "korean",
        "syllables",
        "german",
        "name",
        "names",
        "hyphens",
        "number",
        "width",
    ],
)
def test_a_sentence_is_found_however_it_is_spelt(
    of_file: Recaller, sentence: str, questions: tuple[str, ...]
) -> None:
    for question in questions:
        found = of_file(f"{FILLER}\n\n{sentence}\n\n{FILLER}", question)
        assert found.citations, question
        wanted = sentence.replace("\u00ad", "").split("。")[-2 if "。" in sentence else 0]
        assert wanted[:20] in " ".join(citation.quote for citation in found.citations), question


PAGES = {
    "i": "The Lamps of Skerry, by Ada Lee.",
    "ii": "This page holds a list of thanks to friends and no more.",
    "1": "Chapter 1 Lamps\n\nThe red lamp burns whale oil. A whale gives forty barrels.",
    "2": "Chapter 2 Keepers\n\nAmbrose kept the red lamp from 1871. He was born in Oslo.",
    "A-1": "This book tells of lamps and of their keepers, from 1850 to 1900, rock by rock.",
}


def labels(found: Recalled) -> list[str]:
    return [citation.label for citation in found.citations]


def test_a_page_that_is_named_is_looked_up(of_pages: Recaller) -> None:
    found = of_pages(PAGES, "What is on page ii?")
    assert labels(found) == ["ii"] and found.lookup == "looked up" and not found.answer
    assert found.citations[0].quote == PAGES["ii"]
    assert labels(of_pages(PAGES, "What does page A-1 say about keepers?")) == ["A-1"]
    assert labels(of_pages(PAGES, "What does page number 2 say?")) == ["2"]
    assert labels(of_pages(PAGES, "What does page two say?")) == ["2"]


def test_a_page_may_be_named_by_its_place(of_pages: Recaller) -> None:
    assert labels(of_pages(PAGES, "What is on the first page?")) == ["i"]
    assert labels(of_pages(PAGES, "What does the second page say about friends?")) == ["ii"]
    assert labels(of_pages(PAGES, "What's on the last page?")) == ["A-1"]
    assert labels(of_pages(PAGES, "What is on the 4th page?")) == ["2"]
    unread = of_pages(PAGES, "What is on the last page?", before_page=4)
    assert "A-1" not in labels(unread) and unread.lookup == ""


def test_what_a_page_is_asked_about_may_not_stand_there(of_pages: Recaller) -> None:
    assert of_pages(PAGES, "What does page 1 say about whales?").within == ""
    assert of_pages(PAGES, "What does page 1 say about Ambrose?").within == "on page 1"
    assert of_pages(PAGES, "What do pages ii to 1 say about him and Oslo?").within == (
        "on pages ii to 1"
    )
    assert of_pages(PAGES, "What is on page 1?").within == ""


def test_a_page_is_summed_up_in_words_that_stand_there_or_in_its_own(of_pages: Recaller) -> None:
    running = "Nobody had kept the red lamp of Skerry for so long as Ambrose the elder did."
    found = of_pages(PAGES | {"3": running}, "What is on page 3?")
    assert found.text == running and found.instead == f"“{running}”"


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("what is on p. 77?", None, "There is no page 77 in the document; the last is page 9."),
        ("what is on p. 77?", 4, "There is no page 77 in the 3 pages read so far."),
        ("What is on page 9?", None, "There is no text on page 9."),
    ],
)
def test_a_page_that_is_not_there_or_empty_is_said_to_be_so(
    of_pages: Recaller, question: str, before: int | None, expected: str
) -> None:
    found = of_pages(PAGES | {"9": ""}, question, before_page=before)
    assert (found.answer, found.citations) == (expected, ())


def test_a_page_of_a_file_is_looked_up_by_its_printed_label(store: Store, tmp_path: Path) -> None:
    labels_of = b"/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >> 4 << /S /D /P (A-) >>] >>"
    pages = [typeset([f"This is sheet {n} of the book of pages.", "No more."]) for n in range(6)]
    path = write(tmp_path, pdf(pages, root=labels_of))
    document = load_document(path)
    store.add_document(document)
    text = StoredText(store, document.sha256)
    for label, sheet in (("ii", 1), ("2", 3), ("A-1", 4)):
        found = recall(text, f"What is on page {label}?", tokens=300, encode=ENCODE)
        assert labels(found) == [label] and f"sheet {sheet} " in found.citations[0].quote


def test_a_chapter_that_is_named_is_looked_up(of_pages: Recaller) -> None:
    found = of_pages(PAGES, "What is chapter 2 about?")
    assert labels(found)[0] == "2" and found.citations[0].quote.startswith("Chapter 2 Keepers")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "How many times is the word whale mentioned?",
            "Counted in the text: “whale” stands twice in the document, on page 1 (twice).",
        ),
        (
            "Which pages mention the red lamp?",
            "Searched in the text: “red lamp” stands on pages 1, 2 in the document.",
        ),
        (
            "Where is Noah mentioned?",
            "Searched in the text: “Noah” does not stand in the document.",
        ),
    ],
)
def test_words_are_counted_and_the_answer_says_so(
    of_pages: Recaller, question: str, expected: str
) -> None:
    found = of_pages(PAGES, question)
    assert (found.answer, found.lookup) == (expected, "searched in the text")


def test_a_list_has_every_sentence_with_its_page(of_pages: Recaller) -> None:
    found = of_pages(PAGES, "List all sentences that mention lamps.")
    assert found.answer.splitlines()[2:] == [
        "- p. i: The Lamps of Skerry, by Ada Lee.",
        "- p. 1: Chapter 1 Lamps",
        f"- p. A-1: {PAGES['A-1']}",
    ]


def test_what_is_not_read_yet_is_not_counted(of_pages: Recaller) -> None:
    found = of_pages(PAGES, "How many times is Ambrose mentioned?", before_page=4)
    assert found.answer.endswith("does not stand in the 3 pages read so far.")
    assert labels(of_pages(PAGES, "Who is Ambrose?", before_page=4)) == []


def test_a_question_about_the_whole_gets_what_the_document_says_of_itself(
    of_pages: Recaller,
) -> None:
    assert labels(of_pages(PAGES, "What is this book about?"))[0] == "A-1"


def test_what_is_quoted_of_the_whole_stands_behind_the_title_that_the_text_has(
    of_file: Recaller,
) -> None:
    about = "This guide describes how lamps are kept, and by whom they are lit at night."
    whole = of_file(f"The Lamps of Skerry\n\n{about}", "What is this guide about?")
    assert whole.preface + whole.instead == f"The Lamps of Skerry: “{about}”"
    nameless = of_file(about, "What is this guide about?")
    assert nameless.preface + nameless.instead == f"“{about}”"


def test_a_row_of_a_table_does_not_say_what_a_document_is(of_file: Recaller) -> None:
    row = "| [Changes to this guide](#changes) | This guide will tell you a month before. |"
    about = "Please read what this guide has to say before a lamp is lit at all."
    assert about in of_file(f"{row}\n\n{about}", "What is this guide about?").instead


def test_a_follow_up_is_found_by_what_was_said_before(of_pages: Recaller) -> None:
    filler = {f"f{n}": f"He, number {n}, was born there." for n in range(20)}
    turn = Turn("Who kept the red lamp?", "Ambrose kept it.")
    pages = filler | PAGES
    assert labels(of_pages(pages, "Where was he born?", 120, before=(turn,)))[0] == "2"
    assert labels(of_pages(pages, "Where was he born?", 120))[0] != "2"


def test_the_tokens_are_the_citations_with_their_pages(of_pages: Recaller) -> None:
    found = of_pages(PAGES, "Who kept the red lamp from 1871?", 100)
    assert bytes(found.tokens).decode() == "".join(
        f"[p. {citation.label}] {citation.quote}\n\n" for citation in found.citations
    )
    assert found.citations[0].label == "2"
    for tokens in (0, 5, 20, 50, 90):
        for question in ("Who kept the red lamp?", "What is on page ii?", "Where is a lamp named?"):
            assert len(of_pages(PAGES, question, tokens).tokens) <= tokens


def test_who_wrote_it_is_looked_for_where_it_begins(of_pages: Recaller) -> None:
    pages = {"1": "The Lamp of the North", "2": "Ada Byron\n\nLeeds, 1912", "3": FILLER * 3}
    found = of_pages(pages, "Who wrote this document?", tokens=300)
    assert [citation.page for citation in found.citations[:2]] == [1, 2]
    assert found.citations[1].quote.startswith("Ada Byron") and len(found.tokens) <= 300
    elsewhere = of_pages(pages, "Who wrote in his book?", tokens=300)
    assert "Ada Byron" not in elsewhere.text


def test_how_it_begins_is_quoted_once(of_pages: Recaller) -> None:
    begins = "The author of this document is Ada Byron."
    question = "Who is the author of this document?"
    found = of_pages({"1": begins, "2": FILLER}, question)
    assert found.text.count(begins) == 1


def test_what_is_not_read_yet_is_no_beginning(of_pages: Recaller) -> None:
    pages = {"1": "The Lamp of the North", "2": "Ada Byron"}
    found = of_pages(pages, "Who wrote this document?", before_page=2)
    assert found.text == "The Lamp of the North"


@pytest.mark.parametrize(
    ("front", "quote"),
    [
        ("Fog.\n\nThe Lamp of the North\n\nAda Byron", "The Lamp of the North"),
        ("The Lamp\n\nOf The North\n\nAda Byron", "The Lamp"),
    ],
)
def test_a_title_is_looked_up(store: Store, front: str, quote: str) -> None:
    pages = (Page(1, "i", front), Page(2, "1", FILLER))
    document = Document("b" * 64, b"/x", "x", "text", 1, "The Lamp of the North", pages)
    store.add_document(document)
    question = "What is the title of this book?"
    found = recall(StoredText(store, document.sha256), question, tokens=400, encode=ENCODE)
    assert (found.lookup, found.answer) == ("looked up", "The Lamp of the North")
    assert found.citations[0].quote.startswith(quote)


def test_a_title_that_the_text_does_not_have_is_looked_for_where_it_begins(
    of_pages: Recaller,
) -> None:
    found = of_pages({"1": "The Lamp of the North", "2": FILLER}, "What is the title?")
    assert not found.answer and found.citations[0].quote.startswith("The Lamp")

"""Which questions a text answers, and which of them are put first."""

import pytest

from sleepdoc_model.recall.asking import Asking
from sleepdoc_model.recall.prose import Sentence
from sleepdoc_model.recall.questions import Candidate, candidates

OTHERS = (
    "The old keepers finish their work when they start to visit the lamp, and publish a book.",
    "Of all the lamps the keepers of the company and the tower like the oldest.",
)
"""What else the document says, in words with small letters."""


def asked(sentence: str) -> list[str]:
    return list(Asking([sentence, *OTHERS]).of(sentence))


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("GLE is a graphics scripting language for figures.", "What is GLE?"),
        ("zoo is an R package with methods for time series.", "What is zoo?"),
        ("A quire is a gathering of sheets.", "What is a quire?"),
        ("An epiphyte is a plant that grows on others.", "What is an epiphyte?"),
        ("Work is the art of finishing.", "What is work?"),
        ("\u201cContent\u201d refers to all of it.", "What does \u201cContent\u201d mean?"),
        ("The \u201cSite\u201d means the website.", "What does \u201cSite\u201d mean?"),
        ("It joined the World Lighthouse Organization (WLO) then.", "What does WLO stand for?"),
        ("WLO (World Lighthouse Organization) has many members.", "What does WLO stand for?"),
        ("Hence, it was called zoo which stands for something.", "What does zoo stand for?"),
        (
            "The distance between lines is usually called leading.",
            "What is the distance between lines called?",
        ),
        ("The point system was invented by Pierre Fournier.", "Who invented the point system?"),
        (
            "The Tower of Skerryvore was built by Stevenson for the company.",
            "Who built the Tower of Skerryvore?",
        ),
        (
            "The Harbour Act (1901)2 was signed into law by Governor Hill.",
            "Who signed the Harbour Act into law?",
        ),
        (
            "Aldus Manutius, printing in Venice, introduced the italic type in 1500.",
            "Who introduced the italic type?",
        ),
        (
            "Skerryvore Tower was finished after a long time, in May 1844.",
            "When was Skerryvore Tower finished?",
        ),
        (
            "In 1844, Skerryvore Tower was finished after years.",
            "When was Skerryvore Tower finished?",
        ),
        (
            "[7] John Curwen published his Grammar of Music in 1842.",
            "When did John Curwen publish his Grammar of Music?",
        ),
        (
            "On 3 May 1836 Rice visited the Surrey, where Rice played.",
            "When did Rice visit the Surrey?",
        ),
        ("The Easter Rising began on April 24, 1916.", "When did the Easter Rising begin?"),
        (
            "When Mr Dickens visited Vauxhall (S.B.S. 14) in 1836, he heard this.",
            "When did Mr Dickens visit Vauxhall?",
        ),
        ("There are three types of font: large and small.", "How many types of font are there?"),
        ("GLE has two types of variables.", "How many types of variables does GLE have?"),
        ("A key block consists of two parts.", "How many parts does a key block consist of?"),
        ("A User must be at least 13 years of age.", "How old must a User be?"),
        (
            "The Office must report to Congress within six months of enactment.",
            "Within how many months must the Office report to Congress?",
        ),
        (
            "From a practical viewpoint, a line should not be too short, because then it is hard.",
            "Why should a line not be too short?",
        ),
        (
            "You can cancel your account at any time by going into Settings.",
            "How can I cancel my account?",
        ),
        ("The dist command is used for moving it.", "What is the dist command used for?"),
        (
            "The function rollapply by default only evaluates it.",
            "What does the function rollapply do?",
        ),
        (
            "Title V, the \u201cVessel Act,\u201d creates a new form of protection.",
            "What does Title V do?",
        ),
        (
            "Section 103(b) of the Harbour Act adds a new chapter.",
            "What does Section 103(b) of the Harbour Act do?",
        ),
    ],
)
def test_what_a_sentence_says_is_asked_for(sentence: str, question: str) -> None:
    assert question in asked(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a document about tides.",
        "The result is a matter of taste.",
        "Weller is a servant of Mr Pickwick.",
        "It is an island.",
        "The tide was a danger to boats.",
        "The heading for an index is a matter of taste.",
        "The Minor Canon is a friend of the keeper.",
        "\u201cA crime is a crime because we say so.",
        "\ufffd invert is an argument.",
        "An earlier version is a song.",
        "Such blocks are called objects.",
        "The tower was finished in 1844.",
        "The old lamp shown in was built by Stevenson.",
        "This Tower was finished in 1844.",
        "Skerryvore was finished after a long time.",
        "The tower was built by Stevenson.",
        "They developed the Rating Scale.",
        "Originally developed to burn, it was dropped.",
        "Filming took place in London in 1850.",
        "In London, Dickens wrote a few songs.",
        "Mr Dickens dwelled in Kent in 1850.",  # no word for it is known
        "They use lamps of the old kind (ABC) there.",
        "Lamps are brighter because they burn gas.",
        "The lamp is lit because it is dark.",
        "The outer layer is called rind.",
        "The trimmed sheets of a book are called leaves, and I call the others stock.",
        "There are three branches of the U.S. system: one is this.",
        "Mr Rice visited the lamp, and in 1907 the company split.",
        "Mr Rice finished and started work in 1907.",
        "An example of a lamp is a light.",
        "Although the Harbour Act was signed in 1901, it was late.",
        "Ada Byron created the concept of \u201cfuel holidays,\u201d which was new.",
        "It must report within six months.",
        "You can also cancel this by going into Settings.",
        "Section 3 shows how it is done.",
        "The next command draws a line.",
        "The third argument is the name.",
        "The index files in binary- are called Packages.",
    ],
)
def test_what_is_not_plain_is_not(sentence: str) -> None:
    assert asked(sentence) == []


def sentences(*texts: str) -> list[Sentence]:
    return [Sentence(page, 0, len(text), text) for page, text in enumerate(texts, 1)]


def test_questions_of_the_text_itself_come_by_turns_with_those_of_its_sentences() -> None:
    headings = [
        ("1.2 What is Debian?", 4),
        ("Preface", 1),
        ("What?", 2),
        ("What is this FAQ?", 3),
        ("Q2. Who runs Debian?", 7),
    ]
    gle = "GLE is a scripting language."
    assert list(candidates(headings, sentences(gle))) == [
        Candidate("What is Debian?", 4, 5),
        Candidate("What is GLE?", 1, 1, gle),
        Candidate("Who runs Debian?", 7, 8),
    ]


def test_first_comes_what_the_text_speaks_of_most_then_what_is_asked_otherwise() -> None:
    found = candidates(
        [],
        sentences(
            "A quire is a gathering of sheets.",
            "A lamp is a light that keepers trim.",
            "Every keeper trims the lamp, and a lamp is trimmed at night.",
            "Lamp Rock was painted white in 1844.",
            "A lamp is a thing that one asks for once.",
        ),
    )
    assert [each.question for each in found] == [
        "What is a lamp?",
        "When was Lamp Rock painted?",
        "What is a quire?",
    ]

"""What a question asks to be explained, and the sentences that explain it."""

import pytest

from sleepdoc_model.recall.definition import explained, explains, explanation, names


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is bzip2?", "bzip2"),
        ("what is a filibuster", "filibuster"),
        ("What's the docket?", "docket"),
        ("What is the bzip2 program used for?", "bzip2"),
        ("What is the -k option for?", "-k"),
        ("What are the CRCs good for?", "CRCs"),
        ("What is the purpose of the Release Team?", "Release Team"),
        ("What does the solicitor general do?", "solicitor general"),
        ('What does "definitely lost" mean?', "definitely lost"),
        ("What is meant by an implied power?", "implied power"),
        ("Who was Heimdall?", "Heimdall"),
        ("What is a writ of certiorari?", "writ of certiorari"),
        ("What is the Rule of Four?", "Rule of Four"),
        ("Explain Huffman coding.", "Huffman coding"),
    ],
)
def test_what_is_to_be_explained(question: str, term: str) -> None:
    assert explained(question) == term


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of India?",
        "What is the default rotation of a surface plot?",
        "What is it?",
        "What is this?",
        "What is the command to list files?",
        "What is stored in credentials.toml?",
        "What does it cost to publish a crate?",
        "Who wrote bzip2?",
        "How large are the blocks?",
        "What is ?",
        "",
    ],
)
def test_what_asks_for_something_else(question: str) -> None:
    assert explained(question) == ""


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("Cargo", "Cargo is the Rust package manager."),
        ("cargo", "# Cargo\n\nCargo was a package manager."),
        ("Memcheck", "1. Memcheck is a memory error detector."),
        ("Argos", "I loved Argos; he was the finest hound in my pack."),
        ("lobbyist", "Formally, a lobbyist is someone who represents others."),
        ("lobbyists", "A lobbyist is someone who represents others."),
        ("definitely lost", "- “Definitely lost” means that your program is leaking memory."),
        ("-k", "-k --keep : Keep (don't delete) input files."),
        ("bzip2", "bzip2, bunzip2 - a block-sorting file compressor"),
        ("bzip2", "bzip2 compresses files using the Burrows-Wheeler algorithm."),
        ("bzcat", "bzcat (or bzip2 -dc) decompresses all specified files."),
        ("strip", "The strip option controls the flag."),
        ("docket", "The docket refers to the list of cases."),
        ("profiles", "Profiles provide a way to alter the settings."),
        ("docket", "A handful are placed on the docket, which is the list of cases."),
        ("bicameralism", "They called for bicameralism, or the division into two assemblies."),
        ("manifest", "This is called a manifest, and has all of the data."),
        ("sources.list", "Use sources.list to name the mirrors."),
    ],
)
def test_a_sentence_that_explains(term: str, sentence: str) -> None:
    assert explains(term)(sentence) > 0.5


def test_what_a_thing_is_explains_it_more_plainly_than_which_of_many_it_is() -> None:
    plainly = explains("Memcheck")
    assert plainly("Memcheck is a detector of errors.") > plainly("Memcheck is the default tool.")


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("Cargo", "You can use Cargo.lock here."),
        ("Cargo", "The Cargo home is located in a folder."),
        ("bzip2", "I imagine bzip2 will perform best on large machines."),
        ("bzip2", "How to use bzip2 describes something."),
        ("bzip2", "libbzip2 is a library."),
        ("docket", "The case is scheduled on the Court's docket."),
        ("Nettle", "Nettle refers to the variant with a variable key size as CAST-5."),
        ("lobbyist", "The interest hires a lobbyist, employs one internally."),
        ("Massif", ""),
    ],
)
def test_a_sentence_that_only_uses_a_word(term: str, sentence: str) -> None:
    assert explains(term)(sentence) == 0


def test_a_heading_may_name_a_term_and_nothing_else() -> None:
    assert names("release")("## 4.2 Release")
    assert names("release")("Releases")
    assert not names("release")("## The release profile")


LOFT = (
    "# Sails\n\nA wherry is a boat with one\nsail. The loft is the room in which sails are made. "
    "The price is the sum of both. Canvas is a cloth: tents are made of it. Ada was an hour late. "
    '"Crew" shall mean all who are paid. A mast is dear. Twill is a cloth '
    + "of cotton or wool " * 20
    + "."
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is a wherry?", "a boat with one sail."),
        ("What are wherries?", ""),
        ("What is the loft?", "the room in which sails are made."),
        ("What is the price?", ""),
        ("What is canvas?", "a cloth."),
        ("What is canvas used for?", ""),
        ("What does canvas do?", ""),
        ("What does the name canvas mean?", ""),
        ("What does the word crew mean?", "all who are paid."),
        ("Who is Ada?", ""),
        ("What does crew mean?", "all who are paid."),
        ("What is a mast?", ""),
        ("What is twill?", ""),  # too long
        ("Where is the loft?", ""),
    ],
)
def test_what_something_is_stands_behind_its_name(question: str, told: str) -> None:
    assert explanation(question, LOFT) == told


def test_what_something_is_begins_where_it_does_however_its_name_is_spelt() -> None:
    spelt = "A wher\u00adry of 1,000 \ufb01ns is a boat with one sail."
    assert explanation("What is a wherry of 1000 fins?", spelt) == "a boat with one sail."
    assert explanation("What is a wherry?", "A wher\u00adry is a boat.") == "a boat."


HOLDS = (
    "fore\n:   This hold takes the sails. Others ask first.\n\naft (locked): The hold of the crew, "
    "who sleep there.\n\nmid: all day\n\nLog: NOTES OF A YEAR AT SEA in one\n\n"
    'To "weigh" an anchor means to lift it off the ground.'
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is fore?", "This hold takes the sails."),
        ("What is the fore hold?", "This hold takes the sails."),
        ("What is the fore mast?", ""),  # nothing is said of one
        ("What is the aft?", "The hold of the crew, who sleep there."),
        ("What is mid?", ""),  # no sentence
        ("What is the log?", ""),  # a title
        ("What does weigh mean?", "to lift it off the ground."),
    ],
)
def test_an_entry_of_a_list_explains_what_it_begins_with(question: str, told: str) -> None:
    assert explanation(question, HOLDS) == told

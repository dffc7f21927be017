"""Ranking puts the passage that says most first; packing keeps to its budget."""

import random

import pytest

from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.packing import Packer, ranked
from sleepdoc_model.recall.query import ask, ask_each
from sleepdoc_model.recall.ranking import rank

PAGES = {
    1: "The barque sailed. The weather was fine, and the crew sang all the way.",
    2: "Calhoun owned a barque. The barque of Calhoun was lost off Cadiz.",
    3: "Nothing of note happened. The year 1887 ended; near the café, or so it seemed.",
    4: "Will was late. It will rain, it will blow, it will snow, and it will pass.",
    5: "An iron gate stood in the north. The bars of the old mill were of oak.",
    6: "The gate of the mill was oak, and of iron the bars of the north window.",
    7: "# Salvage\n\nNobody claimed it. The court sat in Cadiz for two days.",
}


def pages_for(question: str) -> list[int]:
    ranking = rank(MemoryIndex(PAGES.items()), ask(question), limit=9)
    return [hit.passage.page for hit in ranking.hits]


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("Who owned the barque, Calhoun?", 2),
        ("Did the crew sing?", 1),
        ("CAFÉ", 3),
        ("What happened in 1887?", 3),
        ("Who is Will?", 4),
        ("Where is the iron gate?", 5),
        ("What of iron bars?", 6),
        ("Who claimed the salvage?", 7),
    ],
)
def test_the_best_passage_comes_first(question: str, page: int) -> None:
    assert pages_for(question)[0] == page


def order(question: str, *pages: str) -> list[int]:
    hits = rank(MemoryIndex(enumerate(pages, 1)), ask(question), limit=9).hits
    return [hit.passage.page for hit in hits]


def test_what_stands_under_a_heading_is_about_it() -> None:
    ropes = "The ropes were of hemp."
    found = order("What were the ropes of the rigging?", ropes, "# Rigging\n\nIt was new.", ropes)
    assert found.index(3) < found.index(1)


def test_words_that_stand_together_as_in_the_question_come_before_others() -> None:
    assert order("Where is the iron gate?", "Oak iron red gate.", "Oak red iron gate.") == [2, 1]


def test_what_shares_no_word_is_not_found() -> None:
    assert pages_for("zeppelin") == []
    assert rank(MemoryIndex([]), ask("barque"), limit=9).hits == ()


def packed(question: str | list[str], budget: int, text: str | None = None) -> list[str]:
    pages = PAGES if text is None else {1: text}
    packer = Packer(pages.__getitem__, len)
    asked = ask_each([question] if isinstance(question, str) else question)
    quotes = ranked(MemoryIndex(pages.items()), asked, packer, budget)
    return [pages[quote.page][quote.start : quote.end] for quote in quotes]


def test_the_best_sentence_comes_first_and_with_its_neighbours() -> None:
    text = "It rained. " * 30 + "Bo sails. Ada keeps the light. She is old. " + "It rained. " * 30
    assert packed("Who keeps the light?", 22, text) == ["Ada keeps the light."]
    assert packed("Who keeps the light?", 50, text) == [
        "Bo sails. Ada keeps the light. She is old."
    ]


def test_a_question_in_the_text_comes_with_its_answer() -> None:
    text = f"{'It rained. ' * 30}\n\nMay I sell copies?\n\nYes. There is no fee.\n\nThe end."
    (first, *_) = packed("May I sell copies of it?", 50, text)
    assert first == "May I sell copies?\n\nYes. There is no fee."


def test_a_sentence_too_long_alone_is_cut_at_a_word() -> None:
    text = "Ada keeps the light of Skerry and of all the other rocks in the west."
    assert packed("Who keeps the light?", 30, text) == ["Ada keeps the light of Skerry"]
    assert packed("Who keeps the light?", 2, text) == []


def test_what_was_asked_for_stays_in_it_with_what_is_about_it() -> None:
    text = "Of all the rocks in the far west, it is Skerry whose light is kept by Ada, day by day."
    assert packed("Who is it that has kept Skerry?", 46, text) == [
        "west, it is Skerry whose light is kept by Ada,"
    ]


def test_a_best_sentence_that_is_too_long_is_cut_though_its_neighbour_fits() -> None:
    text = "It rained. Ada keeps the light of Skerry and of all the rocks. It rained."
    assert packed("Who keeps the light?", 30, text) == ["Ada keeps the light of Skerry"]


SKERRY = "Ada keeps Skerry. The gulls of Skerry are loud."
ISLES = f"{SKERRY} It rained there for a whole week. Bo built Unst in 1887."
BOTH = ["Who keeps Skerry?", "When was Unst built?"]


def test_each_of_two_questions_has_its_share() -> None:
    assert packed(BOTH[0], 50, ISLES) == [SKERRY]
    assert packed(BOTH, 50, ISLES) == ["Ada keeps Skerry.", "Bo built Unst in 1887."]


def test_what_one_leaves_is_for_the_others() -> None:
    assert packed([BOTH[1], BOTH[0]], 72, ISLES) == ["Bo built Unst in 1887.", SKERRY]


def test_what_is_best_for_both_is_there_once() -> None:
    assert packed([BOTH[0], BOTH[0]], 34, ISLES) == ["Ada keeps Skerry."]


def test_the_best_for_each_comes_before_the_second_best_for_any() -> None:
    rain = " It rained there for a whole week, and then it snowed for one or two weeks more. "
    said = ["Ada keeps Skerry.", "Skerry has gulls.", "Bo built Unst near Skerry in 1887."]
    assert packed(BOTH[0], 70, rain.join(said)) == said
    assert packed(BOTH, 140, rain.join(said)) == [said[0], said[2], said[1]]


def test_a_part_that_points_at_the_one_before_looks_for_its_names() -> None:
    text = "Middlemarch was published in 1871. Emma was published in 1815. George wrote it."
    (first, *_) = packed(["Who is in Middlemarch?", "When was it published?"], 72, text)
    assert first.startswith("Middlemarch")


@pytest.mark.parametrize("budget", [0, 1, 13, 40, 100, 400])
def test_the_budget_is_kept(budget: int) -> None:
    chance = random.Random(budget)
    words = [f"word{number}" for number in range(40)]
    text = " ".join(
        " ".join(chance.choices(words, k=chance.randint(1, 30))) + "." for _ in range(200)
    )
    for question in ("word1 word2 word3", "word5", "word30 word31 word32 word33"):
        found = packed(question, budget, text)
        assert sum(len(piece) for piece in found) <= budget
        assert all(piece in text for piece in found)


BARGES = 6 * "The red barge was used. " + "\n\nA red barge is a flat boat. It carries coal."


def test_of_sentences_that_are_alike_the_one_under_the_heading_that_is_asked_for_comes_first() -> (
    None
):
    rest = "It rained on the pier. It went on. " * 5 + "The firm pays the fee.\n\n"
    text = f"# Bread\n\n{rest}# Rigging\n\n{rest}"
    asked, second = "Who pays the fee for rigging?", text.rindex("The firm pays")
    pages = {1: text}
    quotes = ranked(MemoryIndex(pages.items()), [ask(asked)], Packer(pages.__getitem__, len), 60)
    assert quotes[0].start <= second < quotes[0].end


def test_what_explains_a_word_comes_before_what_only_uses_it() -> None:
    assert packed("What is a red barge used for?", 40, BARGES)[0].startswith("A red barge is")
    assert packed("Which red barge was used?", 40, BARGES)[0].startswith("The red barge was")


def test_it_is_found_wherever_it_stands() -> None:
    """Of many passages that all have the words, ranking alone weighs the shortest."""
    pages = dict.fromkeys(range(1, 200), "The red barge was used. It sank.")
    pages[150] = "A red barge is a flat boat for coal. " + "It rained on it. " * 20
    packer = Packer(pages.__getitem__, len)
    asked = [ask("What is the red barge used for?")]
    first, *_ = ranked(MemoryIndex(pages.items()), asked, packer, 120)
    assert first.page == 150


def test_the_first_sentence_under_a_heading_explains_it() -> None:
    text = 6 * "The barge barge, barge. " + "\n\n# Barges\n\nFlat boats carry coal. It rained."
    assert "Flat boats" in packed("What is a barge?", 60, text)[0]


ITEMS = "- Tug: It pulls ships.\n- Barge: A flat boat.\n- Raft: Logs.\n"


def test_what_explains_something_else_does_not_come_with_it() -> None:
    assert packed("What is a barge?", 60, ITEMS) == ["- Barge: A flat boat.\n- Raft: Logs."]


def test_what_is_pointed_at_does() -> None:
    text = "It rained. A flat boat carries coal. This is called a barge. It rained again."
    assert "A flat boat carries coal. This is called" in packed("What is a barge?", 70, text)[0]

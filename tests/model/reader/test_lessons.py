"""Lessons hold what they should teach."""

import random

import pytest

from sleepdoc_model.reader import ABSENT
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.training.reader import sources
from sleepdoc_model.training.reader.conversation import NOTHING, Conversation
from sleepdoc_model.training.reader.lessons import Lessons, Recipe, quote
from sleepdoc_model.training.reader.retrieval import Retriever, pieces
from sleepdoc_model.training.reader.sources import Asked, Text

TOKENIZER = ByteTokenizer()


def text_about(name: str, place: str) -> Text:
    return Text(
        "afriqa",
        name,
        (f"The painter {name} was born in {place}. The painter died in Rome.",),
        (Asked(f"Where was the painter {name} born?", (place,), "fact"),),
    )


TEXTS = [text_about("Ada", "Leeds"), text_about("Bo", "Turin"), text_about("Cy", "Oslo")]


def draw(causal: float, number: int) -> Conversation:
    recipe = Recipe({"afriqa": 1.0}, causal)
    return Lessons(TOKENIZER, TEXTS, [], recipe).draw(0, number)


def spelt(ids: list[int]) -> str:
    return b"".join(map(TOKENIZER.piece, ids)).decode()


def answer_of(conversation: Conversation) -> str:
    return spelt([t for t in conversation.target if t != NOTHING])


@pytest.mark.parametrize("causal", [1.0, 0.0])
def test_the_passages_hold_the_answer_or_it_is_said_that_they_do_not(causal: float) -> None:
    absent = 0
    for number in range(60):
        conversation = draw(causal, number)
        passages = spelt(conversation.ids).split("Where was")[0]
        answer = answer_of(conversation)
        asked = next(t for t in TEXTS if t.questions[0].text in spelt(conversation.ids))
        if answer == ABSENT:
            absent += 1
            assert asked.questions[0].answers[0] not in passages
        else:
            assert answer == asked.questions[0].answers[0]
            assert answer in passages or "- " in passages  # a word may be hyphenated
    assert 0 < absent < 20


def test_prompts_are_blocks_only_where_they_are_seen_at_once() -> None:
    assert set(draw(1.0, 1).block) == {-1}
    whole = draw(0.0, 1)
    learnt = [i for i, t in enumerate(whole.target) if t != NOTHING]
    assert whole.block[learnt[0]] == 0  # from the prompt's last token on it is answered
    assert {whole.block[i] for i in learnt[1:]} == {-1}


def test_a_seed_and_a_number_decide_a_lesson() -> None:
    assert draw(1.0, 7).ids == draw(1.0, 7).ids
    assert draw(1.0, 7).ids != draw(1.0, 8).ids


def test_an_answer_counts_as_the_root_of_its_length() -> None:
    conversation = Conversation()
    conversation.add([1, 2])
    conversation.answer([3, 4, 5], [9, 10])
    assert conversation.target == [NOTHING, 3, 4, 5, 9, NOTHING, NOTHING]
    assert sum(conversation.weight) == pytest.approx(2.0)  # of four tokens


def test_pieces_hold_the_whole_text_and_end_with_sentences() -> None:
    text = " ".join(f"Sentence number {i} is here." for i in range(100))
    found = pieces(text)
    assert " ".join(found) == text
    assert all(p.endswith(".") and len(p) <= 900 for p in found)


def test_a_quote_is_a_few_sentences_with_the_answers() -> None:
    piece = " ".join(f"Sentence {i} is about {i * 7}." for i in range(20))
    asked = [Asked("What is sentence 5 about?", ("35",), "fact")]
    for seed in range(20):
        found = quote(random.Random(seed), piece, asked)
        assert "about 35." in found and found in piece
        assert found.count(".") <= 5


def test_search_prefers_rare_words() -> None:
    pool = [f"a common thing {i}" for i in range(50)] + ["a quartz thing"]
    assert Retriever(pool).best("which common quartz thing", 1) == [50]


def test_written_documents_hold_their_answers_and_evidence() -> None:
    texts = sources.load_written()
    assert len(texts) >= 96
    for text in texts:
        pages = [" ".join(page.split()) for page in text.passages]
        for asked in text.questions:
            evidence = " ".join(asked.evidence.split())
            assert any(evidence in page for page in pages), asked
            if asked.kind == "fact":
                assert " ".join(asked.answers[0].split()) in evidence, asked
            if asked.kind == "absent":
                assert asked.answers == (ABSENT,)
            if asked.through:
                assert asked.through in pages[0] and asked.through not in asked.text, asked


def test_made_up_documents_answer_their_questions() -> None:
    for seed in range(20):
        text = sources.made_up(random.Random(seed))
        assert all(q.answers[0] in text.passages[0] for q in text.questions)


def test_small_sets_of_plain_talk_are_drawn_as_often_as_large_ones() -> None:
    recipe = Recipe({"plain": 1.0}, causal=0.0)
    sets = [[("Hello?", "few")], [("What is 1 + 1?", "many")] * 99]
    lessons = Lessons(TOKENIZER, [], sets, recipe)
    drawn = [answer_of(lessons.draw(0, number)) for number in range(60)]
    assert 15 < sum("few" in answer for answer in drawn) < 45


@pytest.mark.parametrize("source", ["chained", "records"])
def test_a_text_that_says_the_same_of_many_is_read_as_a_whole(source: str) -> None:
    lessons = Lessons(TOKENIZER, [], [], Recipe({source: 1.0}, causal=0.0))
    asked_each = 0
    for number in range(20):
        lesson = lessons.draw(0, number)
        shared = spelt([i for i, turn in zip(lesson.ids, lesson.turn, strict=True) if turn == 0])
        assert "[p. " in shared
        if not max(lesson.turn):
            continue
        asked_each += 1
        learnt = [n for n, target in enumerate(lesson.target) if target != NOTHING]
        assert {lesson.turn[n] for n in learnt} == set(range(1, max(lesson.turn) + 1))
        assert not any(block == 0 for block, turn in zip(lesson.block, lesson.turn) if turn)
        assert "?" not in shared
    assert 5 < asked_each < 18


def test_what_stands_between_is_to_be_known_right_before_an_answer_of_two_steps() -> None:
    lessons = Lessons(TOKENIZER, [], [], Recipe({"chained": 1.0}, causal=0.0))
    seen = set()
    for number in range(20):
        lesson = lessons.draw(0, number)
        learnt = [n for n, target in enumerate(lesson.target) if target != NOTHING]
        begins = [n for n in learnt if n - 1 not in learnt]
        hinted = {n for n, token in enumerate(lesson.hint) if token != NOTHING}
        for begin in begins:
            question = spelt(lesson.ids[: begin + 1]).rsplit("\n\n", 1)[-1].rsplit("?", 2)[-2]
            compared = " or " in question or "How many" in question
            hops = any(word in question for word in (" the town ", "'s ", "born")) and not compared
            known = {begin - 1, begin} & hinted
            assert not (compared and known)
            assert len(known) in (0, 2)
            seen.add((hops, bool(known)))
        assert hinted <= {n for begin in begins for n in (begin - 1, begin)}
    assert (True, True) in seen and (False, False) in seen


def test_a_text_whose_sentences_belong_together_is_there_as_a_whole() -> None:
    page = " ".join(f"Captain {n} sails the ship {n}." for n in "ABCDEFGHIJ" * 6)
    asked = [
        Asked("Where does the ship of A go?", ("Rome",), "fact", through="A"),
        Asked("Who sails A?", ("Captain A",), "fact"),
    ]
    text = Text(sources.JOINED, "Ships", (page,), tuple(asked))
    lessons = Lessons(TOKENIZER, [text], [], Recipe({sources.JOINED: 1.0}, causal=0.0))
    for number in range(10):
        lesson = lessons.draw(0, number)
        assert spelt(lesson.ids).count("[p. ") == 1
        assert spelt(lesson.ids).count("Captain") > 50
        assert any(token != NOTHING for token in lesson.hint)


def test_what_is_measured_is_not_trained_on() -> None:
    for source in (sources.JOINED, sources.CLOSE):
        trained = {t.passages for t in sources.load_written() if t.source == source}
        measured = {t.passages for t in sources.load_written("held out") if t.source == source}
        assert trained and measured and not trained & measured

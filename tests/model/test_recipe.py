"""What the lessons of the training are made of."""

import dataclasses
import re

import pytest

from sleepdoc_model.tasks.fairytale import Story
from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.recipe import KINDS, RECIPES, Recipe


def make_story(name: str) -> Story:
    sections = tuple(
        " ".join(f"{name} went to place {i}.{n} and came back." for n in range(40))
        for i in range(6)
    )
    questions = tuple((i, Question(f"Where was {name}, {i}?", f"place {i}")) for i in range(6))
    return Story(name, sections, questions)


def make_text(name: str) -> Example:
    asked = tuple(Question(f"Who has {thing}?", f"{name} {thing}") for thing in ("one", "two"))
    return Example((f"{name} one is old.\n\n", f"{name} two is new.\n\n"), asked)


SOURCES = Sources(
    [make_story("Ann"), make_story("Bob")],
    [[Question("How many clips?", "Seventy-two clips.")], [Question("How far?", "Nine miles.")]],
    [make_text(name) for name in ("Cid", "Dora", "Eve")],
)
OWN = [kind for kind, about in KINDS.items() if kind != "quoted" and not about.plain]
"""Kinds whose answers stand in the document."""


def only(kind: str, **changes: tuple[int, ...]) -> Recipe:
    return dataclasses.replace(Recipe(), shares={kind: 1.0}, **changes)


def test_a_lesson_depends_on_seed_and_step_alone() -> None:
    recipe = Recipe()
    lessons = [recipe.draw(0, step, SOURCES) for step in range(20)]
    assert lessons == [recipe.draw(0, step, SOURCES) for step in range(20)]
    assert lessons != [recipe.draw(1, step, SOURCES) for step in range(20)]
    assert len({str(lesson) for lesson in lessons}) == 20


def test_every_kind_of_lesson_is_drawn_as_often_as_its_share() -> None:
    recipe = dataclasses.replace(Recipe(), shares={"plain": 0.25, "hops": 0.75})
    plain = sum(recipe.draw(0, step, SOURCES).plain for step in range(200))
    assert 30 <= plain <= 70


@pytest.mark.parametrize("kind", OWN)
def test_what_is_asked_was_in_a_window_of_its_document(kind: str) -> None:
    for step in range(20):
        lesson = only(kind).draw(0, step, SOURCES)
        for example in lesson.examples:
            assert example.questions
            for question in example.questions:
                texts = (*example.windows, example.unslept)
                assert any(question.answer in " ".join(text.split()) for text in texts)


def test_short_texts_keep_their_windows_apart() -> None:
    seen = set()
    for step in range(20):
        for example in only("texts").draw(0, step, SOURCES).examples:
            seen.add(len(example.windows))
            assert all(len(set(re.findall("Cid|Dora|Eve", w))) == 1 for w in example.windows)
            assert len(set(example.questions)) == len(example.questions)
    assert seen == {2, 4, 6}


def test_sentences_of_a_section_are_continued() -> None:
    found = 0
    for example in only("sections").draw(0, 0, SOURCES).examples:
        (text,) = example.windows
        for question in example.questions:
            opening, _, start = question.text.partition("? ")
            if opening == "How does this go on":
                assert f"{start} {question.answer}" in text
                found += 1
    assert found


def test_of_two_sections_one_is_slept_on_and_one_is_still_in_the_window() -> None:
    asked = []
    for step in range(10):
        for example in only("unslept").draw(0, step, SOURCES).examples:
            (slept,) = example.windows
            assert example.unslept and example.unslept != slept
            asked += [q.answer in example.unslept for q in example.questions]
    assert any(asked) and not all(asked)


@pytest.mark.parametrize("kind", [kind for kind, about in KINDS.items() if about.plain])
def test_plain_questions_are_not_about_the_document(kind: str) -> None:
    lesson = only(kind).draw(0, 0, SOURCES)
    assert lesson.plain
    asked = {question for example in lesson.examples for question in example.questions}
    assert asked == {question for origin in SOURCES.plain for question in origin}
    assert all(example.windows[0] for example in lesson.examples)


def test_stories_stand_before_and_after() -> None:
    texts = {w.text for story in SOURCES.stories for w in story.windows}
    lesson = only("facts", before=(2,), after=(1,)).draw(0, 0, SOURCES)
    assert len(lesson.before) == 2 and len(lesson.after) == 1
    assert texts.issuperset((*lesson.before, *lesson.after))


def test_hidden_facts_stand_in_a_story() -> None:
    for example in only("hidden").draw(0, 0, SOURCES).examples:
        (text,) = example.windows
        assert "came back" in text and len(example.questions) == 8


def test_a_recalled_passage_is_of_the_section_asked_about() -> None:
    found = 0
    for step in range(10):
        for example in only("recalled").draw(0, step, SOURCES).examples:
            for question in example.questions:
                passage, behind, asked = question.text.rpartition("\n\n")
                assert asked.startswith("Where was ")
                if behind:
                    assert passage.startswith("[p. ")
                    assert f"{question.answer}." in passage and 200 < len(passage) < 420
                    found += 1
    assert found


def test_a_quoted_fact_stands_before_its_question_and_not_in_the_document() -> None:
    for example in only("quoted").draw(0, 0, SOURCES).examples:
        quoted = [q.text.partition("\n\n") for q in example.questions if "\n\n" in q.text]
        assert len(quoted) == 3
        for (passage, _, asked), question in zip(quoted, example.questions[-3:], strict=True):
            assert question.answer in passage and asked.endswith("?")
            assert passage.partition("] ")[2] not in example.windows[0]


def test_a_whole_story_is_read_and_asked_about() -> None:
    whole = {tuple(window.text for window in story.windows) for story in SOURCES.stories}
    assert {e.windows for e in only("whole").draw(0, 0, SOURCES).examples} <= whole


def test_where_only_reading_is_trained_documents_come_again_with_other_questions() -> None:
    recipe = dataclasses.replace(RECIPES["reading"], shares={"facts": 1.0}, fact_documents=3)
    lessons = [recipe.draw(0, step, SOURCES) for step in range(5)]
    examples = [example for lesson in lessons for example in lesson.examples]
    assert all(lesson.kept for lesson in lessons)
    assert len({example.windows for example in examples}) == 3
    assert len({example.questions for example in examples}) > 6


def test_the_last_windows_of_a_story_are_drawn_as_often_as_the_first() -> None:
    story = SOURCES.stories[0]
    count = dict.fromkeys((w.text for w in story.windows), 0)
    for step in range(300):
        for example in only("windows").draw(0, step, Sources([story])).examples:
            for text in example.windows:
                count[text] += 1
    assert len(count) >= 3
    assert min(count.values()) > 0.8 * max(count.values())

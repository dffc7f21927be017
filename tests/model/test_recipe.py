"""What the lessons of the training are made of."""

import dataclasses

import pytest

from sleepdoc_model.tasks.fairytale import Story
from sleepdoc_model.tasks.types import Question
from sleepdoc_model.training.recipe import KINDS, Recipe


def make_story(name: str) -> Story:
    sections = tuple(
        " ".join(f"{name} went to place {i}.{n} and came back." for n in range(40))
        for i in range(6)
    )
    questions = tuple((i, Question(f"Where was {name}, {i}?", f"place {i}")) for i in range(6))
    return Story(name, sections, questions)


STORIES = [make_story("Ann"), make_story("Bob")]


def only(kind: str, **changes: tuple[int, ...]) -> Recipe:
    shares = tuple(float(k == kind) for k in KINDS)
    return dataclasses.replace(Recipe(short=0), shares=shares, **changes)


def test_a_lesson_depends_on_seed_and_step_alone() -> None:
    recipe = Recipe(short=0)
    lessons = [recipe.draw(0, step, STORIES) for step in range(20)]
    assert lessons == [recipe.draw(0, step, STORIES) for step in range(20)]
    assert lessons != [recipe.draw(1, step, STORIES) for step in range(20)]
    assert len({str(lesson) for lesson in lessons}) == 20


def test_what_is_short_comes_first_and_alone() -> None:
    recipe = Recipe(short=20, before=(1,), after=(1,))
    for step in range(20):
        lesson = recipe.draw(0, step, STORIES)
        assert not lesson.before and not lesson.after and not lesson.kept
        for example in lesson.examples:
            (text,) = example.windows
            assert len(text) < 2000 and all(q.answer in text for q in example.questions)
    assert recipe.draw(0, 20, STORIES).before


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "quoted"])
def test_what_is_asked_was_in_a_window_of_its_document(kind: str) -> None:
    for step in range(20):
        lesson = only(kind).draw(0, step, STORIES)
        for example in lesson.examples:
            assert example.questions
            for question in example.questions:
                assert any(question.answer in text for text in example.windows)


def test_stories_stand_before_and_after() -> None:
    texts = {w.text for story in STORIES for w in story.windows}
    lesson = only("facts", before=(2,), after=(1,)).draw(0, 0, STORIES)
    assert len(lesson.before) == 2 and len(lesson.after) == 1
    assert texts.issuperset((*lesson.before, *lesson.after))


def test_hidden_facts_stand_in_a_story() -> None:
    for example in only("hidden").draw(0, 0, STORIES).examples:
        (text,) = example.windows
        assert "came back" in text and len(example.questions) == 8


def test_a_recalled_passage_is_of_the_section_asked_about() -> None:
    for step in range(10):
        for example in only("recalled").draw(0, step, STORIES).examples:
            for question in example.questions:
                passage, _, asked = question.text.partition("\n\n")
                assert passage.startswith("[p. ") and asked.startswith("Where was ")
                assert f"{question.answer}." in passage and 200 < len(passage) < 420


def test_a_quoted_fact_stands_before_its_question_and_not_in_the_document() -> None:
    for example in only("quoted").draw(0, 0, STORIES).examples:
        for question in example.questions:
            passage, _, asked = question.text.partition("\n\n")
            assert question.answer in passage and asked.endswith("?")
            assert passage.partition("] ")[2] not in example.windows[0]


def test_the_last_windows_of_a_story_are_drawn_as_often_as_the_first() -> None:
    story = STORIES[0]
    count = dict.fromkeys((w.text for w in story.windows), 0)
    for step in range(300):
        for example in only("windows").draw(0, step, [story]).examples:
            for text in example.windows:
                count[text] += 1
    assert len(count) >= 3
    assert min(count.values()) > 0.8 * max(count.values())

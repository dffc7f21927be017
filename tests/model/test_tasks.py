"""Tasks are seeded, answerable from their documents, and keep test names out of training."""

import random
from pathlib import Path

import pytest

from sleepdoc_model.tasks import facts, fairytale
from sleepdoc_model.tasks.types import Question


@pytest.mark.parametrize("windows", [1, 3])
def test_every_answer_stands_in_the_document(windows: int) -> None:
    rng = random.Random(0)
    for _ in range(50):
        example = facts.make_example(rng, facts=6, windows=windows, questions=6, split="test")
        assert len(example.windows) == windows
        assert len(example.questions) == 6
        assert all(q.answer in "".join(example.windows) for q in example.questions)


def test_a_seed_fixes_the_document() -> None:
    first, again, other = (
        facts.make_example(random.Random(s), facts=4, windows=1, questions=2, split="train")
        for s in (5, 5, 6)
    )
    assert first == again != other


def test_test_names_are_never_trained_on() -> None:
    for trained, held_out in zip(facts.names("train"), facts.names("test"), strict=True):
        assert not set(trained) & set(held_out)
        assert len(held_out) >= 80


def test_a_person_has_one_value_per_attribute() -> None:
    for seed in range(50):
        known = facts.make_facts(random.Random(seed), 8, "train")
        assert len({(f.name, f.attribute.words) for f in known}) == len(known) == 8


def write_story(folder: Path) -> None:
    for part in ("questions", "section-stories"):
        (folder / part / "val").mkdir(parents=True)
    (folder / "section-stories/val/owl-story.csv").write_text(
        'section,text\n1,"The owl  slept."\n2,The owl woke.\n'
    )
    (folder / "questions/val/owl-questions.csv").write_text(
        "question_id,cor_section,question,answer1\n"
        "1,2,Who woke?,the owl\n"
        '2,"1, 2",What happened?,much\n'
        "3,1,Who slept?,\n"
    )


def test_stories_keep_questions_about_one_section(tmp_path: Path) -> None:
    write_story(tmp_path)
    (story,) = fairytale.load(tmp_path, "val")
    assert story.sections == ("The owl slept.", "The owl woke.")
    assert [(i, q.answer) for i, q in story.questions] == [(1, "the owl")]


def test_a_story_example_asks_only_about_what_it_holds(tmp_path: Path) -> None:
    write_story(tmp_path)
    stories = fairytale.load(tmp_path, "val")
    example = fairytale.make_example(random.Random(0), stories, sections=1, windows=1, questions=3)
    assert example.windows == ("The owl woke.\n\n",)
    assert [q.text for q in example.questions] == ["Who woke?"]


def test_the_windows_of_a_story_hold_every_section_once_in_order() -> None:
    sections = tuple(f"{number} " * size for number, size in enumerate((800, 800, 1600, 50, 9)))
    asked = tuple((i, Question(f"Which is {i}?", str(i))) for i in range(5))
    story = fairytale.Story("numbers", sections, asked)
    assert all(len(w.text) < fairytale.WINDOW + 100 for w in story.windows)
    assert "".join(w.text for w in story.windows) == "".join(s + "\n\n" for s in sections)
    for window in story.windows:
        assert window.questions == tuple(q for q in asked if sections[q[0]] in window.text)
    assert len(story.windows) == 2

"""Tasks are seeded, answerable from their documents, and keep test names out of training."""

import gzip
import json
import random
import re
from pathlib import Path
from types import ModuleType

import pytest

from sleepdoc_model.evaluation.documents import load_documents
from sleepdoc_model.tasks import (
    chains,
    cloze,
    facts,
    fairytale,
    gsm8k,
    key_values,
    numbers,
    passages,
    two_hop,
    updates,
)
from sleepdoc_model.tasks.__main__ import main as task_command
from sleepdoc_model.tasks.types import Question


@pytest.mark.parametrize("windows", [1, 3])
@pytest.mark.parametrize("task", [facts, numbers])
def test_every_answer_stands_in_the_document(task: ModuleType, windows: int) -> None:
    rng = random.Random(0)
    for _ in range(50):
        example = task.make_example(rng, facts=6, windows=windows, questions=6, split="test")
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


def test_test_towns_are_never_trained_on() -> None:
    train, test = numbers.towns("train"), numbers.towns("test")
    assert not set(train) & set(test)
    assert len(train) == 4 * len(test) == 60
    known = [f for seed in range(50) for f in numbers.make_facts(random.Random(seed), 8, "test")]
    assert {fact.name for fact in known} <= set(test)
    assert {fact.attribute for fact in known} == set(numbers.FIGURES)


def test_other_figures_are_never_trained_on() -> None:
    example = numbers.make_example(
        random.Random(1),
        facts=20,
        windows=1,
        questions=20,
        split="test",
        figures=numbers.OTHER_FIGURES,
    )
    assert all(q.answer in example.windows[0] for q in example.questions)
    trained = {
        form for figure in numbers.FIGURES for form in (*figure.statements, *figure.questions)
    }
    assert all(len({*f.statements, *f.questions} - trained) == 4 for f in numbers.OTHER_FIGURES)
    known = numbers.make_facts(random.Random(2), 60, "train")
    assert {fact.attribute for fact in known} == set(numbers.FIGURES)


def test_a_town_has_one_figure_of_a_kind() -> None:
    for seed in range(50):
        known = numbers.make_facts(random.Random(seed), 16, "train")
        assert len({(f.name, f.attribute.words) for f in known}) == len(known) == 16
        assert all(f.value in f.statement(random.Random(seed)) for f in known)


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


def test_worked_answers_lose_their_calculator_marks(tmp_path: Path) -> None:
    row = {"question": "How many?", "answer": "Half, 48/2 = <<48/2=24>>24.\nSo 24.\n#### 24"}
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(row) + "\n")
    assert gsm8k.load(path) == [Question("How many?", "Half, 48/2 = 24.\nSo 24.")]


def test_two_hops_need_both_halves_of_the_document() -> None:
    rng = random.Random(0)
    for windows in (2, 4):
        example = two_hop.make_example(rng, pairs=5, windows=windows, questions=3, split="test")
        first = "".join(example.windows[: windows // 2])
        second = "".join(example.windows[windows // 2 :])
        assert len(example.windows) == windows and len(example.questions) == 3
        for question in example.questions:
            (name,) = re.findall(r"(?:colleague|mentor|neighbour) of (\w+ \w+)", question.text)
            assert name in first and name not in second
            assert question.answer in second and question.answer not in first


def test_two_hops_take_an_even_number_of_windows() -> None:
    with pytest.raises(ValueError, match="even"):
        two_hop.make_example(random.Random(0), pairs=2, windows=3, questions=1, split="test")


def test_what_was_read_last_counts() -> None:
    rng = random.Random(0)
    for _ in range(30):
        example = updates.make_example(
            rng, facts=6, changed=3, windows=3, questions=4, split="test"
        )
        *earlier, last = example.windows
        answers = [question.answer for question in example.questions]
        assert sum(answer in last for answer in answers[:2]) == 2
        assert all(answer in "".join(earlier) for answer in answers[2:])
        assert sum(last.count(change.partition(" {")[0]) for change in updates.CHANGES) == 3


def test_keys_mean_nothing_and_differ() -> None:
    example = key_values.make_example(random.Random(0), pairs=20, windows=3, questions=5)
    text = "".join(example.windows)
    for question in example.questions:
        key = question.text.split()[-1].rstrip("?")
        assert f"The value of {key} is {question.answer}." in text
    pairs = re.findall(r"The value of ([0-9a-f]{8}) is ([0-9a-f]{8})\.", text)
    assert text.count("The value of") == len(pairs) == 20
    assert len({code for pair in pairs for code in pair}) == 40


def test_a_cloze_question_is_a_sentence_of_the_text_without_a_name() -> None:
    text = (
        "In the evening the old keeper Ambrose lit the lamp above the harbour. "
        "Nobody had told the young sailor Marian about it, nor about the keeper Ambrose. "
        "At night the sailor Marian saw the light from far out on the sea and turned."
    )
    (example,) = {cloze.make_example(random.Random(3), (text,), questions=9)}
    assert {question.answer for question in example.questions} == {"Ambrose", "Marian"}
    assert len(example.questions) == 3
    for question in example.questions:
        sentence = question.text.removeprefix("Which word is missing? ")
        assert sentence.replace("____", question.answer) in text


def test_passages_are_packed_with_their_questions(tmp_path: Path) -> None:
    path = tmp_path / "nq.jsonl.gz"
    rows = [
        {
            "question": f"who lit lamp {n}",
            "answers": [f"Keeper {n}", "x"],
            "ctxs": [{"title": f"Lamp {n}", "text": f"It was lit by keeper {n}." * (n != 3)}],
        }
        for n in range(6)
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    known = passages.load(path)
    assert [passage.title for passage in known] == [f"Lamp {n}" for n in (0, 1, 2, 4, 5)]
    example = passages.make_example(random.Random(0), known, count=3)
    assert len(example.questions) == 3
    for question in example.questions:
        assert question.text.startswith("Who lit lamp ") and question.text.endswith("?")
        assert question.answer.lower() in example.windows[0].lower()


def test_a_task_is_written_for_the_benchmark_and_more_keeps_the_first(tmp_path, monkeypatch):
    written = []
    for count in (2, 4):
        path = tmp_path / f"{count}.jsonl"
        options = ["two-hop", "--documents", str(count), "--size", "5", "--out", str(path)]
        monkeypatch.setattr("sys.argv", ["tasks", *options])
        task_command()
        written.append(load_documents(path))
    assert [len(documents) for documents in written] == [2, 4]
    assert written[1][:2] == written[0]
    assert all(len(document.questions) == 4 for document in written[1])


def sentences(text: str) -> list[str]:
    return re.split(r"(?<!\bSt)(?<!D\.C)\. ", text)


def born(text: str) -> dict[str, tuple[str, str]]:
    """Town and year of everybody, read off a text of `chains`."""
    forms = (
        r"^(?P<a>.+) was born in (?P<town>.+) in (?P<year>\d+)$",
        r"^Born in (?P<year>\d+), (?P<a>.+) comes from (?P<town>.+)$",
        r"^(?P<town>.+) is where (?P<a>.+) was born, in (?P<year>\d+)$",
        r"^In (?P<year>\d+) (?P<a>.+) came into the world in (?P<town>.+)$",
    )
    found = {}
    for sentence in sentences(text):
        for form in forms:
            if match := re.match(form, sentence.strip()):
                found[match["a"]] = match["town"], match["year"]
    return found


@pytest.mark.parametrize("windows", [1, 2])
def test_chains_follow_from_their_text(windows: int) -> None:
    kinds = set()
    for seed in range(60):
        example = chains.make_example(
            random.Random(seed), people=6, windows=windows, questions=6, split="test"
        )
        text = " ".join(w.strip() for w in example.windows) + " "
        known = born(text)
        assert len(known) == 6 and len(example.windows) == windows
        for question, answer in ((q.text, q.answer) for q in example.questions):
            if match := re.match(r"How many of the people come from (.+)\?", question):
                kinds.add("count")
                assert int(answer) == sum(town == match[1] for town, _ in known.values())
            elif match := re.match(r"Who is (.+), (.+) or (.+)\?", question):
                kinds.add("compare")
                younger = match[1] == "younger"
                other = match[3] if answer == match[2] else match[2]
                assert (int(known[answer][1]) > int(known[other][1])) == younger
            elif "the town" in question:
                kinds.add("mayor")
                town = next(t for name, (t, _) in known.items() if name in question)
                said = next(s for s in sentences(text) if town in s and answer in s)
                assert any(word in said for word in ("mayor", "governed"))
            else:
                kinds.add("hop")
                asked = next(name for name in known if name in question)
                others = [n for n, told in known.items() if answer in told]
                assert any(asked in s and other in s for other in others for s in sentences(text))
    assert kinds == {"count", "compare", "mayor", "hop"}


def test_the_more_towns_there_are_the_less_is_guessed() -> None:
    def told(towns: int | None) -> list[set[str]]:
        made = (
            chains.make_example(
                random.Random(seed), people=6, windows=1, questions=1, split="test", towns=towns
            )
            for seed in range(20)
        )
        return [{town for town, _ in born(each.windows[0].strip() + " ").values()} for each in made]

    assert max(map(len, told(None))) == 3
    assert min(map(len, told(60))) > 3


def test_only_the_kinds_that_are_asked_for_are_asked() -> None:
    made = chains.make_example(
        random.Random(0), people=6, windows=1, questions=6, split="test", kinds=("mayor",)
    )
    assert {q.kind for q in made.questions if isinstance(q, chains.Chained)} == {"mayor"}

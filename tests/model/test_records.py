import random
import re

import pytest

from sleepdoc_model.reader import ABSENT
from sleepdoc_model.tasks.chains import Chained
from sleepdoc_model.tasks.facts import Split
from sleepdoc_model.tasks.records import Records, make_example
from sleepdoc_model.tasks.records.domain import LINKED, domains
from sleepdoc_model.tasks.records.telling import Record, bare

SPLITS: tuple[Split, ...] = ("train", "test")


def made(seed: int, split: Split = "train", absent: float = 0.0, joins: float = 0.3) -> Records:
    rng = random.Random(seed)
    return make_example(
        rng,
        entities=rng.randint(2, 6),
        facts=rng.choice((None, 8)),
        windows=rng.randint(1, 2),
        questions=8,
        split=split,
        joins=joins,
        absent=absent,
    )


def asked(example: Records, kind: str) -> list[Chained]:
    chained = [question for question in example.questions if isinstance(question, Chained)]
    assert len(chained) == len(example.questions)
    return [question for question in chained if question.kind == kind]


def said_of(example: Records, name: str) -> list[str]:
    """Sentences and lines that name the entity, and what goes on from there without its name."""
    names = [bare(record.name) for record in example.records]
    again = tuple(
        form.format(last=record.name.split()[-1]) + " "
        for record in example.records
        for form in record.domain.again
    )
    found = []
    for window in example.windows:
        about: list[str] = []
        for part in re.split(r"(?<=\.)\s+|\n", window):
            named = [each for each in names if each in part]
            on_card = re.match(r"[A-Z][\w ]*: ", part) and not part.startswith(tuple(names))
            goes_on = on_card or (part.startswith(again) and not part.startswith(tuple(named)))
            about = about + named if goes_on else named or about
            if name in about:
                found.append(part)
    return found


def owners(example: Records, question: str, mark: str) -> list[tuple[Record, str]]:
    """Who the question may be about, with the value that it asks for or names."""
    return [
        (record, record.values[column.label])
        for record in example.records
        for column in record.told
        for text in column.lines.get(mark, ())
        if text.format(e=record.name, v=record.values[column.label]).lower() == question.lower()
    ]


@pytest.mark.parametrize("split", SPLITS)
def test_records_answer_stands_beside_its_entity_or_behind_it(split: Split) -> None:
    count = 0
    for seed in range(300):
        example = made(seed, split)
        for question in asked(example, "single"):
            ((record, value),) = owners(example, question.text, "?")
            assert bare(value) == question.answer
            beside = said_of(example, bare(record.name))
            assert any(question.answer in part for part in beside), (seed, question)
            count += 1
    assert count > 600


@pytest.mark.parametrize("split", SPLITS)
def test_records_reverse_question_has_one_answer(split: Split) -> None:
    count = 0
    for seed in range(300):
        example = made(seed, split)
        for question in asked(example, "reverse"):
            ((record, _),) = owners(example, question.text, "<")
            assert bare(record.name) == question.answer, (seed, question)
            count += 1
    assert count > 200


@pytest.mark.parametrize("split", SPLITS)
def test_records_second_step_starts_where_the_first_ends(split: Split) -> None:
    seen = {"onward": 0, "back": 0}
    for seed in range(300):
        example = made(seed, split)
        for question in asked(example, "hop"):
            beside = said_of(example, question.through)
            assert any(question.answer in part for part in beside), (seed, question)
            first = [r for r in example.records if bare(r.name) in question.text]
            # From an entity the first step leads to a value of it, from a value to the entity.
            leads = {bare(r.values[c.label]) for r in first for c in r.told}
            back = [r for r in example.records if bare(r.name) == question.through]
            values = {r.values[c.label] for r in back for c in r.told}
            if question.through in leads:
                seen["onward"] += 1
            else:
                assert any(value in question.text for value in values), (seed, question)
                seen["back"] += 1
            assert question.through not in question.text
    assert min(seen.values()) > 50


def test_records_compare_by_the_numbers_in_the_text() -> None:
    count = 0
    for seed in range(300):
        example = made(seed)
        for question in asked(example, "compare"):
            two = [r for r in example.records if bare(r.name) in question.text]
            assert len(two) == 2 and question.answer in {bare(r.name) for r in two}
            (word, column) = next(
                (word, column)
                for column in two[0].told
                for word in ("max", "min")
                for text in column.lines.get(word, ())
                for a, b in (two, two[::-1])
                if text.format(e=a.name, f=b.name).lower() == question.text.lower()
            )
            numbers = {
                bare(r.name): float(re.sub(r"[^\d.]", "", r.values[column.label])) for r in two
            }
            assert numbers[question.answer] == (max if word == "max" else min)(numbers.values())
            count += 1
    assert count > 30


def test_records_say_nothing_of_what_is_absent() -> None:
    count = 0
    for seed in range(100):
        example = made(seed, absent=0.4)
        for question in asked(example, "absent"):
            assert question.answer == ABSENT
            told = [
                text.format(e=record.name).lower()
                for record in example.records
                for column in record.told
                for text in column.questions
            ]
            assert question.text.lower() not in told
            count += 1
    assert count > 100
    assert not any(asked(made(seed), "absent") for seed in range(50))


@pytest.mark.parametrize("split", SPLITS)
def test_records_begin_sentences_with_a_capital(split: Split) -> None:
    for seed in range(300):
        for window in made(seed, split).windows:
            assert "{" not in window and "  " not in window
            for sentence in re.findall(r"(?:(?<=\. )|^)[^.\n]*[a-z]\.(?= |$)", window, re.M):
                assert not sentence[:1].islower(), sentence


@pytest.mark.parametrize("split", SPLITS)
def test_records_give_everything_several_wordings(split: Split) -> None:
    for domain in domains(split).values():
        labels = {column.label for column in domain.columns}
        for pair in domain.pairs:
            assert set(re.findall(r"{([^}]*)}", pair)) <= labels | {"e"}, pair
        for column in domain.columns:
            assert len(column.statements) >= 5 and len(column.questions) >= 4, column.label
            assert all("{e}" in text and "{v}" in text for text in column.statements)
            assert any("{e}'s" not in text for text in column.questions)
            for first in column.reverse[:1]:
                assert first.startswith(f"Which {domain.noun} ")


def test_records_of_the_test_share_no_domain_and_no_wording() -> None:
    train, test = domains("train"), domains("test")
    assert len(train) + len(test) - 2 * len(LINKED) >= 36 and len(test) - len(LINKED) >= 8
    assert set(train) & set(test) == set(LINKED)
    wordings = [
        {
            text
            for domain in known.values()
            for column in domain.columns
            for mark, texts in column.lines.items()
            if mark != "="
            for text in texts
        }
        for known in (train, test)
    ]
    assert not wordings[0] & wordings[1]


def test_records_without_joins_tell_of_entities_alone() -> None:
    for seed in range(50):
        example = made(seed, joins=0.0)
        assert not asked(example, "hop")
        assert not any(record.domain.noun in LINKED for record in example.records)


def test_records_follow_from_their_seed() -> None:
    assert made(7) == made(7)
    assert made(7) != made(8)

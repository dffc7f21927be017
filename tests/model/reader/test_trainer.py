"""The reader's training: batches of a step, going on, starting from another reader."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import Network
from sleepdoc_model.reader import read_reader
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.reader.conversation import Conversation
from sleepdoc_model.training.reader.loop import ReaderTrainer, Schedule

SHORT = Schedule(rate=1e-2, warm_up=1, steps=4, tokens=12)


class Drawn:
    """Lessons of tokens that mean nothing."""

    tokenizer = SimpleNamespace(frame=SimpleNamespace(prefix=[1, 2, 3]))

    def draw(self, seed: int, number: int) -> Conversation:
        rng = random.Random(f"{seed}/{number}")
        conversation = Conversation()
        conversation.add([rng.randint(4, 60) for _ in range(4)])
        conversation.answer([rng.randint(4, 60) for _ in range(2)], [3])
        return conversation


def trainer(folder: Path, schedule: Schedule) -> ReaderTrainer:
    folder.mkdir(exist_ok=True)
    shape = config.tiny()
    network = Network(replace(shape, layers=("A",) * len(shape.layers)))
    randomise(network, 0)
    network.requires_grad_(False)
    lessons: Any = Drawn()
    return ReaderTrainer(network, lessons, folder, rank=2, schedule=schedule)


def trained(made: ReaderTrainer, steps: int) -> Iterator[dict[str, float]]:
    yield from (record for record, _ in zip(made.run(float("inf")), range(steps), strict=False))


def values(made: ReaderTrainer) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in made.trained.values()]


def test_batches_of_a_step_are_averaged(tmp_path: Path) -> None:
    """Two batches of a step are one batch of the conversations of both, where all weigh alike."""
    one = trainer(tmp_path / "one", replace(SHORT, tokens=24))
    two = trainer(tmp_path / "two", replace(SHORT, batches=2))
    (whole,), (halves,) = list(trained(one, 1)), list(trained(two, 1))
    assert whole["conversations"] == halves["conversations"] == 4
    assert halves["answer_tokens"] == whole["answer_tokens"] == 12
    assert halves["answer"] == pytest.approx(whole["answer"], rel=1e-3)
    for ours, theirs in zip(one.trained.values(), two.trained.values(), strict=True):
        assert ours.grad is not None and theirs.grad is not None
        torch.testing.assert_close(ours.grad, theirs.grad)


def test_it_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    whole = trainer(tmp_path / "whole", SHORT)
    list(trained(whole, 4))
    first = trainer(tmp_path / "parts", SHORT)
    list(trained(first, 2))
    first.save()
    second = trainer(tmp_path / "parts", SHORT)
    second.resume()
    list(trained(second, 4))
    assert second.step == 4
    for ours, theirs in zip(values(whole), values(second), strict=True):
        assert torch.equal(ours, theirs)


def test_it_starts_from_the_reader_it_is_given(tmp_path: Path) -> None:
    before = trainer(tmp_path / "before", SHORT)
    list(trained(before, 4))
    before.save()
    begun = trainer(tmp_path / "begun", SHORT)
    begun.begin(tmp_path / "before" / "reader.safetensors")
    begun.save()
    old = read_reader(tmp_path / "before" / "reader.safetensors")
    new = read_reader(tmp_path / "begun" / "reader.safetensors")
    assert old.keys() == new.keys()
    for name, (down, up) in old.items():
        # Rounded twice, each time to a 127th of the largest.
        torch.testing.assert_close(new[name][1] @ new[name][0], up @ down, rtol=0, atol=1e-3)
        lengths = begun.trained[f"{name}.down"].norm(dim=1)
        torch.testing.assert_close(lengths, torch.ones_like(lengths))


def test_it_learns_what_stands_between_where_lessons_say_so(tmp_path: Path) -> None:
    made = trainer(tmp_path, replace(SHORT, steps=30))
    drawn = made.lessons.draw

    def hinted(seed: int, number: int) -> Conversation:
        lesson = drawn(seed, number % 2)
        lesson.hint[2:4] = [lesson.ids[0]] * 2
        return lesson

    made.lessons.draw = hinted  # type: ignore[method-assign]
    records = list(trained(made, 30))
    assert records[0]["known"] < 0.9
    assert records[-1]["known"] == 1.0

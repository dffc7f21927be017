"""Runs that are logged and saved as they go."""

from collections.abc import Mapping

import pytest

from sleepdoc_model.training.group import Group
from sleepdoc_model.training.keeping import keep


class Witness:
    """Notes what is asked of a trainer."""

    def __init__(self, rank: int) -> None:
        self.group, self.told = Group(rank, 2), list[str]()

    def log(self, record: Mapping[str, float]) -> None:
        self.told.append(f"log {record['step']}")

    def save(self) -> None:
        self.told.append("save")


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(-1.0, ["log 1", "save", "log 2", "save", "save"]), (60.0, ["log 1", "log 2", "save"])],
)
def test_every_record_is_logged_and_the_last_state_saved(minutes: float, told: list[str]) -> None:
    trainer = Witness(0)
    keep(trainer, [{"step": 1}, {"step": 2}], minutes=minutes)
    assert trainer.told == told


def test_only_the_first_process_writes_and_all_train_to_the_end() -> None:
    trainer, left = Witness(1), iter([{"step": 1}, {"step": 2}])
    keep(trainer, left, minutes=-1.0)
    assert trainer.told == [] and list(left) == []

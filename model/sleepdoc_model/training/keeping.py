"""Runs that are logged and saved as they go."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Protocol

from sleepdoc_model.training.group import Group


class Trainer(Protocol):
    """What can be logged, and gone on with once it was saved."""

    group: Group

    def log(self, record: Mapping[str, float]) -> None: ...

    def save(self) -> None: ...


def keep(trainer: Trainer, records: Iterable[Mapping[str, float]], *, minutes: float) -> None:
    """Train to the end of a trainer's records. The first process logs and prints every one, and
    saves every so many minutes and at the end."""
    first, saved = trainer.group.rank == 0, time.monotonic()
    for record in records:
        if not first:
            continue
        trainer.log(record)
        print(json.dumps(record), flush=True)
        if time.monotonic() - saved > 60 * minutes:
            trainer.save()
            saved = time.monotonic()
    if first:
        trainer.save()

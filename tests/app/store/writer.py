"""A process that sleeps, asks and answers until it is killed, and says what is stored.

Usage: ``python writer.py DATABASE``. Lines on stdout: ``question ID`` and ``step SEQ``, each
written after the store has returned.
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from sleepdoc.store import Position, Store


def say(what: str, number: int) -> None:
    print(what, number, flush=True)


with Store.open(Path(sys.argv[1])) as store:
    conversation = store.conversation("the-five-orange-pips")
    with store.lock(conversation):
        head = store.head(conversation)
        say("step", head.seq)
        while True:
            number = head.position.read + 1
            weights = np.random.default_rng(number).standard_normal((120, 120), np.float32)
            head = store.commit(
                conversation,
                parent=head,
                kind="sleep",
                position=Position(number, number, 1),
                snapshot=save({"fast_weights": weights}),
            )
            say("step", head.seq)
            turn = store.begin_turn(conversation, f"What is {number}?", head.position)
            say("question", turn)
            head = store.finish_turn(
                conversation,
                turn,
                f"It is {number}.",
                interrupted=False,
                parent=head,
                position=head.position,
            )
            say("step", head.seq)

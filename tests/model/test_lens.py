"""The lens of the last layer says what the network says."""

import random
from dataclasses import replace

import torch

from sleepdoc_model import config
from sleepdoc_model.evaluation.lens import Seen, look, shares
from sleepdoc_model.network import Network
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.tasks import chains
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.reader.conversation import Conversation
from sleepdoc_model.training.reader.objective import hidden
from sleepdoc_model.training.reader.packed import Packed

TOKENIZER = ByteTokenizer()


def test_the_last_layer_is_the_network() -> None:
    shape = config.tiny()
    network = Network(replace(shape, layers=("A",) * len(shape.layers)))
    randomise(network, 0)
    made = chains.make_example(
        random.Random(0), people=2, windows=1, questions=5, split="test", single=0.5
    )
    found = list(look(network, TOKENIZER, made))
    answers = [each for each in found if each.value == "answer"]
    named = [each for each in made.questions if not each.answer[0].isdigit()]
    assert len(answers) == len(named) > 1
    assert all(len(each.layers) == len(shape.layers) for each in found)
    text = TOKENIZER.encode(" ".join(made.windows[0].split()) + "\n\n")
    frame, all_asked = TOKENIZER.frame, set(text) | set(TOKENIZER.frame.prefix)
    for asked in made.questions:
        all_asked |= {*frame.asked(TOKENIZER.encode(asked.text)), *frame.answer_close}
        all_asked |= set(TOKENIZER.encode(asked.answer))
    among = torch.tensor(sorted(all_asked))
    for asked, seen in zip(named, answers, strict=True):
        alone = Conversation()
        alone.add(text, block=0)
        alone.add(frame.asked(TOKENIZER.encode(asked.text)), block=1, turn=1)
        h = hidden(network, Packed(frame.prefix, [alone]))
        said = int(among[network.logits(h[-1:])[0, among].argmax()])
        spelt = {TOKENIZER.encode(each)[0] for each in (asked.answer, f" {asked.answer}")}
        assert seen.layers[-1] == (said in spelt)


def test_shares_are_by_kind_and_value() -> None:
    rows = [
        Seen("hop", "answer", (False, True)),
        Seen("hop", "answer", (True, True)),
        Seen("hop", "between", (True, False)),
    ]
    found = shares(rows)
    assert found["hop, answer"] == (2, [0.5, 1.0])
    assert found["hop, between"] == (1, [1.0, 0.0])

"""Behind which layer stands what a question asks for, and what stands between?

python -m sleepdoc_model.evaluation.lens --reader assets/reader.safetensors --out FILE

Hidden states right before an answer are read by the unembedding, layer by layer, among the tokens
of the text (the logit lens, nostalgebraist, 2020). Texts are of chains, with unseen names.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.base_file import base_path
from sleepdoc_model.evaluation.identity import sha256_of
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.network import Network
from sleepdoc_model.tasks import chains
from sleepdoc_model.tasks.chains import Chained
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.probe import outputs
from sleepdoc_model.training.reader.compare import load_network
from sleepdoc_model.training.reader.conversation import Conversation
from sleepdoc_model.training.reader.objective import hidden
from sleepdoc_model.training.reader.packed import Packed


class Seen(NamedTuple):
    """Whether a value is what a state before an answer says first, by layer."""

    kind: str
    value: str
    layers: tuple[bool, ...]


class Share(NamedTuple):
    questions: int
    layers: list[float]


@torch.no_grad()
def look(network: Network, tokenizer: Tokenizer, example: chains.Chain) -> Iterator[Seen]:
    """Ask every question of a text as if it were the first."""
    asked = [each for each in example.questions if isinstance(each, Chained)]
    lesson, before = Conversation(), list[int]()
    lesson.add(tokenizer.encode(" ".join(example.windows[0].split()) + "\n\n"), block=0)
    for number, each in enumerate(asked, start=1):
        question = tokenizer.frame.asked(tokenizer.encode(each.text))
        lesson.add(question, block=number, turn=number)
        before.append(len(lesson.ids) - 1)
        lesson.answer(tokenizer.encode(each.answer), tokenizer.frame.answer_close)
    packed = Packed(tokenizer.frame.prefix, [lesson])
    with outputs(network.layers()) as states:
        hidden(network, packed)
    among = torch.unique(packed.ids)
    for each, place in zip(asked, before, strict=True):
        h = torch.stack([state[0, packed.prefix + place] for state in states])
        told = among[network.logits(h)[:, among].argmax(-1)]
        for value, text in (("answer", each.answer), ("between", each.through)):
            if text and not text[0].isdigit():  # all numbers begin with the same token
                spelt = {tokenizer.encode(text)[0], tokenizer.encode(f" {text}")[0]}
                yield Seen(each.kind, value, tuple(int(t) in spelt for t in told))


def shares(found: Sequence[Seen]) -> dict[str, Share]:
    """By kind of question and value: how many, and the share by layer."""
    groups = defaultdict(list)
    for each in found:
        groups[f"{each.kind}, {each.value}"].append(each.layers)
    return {
        name: Share(len(rows), torch.tensor(rows).float().mean(0).tolist())
        for name, rows in sorted(groups.items())
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation.lens")
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=24)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    network, tokenizer = load_network(options.reader), GGUFTokenizer(base_path(), SMOLLM2)
    found: list[Seen] = []
    for number in range(options.texts):
        example = chains.make_example(
            random.Random(f"lens {number}"),
            people=options.people,
            windows=1,
            questions=2 * options.people,
            split="test",
            single=0.5,
        )
        found += look(network, tokenizer, example)
    told = {
        "reader": sha256_of(options.reader),
        "settings": {"texts": options.texts, "people": options.people},
        "shares": {name: share._asdict() for name, share in shares(found).items()},
    }
    result_file.write(options.out, told)
    for name, share in shares(found).items():
        print(name, share.questions, *(f"{each:.2f}" for each in share.layers))


if __name__ == "__main__":
    main()

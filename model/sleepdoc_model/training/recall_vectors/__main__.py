"""Learn vectors of sentences: python -m sleepdoc_model.training.recall_vectors --reading ..."""

import argparse
import json
from pathlib import Path

from sleepdoc_model.recall_heads import save_recall_heads
from sleepdoc_model.training.recall_vectors.contrast import learn
from sleepdoc_model.training.recall_vectors.embedded import embedded
from sleepdoc_model.training.recall_vectors.mixture import lessons, mixture, named
from sleepdoc_model.training.recall_vectors.texts import PARTS, SETS, WRITTEN, parts, written


def main() -> None:
    options = _options()
    states = embedded(options.heads, options.reader, options.reading, options.cache)
    every = [
        *named("part", parts(options.reading, options.parts)),
        *named("written", written(options.written)),
    ]
    found = mixture(every, states, options.states)
    taught = [each for each in lessons(found) if not found.asked[each.question].held_out]
    made = learn(found.sentences, found.questions, taught, size=options.size)
    notes = {
        "data": " ".join(SETS),
        "parts": f"{options.parts} of {PARTS}",
        "written": f"{options.written} documents",
        "sentences": str(len(found.sentences)),
        "questions": str(len(taught)),
    }
    save_recall_heads(made.heads(states.pooling), options.out, notes)
    print(json.dumps(notes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.recall_vectors")
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--parts", type=int, default=PARTS, help=f"of {PARTS}; the first ones")
    parser.add_argument("--written", type=int, default=WRITTEN, help="documents of texts of ours")
    parser.add_argument("--heads", type=Path, required=True, help="of the default model")
    parser.add_argument("--reader", type=Path, required=True, help="of the default model")
    parser.add_argument("--states", type=Path, required=True, help="where what is pooled is kept")
    parser.add_argument("--cache", type=Path, help="where prepared weights are")
    parser.add_argument("--size", type=int, default=128, help="bytes of a vector")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()

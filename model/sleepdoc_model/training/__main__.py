"""Train the default model's fast-weight heads on the CPU: seeded and resumable.

python -m sleepdoc_model.training --data FAIRYTALEQA --out runs/default
python -m sleepdoc_model.training --data FAIRYTALEQA --out runs/default --resume
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch

from sleepdoc_model.base import base_path, load_base
from sleepdoc_model.config import smollm2
from sleepdoc_model.gguf_tokenizer import GGUFTokenizer
from sleepdoc_model.network import Network
from sleepdoc_model.tasks import fairytale
from sleepdoc_model.training.loop import Schedule, Trainer, held_out_batches
from sleepdoc_model.training.recipe import Recipe


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training", description=__doc__)
    parser.add_argument("--data", type=Path, help="a FairytaleQA folder; without, facts only")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, default=760)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save-every", type=int, default=20)
    parser.add_argument("--evaluate-every", type=int, default=80)
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last save")
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = GGUFTokenizer(base_path())
    network = Network(smollm2())
    load_base(network, base_path(), torch.float32)
    train = fairytale.load(options.data, "train") if options.data else []
    val = fairytale.load(options.data, "val") if options.data else []
    trainer = Trainer(
        network,
        tokenizer,
        options.out,
        schedule=Schedule(steps=options.steps),
        recipe=Recipe(),
        stories=train,
        held_out=held_out_batches(tokenizer, val),
        seed=options.seed,
    )
    if options.resume:
        trainer.resume()
    (options.out / "run.json").write_text(json.dumps(trainer.describe(), indent=2) + "\n")

    started, tokens = time.perf_counter(), 0.0
    for record in trainer.run():
        trainer.log(record)
        tokens += record["context_tokens"] + record["question_tokens"]
        rate = tokens / (time.perf_counter() - started)
        print(
            f"step {record['step']:4.0f}/{options.steps}  loss {record['loss']:.3f}  "
            f"accuracy {record['accuracy']:.3f}  {record['seconds']:.1f} s  {rate:.0f} tokens/s",
            flush=True,
        )
        if trainer.step % options.save_every == 0 or trainer.step == options.steps:
            trainer.save()
        if trainer.step % options.evaluate_every == 0 or trainer.step == options.steps:
            held_out = {f"held_out_{k}": v for k, v in trainer.evaluate().items()}
            trainer.log({"step": trainer.step, **held_out})
            print("  " + "  ".join(f"{k} {v:.3f}" for k, v in held_out.items()), file=sys.stderr)


if __name__ == "__main__":
    main()

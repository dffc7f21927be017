"""Train the default model's fast-weight heads: seeded and resumable.

python -m sleepdoc_model.training --data FAIRYTALEQA --plain GSM8K --out runs/default
python -m sleepdoc_model.training --data FAIRYTALEQA --plain GSM8K --out runs/default --resume

Heads that remember can learn to make more of their memory, several times as fast, as what they
write stays as it is:

python -m sleepdoc_model.training --config reading --heads HEADS --transfer 0 --data ... --out ...

Where there is a GPU but no tokenizer, the first heads and batches are made elsewhere before:

python -m sleepdoc_model.training --data FAIRYTALEQA --plain GSM8K --out runs/first --steps 0
python -m sleepdoc_model.training --data FAIRYTALEQA --plain GSM8K --out ... --prepare BATCHES
torchrun --nproc-per-node 2 -m sleepdoc_model.training --prepared BATCHES --base GGUF \
    --heads runs/first/heads.safetensors --out ...

The paper's experiments, from scratch:

python -m sleepdoc_model.training reproduce rule110 --small --out runs/rule110
"""

import argparse
import dataclasses
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import load_heads, read_config
from sleepdoc_model.config import Rule, smollm2
from sleepdoc_model.network import Network
from sleepdoc_model.tasks import fairytale, gsm8k
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.attention_transfer import see_conversations, transfer
from sleepdoc_model.training.batches import Batches, DrawnBatches, PreparedBatches, prepare
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.loop import Schedule, Trainer, held_out_batches
from sleepdoc_model.training.reader.sources import load_closed_book
from sleepdoc_model.training.recipe import RECIPES
from sleepdoc_model.training.subjects import documents, learn_subjects, see_pairs


def main() -> None:
    if sys.argv[1:2] == ["reproduce"]:
        from sleepdoc_model.reproduction.__main__ import main as reproduce

        return reproduce(sys.argv[2:])
    options = _parse()
    group = Group.from_environment()
    torch.set_float32_matmul_precision(options.precision)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    batches = _batches(options)
    if options.prepare:
        prepare(options.prepare, batches, options.steps, lambda step: _say(step, options.steps))
        return
    device = "cpu"
    if torch.cuda.is_available():
        device = f"cuda:{group.rank % torch.cuda.device_count()}"
        torch.cuda.set_device(device)
    config = smollm2()
    rule: Rule = "delta" if options.reads_asleep else options.rule
    heads = dataclasses.replace(config.memory, rule=rule, reads_asleep=options.reads_asleep)
    network = Network(dataclasses.replace(config, memory=heads))
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    load_base(network, options.base or base_path(), dtype, options.reader)
    trainer = Trainer(
        network.to(device),
        batches,
        options.out,
        schedule=Schedule(steps=options.steps, rate=options.rate),
        group=group,
        only_reading=RECIPES[options.config].only_reading,
    )
    if options.resume:
        trainer.resume()
    else:
        known = 0
        if options.heads:
            load_heads(network, options.heads, newer=True)  # not before: the trainer sets biases
            known = read_config(options.heads).memory.subject
        if options.subjects and not known:
            _subjects(trainer, options)
        if options.transfer and not options.heads:
            _transfer(trainer, options.transfer)
    _train(trainer, options)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", choices=RECIPES, default="default", help="which lessons")
    parser.add_argument("--data", type=Path, help="a FairytaleQA folder")
    parser.add_argument(
        "--plain",
        type=Path,
        nargs="+",
        default=(),
        help="plain instructions: GSM8K's train.jsonl, and what tasks.instructions writes",
    )
    parser.add_argument(
        "--transfer", type=int, default=200, help="texts for attention transfer; 0: none"
    )
    parser.add_argument(
        "--subjects",
        type=int,
        default=400,
        help="documents to learn subjects from, if --heads have none yet; 0: they begin as drawn",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, default=760)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=Schedule.rate, help="of learning, at most")
    parser.add_argument("--save-every", type=int, default=20)
    parser.add_argument("--evaluate-every", type=int, default=80)
    parser.add_argument(
        "--precision",
        choices=("highest", "medium"),
        default="highest",
        help="of float32 products; medium is bfloat16, faster on CPUs that have it in hardware",
    )
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last save")
    parser.add_argument(
        "--rule",
        choices=("delta", "least-squares"),
        default="least-squares",
        help="what a write does: a step of the delta rule, or a fit of all that was ever written",
    )
    parser.add_argument(
        "--reads-asleep",
        action="store_true",
        help="what is consolidated reads what is already known, so passes build on each other; by"
        " the delta rule",
    )
    parser.add_argument("--heads", type=Path, help="begin with the heads of this checkpoint")
    parser.add_argument("--reader", type=Path, help="corrections that the base has")
    parser.add_argument("--reading", type=Path, help="folder of reading data sets")
    parser.add_argument("--base", type=Path, help="the base's GGUF, if it is not installed")
    parser.add_argument("--prepare", type=Path, help="only write the batches of all steps here")
    parser.add_argument("--prepared", type=Path, help="batches written before; no --data needed")
    options = parser.parse_args()
    if options.config == "default" and not (options.prepared or options.reading):
        parser.error("--config default needs --reading")
    of_stories = options.config in ("default", "reading")
    if of_stories and not (options.prepared or (options.data and options.plain)):
        parser.error(f"--config {options.config} needs --data and --plain")
    if options.reads_asleep and RECIPES[options.config].only_reading:
        parser.error("what reads asleep also writes: --config reading is not for --reads-asleep")
    return options


def _batches(options: argparse.Namespace) -> Batches:
    if options.prepared:
        return PreparedBatches(options.prepared)
    tokenizer = _tokenizer(options)
    train, val = _stories(options)
    plain = [gsm8k.load(path) for path in options.plain]
    texts = load_closed_book(options.reading) if options.reading else ()
    sources = Sources(train, plain, texts)
    held_out = held_out_batches(tokenizer, val)
    return DrawnBatches(tokenizer, RECIPES[options.config], sources, held_out, options.seed)


def _tokenizer(options: argparse.Namespace) -> Tokenizer:
    from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer

    return GGUFTokenizer(options.base or base_path(), SMOLLM2)


def _stories(options: argparse.Namespace) -> tuple[Sequence[fairytale.Story], ...]:
    """To train on, and to measure."""
    if not options.data:
        return (), ()
    return fairytale.load(options.data, "train"), fairytale.load(options.data, "val")


def _subjects(trainer: Trainer, options: argparse.Namespace) -> None:
    if trainer.group.size > 1 or options.prepared:
        raise SystemExit("subjects are for one process that draws: --steps 0, then --heads HEADS")
    network, tokenizer, rng = trainer.network, _tokenizer(options), random.Random(options.seed)
    train, val = _stories(options)
    told = documents(rng, options.subjects, train, "train")
    unseen = documents(rng, options.subjects // 10, val, "test")
    pairs, held_out = (
        [*see_pairs(network, trainer.prefix, tokenizer, examples)] for examples in (told, unseen)
    )
    share = learn_subjects(network, pairs, held_out)
    print(f"subjects: {share:.1%} of held-out questions find their place", flush=True)
    trainer.save()


def _transfer(trainer: Trainer, count: int) -> None:
    if trainer.group.size > 1:
        raise SystemExit("attention transfer is for one process: --steps 0, then --heads FILE")
    network, prefix = trainer.network, trainer.prefix
    texts = [*see_conversations(network, prefix, trainer.batches, count + count // 10)]
    for layer, share in transfer(network, prefix, texts[:count], texts[count:], epochs=4):
        print(f"layer {layer}: {share:.1%} of the evicted attention", flush=True)
    trainer.save()


def _train(trainer: Trainer, options: argparse.Namespace) -> None:
    first = trainer.group.rank == 0
    if first:
        result_file.write(options.out / "run.json", trainer.describe())
    started, tokens = time.perf_counter(), 0.0
    for record in trainer.run():
        last = trainer.step == options.steps
        if not first:
            continue
        trainer.log(record)
        tokens += record["context_tokens"] + record["question_tokens"]
        rate = tokens / (time.perf_counter() - started)
        print(
            f"step {record['step']:4.0f}/{options.steps}  loss {record['loss']:.3f}  "
            f"accuracy {record['accuracy']:.3f}  {record['seconds']:.1f} s "
            f"({record['sleep_seconds'] / record['seconds']:.0%} reading)  {rate:.0f} tokens/s",
            flush=True,
        )
        if trainer.step % options.save_every == 0 or last:
            trainer.save()
        if trainer.step % options.evaluate_every == 0 or last:
            held_out = {f"held_out_{k}": v for k, v in trainer.evaluate().items()}
            trainer.log({"step": trainer.step, **held_out})
            print("  " + "  ".join(f"{k} {v:.3f}" for k, v in held_out.items()), file=sys.stderr)


def _say(step: int, steps: int) -> None:
    if (step + 1) % 50 == 0 or step + 1 == steps:
        print(f"{step + 1} of {steps} batches", flush=True)


if __name__ == "__main__":
    main()

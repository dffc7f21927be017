"""Train the reader: python -m sleepdoc_model.training.reader --out runs/reader ..."""

import argparse
import signal
import time
from pathlib import Path
from threading import Event

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.tasks import instructions
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.keeping import keep
from sleepdoc_model.training.reader import sources
from sleepdoc_model.training.reader.lessons import SHARES, Lessons, Recipe
from sleepdoc_model.training.reader.loop import ReaderTrainer, Schedule
from sleepdoc_model.training.reader.trunk import trunk


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    plain = [instructions.load(path) for path in options.plain]
    recipe = Recipe({**SHARES, **dict(options.share)})
    lessons = Lessons(tokenizer, _texts(options), plain, recipe)
    schedule = Schedule(
        steps=options.steps, decay=options.decay, rate=options.rate, batches=options.batches
    )
    group = Group.from_environment()
    trainer = ReaderTrainer(
        trunk(),
        lessons,
        options.out,
        rank=options.rank,
        schedule=schedule,
        seed=options.seed,
        group=group,
    )
    if (options.out / "state.safetensors").exists():
        trainer.resume()
    elif options.begin:
        trainer.begin(options.begin)
    described: dict[str, object] = {k: str(v) for k, v in vars(options).items()}
    described |= {"shares": lessons.shares, "torch": torch.__version__}
    result_file.write(options.out / "run.json", described)
    stopped = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    records = trainer.run(time.monotonic() + 60 * options.minutes, stopped)
    keep(trainer, records, minutes=options.save_minutes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.reader")
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--fairytales", type=Path, required=True, help="checkout of FairytaleQA")
    parser.add_argument("--covid", type=Path, required=True, help="folder of COVID-QA")
    parser.add_argument("--plain", type=Path, nargs="+", default=[], help="questions, answers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--decay", type=int, default=0)
    parser.add_argument("--batches", type=int, default=1, help="of 2,400 tokens, in a step")
    parser.add_argument("--begin", type=Path, metavar="READER", help="what to start from")
    parser.add_argument(
        "--share", type=_share, nargs="+", default=[], metavar="SOURCE=SHARE", help="of lessons"
    )
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _share(text: str) -> tuple[str, float]:
    source, _, share = text.partition("=")
    if source not in SHARES:
        raise argparse.ArgumentTypeError(f"no source {source!r}")
    return source, float(share)


def _texts(options: argparse.Namespace) -> list[sources.Text]:
    return [
        *sources.load_reading(options.reading, "train"),
        *sources.load_fairytales(options.fairytales, "train"),
        *sources.load_covid(options.covid),
        *sources.load_written(),
        *sources.load_asked(options.reading),
    ]


if __name__ == "__main__":
    main()

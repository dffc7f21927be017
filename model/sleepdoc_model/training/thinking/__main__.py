"""Train passes that see each other: seeded, and resumed by the same command.

First what passes are to find, then arms that write and read it, from the same beginning:

python -m sleepdoc_model.training.thinking --asleep --passes 2 --steps 300 --out runs/found
python -m sleepdoc_model.training.thinking --begin runs/found --passes 3 --out runs/three
"""

import argparse
from pathlib import Path

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.training.keeping import keep
from sleepdoc_model.training.loop import Schedule
from sleepdoc_model.training.thinking.hinted import Chains
from sleepdoc_model.training.thinking.loop import Thinker, ThinkingTrainer


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    lessons = Chains(tokenizer, options.seed)
    if options.asleep:
        lessons = Chains(tokenizer, options.seed, documents=8, windows=(1,), plain=0.0)
    trainer = ThinkingTrainer(
        Thinker.load(options.begin),
        lessons,
        options.out,
        passes=options.passes,
        schedule=Schedule(steps=options.steps, rate=options.rate),
        seconds=60 * options.minutes,
        asleep=options.asleep,
    )
    if (options.out / "state.safetensors").exists():
        trainer.resume()
    described = {k: str(v) for k, v in vars(options).items()}
    result_file.write(options.out / "run.json", described | {"torch": torch.__version__})
    keep(trainer, trainer.run(), minutes=options.save_minutes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.thinking")
    parser.add_argument("--begin", type=Path, default=Path("assets"), metavar="RUN")
    parser.add_argument("--asleep", action="store_true", help="train only what passes find")
    parser.add_argument("--passes", type=int, nargs="+", default=(1,), help="drawn from, by step")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=1e6, help="of training; equal compute")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()

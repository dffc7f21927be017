"""Train passes that see each other: seeded, and resumed by the same command.

python -m sleepdoc_model.training.thinking --passes 1 2 4 --out runs/thinking
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
from sleepdoc_model.training.thinking.loop import LOOP, Thinker, ThinkingTrainer


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    first, end = options.loop
    trainer = ThinkingTrainer(
        Thinker.load(options.heads, options.reader, (first, end)),
        Chains(GGUFTokenizer(base_path(), SMOLLM2), options.seed),
        options.out,
        passes=options.passes,
        schedule=Schedule(steps=options.steps, rate=options.rate),
        seconds=60 * options.minutes,
    )
    if (options.out / "state.safetensors").exists():
        trainer.resume()
    described = {k: str(v) for k, v in vars(options).items()}
    result_file.write(options.out / "run.json", described | {"torch": torch.__version__})
    keep(trainer, trainer.run(), minutes=options.save_minutes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.thinking")
    parser.add_argument("--heads", type=Path, default=Path("assets/heads.safetensors"))
    parser.add_argument("--reader", type=Path, default=Path("assets/reader.safetensors"))
    parser.add_argument("--loop", type=int, nargs=2, default=LOOP, help="layers, from and up to")
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

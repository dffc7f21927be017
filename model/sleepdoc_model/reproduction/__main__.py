"""Train the arms of one of the paper's experiments in turn, and put what they reach side by side.

python -m sleepdoc_model.training reproduce rule110 --small --seeds 3 --out runs/rule110

Called again it goes on where it stopped, and when all is trained it only writes the report.
"""

import argparse
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.reproduction.arm import Arm, Run, equal_cost
from sleepdoc_model.reproduction.experiments import PAPER, SMALL, Experiment
from sleepdoc_model.reproduction.report import plot, summarise, table
from sleepdoc_model.tasks.quantity_sequences import QuantitySequences
from sleepdoc_model.tasks.rule110 import Rule110


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.training reproduce",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=PAPER)
    parser.add_argument("--small", action="store_true", help="minutes on two cores per arm")
    parser.add_argument("--passes", default="1,2,4", help="an arm each")
    parser.add_argument("--deeper", type=int, default=0, help="an arm so many times as deep, N = 1")
    parser.add_argument("--span", type=int, default=0, help="sliding eviction: tokens a token sees")
    parser.add_argument("--rollout", type=int, help="of Rule 110: steps until the asked state")
    parser.add_argument("--cells", type=int, help="of Rule 110: how many a state has")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, help="of the arm with most passes")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--evaluate-every", type=int, default=100)
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--results", type=Path, help="also write the figures as JSON")
    parser.add_argument("--plot", type=Path, help="draw them (.svg or .png)")
    options = parser.parse_args(arguments)

    experiment = replace((SMALL if options.small else PAPER)[options.task], span=options.span)
    if experiment.pretrained and options.deeper:
        parser.error("a pretrained network is as deep as it is")
    if options.steps:
        experiment = experiment.given(options.steps)
    given = {"steps": options.rollout, "width": options.cells}
    if changed := {name: value for name, value in given.items() if value}:
        if not isinstance(experiment.task, Rule110):
            parser.error("only Rule 110 has cells and a rollout")
        experiment = replace(experiment, task=replace(experiment.task, **changed))
    arms = _arms(options)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")  # TF32 where a GPU has it; nothing on a CPU
    _train(experiment, arms, options, device)

    task = experiment.task
    baseline = task.modal_accuracy() if isinstance(task, Rule110 | QuantitySequences) else None
    figures = summarise(experiment, arms, options.out) | {
        "task": options.task,
        "small": options.small,
        "experiment": repr(experiment),
        "best_constant_guess": baseline,
        "machine": f"{platform.machine()}, {device}, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
    }
    print(table(figures, baseline))
    if options.results:
        result_file.write(options.results, figures)
    if options.plot:
        plot(figures, baseline, options.plot)


def _arms(options: argparse.Namespace) -> list[Arm]:
    """Seed by seed, so that a first comparison is there early."""
    passes = [int(n) for n in options.passes.split(",")]
    arms = []
    for seed in range(options.seeds):
        arms += [Arm(n, seed) for n in passes]
        if options.deeper > 1:
            arms.append(Arm(1, seed, options.deeper))
    return arms


def _train(
    experiment: Experiment, arms: list[Arm], options: argparse.Namespace, device: str
) -> None:
    """Give every arm the compute of the dearest one."""
    started = time.perf_counter()
    for arm, steps in equal_cost(experiment, arms).items():
        left = 60 * options.minutes - (time.perf_counter() - started)
        if left <= 0:
            return
        run = Run(experiment, arm, steps, options.out / arm.name, device)
        for record in run.train(left, options.evaluate_every):
            seconds = time.perf_counter() - started
            print(
                f"{arm.name}  step {record['step']}/{steps}  exact {record['exact']}/{record['of']}"
                f"  loss {record['loss']:.3f}  {run.tokens_per_second:,.0f} tokens/s"
                f"  {seconds / 60:.1f} min",
                flush=True,
            )


if __name__ == "__main__":
    main()

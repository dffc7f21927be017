"""The training loop: seeded, logged, resumable bit for bit."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from sleepdoc_model.checkpoint import load_heads, save_heads, trained_parameters
from sleepdoc_model.network import Network
from sleepdoc_model.tasks import facts, fairytale
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import IGNORE, Batch, Lesson, Window, collate
from sleepdoc_model.training.data import window as make_window
from sleepdoc_model.training.objective import (
    TapStore,
    answer_loss,
    cached_prefix,
    calibrate,
    read_and_sleep,
)
from sleepdoc_model.training.recipe import Recipe


@dataclass(frozen=True)
class Schedule:
    """Warm-up, then constant, then down to a tenth over the last third."""

    steps: int
    rate: float = 2e-3
    gate_factor: float = 5.0
    """Gates, betas and biases learn this much faster: at the common rate they hardly move."""
    warm_up: int = 10
    weight_decay: float = 0.01
    clip: float = 1.0

    def rate_at(self, step: int) -> float:
        left = (self.steps - step) / (self.steps / 3)
        return self.rate * min(1.0, (step + 1) / self.warm_up, 0.1 + 0.9 * left)


class Trainer:
    """Holds a network, its optimiser and where training stands; writes into `folder`."""

    def __init__(
        self,
        network: Network,
        tokenizer: Tokenizer,
        folder: Path,
        *,
        schedule: Schedule,
        recipe: Recipe,
        stories: Sequence[fairytale.Story],
        held_out: dict[str, Batch],
        seed: int = 0,
    ) -> None:
        self.network, self.tokenizer, self.folder = network, tokenizer, folder
        self.schedule, self.recipe, self.stories = schedule, recipe, stories
        self.held_out, self.seed, self.step = held_out, seed, 0
        self.prefix = cached_prefix(network, tokenizer.frame.prefix)
        named = trained_parameters(network).items()
        fast = ("gate", "beta", "bias", "decay", "fill")
        gates = [p for n, p in named if any(word in n for word in fast)]
        rest = [p for n, p in named if not any(word in n for word in fast)]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": rest, "weight_decay": schedule.weight_decay},
                {"params": gates, "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
        )
        self.store = TapStore(network, self.prefix)
        calibrate(network, self.prefix, self._sample())

    def run(self, until: int | None = None) -> Iterator[dict[str, float]]:
        """Train to the schedule's end (or to step `until`), yielding one record per step."""
        while self.step < (until or self.schedule.steps):
            yield self._train_step()

    def _batch(self, step: int) -> Batch:
        return collate(self.recipe.draw(self.seed, step, self.stories), self.tokenizer)

    def _sample(self) -> Window:
        """Some text: windows of stories, or facts if there are none."""
        if not self.stories:
            return self._batch(-1).windows[0]
        return make_window([s.windows[0].text for s in self.stories[:4]], self.tokenizer)

    def _train_step(self) -> dict[str, float]:
        started = time.perf_counter()
        batch = self._batch(self.step)
        passes = self.recipe.passes(self.seed, self.step)
        rate = self.schedule.rate_at(self.step)
        for group, factor in zip(
            self.optimizer.param_groups, (1.0, self.schedule.gate_factor), strict=True
        ):
            group["lr"] = rate * factor
        memory = read_and_sleep(self.network, self.prefix, batch, passes, self.store)
        slept = time.perf_counter()
        loss, logits = answer_loss(self.network, self.prefix, batch, memory)
        count = int((batch.labels != IGNORE).sum())
        self.optimizer.zero_grad()
        (loss / count).backward()  # type: ignore[no-untyped-call]
        parameters = trained_parameters(self.network).values()
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.schedule.clip)
        self.optimizer.step()
        self.step += 1
        return {
            "step": self.step,
            "loss": loss.item() / count,
            "accuracy": accuracy(logits, batch),
            "gradient": norm.item(),
            "passes": passes,
            "windows": len(batch.windows),
            "context_tokens": batch.context_tokens,
            "question_tokens": batch.questions.numel(),
            "sleep_seconds": slept - started,
            "seconds": time.perf_counter() - started,
        }

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Answer NLL per token of every held-out batch: own memory, another document's, and none;
        and token accuracy with its own."""
        figures = {}
        for name, batch in self.held_out.items():
            memory = read_and_sleep(self.network, self.prefix, batch, 1, self.store)
            swapped = tuple(s.roll(1, 0) for s in memory)
            count = int((batch.labels != IGNORE).sum())
            for arm, state in (("own", memory), ("swapped", swapped), ("empty", None)):
                loss, logits = answer_loss(self.network, self.prefix, batch, state)
                figures[f"{name}_{arm}"] = loss.item() / count
                if arm == "own":
                    figures[f"{name}_accuracy"] = accuracy(logits, batch)
        return figures

    def save(self) -> None:
        """Write the heads, and what else a bit-identical continuation needs."""
        save_heads(self.network, self.folder / "heads.safetensors", step=str(self.step))
        state = {"step": torch.tensor(self.step)}
        for name, parameter in trained_parameters(self.network).items():
            for key, value in self.optimizer.state[parameter].items():
                state[f"{name}/{key}"] = value
        temporary = self.folder / "optimizer.tmp"
        save_file(state, temporary)
        temporary.replace(self.folder / "optimizer.safetensors")

    def resume(self) -> None:
        """Go on from what `save` wrote."""
        load_heads(self.network, self.folder / "heads.safetensors")
        state: dict[str, Tensor] = load_file(self.folder / "optimizer.safetensors")
        self.step = int(state.pop("step"))
        parameters = trained_parameters(self.network)
        for name, value in state.items():
            parameter, key = name.rsplit("/", 1)
            self.optimizer.state[parameters[parameter]][key] = value

    def log(self, record: dict[str, float]) -> None:
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def describe(self) -> dict[str, object]:
        """Everything that decides the result, for the run's folder."""
        return {
            "seed": self.seed,
            "schedule": asdict(self.schedule),
            "recipe": asdict(self.recipe),
            "stories": len(self.stories),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
        }


def accuracy(logits: Tensor, batch: Batch) -> float:
    """Share of answer tokens whose best guess is right."""
    labels = batch.labels[batch.labels != IGNORE]
    return (logits.argmax(-1) == labels).float().mean().item()


def held_out_batches(tokenizer: Tokenizer, stories: Sequence[fairytale.Story]) -> dict[str, Batch]:
    """A fixed small evaluation set: facts about unseen names; and of unseen stories, if given,
    single sections and whole stories of three windows."""
    rng = random.Random("held out")
    known = [
        facts.make_example(rng, facts=4, windows=1, questions=2, split="test") for _ in range(16)
    ]
    lessons = {"facts": Lesson(known)}
    if stories:
        told = [
            fairytale.make_example(rng, stories, sections=1, windows=1, questions=2)
            for _ in range(8)
        ]
        whole = [s for s in stories if len(s.windows) == 3][:4]
        lessons["sections"] = Lesson(told)
        lessons["stories"] = Lesson(
            [
                Example(
                    tuple(w.text for w in story.windows),
                    tuple(rng.sample([q for _, q in story.questions], 6)),
                )
                for story in whole
            ],
            kept=True,
        )
    return {name: collate(lesson, tokenizer) for name, lesson in lessons.items()}

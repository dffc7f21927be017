"""The training loop: seeded, logged, resumable bit for bit."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from sleepdoc_kernels import result_file
from sleepdoc_model.checkpoint import (
    load_heads,
    reading_parameters,
    save_heads,
    trained_parameters,
)
from sleepdoc_model.network import Network
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import of_others
from sleepdoc_model.tasks import facts, fairytale
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.batches import Batches
from sleepdoc_model.training.data import IGNORE, Batch, Lesson, collate
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.objective import (
    MemoryStore,
    TapStore,
    answer_loss,
    calibrate,
    read_and_sleep,
)
from sleepdoc_model.training.optimizer_state import load_optimizer_state, optimizer_state

_KEPT = 8 << 30
"""Bytes of windows seen before, of all processes."""
_GATES = {"gate", "beta", "fade", "decay", "q_bias", "k_bias", "log_fill", "log_ridge"}
"""Parts of the names of what is one of few numbers: gates, biases, and what is learnt of sums."""


@dataclass(frozen=True)
class Schedule:
    """Warm-up, then constant, then down to a tenth over the last third."""

    steps: int
    rate: float = 2e-3
    gate_factor: float = 5.0
    """Gates, betas and biases learn this much faster: at the common rate they hardly move."""
    relevance_factor: float = 20.0
    """So does relevance: it begins open, where a sigmoid is flat."""
    subject_factor: float = 0.1
    """What tokens are about is in the keys of all layers, and all have to follow when it moves."""
    warm_up: int = 10
    weight_decay: float = 0.01
    clip: float = 1.0

    def rate_at(self, step: int) -> float:
        left = (self.steps - step) / (self.steps / 3)
        return self.rate * min(1.0, (step + 1) / self.warm_up, 0.1 + 0.9 * left)

    def set_rates(self, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Set the rates of an optimiser made by `optimizer_for`."""
        rate = self.rate_at(step)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]


def optimizer_for(
    named: Mapping[str, torch.nn.Parameter], schedule: Schedule
) -> torch.optim.Optimizer:
    """AdamW over the parameters of fast-weight heads: most, gates and biases, relevance, and the
    subject that all layers share, each with a factor of its own on the rate."""
    groups: dict[str, list[torch.nn.Parameter]] = defaultdict(list)
    for name, parameter in named.items():
        groups[_group_of(name)].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": groups["rest"], "factor": 1.0, "weight_decay": schedule.weight_decay},
            {"params": groups["gates"], "factor": schedule.gate_factor},
            # The smallest gradients of relevance would be steps of rounding noise.
            {"params": groups["relevance"], "factor": schedule.relevance_factor, "eps": 1e-6},
            {"params": groups["subject"], "factor": schedule.subject_factor},
        ],
        betas=(0.9, 0.98),
        weight_decay=0.0,
    )


def _group_of(name: str) -> str:
    """The group of a parameter by the parts of its name."""
    first, *parts = name.split(".")
    if first in ("relevance", "subject"):
        return first
    return "rest" if _GATES.isdisjoint((first, *parts)) else "gates"


class Trainer:
    """Holds a network, its optimiser and where training stands; writes into `folder`.

    With `only_reading`, what is written stays as it is: a step is several times faster, as nothing
    has to be read twice. In a group every process makes the same trainer; only the first one's
    writes anything.
    """

    def __init__(
        self,
        network: Network,
        batches: Batches,
        folder: Path,
        *,
        schedule: Schedule,
        group: Group | None = None,
        only_reading: bool = False,
    ) -> None:
        self.network, self.batches, self.folder = network, batches, folder
        self.schedule, self.group, self.step = schedule, group or Group(), 0
        self.device = str(network.embedding.weight.device)
        self.prefix = cached_prefix(network, batches.prefix)
        self.trained = (reading_parameters if only_reading else trained_parameters)(network)
        for name, parameter in trained_parameters(network).items():
            parameter.requires_grad_(name in self.trained)
        self.optimizer = optimizer_for(self.trained, schedule)
        self.store = TapStore(network, self.prefix, limit=_KEPT // self.group.size)
        self.memories = MemoryStore(network, self.prefix) if only_reading else None
        calibrate(network, self.prefix, batches.sample().to(self.device))

    def run(self, until: int | None = None) -> Iterator[dict[str, float]]:
        """Train to the schedule's end (or to step `until`), yielding one record per step."""
        while self.step < (until or self.schedule.steps):
            yield self._train_step()

    def _train_step(self) -> dict[str, float]:
        started = time.perf_counter()
        passes = self.batches.passes(self.step)
        self.schedule.set_rates(self.optimizer, self.step)
        batch = self.batches.batch(self.step)
        windows, context = len(batch.windows), batch.context_tokens
        batch = batch.share(self.group.rank, self.group.size) if self.group.size > 1 else batch
        count = int((batch.labels != IGNORE).sum())
        total, *_ = self.group.sum(count)
        self.optimizer.zero_grad()
        loss, right, sleep_seconds = 0.0, 0.0, 0.0
        if count:  # with more processes than documents some have nothing to do
            batch = batch.to(self.device)
            if self.memories:
                memory = self.memories(batch, passes)
            else:
                memory = read_and_sleep(self.network, self.prefix, batch, passes, self.store)
            sleep_seconds = time.perf_counter() - started
            found, logits = answer_loss(self.network, self.prefix, batch, memory)
            (found / total).backward()  # type: ignore[no-untyped-call]
            loss, right = found.item(), accuracy(logits, batch) * count
        parameters = self.trained.values()
        self.group.sum_gradients(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.schedule.clip)
        self.optimizer.step()
        self.step += 1
        loss, right, questions = self.group.sum(loss, right, batch.questions.numel())
        return {
            "step": self.step,
            "loss": loss / total,
            "accuracy": right / total,
            "gradient": norm.item(),
            "passes": passes,
            "windows": windows,
            "context_tokens": context,
            "question_tokens": questions,
            "sleep_seconds": sleep_seconds,
            "seconds": time.perf_counter() - started,
        }

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """Answer NLL per token of every held-out batch: own memory, another document's, and none;
        and token accuracy with its own."""
        figures = {}
        for name, cpu_batch in self.batches.held_out.items():
            batch = cpu_batch.to(self.device)
            memory = read_and_sleep(self.network, self.prefix, batch, 1, self.store)
            swapped = of_others(memory)
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
        state = {
            "step": torch.tensor(self.step),
            **optimizer_state(self.optimizer, self.trained),
        }
        write_tensors(self.folder / "optimizer.safetensors", state)

    def resume(self) -> None:
        """Go on from what `save` wrote."""
        load_heads(self.network, self.folder / "heads.safetensors")
        state: dict[str, Tensor] = load_file(self.folder / "optimizer.safetensors")
        self.step = int(state.pop("step"))
        load_optimizer_state(self.optimizer, self.trained, state)

    def log(self, record: Mapping[str, float]) -> None:
        result_file.append(self.folder / "log.jsonl", [record])

    def describe(self) -> dict[str, object]:
        """Everything that decides the result, for the run's folder."""
        return {
            **self.batches.describe(),
            "schedule": asdict(self.schedule),
            "torch": torch.__version__,
            "device": self.device,
            "precision": torch.get_float32_matmul_precision(),
            "only_reading": self.memories is not None,
            "processes": self.group.size,
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

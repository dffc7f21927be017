"""The reader's training loop: seeded, logged, resumable."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import torch
from safetensors.torch import load_file
from torch import Tensor

from sleepdoc_kernels import result_file
from sleepdoc_model.network import Network
from sleepdoc_model.reader import attach, restore, save_reader
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.optimizer_state import load_optimizer_state, optimizer_state
from sleepdoc_model.training.probe import HINTS, Probe, middle
from sleepdoc_model.training.reader.conversation import NOTHING, Conversation
from sleepdoc_model.training.reader.lessons import Lessons
from sleepdoc_model.training.reader.objective import hidden, writing_loss
from sleepdoc_model.training.reader.packed import Packed


@dataclass(frozen=True)
class Schedule:
    """Warm-up, then constant; at the end linearly down over `decay` steps, if any."""

    rate: float = 1e-3
    warm_up: int = 20
    steps: int = 0
    """Where it ends; 0: it goes on, and its average is what is used."""
    decay: int = 0
    tokens: int = 2400
    """Tokens of a batch, at least."""
    batches: int = 1
    """Batches whose gradients are averaged for a step."""
    clip: float = 1.0
    average: float = 0.99
    """Decay per step of the average over steps that is saved."""

    def rate_at(self, step: int) -> float:
        rate = self.rate * min(1.0, (step + 1) / self.warm_up)
        if self.decay and step > self.steps - self.decay:
            rate *= max(0.02, (self.steps - step) / self.decay)
        return rate


class ReaderTrainer:
    """Holds network, corrections, their averages and the optimiser."""

    def __init__(
        self,
        network: Network,
        lessons: Lessons,
        folder: Path,
        *,
        rank: int,
        schedule: Schedule,
        seed: int = 0,
        group: Group | None = None,
    ) -> None:
        self.network, self.lessons, self.folder = network, lessons, folder
        self.schedule, self.seed, self.group = schedule, seed, group or Group()
        self.step = self.drawn = 0
        torch.manual_seed(seed)
        self.corrections = attach(network, rank)
        self.trained: dict[str, torch.nn.Parameter] = {}
        for name, each in self.corrections.items():
            self.trained[f"{name}.down"], self.trained[f"{name}.up"] = each.down, each.up
        self.probe = Probe(network.config.dim)
        self.trained["probe"] = self.probe.weight
        self.average = {n: p.detach().clone() for n, p in self.trained.items()}
        self.optimizer = torch.optim.AdamW(
            self.trained.values(), lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )

    def run(self, until: float, stopped: Event | None = None) -> Iterator[dict[str, float]]:
        """Train to the schedule's end, to `until` on the monotonic clock, or till `stopped`,
        yielding one record per step."""
        while not (self.schedule.steps and self.step >= self.schedule.steps):
            yield self._train_step()
            ends = time.monotonic() > until or (stopped is not None and stopped.is_set())
            if sum(self.group.sum(ends)):
                return

    def _train_step(self) -> dict[str, float]:
        started = time.perf_counter()
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule.rate_at(self.step)
        self.optimizer.zero_grad()
        seen: Counter[str] = Counter()
        for _ in range(self.schedule.batches):
            seen.update(self._gradients())
        self.group.sum_gradients(self.trained.values())
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), self.schedule.clip)
        self.optimizer.step()
        self.step += 1
        keep = min(self.schedule.average, self.step / (self.step + 10))
        with torch.no_grad():
            for name, parameter in self.trained.items():
                self.average[name].lerp_(parameter, 1 - keep)
        tokens, answer_tokens = self.group.sum(seen.pop("tokens"), seen.pop("answer_tokens"))
        return {
            "step": self.step,
            "conversations": self.drawn,
            **{name: round(total / self.schedule.batches, 4) for name, total in seen.items()},
            "gradient": round(norm.item(), 3),
            "tokens": int(tokens),
            "answer_tokens": int(answer_tokens),
            "seconds": round(time.perf_counter() - started, 2),
        }

    def _gradients(self) -> dict[str, float]:
        """Add those of this process's share of a batch; its losses and counts of tokens."""
        packed = Packed(self.lessons.tokenizer.frame.prefix, self._share(self._draw()))
        with middle(self.network) as known:
            h = hidden(self.network, packed)
        loss, figures = writing_loss(self.network, self.corrections.values(), packed, h)
        hints, told = self._hints(packed, known[0][0, packed.prefix :])
        loss, figures = loss + HINTS * hints / packed.weight.sum(), figures | told
        parts = self.group.size * self.schedule.batches
        (loss / parts).backward()  # type: ignore[no-untyped-call]
        answer_tokens = int((packed.weight > 0).sum())
        return {**figures, "tokens": packed.ids.shape[1], "answer_tokens": answer_tokens}

    def _hints(self, packed: Packed, h: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss of what stands between questions and their answers, and the share that is known.

        Args:
            h: Hidden states from the middle of the network, [T, dim].
        """
        given = packed.hint != NOTHING
        words = self.network.embedding.weight
        loss, right = self.probe.loss(h[given], packed.hint[given], words, packed.ids)
        return loss, {"known": right / int(given.sum())} if given.any() else {}

    def _draw(self) -> list[Conversation]:
        drawn: list[Conversation] = []
        while sum(len(c.ids) for c in drawn) < self.schedule.tokens:
            drawn.append(self.lessons.draw(self.seed, self.drawn))
            self.drawn += 1
        return drawn

    def _share(self, drawn: list[Conversation]) -> list[Conversation]:
        """What this process takes: longest first, each goes to whoever has least."""
        shares: list[list[Conversation]] = [[] for _ in range(self.group.size)]
        lengths = [0] * self.group.size
        for each in sorted(drawn, key=lambda c: -len(c.ids)):
            least = lengths.index(min(lengths))
            shares[least].append(each)
            lengths[least] += len(each.ids)
        return shares[self.group.rank]

    def save(self) -> None:
        """Write the averaged reader, and what a continuation needs."""
        averaged = self.average
        pairs = {n: (averaged[f"{n}.down"], averaged[f"{n}.up"]) for n in self.corrections}
        save_reader(self.folder / "reader.safetensors", pairs, step=str(self.step))
        state = {"step": torch.tensor(self.step), "drawn": torch.tensor(self.drawn)}
        state |= optimizer_state(self.optimizer, self.trained)
        for name, parameter in self.trained.items():
            state[f"{name}/value"], state[f"{name}/average"] = parameter.detach(), averaged[name]
        write_tensors(self.folder / "state.safetensors", state)

    def resume(self) -> None:
        """Go on from what `save` wrote."""
        state: dict[str, Tensor] = load_file(self.folder / "state.safetensors")
        self.step, self.drawn = int(state.pop("step")), int(state.pop("drawn"))
        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(state.pop(f"{name}/value"))
                self.average[name].copy_(state.pop(f"{name}/average"))
        load_optimizer_state(self.optimizer, self.trained, state)

    def begin(self, reader: Path) -> None:
        """Start from a reader that was saved before, in place of none."""
        restore(self.corrections, reader)
        for name, parameter in self.trained.items():
            self.average[name].copy_(parameter.detach())

    def log(self, record: Mapping[str, float]) -> None:
        result_file.append(self.folder / "log.jsonl", [record])

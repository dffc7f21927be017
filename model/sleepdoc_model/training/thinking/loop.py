"""Read, sleep in passes that see each other, evict, ask; gradients through all of it."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from sleepdoc_kernels import result_file
from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import load_heads, read_config, save_heads, trained_parameters
from sleepdoc_model.device import training_dtype
from sleepdoc_model.network import Network
from sleepdoc_model.network.looped import consolidated
from sleepdoc_model.reader import Corrected, attach, restore, save_reader
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import KVCache, Memory
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.training.data import IGNORE, Batch
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.loop import Schedule, accuracy, optimizer_for
from sleepdoc_model.training.objective import answer_loss
from sleepdoc_model.training.optimizer_state import load_optimizer_state, optimizer_state
from sleepdoc_model.training.probe import HINTS, Probe, middle
from sleepdoc_model.training.thinking.hinted import Hinted, Lessons

RANK = 16
LOOP = (8, 30)
"""The layers that run N times: from the lowest memory to the last, for only there stands in the
states of the default model what one step finds (`evaluation.lens`), and a pass is to see what the
one before has found."""


class Thinker:
    """A network with a reader's corrections beside its base, all to be trained."""

    def __init__(self, network: Network, loop: tuple[int, int]) -> None:
        """Attach corrections to a network that has none; `loop` as in `network.looped`."""
        self.network, self.loop = network, loop
        named = trained_parameters(network)
        self.corrections: dict[str, Corrected] = attach(network, RANK)
        self.trained: dict[str, nn.Parameter] = dict(named)
        for name, each in self.corrections.items():
            # No gate of the fast weights, whatever it corrects: those learn faster.
            self.trained[f"{name}/down"], self.trained[f"{name}/up"] = each.down, each.up
        self.awake, self.asleep = Probe(network.config.dim), Probe(network.config.dim)
        self.trained |= {"probe/awake": self.awake.weight, "probe/asleep": self.asleep.weight}

    @classmethod
    def load(cls, heads: Path, reader: Path, loop: tuple[int, int]) -> "Thinker":
        """The default model's, in the precision that trains fastest here."""
        network = Network(read_config(heads))
        load_base(network, base_path(), training_dtype())
        load_heads(network, heads)
        thinker = cls(network, loop)
        restore(thinker.corrections, reader)
        return thinker

    def remembered(
        self, batch: Batch, cache: KVCache, passes: int, found: list[Tensor] | None = None
    ) -> Memory:
        """The memory of every document after all its windows.

        Args:
            found: Receives of every window what its last pass has found, [B, T, dim].
        """
        memory: Memory | None = None
        for window in batch.windows:
            out: list[Tensor] = []
            memory = consolidated(
                self.network,
                window.ids,
                memory,
                passes=passes,
                loop=self.loop,
                prefix=cache,
                active=window.active,
                found=out,
            )
            if found is not None:
                found.append(out[-1])
        assert memory is not None
        return memory

    def save(self, folder: Path, **notes: str) -> None:
        """Write both files."""
        save_heads(self.network, folder / "heads.safetensors", **notes)
        pairs = {name: (each.down, each.up) for name, each in self.corrections.items()}
        save_reader(folder / "reader.safetensors", pairs, **notes)


class ThinkingTrainer:
    """Trains a thinker on what lessons ask; writes into a folder, and goes on from it."""

    def __init__(
        self,
        thinker: Thinker,
        lessons: Lessons,
        folder: Path,
        *,
        passes: Sequence[int],
        schedule: Schedule,
        seconds: float,
    ) -> None:
        """
        Args:
            passes: Of a sleep, drawn from by step.
            seconds: After so many of training it ends, if not at the schedule's last step before;
                the rate falls by whichever comes first.
        """
        self.thinker, self.lessons, self.folder = thinker, lessons, folder
        self.passes, self.schedule, self.seconds = passes, schedule, seconds
        self.step, self.spent, self.group = 0, 0.0, Group()
        self.optimizer = optimizer_for(thinker.trained, replace(schedule, weight_decay=0.0))
        for parameter in thinker.trained.values():
            parameter.requires_grad_(True)

    def run(self) -> Iterator[dict[str, float]]:
        """One record a step."""
        while self.step < self.schedule.steps and self.spent < self.seconds:
            yield self._train_step()

    def _train_step(self) -> dict[str, float]:
        started = time.perf_counter()
        done = max(self.step / self.schedule.steps, self.spent / self.seconds)
        self.schedule.set_rates(self.optimizer, round(done * self.schedule.steps))
        passes = random.Random(self.step).choice(self.passes)
        lesson = self.lessons.draw(self.step)
        self.optimizer.zero_grad()
        loss, figures = self._loss(lesson, passes)
        loss.backward()  # type: ignore[no-untyped-call]
        trained = self.thinker.trained.values()
        norm = torch.nn.utils.clip_grad_norm_(trained, self.schedule.clip)
        self.optimizer.step()
        self.step += 1
        self.spent += time.perf_counter() - started
        return {
            "step": self.step,
            "passes": passes,
            **{name: round(value, 4) for name, value in figures.items()},
            "gradient": round(norm.item(), 3),
            "spent": round(self.spent, 1),
        }

    def _loss(self, lesson: Hinted, passes: int) -> tuple[Tensor, dict[str, float]]:
        """Per token of answers, and per hint."""
        network, batch = self.thinker.network, lesson.batch
        cache = cached_prefix(network, self.lessons.prefix)
        found: list[Tensor] = []
        memory = self.thinker.remembered(batch, cache, passes, found)
        with middle(network) as known:
            total, logits = answer_loss(network, cache, batch, memory)
        count = int((batch.labels != IGNORE).sum())
        loss = total / count
        figures = {"answer": loss.item(), "accuracy": accuracy(logits, batch)}
        ids = torch.cat([window.ids.flatten() for window in batch.windows])
        asleep = torch.cat([t.flatten() for t in lesson.asleep])
        for name, probe, h, target in (
            ("awake", self.thinker.awake, known[0].flatten(0, 1), lesson.awake.flatten()),
            ("asleep", self.thinker.asleep, torch.cat([f.flatten(0, 1) for f in found]), asleep),
        ):
            hints = target != IGNORE
            if hints.any():
                weight = network.embedding.weight
                hinted, right = probe.loss(h[hints], target[hints], weight, ids)
                loss = loss + HINTS * hinted / hints.sum()
                figures[name] = right / int(hints.sum())
        return loss, figures

    def save(self) -> None:
        self.thinker.save(self.folder, step=str(self.step))
        state = {"step": torch.tensor(self.step), "spent": torch.tensor(self.spent)}
        state |= {f"{n}/value": p.detach() for n, p in self.thinker.trained.items()}
        state |= optimizer_state(self.optimizer, self.thinker.trained)
        write_tensors(self.folder / "state.safetensors", state)

    def resume(self) -> None:
        """Go on from what `save` wrote."""
        state: dict[str, Tensor] = load_file(self.folder / "state.safetensors")
        self.step, self.spent = int(state.pop("step")), state.pop("spent").item()
        with torch.no_grad():
            for name, parameter in self.thinker.trained.items():
                parameter.copy_(state.pop(f"{name}/value"))
        load_optimizer_state(self.optimizer, self.thinker.trained, state)

    def log(self, record: Mapping[str, float]) -> None:
        result_file.append(self.folder / "log.jsonl", [record])

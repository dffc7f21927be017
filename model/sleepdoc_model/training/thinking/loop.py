"""Read, sleep in passes that see each other, evict, ask; gradients through all of it."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from sleepdoc_kernels import result_file
from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import load_heads, read_config, save_heads, trained_parameters
from sleepdoc_model.device import training_dtype
from sleepdoc_model.network import Network
from sleepdoc_model.network.looped import Feedback, consolidated, passes_over
from sleepdoc_model.reader import Corrected, attach, restore, save_reader
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import KVCache, Memory
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.training.data import IGNORE, Batch
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.loop import Schedule, accuracy, optimizer_for
from sleepdoc_model.training.objective import answer_loss
from sleepdoc_model.training.optimizer_state import load_optimizer_state, optimizer_state
from sleepdoc_model.training.probe import HINTS
from sleepdoc_model.training.thinking.hinted import Hinted, Lessons

RANK = 16


class Thinker:
    """A network with a reader's corrections beside its base, and what passes tell each other, all
    to be trained."""

    def __init__(self, network: Network) -> None:
        """Attach corrections to a network that has none."""
        self.network = network
        named = trained_parameters(network)
        self.corrections: dict[str, Corrected] = attach(network, RANK)
        self.trained: dict[str, nn.Parameter] = dict(named)
        for name, each in self.corrections.items():
            # No gate of the fast weights, whatever it corrects: those learn faster.
            self.trained[f"{name}/down"], self.trained[f"{name}/up"] = each.down, each.up
        self.feedback = Feedback(network.config.dim)
        self.trained["feedback"] = self.feedback.weight

    @classmethod
    def load(cls, folder: Path) -> "Thinker":
        """The default model with what is in `folder`, in the precision that trains fastest here.

        Args:
            folder: What `save` wrote, or what is shipped; there passes tell each other nothing.
        """
        network = Network(read_config(folder / "heads.safetensors"))
        load_base(network, base_path(), training_dtype())
        thinker = cls(network)
        thinker.begin(folder)
        return thinker

    def begin(self, folder: Path) -> None:
        """Take over what `load` reads."""
        load_heads(self.network, folder / "heads.safetensors")
        restore(self.corrections, folder / "reader.safetensors")
        between = folder / "between.safetensors"
        if between.exists():
            self.feedback.load_state_dict(load_file(between))

    def remembered(
        self, batch: Batch, cache: KVCache, passes: int, found: list[Tensor] | None = None
    ) -> Memory:
        """The memory of every document after all its windows.

        Args:
            found: Receives of every window what its last pass has found, [B, T, dim].
        """
        memory: Memory | None = None
        for window in batch.windows:
            memory, out = consolidated(
                self.network,
                window.ids,
                memory,
                self.feedback,
                passes=passes,
                prefix=cache,
                active=window.active,
            )
            if found is not None:
                found.append(out)
        assert memory is not None
        return memory

    def save(self, folder: Path, **notes: str) -> None:
        """Write all files."""
        save_heads(self.network, folder / "heads.safetensors", **notes)
        pairs = {name: (each.down, each.up) for name, each in self.corrections.items()}
        save_reader(folder / "reader.safetensors", pairs, **notes)
        write_tensors(folder / "between.safetensors", self.feedback.state_dict(), notes)


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
        asleep: bool = False,
    ) -> None:
        """
        Args:
            passes: Of a sleep, drawn from by step.
            seconds: After so many of training it ends, if not at the schedule's last step before;
                the rate falls by whichever comes first.
            asleep: Only what passes find is trained, not yet what is written and read of it.
        """
        self.thinker, self.lessons, self.folder = thinker, lessons, folder
        self.passes, self.schedule, self.seconds = passes, schedule, seconds
        self.asleep = asleep
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
        """Per hint and, where more is trained than what is found asleep, per token of answers."""
        network, batch = self.thinker.network, lesson.batch
        cache = cached_prefix(network, self.lessons.prefix)
        if self.asleep:
            return self._hinted(lesson, self._found(batch, cache, passes))
        found: list[Tensor] = []
        memory = self.thinker.remembered(batch, cache, passes, found)
        total, logits = answer_loss(network, cache, batch, memory)
        loss = total / int((batch.labels != IGNORE).sum())
        figures = {"answer": loss.item(), "accuracy": accuracy(logits, batch)}
        hinted, told = self._hinted(lesson, found)
        return loss + HINTS * hinted, figures | told

    def _found(self, batch: Batch, cache: KVCache, passes: int) -> list[Tensor]:
        """What the last pass finds in every window, with no memory of those before; it is this pass
        that learns."""
        found = []
        for window in batch.windows:
            (*_, out), _ = passes_over(
                self.thinker.network,
                window.ids,
                None,
                self.thinker.feedback,
                passes=passes,
                prefix=cache,
                active=window.active,
                learning=1,
            )
            found.append(out)
        return found

    def _hinted(self, lesson: Hinted, found: Sequence[Tensor]) -> tuple[Tensor, dict[str, float]]:
        """Loss of what follows from sentences, said at their ends as an answer would be, and the
        share of it that is known, among all tokens of the texts."""
        target = torch.cat([t.flatten() for t in lesson.asleep])
        hints = target != IGNORE
        if not hints.any():
            return torch.zeros(()), {}
        ids = torch.cat([window.ids.flatten() for window in lesson.batch.windows])
        among, target = torch.unique(torch.cat((ids, target[hints]))), target[hints]
        h = torch.cat([f.flatten(0, 1) for f in found])[hints]
        scores = self.thinker.network.logits(h)[:, among]
        place = torch.searchsorted(among, target)
        right = (scores.argmax(-1) == place).float().mean().item()
        return F.cross_entropy(scores, place), {"known": right}

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

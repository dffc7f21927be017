"""Read, sleep in passes that see each other, evict, ask; gradients through all of it."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from sleepdoc_kernels import result_file
from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import load_heads, read_config, save_heads, trained_parameters
from sleepdoc_model.device import place
from sleepdoc_model.network import Network
from sleepdoc_model.network.looped import consolidated
from sleepdoc_model.reader import Corrected, attach, restore, save_reader
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import KVCache, Memory
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.training.batches import Batches
from sleepdoc_model.training.data import IGNORE, Batch
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.loop import Schedule, accuracy, optimizer_for
from sleepdoc_model.training.objective import answer_loss
from sleepdoc_model.training.optimizer_state import load_optimizer_state, optimizer_state

RANK = 16


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

    @classmethod
    def load(cls, heads: Path, reader: Path, loop: tuple[int, int]) -> "Thinker":
        """The default model's, in the precision that is fast here."""
        network = Network(read_config(heads))
        load_base(network, base_path(), place("cpu").dtype)
        load_heads(network, heads)
        thinker = cls(network, loop)
        restore(thinker.corrections, reader)
        return thinker

    def remembered(self, batch: Batch, cache: KVCache, passes: int) -> Memory:
        """The memory of every document after all its windows."""
        memory: Memory | None = None
        for window in batch.windows:
            memory = consolidated(
                self.network,
                window.ids,
                memory,
                passes=passes,
                loop=self.loop,
                prefix=cache,
                active=window.active,
            )
        assert memory is not None
        return memory

    def save(self, folder: Path, **notes: str) -> None:
        """Write both files."""
        save_heads(self.network, folder / "heads.safetensors", **notes)
        pairs = {name: (each.down, each.up) for name, each in self.corrections.items()}
        save_reader(folder / "reader.safetensors", pairs, **notes)


class ThinkingTrainer:
    """Trains a thinker on what batches ask; writes into a folder, and goes on from it."""

    def __init__(
        self,
        thinker: Thinker,
        batches: Batches,
        folder: Path,
        *,
        schedule: Schedule,
        seconds: float,
        group: Group | None = None,
    ) -> None:
        """
        Args:
            seconds: After so many of training it ends, if not at the schedule's last step before;
                the rate falls by whichever comes first.
        """
        self.thinker, self.batches, self.folder = thinker, batches, folder
        self.schedule, self.seconds, self.group = schedule, seconds, group or Group()
        self.step, self.spent = 0, 0.0
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
        passes = self.batches.passes(self.step)
        batch = self.batches.batch(self.step)
        batch = batch.share(self.group.rank, self.group.size) if self.group.size > 1 else batch
        count = int((batch.labels != IGNORE).sum())
        total, *_ = self.group.sum(count)
        self.optimizer.zero_grad()
        loss, right = 0.0, 0.0
        if count:
            network = self.thinker.network
            cache = cached_prefix(network, self.batches.prefix)
            memory = self.thinker.remembered(batch, cache, passes)
            found, logits = answer_loss(network, cache, batch, memory)
            (found / total).backward()  # type: ignore[no-untyped-call]
            loss, right = found.item(), accuracy(logits, batch) * count
        parameters = self.thinker.trained.values()
        self.group.sum_gradients(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.schedule.clip)
        self.optimizer.step()
        loss, right, seconds = self.group.sum(loss, right, time.perf_counter() - started)
        self.step += 1
        self.spent += seconds / self.group.size
        return {
            "step": self.step,
            "passes": passes,
            "loss": round(loss / total, 4),
            "accuracy": round(right / total, 4),
            "gradient": round(norm.item(), 3),
            "spent": round(self.spent, 1),
        }

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

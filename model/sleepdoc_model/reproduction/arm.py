"""One arm of an experiment: so many passes, or so deep a network; trained, tested, resumable."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from sleepdoc_kernels import result_file
from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.network import Network
from sleepdoc_model.reproduction.algorithm import answer_logits, answer_loss, exact
from sleepdoc_model.reproduction.experiments import Experiment
from sleepdoc_model.tasks.sequences import Sequences


@dataclass(frozen=True)
class Arm:
    """What an arm differs in from the others."""

    passes: int
    seed: int
    deeper: int = 1
    """How many times as deep its network is; such a network makes one pass."""

    @property
    def name(self) -> str:
        what = f"deeper{self.deeper}" if self.deeper > 1 else f"n{self.passes}"
        return f"{what}-seed{self.seed}"

    def layer_tokens(self, experiment: Experiment) -> int:
        """Tokens of a sequence times the layers each goes through: what a step costs."""
        drawn = experiment.task.draw(1, 0)
        runs = [
            asked.numel() * (1 if asked.any() else self.passes)
            for _, asked in drawn.windows(experiment.task.window)
        ]
        return sum(runs) * experiment.depth * self.deeper


def equal_cost(experiment: Experiment, arms: Sequence[Arm]) -> dict[Arm, int]:
    """The steps of every arm: the dearest makes the experiment's, the others cost as much."""
    costs = {arm: arm.layer_tokens(experiment) for arm in arms}
    dearest = max(costs.values())
    return {arm: experiment.steps * dearest // cost for arm, cost in costs.items()}


class Run:
    """Trains one arm in a folder of its own."""

    def __init__(self, experiment: Experiment, arm: Arm, steps: int, folder: Path, device: str):
        self.experiment, self.arm, self.steps, self.folder = experiment, arm, steps, folder
        self.device, self.step = device, 0
        self._trained, self._seconds = 0, 0.0  # tokens, in this process
        torch.manual_seed(arm.seed)  # the same first weights in all arms of a seed
        self.network = _network(experiment, arm).to(device)
        self.optimizers = _optimizers(self.network, experiment)
        self.test = _to(experiment.task.draw(experiment.test, 0, test=True), device)
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").exists():
            self._resume()

    def train(self, seconds: float, evaluate_every: int) -> Iterator[dict[str, object]]:
        """Train until the last step or for so long, yielding figures of the test set."""
        started = time.perf_counter()
        while self.step < self.steps:
            begun = time.perf_counter()
            self._train_step()
            if self.device == "cuda":
                torch.cuda.synchronize()  # or only the launches would be timed
            self._seconds += time.perf_counter() - begun
            self._trained += self.experiment.batch * self.test.tokens.shape[1]
            if self.step % evaluate_every == 0 or self.step in (self.experiment.steps, self.steps):
                yield self._log()
                self._save()
            if time.perf_counter() - started > seconds:
                self._save()
                return

    @property
    def tokens_per_second(self) -> float:
        """Of training in this process, a token counting once however many passes it makes."""
        return self._trained / self._seconds

    def _train_step(self) -> None:
        experiment = self.experiment
        # By step and seed alone: all arms of a seed see the same sequences in the same order.
        seed = 1 + self.step + 10_000_000 * self.arm.seed
        batch = _to(experiment.task.draw(experiment.batch, seed), self.device)
        # Constant from then on, so that arms can be compared at any step.
        share = min(1.0, (self.step + 1) / experiment.warm_up)
        for optimizer, rate in zip(
            self.optimizers, (experiment.muon_rate, experiment.adam_rate), strict=True
        ):
            optimizer.param_groups[0]["lr"] = rate * share
            optimizer.zero_grad()
        for rows in _blocks(experiment.batch, experiment.at_once or experiment.batch):
            part = _rows(batch, rows)
            weight = part.asked.sum() / batch.asked.sum()
            loss = answer_loss(answer_logits(self.network, part, self.arm.passes), part)
            (loss * weight).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1

    @torch.no_grad()
    def _log(self) -> dict[str, object]:
        at_once = self.experiment.at_once
        parts = [
            _rows(self.test, rows) for rows in _blocks(len(self.test.tokens), 4 * at_once or 512)
        ]
        logits = [answer_logits(self.network, part, self.arm.passes) for part in parts]
        right = torch.cat([exact(x, part) for x, part in zip(logits, parts, strict=True)])
        labels = self.test.tokens[self.test.asked]
        loss = F.cross_entropy(torch.cat(logits), labels, reduction="none")
        kinds = self.test.kind[self.test.asked]
        record: dict[str, object] = {
            "step": self.step,
            "tokens": self.step * self.experiment.batch * self.test.tokens.shape[1],
            "layer_tokens": self.step
            * self.experiment.batch
            * self.arm.layer_tokens(self.experiment),
            "exact": int(right.sum()),
            "of": len(right),
            "loss": loss.mean().item(),
            "loss_by_kind": {
                k: loss[kinds == k].mean().item() for k in sorted(set(kinds.tolist()))
            },
        }
        of = self.test.kinds()
        if of is not None and len(set(of.tolist())) > 1:
            shares = {k: right[of == k].float().mean().item() for k in sorted(set(of.tolist()))}
            record["exact_by_kind"] = shares
        result_file.append(self.folder / "log.jsonl", [record])
        return record

    def _save(self) -> None:
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        temporary = self.folder / "state.tmp"
        torch.save(state, temporary)
        temporary.replace(self.folder / "state.pt")

    def _resume(self) -> None:
        state = torch.load(self.folder / "state.pt", map_location=self.device, weights_only=True)
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)


def _network(experiment: Experiment, arm: Arm) -> Network:
    network = Network(experiment.network(arm.deeper))
    if experiment.pretrained:
        load_base(network, base_path(), torch.float32)
        network.requires_grad_(True)
        for block in network.layers():
            if block.memory is not None:
                for weight in block.memory.projections.o.parameters():
                    torch.nn.init.zeros_(weight)  # so that it begins as the base
    return network


def _optimizers(network: Network, experiment: Experiment) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for embeddings, gates and vectors."""
    matrices: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in network.named_parameters():
        gate = "beta" in name or "decay" in name
        inner = parameter.ndim == 2 and "embedding" not in name and not gate
        (matrices if inner else rest).append(parameter)
    return [
        torch.optim.Muon(matrices, lr=experiment.muon_rate, weight_decay=0.1),
        torch.optim.AdamW(rest, lr=experiment.adam_rate, weight_decay=0.0),
    ]


def _blocks(count: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, count, size)]


def _rows(sequences: Sequences, rows: slice) -> Sequences:
    return Sequences(sequences.tokens[rows], sequences.asked[rows], sequences.kind[rows])


def _to(sequences: Sequences, device: str) -> Sequences:
    return Sequences(
        sequences.tokens.to(device), sequences.asked.to(device), sequences.kind.to(device)
    )

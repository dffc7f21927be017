"""Weights that took work to make, kept in files that later processes map into memory.

A file's name says what it was made of, so it is never out of date; one that is missing or damaged
is made anew, and where none can be kept everything goes on without. Processes may make the same
file at once: each writes its own and the last one to rename it wins.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

FORMAT = "sleepdoc-weights-2"
"""Changes with what any maker makes of the same parts."""

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class WeightsCache:
    """A directory of such files."""

    directory: Path | None
    """None: nothing is kept."""

    def get(
        self, kind: str, parts: Iterable[str], make: Callable[[], Mapping[str, Tensor]]
    ) -> Weights:
        """Weights by name, mapped from their file if there is one, else made and kept.

        Args:
            kind: What they are; only the latest file of a kind stays.
            parts: Hashes of all that they are made of.
            make: Makes them; they are on the CPU.
        """
        if self.directory is None:
            return dict(make())
        digest = hashlib.sha256("\n".join((FORMAT, kind, *parts)).encode()).hexdigest()
        path = self.directory / f"{kind}-{digest[:32]}.safetensors"
        with suppress(OSError, ValueError, SafetensorError):
            return _mapped(path)
        made = {name: tensor.contiguous() for name, tensor in make().items()}
        try:
            self._keep(path, kind, made)
            return _mapped(path)  # its pages can be let go and are shared; those of `made` not
        except (OSError, ValueError, SafetensorError):
            return made

    def _keep(self, path: Path, kind: str, weights: Weights) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            save_file(weights, temporary, {"format": FORMAT, "sums": json.dumps(_sums(weights))})
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        for other in path.parent.glob(f"{kind}-*.safetensors"):
            if other != path:
                other.unlink(missing_ok=True)


def damaged(directory: Path) -> list[Path]:
    """Files of prepared weights in a directory that are not what was written; reads all of them."""
    found = []
    for path in sorted(directory.glob("*.safetensors")):
        try:
            _mapped(path)
        except (OSError, ValueError, SafetensorError):
            found.append(path)
    return found


def _mapped(path: Path) -> Weights:
    """The weights in a file; pages are read when they are needed.

    Raises:
        OSError, SafetensorError: there is no such file, or it is none of safetensors.
        ValueError: it is not what was written.
    """
    with safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    sums = json.loads(metadata.get("sums", "null"))
    if metadata.get("format") != FORMAT or sums != _sums(weights):
        raise ValueError(f"{path.name} is damaged")
    return weights


def _sums(weights: Weights) -> dict[str, list[object]]:
    """What every tensor is, and a sum of its bits. It finds what disks and full ones do, and costs
    a look at the memory; against people it is no help, and needs to be none: the program lies as
    open."""
    return {
        name: [str(tensor.dtype), list(tensor.shape), _sum(tensor)]
        for name, tensor in weights.items()
    }


def _sum(tensor: Tensor) -> int:
    raw = tensor.reshape(-1).view(torch.uint8)
    even = raw.numel() // 8 * 8
    words = int(raw[:even].view(torch.int64).sum()) if even else 0
    return words + int(raw[even:].sum())

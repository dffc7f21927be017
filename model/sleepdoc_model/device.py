"""Where the network runs and in which precision, with the reason as text."""

from dataclasses import dataclass

import torch

from sleepdoc_kernels.cpu import fast_bfloat16, fast_large_bfloat16


@dataclass(frozen=True)
class Placement:
    device: str
    dtype: torch.dtype
    reasons: tuple[str, ...]


def place(device: str | None) -> Placement:
    """The asked-for device, or the fastest there is, with the precision that is fast on it.

    Raises:
        ValueError: the device is not there.
    """
    if device not in (None, "cpu", "cuda", "mps"):
        raise ValueError(f"no such device {device!r}; use cpu, cuda or mps")
    if device in (None, "cuda") and torch.cuda.is_available():
        name = torch.cuda.get_device_name()
        return Placement("cuda", torch.bfloat16, (f"CUDA: {name}", "bfloat16: fast on this GPU"))
    if device == "cuda":
        raise ValueError("no CUDA device is available; use --device cpu")
    if device == "mps":
        if not torch.backends.mps.is_available():
            raise ValueError("no MPS device is available; use --device cpu")
        return Placement("mps", torch.float32, ("MPS was asked for", "float32: exact on MPS"))
    if fast_bfloat16():
        return Placement("cpu", torch.bfloat16, (_CPU, "bfloat16: this CPU multiplies it natively"))
    return Placement("cpu", torch.float32, (_CPU, "float32: this CPU has no bfloat16 arithmetic"))


def training_dtype() -> torch.dtype:
    """The precision in which a CPU multiplies thousands of tokens fastest, whatever the memory."""
    return torch.bfloat16 if fast_large_bfloat16() else torch.float32


_CPU = "CPU: no CUDA device, or the CPU was asked for"

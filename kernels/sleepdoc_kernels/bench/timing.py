"""Seconds per call: eager on any device, in a CUDA graph with a warm and with a cold cache."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from sleepdoc_kernels.bench.cases import Rates
from sleepdoc_kernels.graph import capture

Call = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Medians, in seconds."""

    eager: float
    """With launching it from Python."""
    warm: float | None = None
    """In a CUDA graph, with whatever the last call left in the cache."""
    cold: float | None = None
    """In a CUDA graph, after the cache was overwritten."""

    @property
    def best(self) -> float:
        return min(x for x in (self.eager, self.warm) if x is not None)


def measure(call: Call, device: str, *, seconds: float) -> Timing:
    """Time a call for about so long in each way the device has."""
    call()
    eager = _repeated(lambda: _wall(call, device), seconds)
    if device != "cuda":
        return Timing(eager)
    graph, _ = capture(call)
    overwrite = torch.empty(256 << 20, dtype=torch.int8, device=device)
    warm = _repeated(lambda: _on_stream(graph.replay, lambda: None), seconds)
    cold = _repeated(lambda: _on_stream(graph.replay, overwrite.zero_), seconds)
    return Timing(eager, warm, cold)


def measure_rates(device: str) -> Rates:
    """Copy bandwidth and product rate of a GPU."""
    source = torch.empty(1 << 30, dtype=torch.int8, device=device)
    target = torch.empty_like(source)
    copied = _repeated(lambda: _on_stream(lambda: target.copy_(source), lambda: None), 0.3)
    a = torch.randn(8192, 8192, dtype=torch.bfloat16, device=device)
    multiplied = _repeated(lambda: _on_stream(lambda: a @ a, lambda: None), 0.3)
    return Rates(2 * source.nbytes / copied, 2 * 8192**3 / multiplied)


def _repeated(once: Callable[[], float], seconds: float) -> float:
    once()
    times: list[float] = []
    while not times or (sum(times) < seconds and len(times) < 1000):
        times.append(once())
    return statistics.median(times)


def _wall(call: Call, device: str) -> float:
    started = time.perf_counter()
    call()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


def _on_stream(call: Call, before: Call) -> float:
    started, ended = (
        torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        for _ in range(2)
    )
    before()
    started.record()
    call()
    ended.record()
    torch.cuda.synchronize()
    return float(started.elapsed_time(ended)) / 1e3

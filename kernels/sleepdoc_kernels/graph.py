"""Capturing a call in a CUDA graph."""

from collections.abc import Callable
from typing import TypeVar

import torch

_T = TypeVar("_T")


def capture(call: Callable[[], _T]) -> tuple[torch.cuda.CUDAGraph, _T]:
    """Run a call three times, then capture it.

    The runs before compile every kernel and let libraries allocate, neither of which a capture
    allows.

    Returns:
        The graph, and what the call returned: every replay writes it anew.
    """
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = call()
    return graph, result

"""The scan in Triton, forwards and backwards, for NVIDIA GPUs, or interpreted on a CPU.

Importing this needs Triton. With TRITON_INTERPRET=1 set before that, the same kernels run on CPU
tensors, in float32 and float16 (the interpreter's bfloat16 arithmetic is wrong). Both directions
are custom operators, so that torch.compile sees one node where several kernels are launched.
"""

from typing import Any

import torch
from torch import Tensor

from sleepdoc_kernels.gated_delta_rule.triton_chunk import launch

__all__ = ["scan"]


def scan(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    *,
    segments: int = 0,
) -> tuple[Tensor | None, Tensor]:
    """The same map as `naive.scan`, for q, k and v of one dtype and the rest in float32.

    Operands of products have the dtype of k, sums are in float32. The sequence is cut into
    `segments` that are scanned at the same time; 0 leaves that to the size of the GPU.
    Differentiable once; what the gradient needs is computed again, not kept.
    """
    inputs = (x if x is None else x.contiguous() for x in (q, k, v, log_decay, beta, state))
    out, end = forward_operator(*inputs, segments)
    return None if q is None else out, end


@torch.library.custom_op("sleepdoc::gated_delta_rule", mutates_args=())
def forward_operator(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    segments: int,
) -> tuple[Tensor, Tensor]:
    """Operators have no optional results: what is not there is empty."""
    out, end = launch.forward(q, k, v, log_decay, beta, state, segments)
    return v.new_empty(0) if out is None else out, end


@forward_operator.register_fake
def _(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    segments: int,
) -> tuple[Tensor, Tensor]:
    return v.new_empty(0) if q is None else torch.empty_like(v), torch.empty_like(state)


@torch.library.custom_op("sleepdoc::gated_delta_rule_backward", mutates_args=())
def backward_operator(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    d_out: Tensor,
    d_end: Tensor,
    segments: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Gradients in the order of the inputs."""
    gradients = launch.backward(q, k, v, log_decay, beta, state, d_out, d_end, segments)
    d_q, d_k, d_v, d_log_decay, d_beta, d_state = (
        k.new_empty(0) if x is None else x for x in gradients
    )
    return d_q, d_k, d_v, d_log_decay, d_beta, d_state


@backward_operator.register_fake
def _(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    d_out: Tensor,
    d_end: Tensor,
    segments: int,
) -> tuple[Tensor, ...]:
    inputs = (q, k, v, log_decay, beta, state)
    return tuple(k.new_empty(0) if x is None else torch.empty_like(x) for x in inputs)


def _save(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    *tensors, ctx.segments = inputs
    ctx.save_for_backward(*tensors)


def _differentiate(ctx: Any, d_out: Tensor, d_end: Tensor) -> tuple[Tensor | None, ...]:
    inputs = ctx.saved_tensors
    gradients = backward_operator(*inputs, d_out.contiguous(), d_end.contiguous(), ctx.segments)
    return *(None if x is None else g for x, g in zip(inputs, gradients, strict=True)), None


forward_operator.register_autograd(_differentiate, setup_context=_save)

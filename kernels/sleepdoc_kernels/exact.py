"""float64 on every device: on those that have none (MPS) it is computed by the CPU.

What needs it is small beside everything else: sums of decays, and one factorisation per head.
"""

import torch
from torch import Tensor


def has_float64(device: torch.device) -> bool:
    """Whether tensors of a device can be float64."""
    return device.type != "mps"


def exact(x: Tensor) -> Tensor:
    """`x` in float64, on its own device or on the CPU; `back` undoes both."""
    return x.double() if has_float64(x.device) else x.cpu().double()


def back(x: Tensor, like: Tensor) -> Tensor:
    """`x`, an outcome in float64, in the dtype and on the device of `like`."""
    return x.to(like.dtype).to(like.device)

"""Compile every kernel as a call would, for GPUs that need not be there.

python compile_kernels.py CAPABILITY [DTYPE D_K D_V]     prints one JSON line per kernel
"""

import inspect
import json
import sys
import warnings

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.runtime.jit import JITFunction

from sleepdoc_kernels.gated_delta_rule import triton_step
from sleepdoc_kernels.gated_delta_rule.triton_chunk import launch
from sleepdoc_kernels.layer_entry import triton_kernel

POINTERS = {
    torch.float64: "*fp64",
    torch.float32: "*fp32",
    torch.float16: "*fp16",
    torch.bfloat16: "*bf16",
}
OPTIONS = ("num_warps", "num_stages")


def compile_instead_of_running(capability: int) -> None:
    """From now on a launch compiles its kernel and says what it would take."""
    seen = set()

    def run(self: JITFunction, *args: object, **kwargs: object) -> None:
        kwargs.pop("grid"), kwargs.pop("warmup")
        options = {name: kwargs.pop(name) for name in OPTIONS if name in kwargs}
        bound = inspect.signature(self.fn).bind(*args, **kwargs).arguments
        signature, constants, attributes = {}, {}, {}
        for place, parameter in enumerate(self.params):
            value = bound[parameter.name]
            if parameter.is_constexpr or value is None:
                signature[parameter.name] = "constexpr"
                constants[(place,)] = value
            elif isinstance(value, torch.Tensor):
                signature[parameter.name] = POINTERS[value.dtype]
                attributes[(place,)] = [["tt.divisibility", 16]]
            else:
                signature[parameter.name] = "fp32" if isinstance(value, float) else "i32"
        key = (self.fn.__name__, str(signature), str(constants))
        if key in seen:
            return
        seen.add(key)
        source = ASTSource(self, signature, constants, attributes)
        target = GPUTarget("cuda", capability, 32)
        compiled = triton.compile(source, target=target, options=options)
        row = {"kernel": self.fn.__name__, "shared": compiled.metadata.shared}
        print(json.dumps(row), flush=True)

    JITFunction.run = run


def main() -> None:
    capability, *rest = sys.argv[1:]
    dtype_name, key_dim, value_dim = rest or ("bfloat16", "64", "64")
    dtype = getattr(torch, dtype_name)
    compile_instead_of_running(int(capability))
    sizes = (1, 2048, 4)

    def on_meta(*size: int, dtype: torch.dtype = dtype) -> torch.Tensor:
        return torch.empty(*sizes, *size, dtype=dtype, device="meta")

    q, k, v = on_meta(int(key_dim)), on_meta(int(key_dim)), on_meta(int(value_dim))
    gates = on_meta(dtype=torch.float32)
    state = torch.empty(1, 4, int(value_dim), int(key_dim), device="meta")
    for query in (q, None):
        for segments in (1, 4):
            launch.forward(query, k, v, gates, gates, state, segments)
            launch.backward(query, k, v, gates, gates, state, v, state, segments)
    one = {"log_decay": gates, "beta": gates, "out": v, "after": state}
    triton_step.launch(state, q=q, k=k, v=v, **one)
    triton_kernel.launch(k, gates, gates, gates, gates, k, gates, gates)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()

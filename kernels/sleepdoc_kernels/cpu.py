"""What the CPU is good at."""

from functools import cache


@cache
def fast_bfloat16() -> bool:
    """Whether the CPU has bf16 matrix or dot-product instructions; without them bf16 is slower."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            flags = next((line for line in file if line.startswith("flags")), "")
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_bf16"} & set(flags.split()))

"""Every kernel compiles, and fits, for GPUs that are not here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("triton")

SCRIPT = Path(__file__).with_name("compile_kernels.py")
KIB = 1024
SHARED = {80: 163 * KIB, 90: 227 * KIB}
"""Shared memory a program can have, by compute capability (CUDA programming guide)."""


@pytest.mark.slow
@pytest.mark.parametrize(("capability", "call"), [(80, "float16 64 64"), (90, "bfloat16 128 256")])
def test_kernels_compile_and_fit(capability, call, tmp_path):
    environment = {name: x for name, x in os.environ.items() if name != "TRITON_INTERPRET"}
    environment["TRITON_CACHE_DIR"] = str(tmp_path)
    command = [sys.executable, str(SCRIPT), str(capability), *call.split()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["kernel"] for row in rows} >= {"_prepare", "_scan", "_scan_back", "_merge", "_step"}
    assert max(row["shared"] for row in rows) <= SHARED[capability]

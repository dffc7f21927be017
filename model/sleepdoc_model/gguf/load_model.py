"""Loading a GGUF file into llama.cpp, quietly."""

import logging
import os
from pathlib import Path

import llama_cpp.llama_cpp as llama

from sleepdoc_kernels.cpu import has_amx

# What aborts would first wait for a debugger to print where.
os.environ.setdefault("GGML_NO_BACKTRACE", "1")
logging.getLogger("llama-cpp-python").setLevel(logging.ERROR)  # what llama.cpp prints goes there


def load_model(path: Path, *, vocabulary_only: bool = False, gpu: bool = False) -> int:
    """A llama.cpp model; whoever asked for it frees it.

    Raises:
        ValueError: llama.cpp does not take the file.
    """
    llama.llama_backend_init()
    options = llama.llama_model_default_params()
    options.vocab_only = vocabulary_only
    options.n_gpu_layers = -1 if gpu else 0
    options.check_tensors = not vocabulary_only
    # Weights rearranged for AMX made llama.cpp (of llama-cpp-python 0.3.36) crash on a batch.
    options.use_extra_bufts = not has_amx()
    model: int | None = llama.llama_model_load_from_file(os.fsencode(path), options)
    if model is None:
        raise ValueError(f"llama.cpp cannot load {path.name}")
    return model

"""One sequence in a GGUF model, through llama.cpp's low-level calls.

The high-level class resets the recurrent state behind one's back, so it is not used. llama.cpp
aborts the process on some wrong calls; everything it would abort on is checked here.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import llama_cpp.llama_cpp as llama
import numpy as np

from sleepdoc_model.gguf.load_model import load_model
from sleepdoc_model.processor import cores

Array = np.ndarray[Any, np.dtype[Any]]

_SEQUENCE = 0
_BATCH = 512
"""Tokens per call; llama.cpp aborts on more than it was told."""


def supports_gpu() -> bool:
    """Whether this build of llama.cpp can use a GPU that is there."""
    return bool(llama.llama_supports_gpu_offload())


def version() -> str:
    """Of the llama.cpp bindings, and so of the layout of states."""
    return llama_cpp.__version__


class LlamaContext:
    """A loaded model and the cache of one sequence of at most `window` tokens."""

    def __init__(self, path: Path, *, window: int, gpu: bool) -> None:
        """Load a model whose file has been looked at before (see `gguf.model`).

        Raises:
            ValueError: llama.cpp does not take the file, or has no memory for it.
        """
        self._context = None
        self._model: int | None = load_model(path, gpu=gpu)
        options = llama.llama_context_default_params()
        options.n_ctx = -(-(window + 1) // 256) * 256  # position 0 may stay empty
        options.n_batch = options.n_ubatch = min(_BATCH, options.n_ctx)
        options.n_seq_max = 1
        options.n_threads = options.n_threads_batch = cores()
        options.offload_kqv = options.op_offload = gpu
        options.no_perf = True
        self._context = llama.llama_init_from_model(self._model, options)
        if self._context is None:
            self.close()
            raise ValueError(f"there is no room for a window of {window} tokens of {path.name}")
        self._memory = llama.llama_get_memory(self._context)
        self.vocab = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self._model))
        self._room, self._batch = options.n_ctx, llama.llama_batch_init(options.n_batch, 0, 1)
        self._largest = options.n_batch

    def clear(self) -> None:
        """Forget everything: keys, values and recurrent state."""
        llama.llama_memory_clear(self._memory, True)

    def decode(self, tokens: Sequence[int], start: int) -> None:
        """Run tokens at positions from `start`; `logits` then has the scores after the last.

        Raises:
            ValueError: a token is not of the vocabulary, or there is no room for them.
            RuntimeError: llama.cpp failed.
        """
        if not all(0 <= token < self.vocab for token in tokens):
            raise ValueError("a token is not of this model's vocabulary")
        if start + len(tokens) > self._room:
            raise ValueError("the tokens do not fit into the context")
        for first in range(0, len(tokens), self._largest):
            piece = tokens[first : first + self._largest]
            self._decode(piece, start + first, last=first + len(piece) == len(tokens))

    def _decode(self, tokens: Sequence[int], start: int, *, last: bool) -> None:
        batch = self._batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i], batch.pos[i] = token, start + i
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, _SEQUENCE
            batch.logits[i] = last and i == len(tokens) - 1
        if code := llama.llama_decode(self._context, batch):
            raise RuntimeError(f"llama.cpp could not decode (code {code})")

    @property
    def logits(self) -> Array:
        """Scores [vocab] after the last token decoded; a copy."""
        return np.ctypeslib.as_array(
            llama.llama_get_logits_ith(self._context, -1), (self.vocab,)
        ).copy()

    def recurrent(self) -> bytes:
        """The recurrent part of the sequence as llama.cpp writes it; empty if it has none."""
        return self._save(llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY)

    def restore_recurrent(self, state: bytes) -> None:
        """Clear everything, then put a recurrent part of this very context back."""
        self.clear()
        self._restore(state, llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY)

    def everything(self) -> bytes:
        """Keys, values and recurrent state of the sequence."""
        return self._save(llama.LLAMA_STATE_SEQ_FLAGS_NONE)

    def restore_everything(self, state: bytes) -> None:
        """Put back what `everything` gave."""
        self.clear()
        self._restore(state, llama.LLAMA_STATE_SEQ_FLAGS_NONE)

    def close(self) -> None:
        """Free model and context. Safe to call twice."""
        if self._context is not None:
            llama.llama_batch_free(self._batch)
            llama.llama_free(self._context)
        if self._model is not None:
            llama.llama_model_free(self._model)
        self._model = self._context = None

    def _save(self, flags: int) -> bytes:
        size = llama.llama_state_seq_get_size_ext(self._context, _SEQUENCE, flags)
        out = (ctypes.c_uint8 * size)()
        if llama.llama_state_seq_get_data_ext(self._context, out, size, _SEQUENCE, flags) != size:
            raise RuntimeError("llama.cpp gave less state than it said")
        return bytes(out)

    def _restore(self, state: bytes, flags: int) -> None:
        data = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        found = llama.llama_state_seq_set_data_ext(
            self._context, data, len(state), _SEQUENCE, flags
        )
        if found != len(state):
            raise RuntimeError("llama.cpp did not take its own state back")

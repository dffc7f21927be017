"""Tiny GGUF models with random weights, so that tests run llama.cpp's own architectures.

A file holds the base's tokenizer and a few narrow layers, about 5 MB in all. Names, shapes and
metadata are those llama.cpp demands of the architecture; only the sizes are toys. Decays keep a
recurrent state alive for some hundred tokens, so that logits tell whether it was carried on.
"""

import math
import struct
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from gguf import GGUFValueType, GGUFWriter

from sleepdoc_model.base_file import base_path

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

VOCABULARY = 49_152
WIDTH = 32
FEED_FORWARD = 64
HEADS, KV_HEADS, HEAD_WIDTH = 2, 1, 16
SSM_HEADS, SSM_GROUPS, SSM_STATE, SSM_CONV = 4, 2, 16, 4
# granitehybrid wants twice the width, qwen35 one square state per head: 64 is both.
SSM_INNER = 2 * WIDTH
SSM_CHANNELS = SSM_INNER + 2 * SSM_GROUPS * SSM_STATE
SHORT_CONV = 3

_LAYOUTS = {
    GGUFValueType.UINT32: "<I",
    GGUFValueType.INT32: "<i",
    GGUFValueType.UINT64: "<Q",
    GGUFValueType.FLOAT32: "<f",
    GGUFValueType.BOOL: "<?",
}


class _Draft:
    """A file in the making: the writer, and the one stream that all weights are drawn from."""

    def __init__(self, architecture: str, seed: int, vocabulary: int) -> None:
        self.writer, self._vocabulary = GGUFWriter(None, architecture), vocabulary
        self._random = np.random.default_rng(seed)

    def matrix(self, name: str, rows: int, columns: int) -> None:
        """Keeps the scale of what it multiplies."""
        self._add(f"{name}.weight", self._normal(rows, columns) / math.sqrt(columns))

    def norm(self, name: str, *shape: int) -> None:
        self._add(name, 1 + self._normal(*shape) / 10)

    def bias(self, name: str, size: int, mean: float = 0.0) -> None:
        self._add(f"{name}.bias", mean + self._normal(size) / 10)

    def uniform(self, name: str, low: float, high: float, *shape: int) -> None:
        self._add(name, self._random.uniform(low, high, shape))

    def embedding(self) -> None:
        """Small beside what the layers add, or every token would predict itself: it is tied."""
        weights = self._normal(self._vocabulary, WIDTH) / 4
        self.writer.add_tensor("token_embd.weight", weights.astype(np.float16))

    def _normal(self, *shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return self._random.standard_normal(shape, dtype=np.float32)

    def _add(self, name: str, values: np.ndarray[Any, np.dtype[Any]]) -> None:
        self.writer.add_tensor(name, values.astype(np.float32))


def build(
    path: Path,
    architecture: str,
    *,
    seed: int = 0,
    template: str | None = CHATML,
    vocabulary: int = VOCABULARY,
) -> Path:
    """Write a model of `architecture`, one of `ARCHITECTURES`, to `path`.

    Args:
        path: The file to write; an existing one is replaced.
        architecture: llama.cpp's name of it.
        seed: The same seed gives the same file, byte for byte.
        template: The chat template to name in it; none leaves the field out.
        vocabulary: How many of the tokenizer's tokens are in it; loading takes as long as they do.
    """
    draft = _Draft(architecture, seed, vocabulary)
    writer = draft.writer
    for key, value, kind, inner in _tokenizer_fields(vocabulary):
        writer.add_key_value(key, value, kind, inner)
    if template is not None:
        writer.add_chat_template(template)
    ARCHITECTURES[architecture](draft)
    writer.write_header_to_file(path)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def build_aborting(path: Path) -> Path:
    """A model whose header is in order, and for which llama.cpp ends the process all the same."""
    whole, key = bytearray(build(path, "qwen35").read_bytes()), b"qwen35.ssm.inner_size"
    at = whole.index(key) + len(key) + 4
    whole[at : at + 4] = bytes(4)
    path.write_bytes(whole)
    return path


def _qwen35(draft: _Draft) -> None:
    """Three gated delta rule layers, then attention with an output gate."""
    layers = 4
    _begin(draft, layers, KV_HEADS)
    _ssm_metadata(draft)
    draft.writer.add_full_attention_interval(layers)
    draft.writer.add_rope_dimension_count(HEAD_WIDTH // 2)
    draft.writer.add_rope_dimension_sections([2, 1, 1, 0])
    for layer in range(layers):
        name = f"blk.{layer}"
        draft.norm(f"{name}.attn_norm.weight", WIDTH)
        if layer == layers - 1:
            _attention(draft, name, query_width=2 * HEADS * HEAD_WIDTH, norms=True)
        else:
            _delta_rule(draft, name)
        draft.norm(f"{name}.post_attention_norm.weight", WIDTH)
        _feed_forward(draft, name)


def _granitehybrid(draft: _Draft) -> None:
    """Mamba-2 layers around one attention layer without positions, as in Granite 4 H."""
    kv_heads = (0, 0, KV_HEADS, 0)
    _begin(draft, len(kv_heads), kv_heads)
    _ssm_metadata(draft)
    draft.writer.add_rope_scaling_finetuned(False)
    for layer, heads in enumerate(kv_heads):
        name = f"blk.{layer}"
        draft.norm(f"{name}.attn_norm.weight", WIDTH)
        if heads:
            _attention(draft, name)
        else:
            _mamba2(draft, name)
        draft.norm(f"{name}.ffn_norm.weight", WIDTH)
        _feed_forward(draft, name)


def _falcon_h1(draft: _Draft) -> None:
    """Attention and Mamba-2 side by side in every layer."""
    layers = 3
    _begin(draft, layers, KV_HEADS)
    _ssm_metadata(draft)
    for layer in range(layers):
        name = f"blk.{layer}"
        draft.norm(f"{name}.attn_norm.weight", WIDTH)
        _attention(draft, name)
        _mamba2(draft, name)
        draft.norm(f"{name}.ffn_norm", WIDTH)  # llama.cpp asks for this one without ".weight"
        _feed_forward(draft, name)


def _nemotron_h(draft: _Draft) -> None:
    """One mixer or one feed-forward net per layer; the two lists of sizes say which."""
    kv_heads = (0, 0, KV_HEADS, 0)
    feed_forward = (0, FEED_FORWARD, 0, 0)
    _begin(draft, len(kv_heads), kv_heads, feed_forward)
    _ssm_metadata(draft)
    draft.writer.add_layer_norm_eps(1e-5)
    for layer, (heads, width) in enumerate(zip(kv_heads, feed_forward)):
        name = f"blk.{layer}"
        draft.norm(f"{name}.attn_norm.weight", WIDTH)
        if heads:
            _attention(draft, name)
        elif width:
            _feed_forward(draft, name, gate=False)
        else:
            _mamba2(draft, name)


def _lfm2(draft: _Draft) -> None:
    """Short convolutions and attention: a state of convolution inputs only."""
    kv_heads = (0, KV_HEADS, 0)
    _begin(draft, len(kv_heads), kv_heads, last_norm="token_embd_norm")
    draft.writer.add_shortconv_l_cache(SHORT_CONV)
    for layer, heads in enumerate(kv_heads):
        name = f"blk.{layer}"
        draft.norm(f"{name}.attn_norm.weight", WIDTH)
        if heads:
            _attention(draft, name, norms=True)
        else:
            draft.matrix(f"{name}.shortconv.in_proj", 3 * WIDTH, WIDTH)
            draft.matrix(f"{name}.shortconv.conv", WIDTH, SHORT_CONV)
            draft.matrix(f"{name}.shortconv.out_proj", WIDTH, WIDTH)
        draft.norm(f"{name}.ffn_norm.weight", WIDTH)
        _feed_forward(draft, name)


def _llama(draft: _Draft) -> None:
    """Attention alone: no state to carry on."""
    layers = 2
    _begin(draft, layers, KV_HEADS)
    for layer in range(layers):
        name = f"blk.{layer}"
        draft.norm(f"{name}.attn_norm.weight", WIDTH)
        _attention(draft, name)
        draft.norm(f"{name}.ffn_norm.weight", WIDTH)
        _feed_forward(draft, name)


ARCHITECTURES: dict[str, Callable[[_Draft], None]] = {
    "qwen35": _qwen35,
    "granitehybrid": _granitehybrid,
    "falcon-h1": _falcon_h1,
    "nemotron_h": _nemotron_h,
    "lfm2": _lfm2,
    "llama": _llama,
}


def _begin(
    draft: _Draft,
    layers: int,
    kv_heads: int | Sequence[int],
    feed_forward: int | Sequence[int] = FEED_FORWARD,
    last_norm: str = "output_norm",
) -> None:
    draft.writer.add_context_length(4096)
    draft.writer.add_embedding_length(WIDTH)
    draft.writer.add_block_count(layers)
    draft.writer.add_head_count(HEADS)
    draft.writer.add_head_count_kv(kv_heads)
    draft.writer.add_feed_forward_length(feed_forward)
    draft.writer.add_layer_norm_rms_eps(1e-5)
    draft.embedding()
    draft.norm(f"{last_norm}.weight", WIDTH)


def _ssm_metadata(draft: _Draft) -> None:
    draft.writer.add_ssm_conv_kernel(SSM_CONV)
    draft.writer.add_ssm_inner_size(SSM_INNER)
    draft.writer.add_ssm_state_size(SSM_STATE)
    draft.writer.add_ssm_time_step_rank(SSM_HEADS)
    draft.writer.add_ssm_group_count(SSM_GROUPS)


def _attention(
    draft: _Draft, name: str, query_width: int = HEADS * HEAD_WIDTH, norms: bool = False
) -> None:
    draft.matrix(f"{name}.attn_q", query_width, WIDTH)
    draft.matrix(f"{name}.attn_k", KV_HEADS * HEAD_WIDTH, WIDTH)
    draft.matrix(f"{name}.attn_v", KV_HEADS * HEAD_WIDTH, WIDTH)
    draft.matrix(f"{name}.attn_output", WIDTH, HEADS * HEAD_WIDTH)
    if norms:
        draft.norm(f"{name}.attn_q_norm.weight", HEAD_WIDTH)
        draft.norm(f"{name}.attn_k_norm.weight", HEAD_WIDTH)


def _feed_forward(draft: _Draft, name: str, gate: bool = True) -> None:
    if gate:
        draft.matrix(f"{name}.ffn_gate", FEED_FORWARD, WIDTH)
    draft.matrix(f"{name}.ffn_up", FEED_FORWARD, WIDTH)
    draft.matrix(f"{name}.ffn_down", WIDTH, FEED_FORWARD)


def _mamba2(draft: _Draft, name: str) -> None:
    """A step is softplus(-3 + …), near 0.05, so a token leaves 0.97 to 0.995 of the state."""
    draft.matrix(f"{name}.ssm_in", SSM_INNER + SSM_CHANNELS + SSM_HEADS, WIDTH)
    draft.matrix(f"{name}.ssm_conv1d", SSM_CHANNELS, SSM_CONV)
    draft.bias(f"{name}.ssm_conv1d", SSM_CHANNELS)
    draft.bias(f"{name}.ssm_dt", SSM_HEADS, mean=-3.0)
    draft.uniform(f"{name}.ssm_a", -0.6, -0.1, SSM_HEADS, 1)
    draft.uniform(f"{name}.ssm_d", 0.1, 0.3, SSM_HEADS, 1)
    draft.norm(f"{name}.ssm_norm.weight", SSM_GROUPS, SSM_INNER // SSM_GROUPS)
    draft.matrix(f"{name}.ssm_out", WIDTH, SSM_INNER)


def _delta_rule(draft: _Draft, name: str) -> None:
    """Decays as in `_mamba2`; besides, a key's next value overwrites the one before."""
    draft.matrix(f"{name}.attn_qkv", SSM_CHANNELS, WIDTH)
    draft.matrix(f"{name}.attn_gate", SSM_INNER, WIDTH)
    draft.matrix(f"{name}.ssm_conv1d", SSM_CHANNELS, SSM_CONV)
    draft.bias(f"{name}.ssm_dt", SSM_HEADS, mean=-3.0)
    draft.uniform(f"{name}.ssm_a", -0.6, -0.1, SSM_HEADS)
    draft.matrix(f"{name}.ssm_beta", SSM_HEADS, WIDTH)
    draft.matrix(f"{name}.ssm_alpha", SSM_HEADS, WIDTH)
    draft.norm(f"{name}.ssm_norm.weight", SSM_STATE)
    draft.matrix(f"{name}.ssm_out", WIDTH, SSM_INNER)


_Field = tuple[str, Any, GGUFValueType, GGUFValueType | None]
"""Key, value, type and element type."""


def _tokenizer_fields(vocabulary: int) -> list[_Field]:
    """Those of a tokenizer that has only the first tokens, and the merges that make them."""
    fields = {field[0]: field for field in _base_tokenizer_fields()}
    tokens = fields["tokenizer.ggml.tokens"][1]
    kept = set(tokens[:vocabulary])
    found = []
    for key, value, kind, inner in fields.values():
        if key == "tokenizer.ggml.merges":
            value = [merge for merge in value if merge.replace(b" ", b"") in kept]
        elif isinstance(value, list) and len(value) == len(tokens):
            value = value[:vocabulary]
        found.append((key, value, kind, inner))
    return found


@cache
def _base_tokenizer_fields() -> list[_Field]:
    """The base's own; gguf's reader would take seconds for them."""
    fields = []
    with base_path().open("rb") as file:
        _, _, _, count = struct.unpack("<4sIQQ", file.read(24))
        for _ in range(count):
            key = _read(file, GGUFValueType.STRING).decode()
            kind, inner = GGUFValueType(_read(file, GGUFValueType.UINT32)), None
            if kind is GGUFValueType.ARRAY:
                inner = GGUFValueType(_read(file, GGUFValueType.UINT32))
                length = _read(file, GGUFValueType.UINT64)
                value = [_read(file, inner) for _ in range(length)]
            else:
                value = _read(file, kind)
            if key.startswith("tokenizer.ggml."):
                fields.append((key, value, kind, inner))
    return fields


def _read(file: BinaryIO, kind: GGUFValueType) -> Any:
    if kind is GGUFValueType.STRING:
        return file.read(_read(file, GGUFValueType.UINT64))
    layout = _LAYOUTS[kind]
    return struct.unpack(layout, file.read(struct.calcsize(layout)))[0]

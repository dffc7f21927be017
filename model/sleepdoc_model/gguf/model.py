"""What a GGUF model is and needs, known before llama.cpp is asked to load it."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sleepdoc_model.gguf.header import ArrayField, BadGGUF, Field, Header, read_header

Kind = Literal["recurrent", "convolution", "attention"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PURE = _names("mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 arwkv7")
"""No attention at all."""
PARALLEL = _names("falcon-h1")
"""Attention and a recurrent state side by side in every layer."""
INTERLEAVED = _names("qwen3next qwen35 qwen35moe qwen4exp minimax-01")
"""Recurrent but for every n-th layer, or in the layers of a list."""
SPARSE = _names("""
    bailingmoe3 glm5-next granitehybrid jamba kimi-k3 kimi-linear nemotron_h nemotron_h_moe plamo2
""")
"""Recurrent in the layers that have no heads for keys and values."""
RECURRENT = PURE | PARALLEL | INTERLEAVED | SPARSE
CONVOLUTION = _names("lfm2 lfm2moe")
ATTENTION = _names("""
    afmoe apertus arcee arctic baichuan bailingmoe bailingmoe2 bitnet bloom chameleon chatglm
    codeshell cogvlm cohere2 cohere2moe command-r dbrx deci deepseek deepseek2 deepseek2-ocr
    deepseek32 deepseek4 dots1 dots3note ernie4_5 ernie4_5-moe exaone exaone-moe exaone4 falcon
    gemma gemma2 gemma3 gemma3n gemma4 glm-dsa glm4 glm4moe gpt-oss gpt2 gptj gptneox granite
    granite_swa granitemoe graniteswitch grok grovemoe hrm_text hunyuan-dense hunyuan-moe
    hunyuan_vl hy_v3 hy_v4 internlm2 jais jais2 laguna llama llama4 maincoder maple mellum mimo2
    minicpm minicpm3 minimax-m2 minimax-m3 mistral3 mistral4 mpt muse-glimmer nanbeige nemotron
    olmo olmo2 olmoe openelm orion paddleocr pangu-embedded phi2 phi3 phimoe plamo plamo3 plm qwen
    qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe refact seed_oss smallthinker smollm3
    spark2_5 stablelm starcoder starcoder2 step35 talkie xverse
""")
"""llama.cpp's other architectures that write text from left to right on their own: no encoders, no
diffusion, no speech, and no drafts for another model."""

_FILE_TYPES = """
    F32 F16 Q4_0 Q4_1 - - - Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M
    Q6_K IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M IQ4_XS IQ1_M
    BF16 - - - TQ1_0 TQ2_0 MXFP4_MOE NVFP4 Q1_0 Q2_0
"""
FILE_TYPES = {number: name for number, name in enumerate(_FILE_TYPES.split()) if name != "-"}
"""Names of `general.file_type`."""
_MAX_LAYERS = 512
_MAX_LABEL = 200
_BATCH = 512
_OVERHEAD = 256 << 20

_WHY_NOT = {
    "convolution": "Its convolutions keep no state that outlives the window: text recall only.",
    "attention": "Its attention keeps no state that outlives the window: text recall only.",
}


@dataclass(frozen=True)
class GGUFModel:
    name: str
    architecture: str
    kind: Kind
    context_length: int
    """Tokens it was trained on."""
    file_bytes: int
    """Of all parts."""
    quantisation: str
    template_sha256: str | None
    """Hex, of the chat template; the template itself is never run."""
    licence: str | None
    cache_bytes: int
    """Of one token's keys and values in fp16, over all attention layers."""
    vocabulary: int

    @property
    def can_sleep(self) -> bool:
        return self.kind == "recurrent"

    @property
    def why_not(self) -> str:
        """One sentence; empty if it can sleep."""
        return _WHY_NOT.get(self.kind, "")

    def memory_needed(self, window: int) -> int:
        """Bytes for a window of so many tokens, rounded up rather than down.

        The file, the window's keys and values in fp16 (as if every attention layer saw all of it),
        the fp32 logits of a batch of 512 tokens, and 256 MiB for recurrent state and work buffers.
        """
        logits = 4 * _BATCH * self.vocabulary
        return self.file_bytes + window * self.cache_bytes + logits + _OVERHEAD

    def fits(self, available: int, window: int) -> bool:
        """Whether a window of so many tokens fits into so many bytes."""
        return self.memory_needed(window) <= available


def describe(path: Path) -> GGUFModel:
    """What the header at `path` says; of a split model, name the first file.

    Raises:
        BadGGUF: the file is damaged, or not a model that llama.cpp can chat with.
        OSError: the file cannot be read.
    """
    header = read_header(path)
    try:
        return _model(header, path.stem)
    except BadGGUF as error:
        raise BadGGUF(f"{path.name!r}: {error}") from None


def available_memory() -> int | None:
    """Bytes that can be had without swapping; all there is if only that is known; else None."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _model(header: Header, stem: str) -> GGUFModel:
    fields = header.fields
    content = _text(fields, "general.type") or "model"
    if content != "model":
        raise BadGGUF(f"holds {content[:_MAX_LABEL]!r}, not a model")
    arch = _text(fields, "general.architecture")
    if arch is None:
        raise BadGGUF("names no architecture")
    if arch not in RECURRENT | CONVOLUTION | ATTENTION:
        raise BadGGUF(f"{arch[:_MAX_LABEL]!r} is no architecture known to chat under llama.cpp")
    heads = _cached_heads(fields, arch)
    if (context := _count(fields, f"{arch}.context_length")) == 0:
        raise BadGGUF("has a context of no tokens")
    if arch in INTERLEAVED and _count(fields, f"{arch}.rope.dimension_count", 1) == 0:
        raise BadGGUF("rotates no dimensions")  # llama.cpp would never come back from it
    template = _text(fields, "tokenizer.chat_template")
    tokens = fields.get("tokenizer.ggml.tokens")
    return GGUFModel(
        name=_label(fields, "general.name") or stem,
        architecture=arch,
        kind=_kind(arch, heads),
        context_length=context,
        file_bytes=header.size,
        quantisation=_quantisation(header),
        template_sha256=None if template is None else hashlib.sha256(template.encode()).hexdigest(),
        licence=_label(fields, "general.license"),
        cache_bytes=2 * sum(heads) * _head_width(fields, arch) if any(heads) else 0,
        vocabulary=tokens.count if isinstance(tokens, ArrayField) else 0,
    )


def _cached_heads(fields: Mapping[str, Field], arch: str) -> tuple[int, ...]:
    """Heads with keys and values per layer; 0 where a layer has no attention."""
    layers = _count(fields, f"{arch}.block_count")
    if not 1 <= layers <= _MAX_LAYERS:
        raise BadGGUF(f"has {layers} layers, where 1 to {_MAX_LAYERS} are allowed")
    if arch in PURE:
        return (0,) * layers
    every = _per_layer(fields, f"{arch}.attention.head_count", layers)
    heads = _per_layer(fields, f"{arch}.attention.head_count_kv", layers, every)
    if arch not in INTERLEAVED:
        return heads
    interval = _count(fields, f"{arch}.full_attention_interval", 4)
    if interval == 0:
        raise BadGGUF("has attention in every 0th layer")
    by_interval = tuple(int((layer + 1) % interval != 0) for layer in range(layers))
    recurrent = _per_layer(fields, f"{arch}.attention.recurrent_layers", layers, by_interval)
    return tuple(0 if skipped else count for skipped, count in zip(recurrent, heads))


def _kind(arch: str, heads: tuple[int, ...]) -> Kind:
    if arch in ATTENTION or (arch not in PURE | PARALLEL and 0 not in heads):
        return "attention"
    return "convolution" if arch in CONVOLUTION else "recurrent"


def _head_width(fields: Mapping[str, Field], arch: str) -> int:
    """Values of one head's key and of its value together."""
    layers = _count(fields, f"{arch}.block_count")
    heads = max(_per_layer(fields, f"{arch}.attention.head_count", layers))
    width = _count(fields, f"{arch}.embedding_length") // max(heads, 1)
    key = _count(fields, f"{arch}.attention.key_length", width)
    return key + _count(fields, f"{arch}.attention.value_length", width)


def _quantisation(header: Header) -> str:
    number = header.fields.get("general.file_type")
    if isinstance(number, int) and number in FILE_TYPES:
        return FILE_TYPES[number]
    sizes: Counter[str] = Counter()
    for tensor in header.tensors:
        sizes[tensor.kind.name] += tensor.size
    if not sizes:
        raise BadGGUF("holds no tensors")
    return sizes.most_common(1)[0][0]


def _count(fields: Mapping[str, Field], key: str, default: int | None = None) -> int:
    value = fields.get(key, default)
    if not isinstance(value, int) or value < 0:
        raise BadGGUF(f"{key} is {'missing' if value is None else 'not a count'}")
    return value


def _per_layer(
    fields: Mapping[str, Field], key: str, layers: int, default: tuple[int, ...] | None = None
) -> tuple[int, ...]:
    value = fields.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, ArrayField):
        return (_count(fields, key),) * layers
    counts = tuple(n for n in value.values or () if isinstance(n, int) and n >= 0)
    if len(counts) != layers or value.count != layers:
        raise BadGGUF(f"{key} is not a count for each of {layers} layers")
    return counts


def _text(fields: Mapping[str, Field], key: str) -> str | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise BadGGUF(f"{key} is not text")
    return value


def _label(fields: Mapping[str, Field], key: str) -> str | None:
    """A field to show: None if it is absent, or would do anything but stand on its line."""
    value = fields.get(key)
    plain = isinstance(value, str) and value.isprintable() and len(value) <= _MAX_LABEL
    return str(value).strip() or None if plain else None

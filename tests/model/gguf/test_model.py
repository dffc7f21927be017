"""What a GGUF model is, told from its header alone; the files are written by the gguf package."""

import hashlib
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import llama_cpp
import numpy as np
import pytest

from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf import model as gguf_model
from sleepdoc_model.gguf.header import BadGGUF, read_header
from sleepdoc_model.gguf.model import GGUFModel, available_memory, describe

LAYERS = 8
MiB = 1 << 20


def write(
    path: Path, arch: str = "llama", changes: Mapping[str, Any] | None = None, tensor: Any = None
) -> Path:
    """A model of 8 layers and four heads of 16 values, two of them with keys and values.

    `changes` replace fields, or, by None, drop them.
    """
    fields: dict[str, Any] = {
        "general.name": "Sleeper",
        "general.license": "apache-2.0",
        f"{arch}.context_length": 4096,
        f"{arch}.block_count": LAYERS,
        f"{arch}.embedding_length": 64,
        f"{arch}.attention.head_count": 4,
        f"{arch}.attention.head_count_kv": 2,
        "tokenizer.ggml.tokens": [b"a", b"b", b"c"],
    }
    for key, value in (changes or {}).items():
        common = key.startswith(("general.", "tokenizer.", "split."))
        fields[key if common else f"{arch}.{key}"] = value
    writer = gguf.GGUFWriter(path, arch)
    for key, value in fields.items():
        match value:
            case None:
                continue
            case bool():
                writer.add_bool(key, value)
            case int():
                writer.add_uint32(key, value)
            case str():
                writer.add_string(key, value)
            case _:
                writer.add_array(key, value)
    writer.add_tensor("token_embd.weight", np.ones(64, np.float32) if tensor is None else tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a file.gguf"


def test_the_base() -> None:
    """Against what SmolLM2-135M's own config.json says: 30 layers, 3 of 9 heads, 64 values each."""
    model = describe(base_path())
    assert (model.architecture, model.kind, model.can_sleep) == ("llama", "attention", False)
    assert model.context_length == 8192
    assert model.file_bytes == base_path().stat().st_size
    assert model.quantisation in base_path().name
    assert model.licence == "apache-2.0"
    assert model.vocabulary == 49_152
    assert model.cache_bytes == 30 * 3 * (64 + 64) * 2
    window = 2048 * model.cache_bytes
    logits = 512 * 49_152 * 4
    assert model.memory_needed(2048) == model.file_bytes + window + logits + 256 * MiB


@pytest.mark.slow
@pytest.mark.usefixtures("weights_as_they_are")
def test_the_cache_of_the_base_is_as_large_as_llama_cpp_makes_it() -> None:
    """Its state is the cache, and a little about every token."""
    llama = llama_cpp.Llama(
        str(base_path()), n_ctx=256, n_threads=1, n_threads_batch=1, verbose=False
    )
    llama.eval([1] * 16)
    size = llama_cpp.llama_state_seq_get_size(llama._ctx.ctx, 0)
    assert 0 <= size - 16 * describe(base_path()).cache_bytes < 4096


def test_what_a_file_says_of_itself(path: Path) -> None:
    template = "{% for m in messages %}ü{% endfor %}"
    model = describe(write(path, "llama", {"tokenizer.chat_template": template}))
    assert model == GGUFModel(
        name="Sleeper",
        architecture="llama",
        kind="attention",
        context_length=4096,
        file_bytes=path.stat().st_size,
        quantisation="F32",
        template_sha256=hashlib.sha256(template.encode()).hexdigest(),
        licence="apache-2.0",
        cache_bytes=LAYERS * 2 * (16 + 16) * 2,
        vocabulary=3,
    )


def test_what_a_file_does_not_say(path: Path) -> None:
    model = describe(write(path, "llama", {"general.name": None, "general.license": None}))
    assert (model.name, model.licence, model.template_sha256) == ("a file", None, None)


@pytest.mark.parametrize(
    "name", ["", "  ", "two\nlines", "\x1b]0;title\x07", "\u202eevil", "n" * 201]
)
def test_a_name_that_cannot_be_shown_is_not(path: Path, name: str) -> None:
    assert describe(write(path, "llama", {"general.name": name})).name == "a file"


EVERY_FOURTH = [0, 0, 0, 2, 0, 0, 0, 2]


@pytest.mark.parametrize(
    ("arch", "changes", "kind", "attending"),
    [
        ("llama", {}, "attention", 8),
        ("gemma3", {"attention.sliding_window": 512}, "attention", 8),
        ("deci", {"attention.head_count_kv": EVERY_FOURTH}, "attention", 2),
        ("granitehybrid", {"attention.head_count_kv": EVERY_FOURTH}, "recurrent", 2),
        ("granitehybrid", {}, "attention", 8),
        ("nemotron_h", {"attention.head_count_kv": EVERY_FOURTH}, "recurrent", 2),
        ("nemotron_h_moe", {"attention.head_count_kv": EVERY_FOURTH}, "recurrent", 2),
        ("jamba", {"attention.head_count_kv": EVERY_FOURTH}, "recurrent", 2),
        ("plamo2", {"attention.head_count_kv": EVERY_FOURTH}, "recurrent", 2),
        ("kimi-linear", {"attention.head_count_kv": EVERY_FOURTH}, "recurrent", 2),
        ("falcon-h1", {}, "recurrent", 8),
        ("qwen3next", {"block_count": 9}, "recurrent", 2),
        ("qwen35", {"full_attention_interval": 2}, "recurrent", 4),
        ("qwen35moe", {"attention.recurrent_layers": [True] * 7 + [False]}, "recurrent", 1),
        ("qwen35", {"full_attention_interval": 1}, "attention", 8),
        ("lfm2", {"attention.head_count_kv": EVERY_FOURTH}, "convolution", 2),
        ("lfm2moe", {"attention.head_count_kv": EVERY_FOURTH}, "convolution", 2),
        ("mamba", {"attention.head_count": 0, "attention.head_count_kv": None}, "recurrent", 0),
        ("mamba2", {"attention.head_count": None}, "recurrent", 0),
        ("rwkv6", {"attention.head_count": 0}, "recurrent", 0),
        ("rwkv7", {}, "recurrent", 0),
    ],
)
def test_kind_and_cache(
    path: Path, arch: str, changes: dict[str, Any], kind: str, attending: int
) -> None:
    model = describe(write(path, arch, changes))
    assert model.kind == kind
    assert model.cache_bytes == attending * 2 * (16 + 16) * 2
    assert model.can_sleep == (kind == "recurrent")
    assert (not model.why_not) == model.can_sleep


def test_heads_of_their_own_width(path: Path) -> None:
    changes = {"attention.key_length": 40, "attention.value_length": 24}
    assert describe(write(path, "llama", changes)).cache_bytes == LAYERS * 2 * (40 + 24) * 2


def test_all_heads_are_cached_unless_told_otherwise(path: Path) -> None:
    heads = [1, 2, 3, 4, 4, 4, 4, 4]
    changes = {"attention.head_count": heads, "attention.head_count_kv": None}
    assert describe(write(path, "llama", changes)).cache_bytes == sum(heads) * (16 + 16) * 2


def test_the_reason_says_which_state_is_missing(path: Path) -> None:
    sparse = {"attention.head_count_kv": EVERY_FOURTH}
    for arch, word in (("llama", "attention"), ("lfm2", "convolutions")):
        reason = describe(write(path, arch, sparse)).why_not
        assert word in reason
        assert reason.count(".") == 1


def test_a_model_fits_to_the_byte(path: Path) -> None:
    model = describe(write(path))
    needed = model.memory_needed(1000)
    assert needed - model.memory_needed(999) == model.cache_bytes > 0
    assert model.fits(needed, 1000)
    assert not model.fits(needed - 1, 1000)


@pytest.mark.parametrize(
    ("number", "name"), [(0, "F32"), (15, "Q4_K_M"), (1024 + 15, "F16"), (4, "F16"), (None, "F16")]
)
def test_quantisation_is_named_or_counted(path: Path, number: int | None, name: str) -> None:
    values = np.ones((2, 64), np.float16)
    assert (
        describe(write(path, "llama", {"general.file_type": number}, values)).quantisation == name
    )


def test_file_types_are_those_of_llama_cpp() -> None:
    prefix = "LLAMA_FTYPE_"
    theirs = {
        getattr(llama_cpp, name): name.removeprefix(prefix).split("_", 1)[1]
        for name in dir(llama_cpp)
        if name.startswith(prefix) and not name.endswith("GUESSED")
    }
    assert theirs == gguf_model.FILE_TYPES


def test_every_architecture_that_chats_is_known() -> None:
    """The gguf package names them all; those left out here cannot be asked anything."""
    known = gguf_model.RECURRENT | gguf_model.CONVOLUTION | gguf_model.ATTENTION
    encoders = {name for name in gguf.MODEL_ARCH_NAMES.values() if "bert" in name}
    others = {"clip", "t5", "t5encoder", "wavtokenizer-dec", "gemma-embedding", "llama-embed"}
    drafts = {"gemma4-assistant", "eagle3", "dflash"}
    diffusion = {"dream", "llada", "llada-moe", "rnd1"}
    speech = {"qwen3tts", "pockettts"}
    left_out = encoders | others | drafts | diffusion | speech
    assert set(gguf.MODEL_ARCH_NAMES.values()) - known <= left_out
    assert not known & left_out
    groups = (
        gguf_model.PURE,
        gguf_model.PARALLEL,
        gguf_model.INTERLEAVED,
        gguf_model.SPARSE,
        gguf_model.CONVOLUTION,
        gguf_model.ATTENTION,
    )
    assert sum(map(len, groups)) == len(known)


@pytest.mark.parametrize(
    ("arch", "changes", "why"),
    [
        ("frobnicate", {}, "'frobnicate' is no architecture known"),
        ("clip", {}, "'clip' is no architecture known"),
        ("bert", {}, "'bert' is no architecture known"),
        ("evil\n\x1b[2J", {}, r"'evil\\n\\x1b\[2J' is no architecture"),
        ("llama", {"general.type": "adapter"}, "holds 'adapter', not a model"),
        ("llama", {"context_length": None}, "llama.context_length is missing"),
        ("llama", {"context_length": "long"}, "llama.context_length is not a count"),
        ("llama", {"context_length": 0}, "no tokens"),
        ("qwen35", {"rope.dimension_count": 0}, "rotates no dimensions"),
        ("llama", {"block_count": None}, "llama.block_count is missing"),
        ("llama", {"block_count": 0}, "0 layers"),
        ("llama", {"block_count": 513}, "513 layers"),
        ("llama", {"embedding_length": None}, "llama.embedding_length is missing"),
        ("llama", {"attention.head_count": None}, "llama.attention.head_count is missing"),
        ("llama", {"attention.head_count_kv": [2] * 7}, "for each of 8 layers"),
        ("llama", {"attention.head_count_kv": [2] * 7 + [-1]}, "for each of 8 layers"),
        ("llama", {"attention.head_count_kv": [2] * 8 + [-1]}, "for each of 8 layers"),
        ("llama", {"attention.head_count_kv": [0.5] * 8}, "for each of 8 layers"),
        ("llama", {"attention.head_count_kv": [2] * 600}, "for each of 8 layers"),
        ("llama", {"attention.head_count_kv": "two"}, "head_count_kv is not a count"),
        ("qwen35", {"full_attention_interval": 0}, "0th layer"),
        ("llama", {"tokenizer.chat_template": 5}, "chat_template is not text"),
    ],
)
def test_refusals_are_one_line(path: Path, arch: str, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(BadGGUF, match=why) as refusal:
        describe(write(path, arch, changes))
    assert str(refusal.value).startswith("'a file.gguf': ")
    assert str(refusal.value).isprintable()


def test_a_file_without_architecture(path: Path) -> None:
    data = write(path).read_bytes()
    path.write_bytes(data.replace(b"general.architecture", b"general.architectura"))
    with pytest.raises(BadGGUF, match="names no architecture"):
        describe(path)


def test_a_split_model_counts_all_its_parts(tmp_path: Path) -> None:
    paths = [tmp_path / f"m-0000{part}-of-00002.gguf" for part in (1, 2)]
    for number, part in enumerate(paths):
        tensors = np.ones((1 + number, 64), np.float32)
        write(part, "llama", {"split.no": number, "split.count": 2}, tensors)
    data = paths[1].read_bytes().replace(b"token_embd.weight", b"other_embd.weight")
    paths[1].write_bytes(data)
    assert describe(paths[0]).file_bytes == sum(part.stat().st_size for part in paths)
    paths[1].unlink()
    with pytest.raises(BadGGUF, match="is missing beside it"):
        describe(paths[0])


def test_random_damage_is_described_or_refused(path: Path) -> None:
    chance = random.Random(41)
    original = write(path, "qwen35", {"tokenizer.chat_template": "{{ x }}"}).read_bytes()
    end = read_header(path).data_start
    described = 0
    for _ in range(500):
        data = bytearray(original)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(24, end)] = chance.randrange(256)
        path.write_bytes(data)
        try:
            model = describe(path)
        except BadGGUF as error:
            assert str(error).isprintable()
        else:
            assert model.memory_needed(1024) > model.file_bytes
            assert model.name.isprintable()
            described += 1
    assert 10 < described < 400


def test_available_memory_is_less_than_all_of_it() -> None:
    available = available_memory()
    if available is None:
        pytest.skip("this system does not say")
    assert 16 * MiB < available <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")

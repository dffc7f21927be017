"""GGUF headers as a stranger may write them: B40 of the catalogue of failures."""

import os
import random
import struct
from pathlib import Path

import gguf
import llama_cpp
import pytest

from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.header import (
    TENSOR_TYPES,
    ArrayField,
    BadGGUF,
    Header,
    read_header,
    read_part,
)

UINT8, UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 0, 4, 5, 6, 7, 8, 9, 10
F32, Q4_0 = 0, 2
ALIGNMENT = 32


def text(value: str | bytes, length: int | None = None) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data) if length is None else length) + data


def field(key: str | bytes, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def array(key: str, kind: int, items: bytes, count: int) -> bytes:
    return field(key, ARRAY, struct.pack("<IQ", kind, count) + items)


def tensor(name: str | bytes, axes: tuple[int, ...], kind: int, offset: int) -> bytes:
    """One entry; the fastest axis comes first, as in the file."""
    place = struct.pack("<IQ", kind, offset)
    return text(name) + struct.pack(f"<I{len(axes)}Q", len(axes), *axes) + place


def file(
    fields: tuple[bytes, ...] = (),
    tensors: tuple[bytes, ...] = (),
    data: bytes = b"",
    *,
    magic: bytes = b"GGUF",
    version: int = 3,
    counts: tuple[int, int] | None = None,
    alignment: int = ALIGNMENT,
) -> bytes:
    n_tensors, n_fields = counts or (len(tensors), len(fields))
    head = magic + struct.pack("<IQQ", version, n_tensors, n_fields)
    head += b"".join(fields) + b"".join(tensors)
    return head + bytes(-len(head) % alignment) + data


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


FIELDS = (
    field("general.architecture", STRING, text("llama")),
    field("general.name", STRING, text("Schläfer")),
    field("llama.block_count", UINT32, u32(7)),
    field("llama.rope.freq_base", FLOAT32, struct.pack("<f", 0.5)),
    field("tokenizer.ggml.add_bos_token", BOOL, b"\x01"),
    array("llama.attention.head_count_kv", INT32, struct.pack("<3i", 2, 0, -1), 3),
    array("tokenizer.ggml.tokens", STRING, text("a") + text("") + text("sleep"), 3),
)
TENSORS = (tensor("wide", (3, 2), F32, 0), tensor("packed", (32, 2), Q4_0, ALIGNMENT))
DATA = bytes(24) + bytes(8) + bytes(36)
"""24 bytes of fp32, padding, then two blocks of 18 bytes: the file ends where its tensors do."""
TINY = file(FIELDS, TENSORS, DATA)


def parse(path: Path, data: bytes) -> Header:
    path.write_bytes(data)
    return read_header(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.gguf"


def test_a_valid_file(path: Path) -> None:
    header = parse(path, TINY)
    assert header.version == 3
    assert header.fields == {
        "general.architecture": "llama",
        "general.name": "Schläfer",
        "llama.block_count": 7,
        "llama.rope.freq_base": 0.5,
        "tokenizer.ggml.add_bos_token": True,
        "llama.attention.head_count_kv": ArrayField("int32", 3, (2, 0, -1)),
        "tokenizer.ggml.tokens": ArrayField("string", 3, None),
    }
    assert [(t.name, t.shape, t.kind.name, t.offset, t.size) for t in header.tensors] == [
        ("wide", (2, 3), "F32", 0, 24),
        ("packed", (2, 32), "Q4_0", 32, 36),
    ]
    assert header.data_start == len(TINY) - len(DATA)
    assert header.size == len(TINY)


def test_version_2_and_another_alignment(path: Path) -> None:
    fields = (field("general.alignment", UINT32, u32(8)),)
    entry = tensor("t", (1,), F32, 8)
    data = file(fields, (entry,), bytes(12), version=2, alignment=8)
    header = parse(path, data)
    assert header.version == 2
    assert header.data_start == len(data) - 12


def test_only_short_lists_of_numbers_are_kept(path: Path) -> None:
    short = array("short", UINT8, bytes(range(256)) * 2, 512)
    long = array("long", UINT8, bytes(513), 513)
    after = field("after", UINT8, b"\x09")
    fields = parse(path, file((short, long, after))).fields
    assert fields["short"] == ArrayField("uint8", 512, tuple(range(256)) * 2)
    assert fields["long"] == ArrayField("uint8", 513, None)
    assert fields["after"] == 9


def with_field(*fields: bytes) -> bytes:
    return file((*FIELDS, *fields), TENSORS, DATA)


def with_tensor(*entries: bytes) -> bytes:
    return file(FIELDS, (*TENSORS, *entries), DATA)


NESTED = struct.pack("<IQ", ARRAY, 1) * 2000
HOSTILE = [
    ("empty file", b"", "not a GGUF file"),
    ("three bytes", b"GGU", "not a GGUF file"),
    ("magic", file(FIELDS, TENSORS, DATA, magic=b"GGML"), "not a GGUF file"),
    ("version 1", file(FIELDS, TENSORS, DATA, version=1), "version 1"),
    ("version 4", file(FIELDS, TENSORS, DATA, version=4), "version 4"),
    ("big-endian", file(FIELDS, TENSORS, DATA, version=3 << 24), "version 50331648"),
    ("2^62 fields", file(FIELDS, TENSORS, DATA, counts=(2, 1 << 62)), "more than any model"),
    ("2^62 tensors", file(FIELDS, TENSORS, DATA, counts=(1 << 62, 7)), "more than any model"),
    ("10,001 fields", file(FIELDS, TENSORS, DATA, counts=(2, 10_001)), "more than any model"),
    ("100,001 tensors", file(FIELDS, TENSORS, DATA, counts=(100_001, 7)), "more than any model"),
    ("one field too many", file(FIELDS, (), counts=(0, 8), alignment=1), "cut short"),
    ("one tensor too many", file((), TENSORS, counts=(3, 0), alignment=1), "cut short"),
    ("empty key", with_field(field("", UINT8, b"\0")), "no key"),
    ("long key", with_field(field("k" * 257, UINT8, b"\0")), "257 bytes"),
    ("key of 2^64 - 1", with_field(text(b"", (1 << 64) - 1)), "18446744073709551615 bytes"),
    ("key not UTF-8", with_field(field(b"\xff\xfe", UINT8, b"\0")), "not UTF-8"),
    ("key twice", with_field(field("general.name", UINT8, b"\0")), "'general.name' occurs twice"),
    ("unknown field type", with_field(field("k", 13, bytes(8))), "unknown type 13"),
    (
        "long string",
        with_field(field("k", STRING, text(b"", 1 << 62))),
        "'k' has 4611686018427387904",
    ),
    ("1 MiB + 1", with_field(field("k", STRING, text(bytes((1 << 20) + 1)))), "1048577 bytes"),
    ("string behind the end", file((field("k", STRING, text(b"", 99)),)), "cut short"),
    ("string not UTF-8", with_field(field("k", STRING, text(b"\xc3"))), "not UTF-8"),
    (
        "template of 100 MB",
        with_field(field("tokenizer.chat_template", STRING, text(b"", 100_000_000))),
        "100000000 bytes, where 262144",
    ),
    (
        "template of 256 KiB + 1",
        with_field(field("tokenizer.chat_template.rag", STRING, text(bytes((256 << 10) + 1)))),
        "262145 bytes",
    ),
    ("nested arrays", with_field(field("k", ARRAY, NESTED)), "type 9, which has no place"),
    ("array of unknown type", with_field(array("k", 77, b"", 0)), "type 77"),
    ("array of 4 Mi + 1", with_field(array("k", UINT8, b"", (4 << 20) + 1)), "4194305 items"),
    ("array of 2^62", with_field(array("k", UINT64, b"", 1 << 62)), "4611686018427387904 items"),
    ("numbers behind the end", file((array("k", UINT64, b"", 4 << 20),)), "cut short"),
    ("strings behind the end", file((array("k", STRING, b"", 4 << 20),)), "cut short"),
    ("last string cut", file((array("k", STRING, text(b"", 99), 1),)), "cut short"),
    ("string in array", with_field(array("k", STRING, text(b"", 1 << 62), 1)), "4611686018427387"),
    ("alignment 0", with_field(field("general.alignment", UINT32, u32(0))), "power of two"),
    ("alignment 3", with_field(field("general.alignment", UINT32, u32(3))), "power of two"),
    ("alignment 2^31", with_field(field("general.alignment", UINT32, u32(1 << 31))), "power of"),
    ("alignment 8192", with_field(field("general.alignment", UINT32, u32(8192))), "power of two"),
    ("alignment as text", with_field(field("general.alignment", STRING, text("32"))), "power of"),
    ("tensor twice", with_tensor(tensor("wide", (1,), F32, 0)), "'wide' occurs twice"),
    ("long tensor name", with_tensor(tensor("t" * 64, (1,), F32, 0)), "64 bytes"),
    ("tensor name not UTF-8", with_tensor(tensor(b"\x80", (1,), F32, 0)), "not UTF-8"),
    ("no axes", with_tensor(tensor("t", (), F32, 0)), "0 axes"),
    ("five axes", with_tensor(tensor("t", (1,) * 5, F32, 0)), "5 axes"),
    ("2^32 - 1 axes", with_tensor(text("t") + u32((1 << 32) - 1)), "4294967295 axes"),
    ("axis of 0", with_tensor(tensor("t", (4, 0), F32, 0)), r"shape \(0, 4\)"),
    ("size over 2^64", with_tensor(tensor("t", (1 << 31, 1 << 31, 4), F32, 0)), "behind the end"),
    ("size 2^64 wraps to 0", with_tensor(tensor("t", (1 << 62,), F32, 0)), "behind the end"),
    ("half a block", with_tensor(tensor("t", (48,), Q4_0, 0)), "cannot be Q4_0"),
    ("half a block per row", with_tensor(tensor("t", (16, 2), Q4_0, 0)), "cannot be Q4_0"),
    ("removed tensor type", with_tensor(tensor("t", (32,), 4, 0)), "unknown type 4"),
    ("unknown tensor type", with_tensor(tensor("t", (32,), 1000, 0)), "unknown type 1000"),
    ("misaligned", with_tensor(tensor("t", (1,), F32, 4)), "not aligned"),
    ("offset behind the end", with_tensor(tensor("t", (1,), F32, 1 << 40)), "behind the end"),
    ("offset wraps", with_tensor(tensor("t", (1,), F32, (1 << 64) - 32)), "behind the end"),
    ("one value too long", with_tensor(tensor("t", (18,), F32, 0)), "behind the end"),
]


@pytest.mark.parametrize(("data", "why"), [c[1:] for c in HOSTILE], ids=[c[0] for c in HOSTILE])
def test_hostile_files_are_refused_in_one_line(path: Path, data: bytes, why: str) -> None:
    with pytest.raises(BadGGUF, match=why) as refusal:
        parse(path, data)
    assert str(refusal.value).startswith("'model.gguf': ")
    assert str(refusal.value).isprintable()


def test_a_tensor_may_end_with_the_file(path: Path) -> None:
    """So that the case above is refused for its one value more."""
    assert len(parse(path, with_tensor(tensor("t", (17,), F32, 0))).tensors) == 3


@pytest.mark.parametrize("end", range(len(TINY)))
def test_cut_at_every_byte(path: Path, end: int) -> None:
    with pytest.raises(BadGGUF):
        parse(path, TINY[:end])


def test_random_damage_is_read_or_refused(path: Path) -> None:
    chance = random.Random(40)
    numbers = [0, 1, 2**31 - 1, 2**32 - 1, 2**62, 2**63, 2**64 - 1]
    refused = 0
    for _ in range(2000):
        data = bytearray(TINY)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    data[at : at + 8] = struct.pack("<Q", chance.choice(numbers))
                case 2:
                    del data[at : at + chance.randint(1, 8)]
                case 3:
                    data[at:at] = chance.randbytes(chance.randint(1, 8))
        try:
            parse(path, bytes(data))
        except BadGGUF as error:
            assert str(error).isprintable()
            refused += 1
    assert 200 < refused < 1950


def test_a_header_without_end_is_refused_early(path: Path) -> None:
    """A sparse file costs its author nothing: 80 arrays of 32 MiB take less than a page each."""
    items = 4 << 20
    with path.open("wb") as out:
        out.write(b"GGUF" + struct.pack("<IQQ", 3, 0, 80))
        for number in range(80):
            out.write(array(f"k{number}", UINT64, b"", items))
            out.seek(8 * items, os.SEEK_CUR)
        out.truncate()
    assert path.stat().st_size > 80 * 8 * items
    with pytest.raises(BadGGUF, match="header over 134217728 bytes"):
        read_header(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.gguf")
    for path in (tmp_path, tmp_path / "fifo.gguf"):
        with pytest.raises(BadGGUF, match="not a regular file"):
            read_header(path)


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_header(path)


def test_a_large_vocabulary_is_stepped_over(path: Path) -> None:
    tokens = b"".join(text(f"token{number}") for number in range(250_000))
    path.write_bytes(file((array("tokenizer.ggml.tokens", STRING, tokens, 250_000),)))
    header = read_header(path)
    assert header.fields["tokenizer.ggml.tokens"] == ArrayField("string", 250_000, None)


def part(number: int, count: int, name: str) -> bytes:
    fields = (
        field("split.no", 2, struct.pack("<H", number)),
        field("split.count", 2, struct.pack("<H", count)),
    )
    return file(fields, (tensor(name, (8,), F32, 0),), bytes(32))


def split(folder: Path, *parts: bytes) -> Path:
    for number, data in enumerate(parts, 1):
        (folder / f"big-{number:05d}-of-{len(parts):05d}.gguf").write_bytes(data)
    return folder / f"big-00001-of-{len(parts):05d}.gguf"


def test_a_split_model_is_read_whole(tmp_path: Path) -> None:
    parts = [part(number, 3, f"blk.{number}") for number in range(3)]
    first = split(tmp_path, *parts)
    header = read_header(first)
    assert [t.name for t in header.tensors] == ["blk.0", "blk.1", "blk.2"]
    assert header.size == sum(map(len, parts))
    assert [t.name for t in read_part(first).tensors] == ["blk.0"]


def test_a_part_is_missing(tmp_path: Path) -> None:
    first = split(tmp_path, *(part(number, 3, f"blk.{number}") for number in range(3)))
    (tmp_path / "big-00002-of-00003.gguf").unlink()
    with pytest.raises(BadGGUF, match=r"'big-00002-of-00003\.gguf' is missing"):
        read_header(first)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((part(0, 2, "a"), part(1, 2, "a")), "a tensor occurs in two parts"),
        ((part(0, 2, "a"), part(1, 2, "b")[:-1]), "'big-00002-of-00002.gguf': .*behind the end"),
        ((part(0, 3, "a"), part(1, 3, "b")), "name and its header"),
        ((part(0, 2, "a"), part(0, 2, "b")), "'big-00002-of-00002.gguf': its name and its header"),
        ((part(1, 2, "a"), part(0, 2, "b")), "name and its header"),
    ],
    ids=["tensor twice", "cut", "other count", "first part twice", "exchanged"],
)
def test_parts_that_do_not_belong_together(
    tmp_path: Path, parts: tuple[bytes, ...], why: str
) -> None:
    with pytest.raises(BadGGUF, match=why):
        read_header(split(tmp_path, *parts))


@pytest.mark.parametrize("name", ["m-00002-of-00002", "m-00001-of-00000", "m-00000-of-00001"])
def test_only_the_first_part_stands_for_all(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadGGUF, match="the first one stands for all"):
        parse(tmp_path / f"{name}.gguf", part(0, 1, "a"))


def test_a_part_under_another_name(path: Path) -> None:
    with pytest.raises(BadGGUF, match="name and its header"):
        parse(path, part(0, 2, "a"))


def test_tensor_types_are_those_of_ggml() -> None:
    ggml = llama_cpp.llama_cpp._lib
    ggml.ggml_type_name.restype = llama_cpp.ctypes.c_char_p
    ggml.ggml_blck_size.restype = llama_cpp.ctypes.c_int64
    ggml.ggml_type_size.restype = llama_cpp.ctypes.c_size_t
    known = {number for number in range(43) if ggml.ggml_blck_size(number)}
    assert set(TENSOR_TYPES) == known
    for number, kind in TENSOR_TYPES.items():
        assert kind.number == number
        assert kind.name.lower() == ggml.ggml_type_name(number).decode().lower()
        assert (kind.block, kind.size) == (ggml.ggml_blck_size(number), ggml.ggml_type_size(number))


@pytest.mark.slow
def test_the_base_as_the_gguf_package_reads_it() -> None:
    header, theirs = read_header(base_path()), gguf.GGUFReader(base_path())
    assert len(header.tensors) == 30 * 9 + 2
    assert header.size == base_path().stat().st_size
    for ours, tensor in zip(header.tensors, theirs.tensors, strict=True):
        assert ours.name == tensor.name
        assert ours.shape == tuple(reversed(tensor.shape.tolist()))
        assert ours.kind.name == tensor.tensor_type.name
        assert ours.size == tensor.n_bytes
        assert header.data_start + ours.offset == tensor.data_offset
    fields = {k: v for k, v in theirs.fields.items() if not k.startswith("GGUF.")}
    assert set(header.fields) == set(fields)
    for key, value in header.fields.items():
        if isinstance(value, ArrayField):
            assert value.count == len(fields[key].data)
        else:
            assert value == fields[key].contents()

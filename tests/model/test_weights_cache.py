"""Prepared weights: made once, mapped afterwards, and never in the way."""

import multiprocessing
import os
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sleepdoc_model.weights_cache import WeightsCache, damaged

PARTS = ("base", "reader")


class Maker:
    """Makes some weights, and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, Tensor]:
        self.calls += 1
        odd = torch.tensor([1.5, -2.0, 0.25], dtype=torch.bfloat16)  # no whole number of words
        return {"odd": odd, "matrix": torch.arange(4096.0).view(64, 64).T}


def same(weights: dict[str, Tensor]) -> bool:
    made = Maker()()
    return weights.keys() == made.keys() and all(
        torch.equal(weights[name], made[name]) and weights[name].dtype == made[name].dtype
        for name in made
    )


def file_of(directory: Path) -> Path:
    (file,) = directory.iterdir()
    return file


def test_weights_are_made_once(tmp_path: Path) -> None:
    maker, cache = Maker(), WeightsCache(tmp_path / "deep" / "cache")
    assert same(cache.get("kind", PARTS, maker))
    assert same(WeightsCache(tmp_path / "deep" / "cache").get("kind", PARTS, maker))
    assert maker.calls == 1


def test_other_parts_are_other_weights_and_take_the_place_of_the_old(tmp_path: Path) -> None:
    maker, cache = Maker(), WeightsCache(tmp_path)
    cache.get("other", PARTS, maker)
    cache.get("kind", PARTS, maker)
    before = set(tmp_path.iterdir())
    cache.get("kind", ("base", "newer reader"), maker)
    assert maker.calls == 3
    assert len(before) == len(set(tmp_path.iterdir())) == 2
    assert len(before & set(tmp_path.iterdir())) == 1


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def zero_a_page(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size - 4096)
        opened.write(bytes(2048))


def flip_one_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1000] ^= 4
    file.write_bytes(content)


def another_format(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"sleepdoc-weights-", b"sleepdoc_weights_"))


def without_sums(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"sums"', b'"sumz"'))


DAMAGES = [cut, empty, zero_a_page, flip_one_bit, another_format, without_sums]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: object) -> None:
    maker, cache = Maker(), WeightsCache(tmp_path)
    cache.get("kind", PARTS, maker)
    assert callable(damage)
    damage(file_of(tmp_path))
    assert same(cache.get("kind", PARTS, maker))
    assert maker.calls == 2
    assert same(cache.get("kind", PARTS, maker))
    assert maker.calls == 2


def test_weights_stay_when_their_file_goes(tmp_path: Path) -> None:
    cache = WeightsCache(tmp_path)
    weights = cache.get("kind", PARTS, Maker())
    file_of(tmp_path).unlink()
    assert same(weights)


def test_without_a_place_everything_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    # No directory can be made there, by nobody: not even by those whom permissions do not stop.
    for nowhere in (None, tmp_path / "file" / "cache", Path("/proc/cache")):
        assert same(WeightsCache(nowhere).get("kind", PARTS, Maker()))


def get(directory: Path) -> bool:
    return same(WeightsCache(directory).get("kind", PARTS, Maker()))


def test_two_processes_may_make_it_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert all(pool.map(get, [tmp_path] * 4, chunksize=1))
    assert file_of(tmp_path).suffix == ".safetensors"


def test_a_changed_type_is_noticed(tmp_path: Path) -> None:
    """The same bits of another type are other weights."""
    cache = WeightsCache(tmp_path)
    weights = {"w": torch.arange(4, dtype=torch.float32)}
    cache.get("kind", ["a"], lambda: weights)
    (path,) = tmp_path.glob("*.safetensors")
    content = path.read_bytes()
    assert content.count(b'"F32"') == 1
    path.write_bytes(content.replace(b'"F32"', b'"I32"'))
    assert damaged(tmp_path) == [path]
    assert cache.get("kind", ["a"], lambda: weights)["w"].dtype == torch.float32
    assert damaged(tmp_path) == []

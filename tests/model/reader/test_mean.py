"""The mean of readers lies half way, however their files split a product."""

import sys
from pathlib import Path

import pytest
import torch

from sleepdoc_model.reader import read_reader, save_reader
from sleepdoc_model.training.reader import mean


def test_the_mean_lies_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    down, up = torch.ones(2, 4), torch.ones(3, 2)
    paths = [tmp_path / "one.safetensors", tmp_path / "three.safetensors"]
    # Once and three times the same product, of factors that are of other sizes.
    for path, of_down, of_up in zip(paths, (1.0, 0.5), (1.0, 6.0), strict=True):
        save_reader(path, {"blocks.0.mlp.up": (of_down * down, of_up * up)})
    out = tmp_path / "reader.safetensors"
    monkeypatch.setattr(sys, "argv", ["mean", *map(str, paths), "--out", str(out)])
    mean.main()
    ((name, (found_down, found_up)),) = read_reader(out).items()
    assert name == "blocks.0.mlp.up"
    assert torch.allclose(found_up @ found_down, 2 * (up @ down), rtol=1e-2)

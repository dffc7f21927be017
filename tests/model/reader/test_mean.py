"""The mean of readers is that of their averages over steps."""

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sleepdoc_model.reader import read_reader
from sleepdoc_model.training.reader import mean


def test_the_mean_lies_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    down, up = torch.ones(2, 4), torch.ones(3, 2)
    paths = []
    for step, size in ((10, 1.0), (30, 3.0)):
        state = {
            "step": torch.tensor(step),
            "blocks.0.mlp.up.down/average": size * down,
            "blocks.0.mlp.up.up/average": size * up,
            "blocks.0.mlp.up.down/value": 7 * down,
        }
        paths.append(tmp_path / f"{step}.safetensors")
        save_file(state, paths[-1])
    out = tmp_path / "reader.safetensors"
    monkeypatch.setattr(sys, "argv", ["mean", *map(str, paths), "--out", str(out)])
    mean.main()
    ((name, (found_down, found_up)),) = read_reader(out).items()
    assert name == "blocks.0.mlp.up"
    assert torch.allclose(found_up @ found_down, (2 * up) @ (2 * down), rtol=1e-2)

"""The benchmark measures what is right, says what is wrong, and goes on where it stopped."""

import dataclasses
import json
import sys

import pytest
import torch

from sleepdoc_kernels.bench import __main__ as bench
from sleepdoc_kernels.bench import cases
from sleepdoc_kernels.bench.contestants import contestants


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run it on one small case; returns its exit code and its rows."""
    monkeypatch.setattr(cases, "REHEARSAL", (cases.Case("small", 20, 1, 16, 16),))
    monkeypatch.setenv("TRITON_INTERPRET", "1")

    def command(*extra: str):
        path = tmp_path / "rows.json"
        options = ["--rehearse", "--device", "cpu", "--seconds", "0", "--json", str(path), *extra]
        monkeypatch.setattr(sys, "argv", ["bench", *options])
        return bench.main(), json.loads(path.read_text())["rows"]

    return command


def test_every_operation_is_measured_once_and_kept(run, capsys, tmp_path):
    pytest.importorskip("triton")
    code, rows = run("--plot", str(tmp_path / "plot.svg"))
    timed = {(row["implementation"], row["operation"]) for row in rows if "eager" in row}
    assert code == 0
    assert {("triton_chunk", operation) for operation in cases.OPERATIONS} <= timed
    assert ("naive", "training") not in timed
    assert "has no gradient" in capsys.readouterr().out
    assert "triton_chunk" in (tmp_path / "plot.svg").read_text()
    assert run() == (0, rows)


def test_a_case_of_another_shape_is_measured_anew(run, monkeypatch):
    first, *_ = cases.REHEARSAL
    only = {"torch_chunk": contestants("cpu")["torch_chunk"]}
    monkeypatch.setattr(bench, "contestants", lambda device: only)
    _, before = run("--cases", first.name)
    monkeypatch.setattr(cases, "REHEARSAL", (dataclasses.replace(first, heads=3),))
    _, after = run("--cases", first.name)
    assert [row["case"] for row in after] == [row["case"] for row in before[: len(after)]]
    assert all("3 heads" in row["shape"] and row not in before for row in after)


def test_what_is_not_right_is_not_measured(run, monkeypatch, capsys):
    right = contestants("cpu")["torch_chunk"]

    def off(**inputs):
        out, state = right(**inputs)
        return out, state * (1 + 1e-3)

    monkeypatch.setattr(bench, "contestants", lambda device: {"off": off, "torch_chunk": right})
    code, rows = run()
    assert code == 1
    assert "wrong: state: RMSE ratio 1.00e-03" in capsys.readouterr().out
    assert all("eager" not in row for row in rows if row["implementation"] == "off")


def test_floors_are_those_worked_out_by_hand():
    rates = cases.Rates(bytes_per_second=3.35e12, products_per_second=989e12)
    a, b, c, _ = cases.GPU
    for case, state, forward in ((a, 1.5, 2.9), (b, 16.6, 31.6), (c, 40.4, 70.4)):
        assert case.floor("state", rates) * 1e6 == pytest.approx(state, rel=0.05)
        assert case.floor("forward", rates) * 1e6 == pytest.approx(forward, rel=0.05)


def test_inputs_leave_something_of_the_initial_state():
    inputs = cases.DEFAULT_MODEL.inputs(torch.float32, "cpu")
    assert inputs.log_decay.sum(1).mean().item() == pytest.approx(-2, rel=1e-3)
    assert (inputs.log_decay <= 0).all()

"""What is chosen before torch is loaded, and the priority of reading."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sleepdoc_model.processor import cores, in_the_background, settle

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_left_open_is_chosen() -> None:
    environment: dict[str, str] = {}
    settle(environment)
    assert environment == {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(cores())}


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY"])
def test_what_is_said_holds(name: str) -> None:
    environment = {name: "7"}
    choices = {each.name: each for each in settle(environment)}
    assert choices[name].value == environment[name] == "7"
    assert choices[name].reason == "from the environment"


def test_torch_takes_the_number_of_threads() -> None:
    """In a process of its own: it counts only if it is said before torch is loaded."""
    script = (
        "import os, sleepdoc_model.processor as p\n"
        "p.cores = lambda: 1\n"
        "p.settle(os.environ)\n"
        "import torch\n"
        "print(torch.get_num_threads())"
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    out = subprocess.run(
        [sys.executable, "-c", script],
        env=kept | {"PYTHONPATH": str(ROOT / "model")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(out.stdout) == 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux knows siblings")
def test_siblings_are_one_core_and_a_quota_counts(tmp_path: Path) -> None:
    for cpu in os.sched_getaffinity(0):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{cpu // 2 * 2}-{cpu // 2 * 2 + 1}")
    cpus = os.sched_getaffinity(0)
    assert cores(tmp_path, tmp_path / "none") == len({cpu // 2 for cpu in cpus})
    assert cores(tmp_path / "none", tmp_path / "none") == len(cpus)
    quota = tmp_path / "cpu.max"
    quota.write_text("150000 100000\n")
    assert cores(tmp_path / "none", quota) == 1
    quota.write_text("max 100000\n")
    assert cores(tmp_path / "none", quota) == len(cpus)


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="Linux has batch scheduling")
def test_the_background_is_left_again() -> None:
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    with in_the_background():
        assert os.sched_getscheduler(0) == os.SCHED_BATCH
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_without_affinity_all_cores_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)  # the system does not say
    assert cores() == 1

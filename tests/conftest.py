"""What every test gets: its own data directory, no network, few threads, coroutine tests."""

import asyncio
import inspect
import ipaddress
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Before anything imports torch; test processes share the machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def prepared_weights() -> Iterator[Path]:
    """A cache directory for all tests, gone afterwards: what is in it is large."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


@pytest.fixture(autouse=True)
def data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared_weights: Path) -> Path:
    """A data directory of the test's own, also for the processes it starts."""
    directory = tmp_path / "data"
    monkeypatch.setenv("SLEEPDOC_DATA_DIR", str(directory))
    monkeypatch.setenv("SLEEPDOC_CACHE_DIR", str(prepared_weights))
    monkeypatch.setenv("SLEEPDOC_CONFIG", str(directory / "config.toml"))
    monkeypatch.delenv("SLEEPDOC_MODEL", raising=False)
    return directory


@pytest.fixture
def weights_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp does not rearrange weights: on some CPUs it crashes then (see `load_model`)."""
    import llama_cpp.llama_cpp as llama

    defaults = llama.llama_model_default_params

    def plain() -> llama.llama_model_params:
        options = defaults()
        options.use_extra_bufts = False
        return options

    monkeypatch.setattr(llama, "llama_model_default_params", plain)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sockets may reach this machine and nothing else."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test tried to connect to {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests to their end."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True

"""Model files to find and to fetch, and a machine that has none of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter
from tests.model.tiny_gguf import build

from .fake_hub import FakeHub

Model = Callable[[str], bytes]
VARIABLES = (
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "LLAMA_CACHE",
    "SLEEPDOC_MODELS",
    "XDG_CACHE_HOME",
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The bytes of a model of an architecture."""
    built: dict[str, bytes] = {}

    def content(architecture: str) -> bytes:
        if architecture not in built:
            path = tmp_path_factory.mktemp(architecture) / "model.gguf"
            built[architecture] = build(path, architecture).read_bytes()
        return built[architecture]

    return content


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, and no variable that points out of it."""
    directory = tmp_path / "home"
    directory.mkdir()
    monkeypatch.setenv("HOME", str(directory))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return directory


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A hub with nothing in it."""
    with FakeHub() as served:
        yield served


@pytest.fixture(scope="session")
def split_model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A model in two files, by their names; just enough of one to be described."""
    folder = tmp_path_factory.mktemp("split")
    writer = GGUFWriter(folder / "s.gguf", "llama", split_max_tensors=1)
    writer.add_block_count(1)
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_head_count(2)
    for name in ("token_embd.weight", "output_norm.weight"):
        writer.add_tensor(name, np.ones((32, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return {path.name: path.read_bytes() for path in folder.iterdir()}

"""What figures are of. Results with another identity are not mixed with these."""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sleepdoc_model.engine import EngineInfo
from sleepdoc_model.evaluation.documents import Document, dump
from sleepdoc_model.file_hash import file_sha256

_PACKAGES = ("sleepdoc", "torch", "llama-cpp-python")


def identity(
    info: EngineInfo, data: Mapping[str, str], settings: Mapping[str, object]
) -> dict[str, object]:
    """The model, what it runs on and in, versions, settings, and by name the SHA-256 of all data.

    The fingerprint is of base and heads; a reader is to be among the data.
    """
    return {
        "model": info.model,
        "fingerprint": info.fingerprint,
        "device": info.device,
        "dtype": info.dtype,
        "machine": platform.machine(),
        "versions": {name: found for name in _PACKAGES if (found := _version(name))},
        "data": dict(data),
        "settings": dict(settings),
    }


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, or of the names and contents of all that a folder holds.

    Raises:
        OSError: it cannot be read.
    """
    if not path.is_dir():
        return file_sha256(path)
    found = sorted(each for each in path.rglob("*") if each.is_file())
    lines = (f"{each.relative_to(path).as_posix()}\0{file_sha256(each)}\n" for each in found)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def sha256_of_documents(documents: Iterable[Document]) -> str:
    """Of documents and their questions, as they would lie in a file."""
    lines = "".join(dump(document) + "\n" for document in documents)
    return hashlib.sha256(lines.encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

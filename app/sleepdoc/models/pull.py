"""Fetching a model from the Hugging Face hub into the hub's own cache, checked and resumable.

huggingface_hub throws away what it has of a file when a download is cut off. So the bytes are
fetched here, and it then finds them in its cache and makes the rest of its layout around them.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sleepdoc.errors import BusyError, ModelError, StorageError
from sleepdoc.models import places
from sleepdoc.models.hub import HubFile, HubModel, Repository, asking

Report = Callable[[str, int, int], None]
"""Called with a file's name, the bytes there are of it, and those there will be."""

_CHUNK = 1 << 20
_SECONDS = 60


def missing(repository: Repository, model: HubModel) -> int:
    """Bytes of `model` that are not in the cache yet."""
    return sum(file.size - _present(repository, file) for file in model.files)


def free() -> tuple[int, Path]:
    """Bytes free on the disk of the cache, and a folder on that disk."""
    cache = places.hub_cache()
    folder = next(path for path in (cache, *cache.parents) if os.path.exists(path))
    return shutil.disk_usage(folder).free, folder


def pull(repository: Repository, model: HubModel, report: Report) -> Path:
    """Fetch what is missing of `model` and check all of it.

    Returns:
        Where its first file lies in the cache.

    Raises:
        ModelError: the hub cannot be reached, or sends something else.
        BusyError: another process is fetching the same file.
        StorageError: the disk is full or may not be written.
    """
    first, *_ = [_pull(repository, file, report) for file in model.files]
    return first


def _pull(repository: Repository, file: HubFile, report: Report) -> Path:
    blob = _blob(repository, file)
    with _storing(blob):
        blob.parent.mkdir(parents=True, exist_ok=True)
        if blob.exists():
            _check(blob, file)
        else:
            _fetch(repository, file, report)
        path = _linked(repository, file)
        # Where there are no links it is a copy.
        if not path.samefile(blob):
            _check(path, file)
    return path


def _fetch(repository: Repository, file: HubFile, report: Report) -> None:
    partial = _partial(repository, file)
    with partial.open("ab") as output:
        try:
            fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"Another process is fetching {file.name}; wait for it.") from None
        report(file.name, output.tell(), file.size)
        if output.tell() < file.size:
            _receive(repository, file, output, report)
        output.flush()
        os.fsync(output.fileno())
        _check(partial, file)
        partial.rename(_blob(repository, file))


def _receive(repository: Repository, file: HubFile, output: IO[bytes], report: Report) -> None:
    """Append to `output` what it has not got yet."""
    with asking(repository.id):
        from huggingface_hub import get_session, hf_hub_url, hf_raise_for_status
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        url = hf_hub_url(repository.id, file.name, revision=repository.commit)
        headers = build_hf_headers() | {"Accept-Encoding": "identity"}
        if output.tell():
            headers["Range"] = f"bytes={output.tell()}-"
        with get_session().stream("GET", url, headers=headers, timeout=_SECONDS) as response:
            hf_raise_for_status(response)
            if response.status_code != 206:
                output.seek(0)
                output.truncate()
            for chunk in response.iter_bytes(_CHUNK):
                output.write(chunk)
                if output.tell() > file.size:
                    break
                report(file.name, output.tell(), file.size)
    if output.tell() < file.size:
        raise ModelError(f"{file.name} ended too early; the same command goes on from here.")


def _linked(repository: Repository, file: HubFile) -> Path:
    """Let huggingface_hub give the file its name in the cache; it finds the bytes there."""
    with asking(repository.id):
        from huggingface_hub import hf_hub_download

        cache = places.hub_cache()
        path = hf_hub_download(
            repository.id, file.name, revision=repository.commit, cache_dir=cache
        )
    return Path(path)


def _check(path: Path, file: HubFile) -> None:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != file.sha256:
        path.unlink()
        raise ModelError(
            f"{file.name} is not what the hub says it is (its SHA-256 differs) and was removed; "
            "the same command fetches it again."
        )


def _present(repository: Repository, file: HubFile) -> int:
    for path in (_blob(repository, file), _partial(repository, file)):
        with suppress(OSError):
            return min(path.stat().st_size, file.size)
    return 0


def _blob(repository: Repository, file: HubFile) -> Path:
    """Where the hub's cache keeps a file under its hash."""
    folder = places.hub_cache() / f"models--{repository.id.replace('/', '--')}"
    return folder / "blobs" / file.sha256


def _partial(repository: Repository, file: HubFile) -> Path:
    return _blob(repository, file).with_suffix(".sleepdoc.incomplete")


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error

"""What the Hugging Face hub has, and what it says when it does not."""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sleepdoc.errors import ModelError, UsageError

_SHARD = re.compile(r"(.+)-([0-9]{5})-of-([0-9]{5})\.gguf")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SECONDS = 20


@dataclass(frozen=True)
class HubFile:
    name: str
    size: int
    """Bytes."""
    sha256: str
    """Hex."""


@dataclass(frozen=True)
class HubModel:
    """One file, or all parts of a split one."""

    files: tuple[HubFile, ...]

    @property
    def name(self) -> str:
        return self.files[0].name

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Repository:
    """A repository at one commit."""

    id: str
    commit: str
    licence: str | None
    endpoint: str
    models: tuple[HubModel, ...]

    def model(self, file: str) -> HubModel:
        """The model that `file`, or a part of that name, belongs to.

        Raises:
            ModelError: there is no such file.
        """
        for model in self.models:
            if any(file == part.name for part in model.files):
                return model
        there = ", ".join(model.name for model in self.models)
        raise ModelError(f"{self.id} has no model {file}; it has {there}.")


def look_up(repository: str, revision: str | None) -> Repository:
    """Ask the hub what `repository` holds.

    Args:
        repository: ``ORG/NAME``.
        revision: A branch, a tag or a commit; None is the main branch.

    Raises:
        UsageError: `repository` cannot be a name on the hub.
        ModelError: there is no such model, none that is GGUF, or no way to ask.
    """
    if repository.count("/") != 1:
        raise _no_name(repository)
    with asking(repository):
        from huggingface_hub import HfApi

        api = HfApi()
        info = api.model_info(repository, revision=revision, files_metadata=True, timeout=_SECONDS)
    if info.sha is None:
        raise ModelError(f"{api.endpoint} does not name a commit of {repository}.")
    models = _models(
        HubFile(sibling.rfilename, sibling.lfs.size, sibling.lfs.sha256)
        for sibling in info.siblings or ()
        if sibling.lfs and _SHA256.fullmatch(sibling.lfs.sha256)
    )
    if not models:
        raise ModelError(
            f"{repository} has no GGUF model whose SHA-256 the hub knows; look for another."
        )
    return Repository(repository, info.sha, _licence(info.card_data), api.endpoint, models)


@contextmanager
def asking(repository: str) -> Iterator[None]:
    """Whatever goes wrong with the hub while the context is open is one line.

    Raises:
        UsageError: `repository` cannot be a name on the hub.
        ModelError: it is not to be had, for whatever reason.
    """
    # What it would add to every request is the version of torch and the program that runs it.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import httpx
        from huggingface_hub import constants, errors
        from huggingface_hub import logging as hub_logging
    except ImportError as error:
        raise ModelError(
            "Fetching models needs huggingface-hub, which the extra [hub] installs."
        ) from error
    hub_logging.set_verbosity(logging.ERROR)
    hub = constants.ENDPOINT
    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise ModelError(
            "Fetching a model needs the network, and HF_HUB_OFFLINE is set; unset it to fetch one."
        ) from error
    except errors.HFValidationError as error:
        raise _no_name(repository) from error
    except errors.GatedRepoError as error:
        raise ModelError(
            f"{repository} is gated; accept its terms on {hub}/{repository}, then hf auth login."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"There is no model {repository} on {hub}, or it is private; check the name, or "
            "hf auth login."
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(
            f"{repository} has no such revision; without --revision it is the main branch."
        ) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise ModelError(f"{hub} answered with HTTP status {status}; try again later.") from error
    except (httpx.HTTPError, httpx.InvalidURL, errors.LocalEntryNotFoundError) as error:
        raise ModelError(
            f"The connection to {hub} failed ({error}); the same command goes on from here."
        ) from error
    except (LookupError, TypeError, ValueError) as error:
        raise ModelError(
            f"{hub} does not answer as a hub does; check the network, or HF_ENDPOINT."
        ) from error


def _no_name(repository: str) -> UsageError:
    return UsageError(f"{repository} is no name on the hub, which is like ORG/NAME.")


def _models(files: Iterable[HubFile]) -> tuple[HubModel, ...]:
    """Whole models by name; projectors for images are none."""
    parts: dict[str, list[HubFile]] = {}
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(".gguf") and "mmproj" not in file.name.lower():
            shard = _SHARD.fullmatch(file.name)
            parts.setdefault(f"{shard[1]}/{shard[3]}" if shard else file.name, []).append(file)
    found = (HubModel(tuple(group)) for group in parts.values())
    return tuple(model for model in found if len(model.files) == _count(model))


def _count(model: HubModel) -> int:
    shard = _SHARD.fullmatch(model.name)
    return int(shard[3]) if shard else 1


def _licence(card: object) -> str | None:
    """What the model card says; of a licence that is not on the hub's list, its own name."""
    names = (getattr(card, "license_name", None), getattr(card, "license", None))
    return next((name for name in names if isinstance(name, str)), None)

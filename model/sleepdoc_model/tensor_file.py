"""Writing a file of tensors that is there whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors beside `path`, and then in its place; its directory is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    save_file(dict(tensors), temporary, None if metadata is None else dict(metadata))
    temporary.replace(path)

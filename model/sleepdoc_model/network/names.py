"""What parameters are called in files, whatever modules they are sorted into."""

from collections.abc import MutableMapping
from typing import Any

from torch import nn


def leave_out(module: nn.Module, part: str) -> None:
    """Drop the name of a part of `module` from the names in its state dicts, read and written.

    A checkpoint says `memory.q.down`, also where `q` belongs to a part of the memory.
    """

    def drop(_: nn.Module, state: MutableMapping[str, Any], prefix: str, *rest: Any) -> None:
        inner = f"{prefix}{part}."
        for name in [name for name in state if name.startswith(inner)]:
            state[prefix + name.removeprefix(inner)] = state.pop(name)

    def insert(owner: nn.Module, state: MutableMapping[str, Any], prefix: str, *rest: Any) -> None:
        for name in owner.get_submodule(part).state_dict():
            if prefix + name in state:
                state[f"{prefix}{part}.{name}"] = state.pop(prefix + name)

    module.register_state_dict_post_hook(drop)  # type: ignore[no-untyped-call]
    module.register_load_state_dict_pre_hook(insert)  # type: ignore[no-untyped-call]

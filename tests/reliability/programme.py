"""All faults there are."""

from importlib import import_module

from .fault import Fault

_MODULES = (
    "kills",
    "commit_kills",
    "power_cuts",
    "full_disks",
    "flips",
    "processes",
    "programs",
    "clocks",
    "hostile_documents",
    "terminals",
    "tokens",
)


def faults() -> dict[str, Fault]:
    """By name, in the order of the table."""
    modules = [import_module(f"{__package__}.{name}") for name in _MODULES]
    return {fault.name: fault for module in modules for fault in module.FAULTS}

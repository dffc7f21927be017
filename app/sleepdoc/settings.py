"""What a person has chosen once and for all: ``config.toml``, and where each value comes from."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sleepdoc import locations
from sleepdoc.errors import StorageError, UsageError
from sleepdoc_model.load import DEFAULT_MODEL


@dataclass(frozen=True)
class Option:
    """One thing to choose."""

    name: str
    kind: type
    default: object
    says: str
    variable: str = ""
    """The environment variable that comes before the file, if there is one."""
    fits: Callable[[Any], bool] = field(default=lambda value: True)


OPTIONS = (
    Option("model", str, DEFAULT_MODEL, "the model of a new conversation", "SLEEPDOC_MODEL"),
    Option(
        "passes",
        int,
        0,
        "passes per sleep of a new conversation; 0: what the model recommends",
        fits=lambda value: 0 <= value <= 64,
    ),
    Option(
        "sleep_at",
        int,
        0,
        "percent of the window, 25 to 100, that the document fills before a sleep, in a new "
        "conversation; 0: all but room for a question",
        fits=lambda value: value == 0 or 25 <= value <= 100,
    ),
    Option("theme", str, "sleepdoc-night", "colours of the application"),
)


@dataclass(frozen=True)
class Value:
    """What one option is, and who says so."""

    option: Option
    value: object
    source: str


@dataclass(frozen=True)
class Settings:
    """All of them."""

    values: Mapping[str, Value]
    keys: Mapping[str, str]
    """Other keys, by the name of what they do (``find``, ``page.open``...)."""

    def __getitem__(self, name: str) -> Any:
        return self.values[name].value

    def chosen(self, name: str) -> Any:
        """The value, or None where nobody chose one."""
        found = self.values[name]
        return None if found.source == "default" else found.value


def load(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read the file, if there is one.

    Raises:
        UsageError: it is not TOML, or says something that does not exist or does not fit.
    """
    written = _read(path)
    keys = written.pop("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise UsageError(f'{path}: [keys] takes lines such as find = "ctrl+f".')
    if unknown := sorted(set(written) - {option.name for option in OPTIONS}):
        raise UsageError(f"{path}: there is no setting {unknown[0]!r}; sleepdoc config lists them.")
    values = {option.name: _value(option, written, path, environment) for option in OPTIONS}
    return Settings(values, keys)


def settings() -> Settings:
    """Those of now: file and environment are looked at anew."""
    return load(locations.config_file(), os.environ)


def choose(name: str, value: object) -> None:
    """Write one choice into the file; the rest of it, comments too, stays as it is.

    Raises:
        UsageError: the file cannot be read.
        StorageError: it cannot be written.
    """
    import tomlkit

    from sleepdoc.exports.output_file import write_file

    path = locations.config_file().resolve()  # a link to it stays one
    _read(path)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    written = tomlkit.parse(text)
    if name in written:
        written[name] = value
        text = tomlkit.dumps(written)
    else:  # in front: behind a table it would be a part of that
        text = tomlkit.dumps({name: value}) + text
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path.parent} cannot be made: {error.strerror}.") from error
    write_file(path, text.encode(), replace=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


def _value(
    option: Option, written: Mapping[str, Any], path: Path, environment: Mapping[str, str]
) -> Value:
    if option.variable and (value := environment.get(option.variable)):
        return Value(option, value, option.variable)
    if option.name not in written:
        return Value(option, option.default, "default")
    value = written[option.name]
    if type(value) is not option.kind or not option.fits(value):
        raise UsageError(f"{path}: {option.name} = {value!r} does not fit: {option.says}.")
    return Value(option, value, str(path))

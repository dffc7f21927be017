"""`sleepdoc config`: what is set, and by what."""

import click

from sleepdoc import locations
from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, verbose_option
from sleepdoc.cli.output import emit, notice, say, table


@click.command(cls=Command)
@json_option
@verbose_option
def config(as_json: bool) -> None:
    """Print every setting, its value, and where that comes from.

    A flag comes before the environment, that before the file, that before the default.
    """
    from sleepdoc.settings import settings

    chosen = settings()
    path = str(locations.config_file())
    if as_json:
        values = {
            name: {"value": each.value, "source": each.source}
            for name, each in chosen.values.items()
        }
        emit({"file": path, "settings": values, "keys": dict(chosen.keys)})
        return
    rows = [
        (name, _toml(each.value), each.source, each.option.says)
        for name, each in chosen.values.items()
    ]
    rows += [(f"keys.{name}", key, path, "") for name, key in chosen.keys.items()]
    say(table([("SETTING", "VALUE", "FROM", "MEANS"), *rows]))
    notice(f"The file is {path}.")


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

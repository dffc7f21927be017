"""What all commands share: how they fail, and how `sleepdoc FILE` becomes `sleepdoc open FILE`."""

import traceback
from typing import Any, NoReturn

import click

from sleepdoc.cli.output import notice
from sleepdoc.errors import ExitCode, SleepdocError

_VERBOSE = "sleepdoc.verbose"


class Interrupted(SleepdocError):
    """Ctrl-C, with a line that says where things stand."""

    exit_code = ExitCode.INTERRUPTED


class Command(click.Command):
    """A command whose every failure is one line and an exit code; ``-v`` adds the traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except (KeyboardInterrupt, click.Abort):
            _fail(ctx, "Interrupted. What was saved stays saved.", ExitCode.INTERRUPTED)
        except SleepdocError as error:
            _fail(ctx, str(error), error.exit_code)
        except Exception as error:
            hint = "this is a bug in sleepdoc, -v shows where"
            _fail(ctx, f"{type(error).__name__}: {error} ({hint})", ExitCode.INTERNAL)


class DefaultGroup(click.Group):
    """A group that takes anything that is not one of its commands as something to open."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*self.commands, *ctx.help_option_names, "--version"}
        if args and args[0] not in own:
            args = ["open", *args]
        return super().parse_args(ctx, args)


def set_verbose(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Callback of the option ``-v``."""
    ctx.meta[_VERBOSE] = value


def _fail(ctx: click.Context, message: str, code: ExitCode) -> NoReturn:
    if ctx.meta.get(_VERBOSE):
        notice(traceback.format_exc())
    notice(f"sleepdoc: {' '.join(message.split())}")
    ctx.exit(code)

"""What all commands share: how they fail, and how `sleepdoc FILE` becomes `sleepdoc open FILE`."""

import difflib
import traceback
from typing import Any, NoReturn

import click

from sleepdoc.cli.output import notice
from sleepdoc.errors import ExitCode, SleepdocError

_VERBOSE = "sleepdoc.verbose"
_MEANT = "sleepdoc.meant"
"""The command that what stands in place of a verb looks like."""


class Interrupted(SleepdocError):
    """Ctrl-C, with a line that says where things stand."""

    exit_code = ExitCode.INTERRUPTED


class Command(click.Command):
    """A command whose every failure is one line and an exit code; ``-v`` adds the traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if _MEANT not in ctx.meta:
                raise
            # A mistyped verb and its arguments, which `open` has no use for.
            _fail(ctx, f"{error.format_message().rstrip('.')}.", ExitCode.USAGE)

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
        if args and args[0] in [*ctx.help_option_names, "--version"]:
            return super().parse_args(ctx, args)
        before, rest = _shared(args)
        if rest and rest[0] in ctx.help_option_names:
            return super().parse_args(ctx, rest)
        verb, *rest = self._verb(ctx, rest)
        return super().parse_args(ctx, [verb, *before, *rest])

    def _verb(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments with their verb, which may go without saying."""
        if not args:
            return ["library"]
        if args[0] in ("-c", "--continue"):
            return ["resume", *args[1:]]
        if args[0] in self.commands:
            return args
        if close := difflib.get_close_matches(args[0], self.commands, n=1):
            ctx.meta[_MEANT] = close[0]
        return ["open", *args]


def _shared(args: list[str]) -> tuple[list[str], list[str]]:
    """Options of every command that stand before the verb, and what comes after them."""
    at = 0
    while at < len(args):
        if args[at] in ("-v", "--verbose") or args[at].startswith("--db="):
            at += 1
        elif args[at] == "--db":
            at += 2
        else:
            break
    return args[:at], args[at:]


def set_verbose(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Callback of the option ``-v``."""
    ctx.meta[_VERBOSE] = value


def _fail(ctx: click.Context, message: str, code: ExitCode) -> NoReturn:
    if ctx.meta.get(_VERBOSE):
        notice(traceback.format_exc())
    if (meant := ctx.meta.get(_MEANT)) and code in (ExitCode.USAGE, ExitCode.NOT_FOUND):
        message += f" Did you mean `sleepdoc {meant}`?"
    notice(f"sleepdoc: {' '.join(message.split())}")
    ctx.exit(code)

"""`sleepdoc completion`: what makes a shell complete commands, options and names."""

import click
from click.shell_completion import get_completion_class

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import verbose_option
from sleepdoc.cli.output import say


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@verbose_option
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: eval "$(sleepdoc completion bash)"
    """
    group = ctx.find_root().command
    found = get_completion_class(shell)
    assert found is not None
    say(found(group, {}, "sleepdoc", "_SLEEPDOC_COMPLETE").source())

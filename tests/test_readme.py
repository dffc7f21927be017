"""README and docs/command-line.md tell the truth about it, and leave nothing of it out."""

import re
from pathlib import Path

import click
import pytest

from sleepdoc import __version__
from sleepdoc.cli import cli
from sleepdoc.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
MANUAL = "\n".join(
    (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/command-line.md")
)
CODE = [code.replace("\\|", "|") for code in re.findall(r"`([^`\n]+)`", MANUAL)]
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL))
CALLS = [*CODE, *re.split(r"\n|&&|#", SHELL)]
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def options_of(command: click.Command) -> set[str]:
    """Every spelling of every option a command takes; of a group's, all of its commands'."""
    parameters = parameters_of(command)
    named = {name for parameter in parameters for name in parameter.opts if name[0] == "-"}
    return named | {"-h", "--help"}


def parameters_of(command: click.Command) -> list[click.Parameter]:
    """Its own, and those of what it groups, but for sleepdoc itself."""
    grouped = command.commands.values() if isinstance(command, click.Group) else ()
    inner = [p for each in grouped for p in parameters_of(each)] if command is not cli else []
    return [*command.params, *inner]


def calls() -> list[tuple[str, set[str]]]:
    """Every ``sleepdoc`` call they show: the command, and the options given to it."""
    found = []
    for code in CALLS:
        words = code.split()
        if words[:1] == ["sleepdoc"] and len(words) > 1:
            found.append((words[1], set(OPTION.findall(code))))
    return found


def test_every_call_shown_exists() -> None:
    shown = calls()
    assert len(shown) > len(cli.commands)
    for word, options in shown:
        if word.startswith("-"):
            assert options <= options_of(cli)
        elif word not in cli.commands:
            assert "." in word or word == "FILE", f"sleepdoc {word} is no command"
        else:
            assert options <= options_of(cli.commands[word]), f"sleepdoc {word}"


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_is_shown_with_its_options(name: str) -> None:
    shared = {option for code in CODE if code.startswith("-") for option in OPTION.findall(code)}
    rows = [options for word, options in calls() if word == name]
    assert rows, f"sleepdoc {name} is not documented"
    documented = set().union(shared, *rows)
    for parameter in parameters_of(cli.commands[name]):
        if isinstance(parameter, click.Option):
            assert documented & set(parameter.opts), f"{parameter.opts} of {name}"


def test_options_mentioned_alone_exist() -> None:
    known = options_of(cli).union(*map(options_of, cli.commands.values()))
    for code in CODE:
        if code.startswith("-"):
            assert set(OPTION.findall(code)) <= known, code


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    assert re.search(rf"^\| {code.value} \| \S", MANUAL, re.MULTILINE)


def test_no_other_exit_code_is_documented() -> None:
    documented = re.findall(r"^\| (\d+) \|", MANUAL, re.MULTILINE)
    assert sorted(map(int, documented)) == sorted(ExitCode)


def test_every_environment_variable_exists() -> None:
    sources = "".join(
        path.read_text()
        for top in ("app", "model", "kernels")
        for path in (ROOT / top).rglob("*.py")
    )
    variables = set(re.findall(r"`(SLEEPDOC_[A-Z_]+)`", MANUAL))
    assert variables == set(re.findall(r"\"(SLEEPDOC_[A-Z_]+)\"", sources))


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.M)


def test_set_up_is_what_the_check_script_does() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    set_up = re.search(r"^python3 -m venv .*$", SHELL, re.MULTILINE)
    assert set_up
    steps = [step.strip() for step in set_up[0].split("&&")]
    installs = [step for step in steps if step.startswith("pip install")]
    assert len(installs) == 2
    for step in (*installs, "python -m pytest -n auto"):
        assert f"\n{step}\n" in script
        assert step in SHELL

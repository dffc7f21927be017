"""Fetching from a hub on this machine, with everything that goes wrong on the way."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.app.cli.conftest import SOURCES, Outcome, command_line, environment

from .conftest import Model
from .fake_hub import COMMIT, FakeHub, sha256

pytestmark = pytest.mark.slow

Pull = Callable[..., Outcome]
NAME = "org/name"
BRANCH = "f" * 40


@pytest.fixture
def variables(hub: FakeHub, home: Path, data_directory: Path) -> dict[str, str]:
    """The environment of a person whose hub is `hub`."""
    return environment(data_directory, HOME=str(home), HF_ENDPOINT=hub.endpoint)


@pytest.fixture
def pull(variables: dict[str, str]) -> Pull:
    """Run `sleepdoc models pull … --yes` in a process of its own."""

    def invoke(*arguments: str, **more: str) -> Outcome:
        done = subprocess.run(
            command_line("models", "pull", *arguments, "--yes"),
            env=variables | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return invoke


def listed(variables: dict[str, str]) -> list[dict[str, Any]]:
    """What `sleepdoc models` has besides the embedded model."""
    command = command_line("models", "--json")
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    embedded, *others = json.loads(done.stdout)["models"]
    assert embedded["id"] == "default"
    return others


def cached(home: Path) -> dict[str, bytes]:
    """Files with content in the hub's cache, by their names, links not followed."""
    cache = home / ".cache/huggingface/hub"
    files = (path for path in cache.rglob("*") if path.is_file() and not path.is_symlink())
    kept = {"CACHEDIR.TAG"}
    return {
        path.name: path.read_bytes()
        for path in files
        if path.suffix != ".lock" and path.name not in kept
    }


def refusal(done: Outcome, code: int) -> str:
    """The last line, with nothing on stdout and no traceback."""
    assert (done.code, done.out) == (code, ""), done.err
    assert "Traceback" not in done.err
    line = done.err.splitlines()[-1]
    assert line.startswith("sleepdoc: ")
    return line


def only_line(done: Outcome, code: int) -> str:
    assert done.err.count("\n") == 1
    return refusal(done, code)


def test_the_only_model_is_fetched_pinned_and_described(
    hub: FakeHub, pull: Pull, variables: dict[str, str], home: Path, model: Model
) -> None:
    content = model("qwen35")
    repository = hub.add(NAME, m=content)
    repository.files["README.md"] = b"# A model"
    done = pull(NAME)
    assert done.code == 0, done.err
    assert done.out == "org/name:m.gguf is here. It can sleep.\n"
    size = f"{len(content) / 1e6:.1f} MB"
    for said in ("apache-2.0", size, " free in ", COMMIT[:12], hub.endpoint, "m.gguf"):
        assert said in done.err
    resolved = {each.path for each in hub.requests if "/resolve/" in each.path}
    assert resolved == {f"/org/name/resolve/{COMMIT}/m.gguf"}
    (found,) = listed(variables)
    link = Path(found["path"])
    assert found["id"] == "org/name:m.gguf"
    assert link == home / f".cache/huggingface/hub/models--org--name/snapshots/{COMMIT}/m.gguf"
    assert link.read_bytes() == content
    assert cached(home) == {sha256(content): content}


def test_huggingface_hub_finds_it_without_a_network(
    hub: FakeHub, pull: Pull, variables: dict[str, str], model: Model
) -> None:
    hub.add(NAME, m=model("llama"))
    assert pull(NAME).code == 0
    script = (
        "from huggingface_hub import hf_hub_download\n"
        f"print(hf_hub_download({NAME!r}, 'm.gguf', revision={COMMIT!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=variables | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).read_bytes() == model("llama")


@pytest.mark.parametrize("architecture", ["lfm2", "llama"])
def test_a_model_that_cannot_sleep_is_said_to_be_one(
    hub: FakeHub, pull: Pull, model: Model, architecture: str
) -> None:
    hub.add(NAME, m=model(architecture))
    done = pull(NAME)
    assert done.code == 0
    assert "text recall only" in done.out


def test_what_is_here_is_not_fetched_again(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    assert pull(NAME).code == 0
    assert len(hub.content_requests()) == 1
    again = pull(NAME)
    assert again.code == 0
    assert "here already" in again.err
    assert len(hub.content_requests()) == 1


def test_a_revision_is_asked_for_and_pinned(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama")).commit = BRANCH
    assert pull(NAME, "--revision", BRANCH).code == 0
    assert f"/org/name/resolve/{BRANCH}/m.gguf" in {each.path for each in hub.requests}
    assert "--revision" in only_line(pull(NAME, "--revision", "v9"), 4)


def test_a_connection_cut_in_the_middle_is_resumed(
    hub: FakeHub, pull: Pull, home: Path, model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    hub.cut_after = 3_500_000
    assert "goes on" in refusal(pull(NAME), 4)
    (partial,) = cached(home).values()
    assert 0 < len(partial) <= hub.cut_after
    assert content.startswith(partial)
    hub.cut_after = None
    done = pull(NAME)
    assert done.code == 0, done.err
    assert f"{len(partial) / 1e6:.1f} MB of them here already" in done.err
    first, second = hub.content_requests()
    assert "range" not in first.headers
    assert second.headers["range"] == f"bytes={len(partial)}-"
    assert cached(home) == {sha256(content): content}


def test_a_server_without_ranges_starts_over(
    hub: FakeHub, pull: Pull, home: Path, model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    hub.cut_after, hub.ranges = 3_500_000, False
    refusal(pull(NAME), 4)
    hub.cut_after = None
    assert pull(NAME).code == 0
    assert cached(home) == {sha256(content): content}


def test_content_that_ends_too_early_is_resumed(
    hub: FakeHub, pull: Pull, home: Path, model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    hub.contents[sha256(content)] = content[:4_000_000]
    assert "too early" in refusal(pull(NAME), 4)
    hub.contents.clear()
    assert pull(NAME).code == 0
    assert hub.content_requests()[-1].headers["range"] == "bytes=4000000-"
    assert cached(home) == {sha256(content): content}


def start(variables: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command_line("models", "pull", NAME, "--yes"),
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has its background jobs ignore Ctrl-C, and they hand that on.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def test_one_process_at_a_time_fetches_a_file(
    hub: FakeHub, pull: Pull, variables: dict[str, str], home: Path, model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    hub.cut_after, hub.hold = 3_500_000, True
    with start(variables) as first:
        assert hub.started.wait(60)
        assert "m.gguf" in refusal(pull(NAME), 6)
        hub.go_on.set()
        first.communicate()
    assert first.returncode == 0
    assert cached(home) == {sha256(content): content}


def test_ctrl_c_keeps_what_came(
    hub: FakeHub, pull: Pull, variables: dict[str, str], home: Path, model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    hub.cut_after, hub.hold = 3_500_000, True
    with start(variables) as first:
        assert hub.started.wait(60)
        while not any(cached(home).values()):
            assert first.poll() is None
        first.send_signal(signal.SIGINT)
        first.communicate()
    assert first.returncode == 130
    (partial,) = cached(home).values()
    hub.cut_after = None
    assert pull(NAME).code == 0
    assert hub.content_requests()[-1].headers["range"] == f"bytes={len(partial)}-"


def damaged(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("what", [damaged, lambda content: content + b"more"], ids=["bit", "long"])
def test_content_with_another_hash_is_refused_and_removed(
    hub: FakeHub, pull: Pull, home: Path, model: Model, what: Callable[[bytes], bytes]
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    hub.contents[sha256(content)] = what(content)
    assert "SHA-256" in refusal(pull(NAME), 4)
    assert cached(home) == {}
    hub.contents.clear()
    assert pull(NAME).code == 0


def test_a_damaged_file_in_the_cache_is_found_out_and_replaced(
    hub: FakeHub, pull: Pull, home: Path, model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    assert pull(NAME).code == 0
    blob = home / ".cache/huggingface/hub/models--org--name/blobs" / sha256(content)
    blob.write_bytes(damaged(content))
    assert "SHA-256" in refusal(pull(NAME), 4)
    assert pull(NAME).code == 0
    assert cached(home) == {sha256(content): content}


def test_a_cache_without_links(
    hub: FakeHub, pull: Pull, variables: dict[str, str], model: Model
) -> None:
    content = model("qwen35")
    hub.add(NAME, m=content)
    assert pull(NAME, HF_HUB_DISABLE_SYMLINKS="1").code == 0
    (found,) = listed(variables)
    path = Path(found["path"])
    assert path.read_bytes() == content
    assert not path.is_symlink()
    path.write_bytes(damaged(content))
    assert "SHA-256" in refusal(pull(NAME, HF_HUB_DISABLE_SYMLINKS="1"), 4)
    assert not path.exists()


def test_several_models_are_listed_and_one_is_to_be_named(
    hub: FakeHub, pull: Pull, home: Path, model: Model
) -> None:
    hub.add(NAME, small=model("llama"), large=model("qwen35"))
    done = pull(NAME)
    assert "sleepdoc models pull org/name:FILE" in refusal(done, 2)
    sizes = {"large": len(model("qwen35")), "small": len(model("llama"))}
    rows = [f"{name}.gguf  {size / 1e6:.1f} MB" for name, size in sizes.items()]
    assert done.err.splitlines()[:-1] == rows
    assert "large.gguf, small.gguf" in only_line(pull(f"{NAME}:medium.gguf"), 4)
    assert hub.content_requests() == []
    assert pull(f"{NAME}:small.gguf").code == 0
    assert cached(home) == {sha256(model("llama")): model("llama")}


def test_projectors_and_unfinished_sets_are_no_models(
    hub: FakeHub, pull: Pull, model: Model
) -> None:
    part = "s-00001-of-00002"
    files = {"m": model("llama"), "mmproj-F16": model("lfm2"), part: model("qwen35")}
    hub.add(NAME, **files)
    assert pull(NAME).out.startswith("org/name:m.gguf ")
    del hub.repositories[NAME].files["m.gguf"]
    assert "no GGUF" in only_line(pull(NAME), 4)


def test_all_parts_of_a_split_model_are_fetched(
    hub: FakeHub, pull: Pull, variables: dict[str, str], home: Path, split_model: dict[str, bytes]
) -> None:
    repository = hub.add(NAME)
    repository.files |= {f"Q8/{name}": content for name, content in split_model.items()}
    last = sorted(repository.files)[-1]
    for argument in (NAME, f"{NAME}:{last}"):
        done = pull(argument)
        assert done.code == 0, done.err
        assert done.out.startswith("org/name:Q8/s-00001-of-00002.gguf ")
    assert set(cached(home).values()) == set(split_model.values())
    (found,) = listed(variables)
    assert found["id"] == "org/name:Q8/s-00001-of-00002.gguf"
    assert found["bytes"] == sum(map(len, split_model.values()))


def test_what_the_hub_has_no_hash_of_is_not_taken(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama")).plain.add("m.gguf")
    assert "SHA-256" in only_line(pull(NAME), 4)
    assert hub.content_requests() == []


def test_a_file_of_no_use_is_said_to_be_one(hub: FakeHub, pull: Pull) -> None:
    hub.add(NAME, m=b"GGUF, but not really")
    assert "m.gguf" in refusal(pull(NAME), 4)


def test_no_room_on_the_disk(hub: FakeHub, pull: Pull, model: Model, home: Path) -> None:
    hub.add(NAME, m=model("llama")).sizes["m.gguf"] = 10**18
    assert "1000000000.0 GB" in refusal(pull(NAME), 8)
    assert hub.content_requests() == []
    assert cached(home) == {}


def test_a_cache_that_cannot_be_written(
    hub: FakeHub, pull: Pull, model: Model, tmp_path: Path
) -> None:
    hub.add(NAME, m=model("llama"))
    (tmp_path / "file").touch()
    assert "cannot be written" in refusal(pull(NAME, HF_HUB_CACHE=str(tmp_path / "file/hub")), 8)


def test_the_token_goes_to_the_hub_and_no_further(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    hub.token = "hf_secret"
    assert "gated" in only_line(pull(NAME), 4)
    assert pull(NAME, HF_TOKEN="hf_secret").code == 0
    (fetched,) = hub.content_requests()
    assert fetched.headers["host"].startswith("localhost:")
    assert "authorization" not in fetched.headers


def test_requests_say_nothing_about_the_machine(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    assert pull(NAME).code == 0
    kinds = {each.path.split("/")[1] for each in hub.requests}
    assert kinds == {"api", "org", "content"}
    assert {each.path.split("/")[2] for each in hub.requests if "api" in each.path} == {"models"}
    assert not any("torch" in each.headers["user-agent"] for each in hub.requests)


def test_no_such_repository(pull: Pull, hub: FakeHub) -> None:
    assert "org/name" in only_line(pull(NAME), 4)
    asked = len(hub.requests)
    for name in ("https://some.where/model", "name", "a/b/c", "../name", "org/-name"):
        assert "ORG/NAME" in only_line(pull(name), 2)
    assert len(hub.requests) == asked


def test_no_network_where_none_is_wanted(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    assert "HF_HUB_OFFLINE" in only_line(pull(NAME, HF_HUB_OFFLINE="1"), 4)
    assert hub.requests == []


def test_no_connection(pull: Pull) -> None:
    for endpoint in ("http://127.0.0.1:9", "nonsense"):
        assert endpoint in only_line(pull(NAME, HF_ENDPOINT=endpoint), 4)


def test_something_that_is_no_hub(hub: FakeHub, pull: Pull, model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    hub.portal = True
    assert hub.endpoint in only_line(pull(NAME), 4)


def test_without_the_extra(variables: dict[str, str], hub: FakeHub) -> None:
    script = (
        "import sys; sys.modules['huggingface_hub'] = None\n"
        "from sleepdoc.cli import cli\n"
        "cli(['models', 'pull', 'org/name', '--yes'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=variables | {"PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
    )
    assert "[hub]" in only_line(Outcome(done.returncode, done.stdout, done.stderr), 4)


def at_terminal(variables: dict[str, str], *arguments: str, typed: str = "") -> tuple[int, str]:
    """How the command ends on a terminal, and all that it writes there."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(sys.executable, command_line("models", "pull", *arguments), variables)
    os.write(terminal, typed.encode())
    written = b""
    try:
        while chunk := os.read(terminal, 4096):
            written += chunk
    except OSError:  # Linux's way to say that the other end is closed.
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), written.decode()


def test_a_person_is_asked(hub: FakeHub, variables: dict[str, str], model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    code, written = at_terminal(variables, NAME, typed="n\n")
    assert code == 0
    assert "Nothing was fetched." in written
    assert hub.content_requests() == []
    code, written = at_terminal(variables, NAME, typed="y\n")
    assert code == 0
    assert "m.gguf" in written.partition("[y/N]")[2].partition("is here")[0]
    assert "is here." in written


def test_nobody_to_ask(hub: FakeHub, variables: dict[str, str], model: Model) -> None:
    hub.add(NAME, m=model("llama"))
    done = subprocess.run(
        command_line("models", "pull", NAME),
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert "--yes" in refusal(Outcome(done.returncode, done.stdout, done.stderr), 2)
    assert hub.content_requests() == []


def test_what_a_hub_says_cannot_move_the_cursor(hub: FakeHub, pull: Pull, model: Model) -> None:
    card: dict[str, object] = {"license": "other", "license_name": "a\x1b]0;title\x07\nb"}
    hub.add(NAME, **{"a\x1b[2J": model("llama")}).card = card
    done = pull(NAME)
    assert not {"\x1b", "\x07"} & set(done.err + done.out)

"""Encoded data is told from what only looks odd, and never costs a word beside it."""

import base64
import hashlib
import random
import time

import pytest

from sleepdoc.documents.opaque import without_opaque, without_pictures

PICTURE = base64.b64encode(random.Random(5).randbytes(3000)).decode()
URI = f"data:image/png;base64,{PICTURE}"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"![diagram of the pump]({URI})", "diagram of the pump"),
        (f"![a pump]( <{URI}> )", "a pump"),
        (f'![a pump]({URI} "The title")', "a pump"),
        (f"![]({URI})", ""),
        (f"[the plan]({URI})", "the plan"),
        (f'<img class="x" src="{URI}" alt="a pump" width=3>', "a pump"),
        (f"<img alt='a pump' src={URI}>", "a pump"),
        (f'<img src="{URI}">', ""),
        (f"See ![a pump][image1] here.\n\n[image1]: <{URI}>", "See a pump here.\n\n"),
        (f"See ![image1] here.\n\n[Image1]: {URI}\n", "See image1 here.\n\n"),
        ("![wrapped](data:image/png;base64,iVBORw0KGgo\nAAAANSUhEUgAA\nBAAAA==)", "wrapped"),
        ("![kept](pump.png) and [kept](http://example.org)", None),
    ],
)
def test_pictures_in_markdown_become_their_description(written: str, shown: str | None) -> None:
    assert without_pictures(written)[0] == (written if shown is None else shown)


def test_a_picture_that_is_cut_off_does_not_take_the_text_with_it() -> None:
    text = "![a pump](data:image/png;base64,iVBORw0KGgoAAAA\n\nThe limit is 60 bar (see below)."
    assert without_pictures(text)[0].endswith("The limit is 60 bar (see below).")


@pytest.mark.parametrize(
    "run",
    [
        URI,
        f"url({URI})",
        PICTURE,
        "data:image/svg+xml;utf8,%3Csvg%20xmlns=%22x%22%3E%3C/svg%3E",
        hashlib.shake_256(b"x").hexdigest(400),
        "\n".join(PICTURE[at : at + 64] for at in range(0, 1024, 64)),
        "\n".join("> " + PICTURE[at : at + 76] for at in range(0, 1024, 76)).removeprefix("> "),
    ],
)
def test_encoded_data_leaves_a_mark(run: str) -> None:
    text, count = without_opaque(f"Before it. {run}\nAfter it.")
    assert count == 1
    assert text.startswith("Before it. ") and text.endswith("After it.")
    assert len(text) < 80 and "characters of encoded data]" in text


@pytest.mark.parametrize(
    "text",
    [
        "wheel" * 200,
        "GATTACA" * 100,
        "3" * 300 + "1415926535" * 40,
        "-" * 400 + "\n" + "=" * 400,
        "\n".join(["-" * 60] * 8),
        "これは長い文章です" * 100,
        "/".join(["usr", "local", "share"] * 60),
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
        "A data: URI begins so. data:text/plain is a type.",
    ],
)
def test_what_a_person_can_read_stays(text: str) -> None:
    assert without_opaque(text) == (text, 0)


@pytest.mark.parametrize(
    "hostile",
    [
        "![" * 100_000 + "data:",
        "![a](data:image/png;base64," * 20_000,
        "<img " * 100_000 + "data:",
        "data:a/b," * 50_000,
        "data:a/b;c=d" * 50_000,
        ("A1b" * 20 + "\n") * 10_000 + " ",
        "[a]: data:" * 50_000,
        "![a][b]" * 50_000 + "\n[c]: data:a/b,d\n",
    ],
    ids=range(8),
)
def test_time_grows_with_the_length_alone(hostile: str) -> None:
    """Ten times the text may not take a hundred times as long."""
    seconds = []
    for text in (hostile[: len(hostile) // 10], hostile):
        begun = time.process_time()
        without_opaque(without_pictures(text)[0])
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 30 * max(seconds[0], 0.01)

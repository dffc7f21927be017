"""Text from documents, models and files is shown as it is written, and does nothing."""

from dataclasses import replace

import pytest
from pilot import scenes
from pilot.feeder import at_the_application

from sleepdoc.documents.types import Page
from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import Citation, Failed, WorkerDied
from sleepdoc.widgets.answer import Answer

ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b31m"
HOSTILE = f"a[/b] [@click=app.quit]b[/] {ESCAPE}\u202ec"
SHOWN = "a[/b] [@click=app.quit]b[/] ␛]0;owned␇␛[2J<U+009B>31m<U+202E>c"


async def test_everywhere_foreign_text_can_appear() -> None:
    text = replace(scenes.PAPER, pages=(Page(1, "[/b]\x1b", f"Before.\n{HOSTILE}\nAfter."),))
    document = replace(
        scenes.DOCUMENT, title=HOSTILE, name=HOSTILE, notices=(HOSTILE,), document=text
    )
    model = replace(scenes.MODEL, model="m[/b]\x1b", conversation=HOSTILE)
    read = replace(scenes.reading(4, label="[/b]\x1b"), excerpt=HOSTILE)
    sleep = scenes.sleep(1, "[/b]\x1b", "2")
    citation = Citation(1, "[/b]\x1b", HOSTILE)
    async with at_the_application((200, 60), document=HOSTILE) as person:
        await person.waits_for(SHOWN)
        await person.gets(document, model, *sleep, read, until="p. [/b]␛ (4 of 18)")
        await person.asks(HOSTILE)
        done = scenes.finished(HOSTILE, citation, verdict="quoted")
        await person.gets(scenes.answering(4, citation), done, until="tok/s")
        await person.gets(WorkerDied(HOSTILE), until="saved step")
        await person.gets(Failed(HOSTILE, ExitCode.MODEL), until="Exit code 4")
        seen = person.sees
        assert seen.count(SHOWN) >= 8
        assert "m[/b]␛" in seen and "pp. [/b]␛–2" in seen and "[1] p. [/b]␛ " in seen
        assert not any(character in seen for character in "\x1b\x07\x9b\u202e")
        assert person.app.is_running
    assert "\x1b" not in person.app.farewell


async def test_an_escape_sequence_split_over_two_tokens_stays_harmless() -> None:
    async with at_the_application() as person:
        pieces = scenes.pieces("\x1b[2J gone")
        await person.gets(*scenes.READING, scenes.answering(4), *pieces, until="␛[2J gone")
        assert "\x1b" not in person.sees


@pytest.mark.parametrize(
    "markdown",
    [
        "[p. 47](https://example.org)",
        "![picture](file:///etc/passwd)",
        "<https://example.org>",
        "<script>alert(1)</script>",
        "[name]: https://example.org",
    ],
)
async def test_answers_have_no_links_images_or_tags(markdown: str) -> None:
    async with at_the_application() as person:
        finished = scenes.finished(f"See {markdown}")
        await person.gets(*scenes.READING, scenes.answering(4), finished, until="23 tok/s")
        assert f"See {markdown}" in person.sees
        spans = [
            span.style
            for block in person.screen.query_one(Answer).query("MarkdownParagraph")
            for span in block.render().spans
        ]
        assert not any("click" in str(style) for style in spans)

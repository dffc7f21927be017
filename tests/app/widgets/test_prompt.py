"""Typing, sending, going back to earlier questions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.events import Key, Paste
from textual.pilot import Pilot

from sleepdoc.widgets.prompt import Prompt


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield Prompt()

    def on_prompt_sent(self, sent: Prompt.Sent) -> None:
        self.sent.append(sent.question)


@asynccontextmanager
async def prompt() -> AsyncIterator[tuple[Prompt, Pilot[None], Host]]:
    host = Host()
    async with host.run_test() as pilot:
        widget = host.query_one(Prompt)
        widget.focus()
        yield widget, pilot, host


async def test_enter_sends_and_empties() -> None:
    async with prompt() as (widget, pilot, host):
        await pilot.press("h", "i", "enter", "enter", "space", "enter")
        assert host.sent == ["hi"]
        assert widget.text.strip() == ""


async def test_enter_does_not_overtake_what_was_typed_before_it() -> None:
    async with prompt() as (_, pilot, host):
        for key in (*"hello", "enter"):  # all at once, as when the screen was busy
            host.post_message(Key(key, key if len(key) == 1 else "\r"))
        await pilot.pause()
        assert host.sent == ["hello"]


async def test_enter_does_not_overtake_corrections_either() -> None:
    async with prompt() as (_, pilot, host):
        for key in (*"hellp", "backspace", "o", "left", "right", "enter", "x"):
            host.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert host.sent == ["hello"]


async def test_nor_does_a_new_line() -> None:
    async with prompt() as (_, pilot, host):
        for key in ("a", "ctrl+j", "b", "enter"):
            host.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert host.sent == ["a\nb"]


async def test_a_new_line_has_the_key_that_a_person_has_chosen() -> None:
    async with prompt() as (_, pilot, host):
        host.set_keymap({"prompt.new-line": "f9"})
        for key in ("a", "ctrl+j", "b", "f9", "c", "enter"):
            host.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert host.sent == ["ab\nc"]


async def test_a_question_may_have_several_lines() -> None:
    async with prompt() as (_, pilot, host):
        await pilot.press("a", "ctrl+j", "b", "shift+enter", "c", "enter")
        assert host.sent == ["a\nb\nc"]


async def test_up_and_down_go_through_what_was_asked_and_keep_the_draft() -> None:
    async with prompt() as (widget, pilot, _):
        await pilot.press("1", "enter", "2", "enter", "3")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(widget.text)
        assert seen == ["2", "1", "1", "2", "3", "3"]


async def test_the_arrows_move_within_a_question_of_several_lines() -> None:
    async with prompt() as (widget, pilot, _):
        await pilot.press("1", "enter", "a", "ctrl+j", "b", "up")
        assert widget.text == "a\nb"
        assert widget.cursor_location[0] == 0


async def test_pasted_escape_sequences_become_pictures() -> None:
    async with prompt() as (widget, pilot, host):
        host.post_message(Paste("a\x1b[2Jb"))
        await pilot.press("c")
        assert widget.text == "a␛[2Jbc"


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
async def test_pasted_lines_stay_lines_however_the_terminal_ends_them(end: str) -> None:
    lines = ["Where was Grace?", "Who took the boat?", "Who wrote a letter?"]
    async with prompt() as (_, pilot, host):
        host.post_message(Paste(end.join(lines)))
        await pilot.press("enter")
        assert host.sent == ["\n".join(lines)]


async def test_a_prompt_that_refuses_takes_nothing_more() -> None:
    async with prompt() as (widget, pilot, host):
        widget.refuse("No more questions")
        await pilot.press("a", "enter")
        assert host.sent == []

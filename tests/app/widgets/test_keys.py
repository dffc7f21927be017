"""Keys as terminals send them, and keys a person has chosen."""

from pathlib import Path

import pytest
from pilot import scenes
from pilot.feeder import at_the_application
from textual._xterm_parser import XTermParser
from textual.events import Key

from sleepdoc.widgets.alt_digits import free_alt_digits


@pytest.mark.parametrize(
    ("sent", "key"),
    [("\x1b1", "alt+1"), ("\x1b9", "alt+9"), ("\x1b[49;3u", "alt+1"), ("£", "pound_sign")],
)
def test_alt_and_a_digit_is_a_key_of_its_own(sent: str, key: str) -> None:
    free_alt_digits()
    parser = XTermParser()
    (event,) = [*parser.feed(sent), *parser.feed("")]
    assert isinstance(event, Key) and event.key == key


async def test_keys_can_be_chosen(data_directory: Path) -> None:
    data_directory.mkdir()
    (data_directory / "config.toml").write_text('theme = "nord"\n[keys]\nfind = "ctrl+f"\n')
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        assert person.app.theme == "nord"
        await person.presses("ctrl+f")
        await person.waits_for("the model is not asked")

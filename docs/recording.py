"""Make the recording of the README: ``python docs/recording.py``.

Nothing in it is staged. The application opens the sample document and reads; it is asked a
question, shows what the answer stands on, and finds a word. Its screens at these moments, exported
by the application itself, are the frames of one SVG that plays in any browser.
"""

import argparse
import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path

from textual.events import Paste

from sleepdoc.app import SleepdocApp
from sleepdoc.locations import asset
from sleepdoc.reading.events import AnswerFinished, Event, Failed, Reading, SleepFinished
from sleepdoc.reading.library import Library
from sleepdoc.reading.runner import Runner
from sleepdoc.reading.service import OpenConversation, OpenOptions
from sleepdoc.screens.wire import OpenOther

SAMPLE = asset("sample/the-five-orange-pips.pdf")
SLEEPS = 4
PICTURE = Path(__file__).with_name("recording.svg")
SECONDS = 3.5
"""How long a frame is shown."""
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""A picture in a page may load nothing: whatever font of one width there is will do."""


async def record(model: str, question: str, word: str, size: tuple[int, int]) -> list[str]:
    """The frames, each a whole SVG."""
    events: list[Event] = []
    frames: list[str] = []

    async def wait_for(kind: type[Event], more: int = 1) -> None:
        wanted = sum(isinstance(event, kind) for event in events) + more
        while sum(isinstance(event, kind) for event in events) < wanted:
            if failure := next((each for each in events if isinstance(each, Failed)), None):
                raise SystemExit(failure.message)
            await asyncio.sleep(0.02)

    with tempfile.TemporaryDirectory() as directory:
        os.environ["SLEEPDOC_CONFIG"] = str(Path(directory) / "config.toml")
        database = Path(directory) / "sleepdoc.db"
        options = OpenOptions(SAMPLE, database, model=model)

        def opener(deliver: Callable[[Event], None], wanted: OpenOther) -> Runner:
            def seen(event: Event) -> None:
                deliver(event)
                events.append(event)

            return Runner(seen, OpenConversation(replace(options, target=wanted.target)))

        app = SleepdocApp(opener, Library(database), SAMPLE)
        async with app.run_test(size=size) as pilot:

            async def snap() -> None:
                await pilot.pause()
                await asyncio.sleep(0.2)  # for what is painted some times a second
                await pilot.pause()
                frames.append(app.export_screenshot())

            await wait_for(Reading)
            await snap()
            await wait_for(SleepFinished, SLEEPS)
            await snap()
            app.post_message(Paste(question))
            await snap()
            await pilot.press("enter")
            await wait_for(AnswerFinished)
            await snap()
            await pilot.press("alt+1")
            await snap()
            await pilot.press("f3")
            app.post_message(Paste(word))
            await snap()
            await asyncio.to_thread(app.close_runner)
    return frames


def film(frames: Sequence[str]) -> str:
    """One SVG that shows the frames in turn, and the first where nothing moves."""
    size = _SIZE.search(frames[0])
    assert size is not None
    width, height = size.groups()
    whole = SECONDS * len(frames)
    style = (
        f".frame {{ visibility: hidden; animation: frame {whole:.1f}s step-end infinite }} "
        ".frame:first-of-type { visibility: visible } "
        "@keyframes frame { 0% { visibility: visible } "
        f"{100 / len(frames):.3f}% {{ visibility: hidden }} }}"
    )
    shown = "\n".join(
        f'<g class="frame" style="animation-delay: {number * SECONDS - whole:.1f}s">'
        f"{_FONT.sub('', frame)}</g>"
        for number, frame in enumerate(frames)
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">\n'
        f"<style>{style}</style>\n{shown}\n</svg>\n"
    )


def main() -> None:
    """Read the arguments, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="default")
    parser.add_argument("--question", default="What jumped out of the envelope?")
    parser.add_argument("--word", default="pips")
    parser.add_argument("--size", nargs=2, type=int, default=(120, 34), metavar=("COLUMNS", "ROWS"))
    parser.add_argument("--out", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    columns, rows = arguments.size
    resource_tracker.ensure_running()  # not possible later, see `sleepdoc.cli.open`
    frames = asyncio.run(
        record(arguments.model, arguments.question, arguments.word, (columns, rows))
    )
    arguments.out.write_text(film(frames), encoding="utf-8")


if __name__ == "__main__":
    main()

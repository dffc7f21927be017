"""Take the screenshot of the README: ``python docs/screenshot.py``.

Nothing in it is staged. The application opens the sample document, reads until it has slept a
few times, is asked a question, and goes on reading; then the screen is saved.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable
from multiprocessing import resource_tracker
from pathlib import Path

from textual.events import Paste

from sleepdoc.app import SleepdocApp
from sleepdoc.locations import asset
from sleepdoc.reading.events import AnswerFinished, Event, Failed, Reading, SleepFinished
from sleepdoc.reading.runner import Runner
from sleepdoc.reading.service import OpenConversation, OpenOptions

SAMPLE = asset("sample/the-five-orange-pips.pdf")
SLEEPS = 4
PICTURE = Path(__file__).with_name("screenshot.svg")


async def take(model: str, question: str, size: tuple[int, int]) -> str:
    """The screen as SVG."""
    events: list[Event] = []

    async def wait_for(kind: type[Event], count: int) -> None:
        while sum(isinstance(event, kind) for event in events) < count:
            if failure := next((each for each in events if isinstance(each, Failed)), None):
                raise SystemExit(failure.message)
            await asyncio.sleep(0.05)

    with tempfile.TemporaryDirectory() as directory:
        options = OpenOptions(SAMPLE, Path(directory) / "sleepdoc.db", model=model)

        def make_runner(deliver: Callable[[Event], None]) -> Runner:
            def seen(event: Event) -> None:
                deliver(event)
                events.append(event)

            return Runner(seen, OpenConversation(options))

        app = SleepdocApp(make_runner, SAMPLE.name)
        async with app.run_test(size=size) as pilot:
            await wait_for(SleepFinished, SLEEPS)
            app.post_message(Paste(question))
            await pilot.pause()
            await pilot.press("enter")
            await wait_for(AnswerFinished, 1)
            await wait_for(Reading, sum(isinstance(event, Reading) for event in events) + 3)
            await pilot.pause()
            picture = app.export_screenshot()
            await asyncio.to_thread(app.close_runner)
        return picture


def main() -> None:
    """Read the arguments, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="default")
    parser.add_argument("--question", default="What jumped out of the envelope?")
    parser.add_argument("--size", nargs=2, type=int, default=(100, 32), metavar=("COLUMNS", "ROWS"))
    arguments = parser.parse_args()
    columns, rows = arguments.size
    resource_tracker.ensure_running()  # not possible later, see `sleepdoc.cli.open`
    picture = asyncio.run(take(arguments.model, arguments.question, (columns, rows)))
    PICTURE.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Widgets that lay out their lines for the width they have: every cell accounted for."""

from dataclasses import replace

import pytest
from pilot import scenes

from sleepdoc.reading.events import SleepFinished, SleepPass, SleepStarted, WindowUse
from sleepdoc.widgets.activity import Activity
from sleepdoc.widgets.reading_bar import ReadingBar
from sleepdoc.widgets.sleep_card import SleepCard
from sleepdoc.widgets.sleep_panel import SleepPanel
from sleepdoc.widgets.window_gauge import WindowGauge

WIDTHS = (38, 42, 58, 78, 118)


def sleep(number: int, first: str, last: str) -> tuple[SleepStarted, SleepFinished]:
    started, *_, finished = scenes.sleep(number, first, last)
    assert isinstance(started, SleepStarted) and isinstance(finished, SleepFinished)
    return started, finished


@pytest.mark.parametrize("width", WIDTHS)
def test_the_gauge_is_exactly_as_wide_as_it_may_be(width: int) -> None:
    gauge = WindowGauge()
    gauge.set_reactive(WindowGauge.use, WindowUse(612, 190, 1024))
    bar = max(gauge.lines(width), key=lambda line: line.plain.count("█"))
    assert bar.cell_length == width
    assert bar.plain.count("█") > bar.plain.count("▒") > 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("activity", list(Activity))
def test_the_reading_bar_never_changes_its_height(activity: Activity, width: int) -> None:
    bar = ReadingBar()
    bar.set_reactive(ReadingBar.progress, scenes.progress(4, "iv"))
    bar.set_reactive(ReadingBar.latest, scenes.reading(4))
    bar.set_reactive(ReadingBar.activity, activity)
    lines = bar.lines(width)
    assert len(lines) == (4 if width < 58 else 2)
    assert lines[0].plain.startswith(activity.value)
    assert all(line.cell_length <= width for line in lines[:-1])


def test_the_reading_bar_says_how_long_it_took_only_if_it_knows() -> None:
    bar = ReadingBar()
    bar.set_reactive(ReadingBar.progress, scenes.progress(18))
    bar.set_reactive(ReadingBar.activity, Activity.FINISHED)
    assert "10,080 tokens read; all of it" in bar.lines(78)[1].plain
    bar.set_reactive(ReadingBar.took, 61.0)
    assert "10,080 tokens read in 1:01; all of it" in bar.lines(78)[1].plain
    assert bar.lines(38)[-1].plain == "10,080 tokens read in 1:01"
    assert all(len(bar.lines(width)[-1]) <= width for width in range(30, 90))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_memory_takes_as_many_lines_asleep_as_awake(width: int) -> None:
    panel = SleepPanel()
    started, finished = sleep(1, "1", "2")
    panel.finish(finished)
    awake = panel.lines(width)
    panel.begin(started)
    first = panel.lines(width)
    assert "pass 1 of 4" in first[0].plain
    panel.advance(SleepPass(1, 4, scenes.change(1), 0.9, 2.7))
    asleep = panel.lines(width)
    assert len(asleep) == len(awake)
    assert "pass 2 of 4" in asleep[0].plain
    assert all(line.cell_length <= width for line in (*first, *asleep, *awake))


def test_a_pass_that_was_the_last_is_not_followed_by_another() -> None:
    panel = SleepPanel()
    panel.begin(sleep(1, "1", "2")[0])
    panel.advance(SleepPass(4, 4, scenes.change(1), 0.9, 0.0))
    assert "pass 4 of 4" in panel.lines(78)[0].plain


def test_a_sleep_that_was_aborted_leaves_the_memory_as_it_was() -> None:
    panel = SleepPanel()
    panel.finish(sleep(1, "1", "2")[1])
    before = panel.lines(78)
    panel.begin(sleep(2, "3", "4")[0])
    panel.advance(SleepPass(1, 4, scenes.change(2), 0.9, 2.7))
    panel.abort()
    assert [line.plain for line in panel.lines(78)] == [line.plain for line in before]


def test_sleeps_in_a_row_share_a_card() -> None:
    card = SleepCard(*sleep(1, "1", "2"))
    assert len(card.lines(78)) == 3
    for number in range(2, 40):
        card.set_reactive(SleepCard.sleeps, (*card.sleeps, sleep(number, f"{number * 2}", "80")))
    together, head, *_ = (line.plain for line in card.lines(78))
    assert together == "Sleeps 1–38  pp. 1–80, 38,152 tokens, 2:17"
    assert head.startswith("Sleep 39  4 passes")


def test_windows_that_were_only_let_go_are_not_called_sleeps() -> None:
    gone = [
        (started, replace(finished, passes=0))
        for started, finished in (sleep(number, "1", "2") for number in (1, 2, 3))
    ]
    card = SleepCard(*gone[0])
    card.set_reactive(SleepCard.sleeps, tuple(gone))
    together, last, *_ = (line.plain for line in card.lines(78))
    assert together.startswith("Windows 1–2 let go  pp. 1–2")
    assert last.startswith("Window 3 let go")


def test_a_window_of_chat_only_has_no_pages() -> None:
    card = SleepCard(*sleep(1, "", ""))
    assert "chat, 1,004 tokens consolidated" in card.lines(78)[1].plain

"""Widgets that lay out their lines for the width they have: every cell accounted for."""

from dataclasses import replace

import pytest
from pilot import scenes

from sleepdoc.reading.events import SleepFinished, SleepPass, SleepStarted, WindowUse
from sleepdoc.widgets.activity import Activity, Course
from sleepdoc.widgets.sleep_card import SleepCard
from sleepdoc.widgets.sleep_panel import SleepPanel
from sleepdoc.widgets.status_line import StatusLine
from sleepdoc.widgets.title_bar import TitleBar
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
def test_the_status_is_one_line_that_fits(activity: Activity, width: int) -> None:
    line = StatusLine()
    line.set_reactive(StatusLine.progress, scenes.progress(4, "iv"))
    line.set_reactive(StatusLine.latest, scenes.reading(4))
    line.set_reactive(StatusLine.asleep, SleepStarted(2, 4, 1000, "3", "4"))
    line.set_reactive(StatusLine.use, WindowUse(512, 0, 1024))
    line.set_reactive(StatusLine.course, Course(doing=activity))
    (shown,) = line.lines(width)
    assert shown.cell_length <= width
    assert shown.plain.endswith("window 50%")


def test_reading_and_memorising_are_one_steady_line() -> None:
    line = StatusLine()
    line.set_reactive(StatusLine.progress, scenes.progress(4))
    line.set_reactive(StatusLine.asleep, SleepStarted(2, 4, 1000, "3", "4"))
    line.set_reactive(StatusLine.course, Course(doing=Activity.SLEEPING))
    asleep = line.lines(78)[0].plain
    line.set_reactive(StatusLine.course, Course(doing=None))
    awake = line.lines(78)[0].plain
    assert asleep.replace("memorising", "memorised").split() == awake.split()
    assert awake.startswith("Reading p. 4 of 18 · memorised pp. 3–4")


def test_the_status_says_how_long_it_took_only_if_it_knows() -> None:
    line = StatusLine()
    line.set_reactive(StatusLine.progress, scenes.progress(18))
    line.set_reactive(StatusLine.course, Course(doing=None, finished=True))
    assert line.lines(78)[0].plain.startswith("Read all 18 pages · all of it")
    line.set_reactive(StatusLine.took, 61.0)
    assert line.lines(78)[0].plain.startswith("Read all 18 pages · in 1:01 · all of it")


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


def test_sleeps_in_a_row_share_a_line() -> None:
    card = SleepCard(*sleep(1, "1", "2"))
    assert len(card.lines(78)) == 1
    for number in range(2, 40):
        card.set_reactive(SleepCard.sleeps, (*card.sleeps, sleep(number, f"{number * 2}", "80")))
    (line,) = card.lines(78)
    assert line.plain.startswith("z Memorised pp. 1–80 · 39 sleeps · 2:20")
    assert line.plain.endswith("/undo takes the last back")
    card.set_reactive(SleepCard.details, True)
    _, last, weights = (line.plain for line in card.lines(78))
    assert last == "  sleep 39: pp. 78–80, 4 passes, window 1,004 → 0 tokens"
    assert "snapshot 4f2a9c1e" in weights


def test_windows_that_were_only_let_go_are_not_called_memorised() -> None:
    gone = [
        (started, replace(finished, passes=0))
        for started, finished in (sleep(number, "1", "2") for number in (1, 2, 3))
    ]
    card = SleepCard(*gone[0])
    card.set_reactive(SleepCard.sleeps, tuple(gone))
    (line,) = card.lines(78)
    assert line.plain.startswith("z Let go of pp. 1–2")
    assert "undo" not in line.plain


def test_a_window_of_chat_only_has_no_pages() -> None:
    card = SleepCard(*sleep(1, "", ""))
    assert card.lines(78)[0].plain.startswith("z Memorised the conversation · 0:04")


def test_the_model_gives_way_to_the_title() -> None:
    bar = TitleBar()
    bar.set_reactive(TitleBar.document, "A Brief History of Debian")
    bar.set_reactive(TitleBar.model, "SmolLM2-135M-Instruct + fast weights")
    bar.set_reactive(TitleBar.runs_on, "cpu bfloat16")
    said = {width: bar.lines(width)[0].plain for width in (40, 80, 120)}
    assert all(line.startswith("A Brief History of Debian ") for line in said.values())
    assert all(len(line) == width for width, line in said.items())
    assert said[40].endswith(" offline") and "SmolLM2" not in said[40]
    assert said[80].endswith("fast weights · offline")
    assert said[120].endswith("fast weights, cpu bfloat16 · offline")

"""What is said to be going on, after any sequence of events."""

from dataclasses import replace

import pytest
from pilot import scenes

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerText,
    Event,
    Failed,
    ReadingFinished,
    ReadingPaused,
    Resumed,
    SleepAborted,
    WorkerDied,
)
from sleepdoc.widgets.activity import Activity, Course

RESUMED_AT_THE_END = Resumed(
    "name", scenes.progress(18), 4, (), "2026-11-20T17:02:41+00:00", scenes.PAPER
)
FINISHED = ReadingFinished(scenes.progress(18), 2, 61.0)
PAUSED = ReadingPaused(scenes.progress(4))
BEGUN = scenes.answering(4)
DONE = scenes.finished("Yes.")
ASLEEP, *_, AWAKE = scenes.sleep(1, "1", "2")


def course_after(*events: Event) -> Course:
    course = Course()
    for event in events:
        course = course.after(event)
    return course


@pytest.mark.parametrize(
    ("events", "now"),
    [
        ((), Activity.OPENING),
        ((scenes.DOCUMENT,), Activity.LOADING),
        ((scenes.RESUMED[0],), Activity.LOADING),
        ((*scenes.OPENED,), Activity.READING),
        ((*scenes.READING,), Activity.READING),
        ((*scenes.OPENED, ASLEEP), Activity.SLEEPING),
        ((*scenes.OPENED, ASLEEP, AWAKE), Activity.READING),
        ((*scenes.OPENED, ASLEEP, SleepAborted(1)), Activity.READING),
        ((*scenes.OPENED, PAUSED, BEGUN, AnswerText("Y")), Activity.ANSWERING),
        ((*scenes.OPENED, PAUSED, BEGUN, DONE), Activity.READING),
        ((*scenes.OPENED, ASLEEP, AWAKE, BEGUN), Activity.ANSWERING),
        ((*scenes.OPENED, FINISHED), Activity.FINISHED),
        ((*scenes.OPENED, FINISHED, BEGUN, DONE), Activity.FINISHED),
        ((RESUMED_AT_THE_END, scenes.MODEL), Activity.FINISHED),
        ((*scenes.OPENED, BEGUN, WorkerDied("gone")), Activity.LOADING),
        ((*scenes.OPENED, BEGUN, WorkerDied("gone"), scenes.MODEL), Activity.ANSWERING),
        ((*scenes.OPENED, Failed("too long", ExitCode.USAGE)), Activity.READING),
        ((*scenes.OPENED, BEGUN, Failed("full", ExitCode.STORAGE)), Activity.FAILED),
    ],
)
def test_what_is_going_on(events: tuple[Event, ...], now: Activity) -> None:
    assert course_after(*events).now is now


def test_a_pause_waits_for_a_sleep_and_for_nothing_else() -> None:
    asleep = replace(course_after(*scenes.OPENED, ASLEEP), paused=True)
    assert asleep.pausing
    assert not asleep.after(AWAKE).pausing
    assert not replace(asleep, paused=False).pausing
    assert not replace(course_after(*scenes.OPENED, BEGUN), paused=True).pausing


def test_a_pause_lasts_through_answers_and_sleeps_until_it_is_taken_back() -> None:
    course = replace(course_after(*scenes.OPENED), paused=True)
    for event in (BEGUN, DONE, ASLEEP, AWAKE):
        course = course.after(event)
    assert course.now is Activity.PAUSED
    assert replace(course, paused=False).now is Activity.READING

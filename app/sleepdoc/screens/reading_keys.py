"""The keys of the reading screen: what each does, and when."""

from textual.binding import Binding, BindingType

from sleepdoc.widgets.activity import Activity

ESC = {
    Activity.ANSWERING: "stop",
    Activity.READING: "pause",
    Activity.SLEEPING: "pause",
    Activity.PAUSED: "go_on",
}
"""What Esc does to what is going on, where nothing else is to be left first."""
NEED_A_MODEL = {"sleep", "closed_book"}
WITHOUT_A_MODEL = {Activity.OPENING, Activity.LOADING, Activity.FAILED}

BINDINGS: list[BindingType] = [
    Binding("escape", "back", "Back", id="back", tooltip="Back to the prompt"),
    Binding("escape", "stop", "Stop", id="stop", tooltip="Stop the answer"),
    Binding("escape", "pause", "Pause", id="pause", tooltip="Pause reading"),
    Binding("escape", "go_on", "Go on", id="go-on", tooltip="Go on reading"),
    Binding("f3", "find", "Find", id="find", tooltip="Find words in the document"),
    Binding("shift+f3", "find_before", "Hit before", id="find-before", show=False),
    Binding("f4", "pane('outline')", "Outline", id="outline", show=False),
    Binding("f5", "pane('page')", "Page", id="page", show=False),
    # A text area has meanings of its own for these two.
    Binding("f6", "next_pane", "Next pane", id="next-pane", show=False, priority=True),
    Binding("f7", "details", "Details", id="details", tooltip="Figures", priority=True),
    Binding(
        "f8",
        "closed_book",
        "Closed book",
        id="closed-book",
        tooltip="Answer from memory alone, without looking passages up (on or off)",
    ),
    Binding("f9", "sleep", "Sleep", id="sleep", tooltip="Memorise the window now", show=False),
    Binding("alt+left", "move(-1)", "Back", id="page.back", show=False, priority=True),
    Binding("alt+right", "move(1)", "Forward", id="page.forward", show=False, priority=True),
    Binding("alt+up", "turn(-1)", "Page before", id="page.up", show=False, priority=True),
    Binding("alt+down", "turn(1)", "Page after", id="page.down", show=False, priority=True),
    *(
        Binding(f"alt+{n}", f"cite({n})", f"Citation {n}", show=False, priority=True)
        for n in range(1, 10)
    ),
    Binding("pageup", "scroll(-1)", "Scroll up", id="page-up", show=False, priority=True),
    Binding("pagedown", "scroll(1)", "Scroll down", id="page-down", show=False, priority=True),
]


def footing(now: Activity) -> tuple[str | None, bool]:
    """What the footer depends on: it is made anew, and moves, only if this changes."""
    return ESC.get(now), now in WITHOUT_A_MODEL

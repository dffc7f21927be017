"""What an answer stands on is shown; what it was merely given is folded away and marks no page."""

from dataclasses import replace

from pilot import scenes
from pilot.feeder import Person, at_the_application
from textual.widgets import Collapsible
from textual.widgets._collapsible import CollapsibleTitle

from sleepdoc.reading.events import SEARCHED, Citation, Resumed, Turn, Verdict
from sleepdoc.widgets.turn import TurnView

NARROW, WIDE = (80, 24), (120, 40)
GIVEN = [
    Citation(page, str(page), f"The gales of page {page} had set in with violence. " * 4)
    for page in range(4, 12)
]
FOLDED = "and 8 passages it was given"


async def answered(
    person: Person,
    verdict: Verdict = "verified",
    *,
    evidence: bool = True,
    likely: bool = False,
    lookup: str = "",
) -> None:
    """One word, with nine passages before it."""
    await person.gets(*scenes.READING, until="p. 4 of 18")
    await person.asks("Whose pips?")
    recalled = [replace(scenes.CITATION, quote="The tide was low."), *GIVEN]
    begun = replace(scenes.answering(12, *recalled), question="Whose pips?", lookup=lookup)
    stands = replace(scenes.CITATION, verified=verdict == "verified", likely=likely)
    first = [stands] if evidence else []
    done = scenes.finished("Openshaw's.", *first, *GIVEN, verdict=verdict)
    await person.gets(begun, *scenes.pieces("Openshaw's."), until="answering")
    await person.gets(done, until="23 tok/s")


async def test_nine_passages_leave_question_and_answer_on_a_small_screen() -> None:
    async with at_the_application(NARROW) as person:
        await answered(person)
        for shown in ("› Whose pips?", "Openshaw's. [1]\n", "[1] p. 3 ✓ verified", f"▶ {FOLDED}"):
            assert shown in person.sees
        assert "The gales of page" not in person.sees and "[2]" not in person.sees


async def test_they_are_folded_while_it_is_being_answered() -> None:
    async with at_the_application(NARROW) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.asks("Whose pips?")
        await person.gets(scenes.answering(12, *GIVEN), until="▶ 8 passages it was given")
        assert "The gales of page" not in person.sees


async def test_enter_and_a_click_unfold_them_and_fold_them_again() -> None:
    async with at_the_application(NARROW) as person:
        await answered(person)
        await person.presses("shift+tab", "enter")
        await person.waits_for("[3] p. 5 · recalled\n")
        assert "[2] p. 4 · recalled\n" in person.sees
        assert person.sees.count("gales of page 4") == 4 and "violence.”" in person.sees
        await person.pilot.click(CollapsibleTitle)
        await person.waits_for(f"▶ {FOLDED}")
        assert "The gales of page" not in person.sees


async def test_what_was_unfolded_before_the_verdict_stays_so_and_after_a_look_at_the_page() -> None:
    async with at_the_application(NARROW) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.asks("Whose pips?")
        await person.gets(scenes.answering(12, *GIVEN), until="▶ 8 passages it was given")
        await person.presses("shift+tab", "enter")
        await person.waits_for("[1] p. 4 · recalled\n")
        evidence = replace(scenes.CITATION, verified=True)
        done = scenes.finished("Openshaw's.", evidence, *GIVEN, verdict="verified")
        await person.gets(done, until=f"▼ {FOLDED}")
        await person.presses("alt+9")
        await person.waits_for("Page 11 of 18")
        await person.presses("escape")
        await person.waits_for(f"▼ {FOLDED}")


async def test_the_details_key_unfolds_the_latest_answer_where_both_are_seen() -> None:
    async with at_the_application(WIDE) as person:
        await answered(person)
        await person.presses("f7")
        await person.waits_for("[3] p. 5 · recalled")
        await person.presses("f7")
        await person.waits_for(f"▶ {FOLDED}")


async def test_an_answer_that_is_quoted_but_uncertain_shows_where() -> None:
    async with at_the_application(NARROW) as person:
        await answered(person, "quoted")
        assert "Openshaw's. [1]\n" in person.sees
        assert "[1] p. 3 ≈ quoted" in person.sees and "pattered down”" in person.sees


async def test_an_answer_that_is_likely_is_not_called_uncertain() -> None:
    async with at_the_application(WIDE) as person:
        await answered(person, "quoted", likely=True)
        assert "[1] p. 3 ≈ likely" in person.sees and "on the page; likely" in person.sees
        assert "not sure" not in person.sees


async def test_an_answer_from_memory_stands_on_nothing_it_was_given() -> None:
    async with at_the_application(NARROW) as person:
        await answered(person, "from memory", evidence=False)
        assert "Openshaw's.\n" in person.sees and "▶ 8 passages it was given" in person.sees
        assert "^" not in strip(person)
        person.screen.query(TurnView).last().focus()
        await person.presses("y")
        await person.waits_for("Copied")
        assert person.app.clipboard == "Whose pips?\n\nOpenshaw's."


async def test_a_search_stands_on_all_that_it_found() -> None:
    async with at_the_application(NARROW) as person:
        await answered(person, evidence=False, lookup=SEARCHED)
        assert "Openshaw's. [1] [2]" in person.sees and "[1] p. 4 · found" in person.sees
        assert "▶ and 7 passages more" in person.sees
        assert strip(person) == "mmw^^^^^^^^......."


def strip(person: Person) -> str:
    """The cells of the pages."""
    return person.sees.splitlines()[2].split()[0]


async def test_only_the_page_an_answer_stands_on_is_marked() -> None:
    for verdict in ("verified", "quoted"):
        async with at_the_application(NARROW) as person:
            await answered(person, verdict)
            assert strip(person) == "mm^w.............."


async def test_a_stored_answer_marks_and_folds_what_it_did_when_it_was_fresh() -> None:
    resumed = scenes.RESUMED[0]
    assert isinstance(resumed, Resumed)
    at = scenes.progress(5)
    evidence = replace(scenes.CITATION, verified=True)
    turn = Turn("Whose?", "Openshaw's.", False, at, (evidence, *GIVEN), verdict="verified")
    loose = Turn("Why?", "The gales.", False, at, tuple(GIVEN), verdict="from memory")
    async with at_the_application(WIDE) as person:
        await person.gets(replace(resumed, messages=(turn, loose)), until="Resumed")
        assert f"▶ {FOLDED}" in person.sees and "▶ 8 passages it was given" in person.sees
        assert strip(person) == "mm^mmmw..........."
        assert all(fold.collapsed for fold in person.screen.query(Collapsible))

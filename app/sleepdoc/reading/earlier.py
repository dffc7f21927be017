"""What was asked before: the one thing about a conversation that no page says."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

_MOST = 20
"""Questions that an answer lists, the latest."""
_EVER = ("", "before", "earlier", "so far", "already")


def questions_asked(questions: Sequence[tuple[str, str]], when: str, today: date) -> str:
    """The answer to `What did I ask yesterday?`.

    Args:
        questions: when each was answered (UTC, ISO 8601) and what was asked, oldest first.
        when: as `inquiry.Asked` has it; ``last time`` is the last day before today.
    """
    days = [(datetime.fromisoformat(moment).astimezone().date(), q) for moment, q in questions]
    if when in _EVER:
        found = days
    else:
        wanted = _days(when, [day for day, _ in days], today)
        found = [(day, question) for day, question in days if day in wanted]
    if not found:
        return f"You asked nothing {when}." if when not in _EVER else "You have asked nothing yet."
    lines = [f"- {day.isoformat()}: {' '.join(question.split())}" for day, question in found]
    left = len(lines) - _MOST
    return "\n".join([f"- {left} before these"] * (left > 0) + lines[-_MOST:])


def _days(when: str, known: Sequence[date], today: date) -> set[date]:
    match when:
        case "today":
            return {today}
        case "yesterday":
            return {today - timedelta(1)}
        case "last time":
            return {max((day for day in known if day < today), default=today)}
        case "last week":
            monday = today - timedelta(today.weekday() + 7)
        case _:
            monday = today - timedelta(today.weekday())
    return {monday + timedelta(n) for n in range(7)}

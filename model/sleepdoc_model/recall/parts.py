"""Two questions in one, taken apart where that is plain, in English.

"When was it founded and by whom?" asks "When was it founded?" and "By whom was it founded?". What
may be a clause within a question ("Does it say who paid and when it is due?") is left alone.
"""

import re

from sleepdoc_model.recall.folding import capitalised
from sleepdoc_model.recall.function_words import AUXILIARIES, PREPOSITIONS

_MOST = 4
"""One that asks more is no question for a passage or two."""

_DO = r"(?:do|does|did)"
_AUXILIARY = rf"(?:{AUXILIARIES})"
_PREPOSITION = rf"(?:{PREPOSITIONS})"
_ASKING = "(?:who|whom|whose|what|which|when|where|why|how)"
_ADJUNCT = (
    r"(?:when|where|why|how(?: (?:long|often|far))?|(?:what|which) (?:date|day|month|year)"
    rf"|{_PREPOSITION} (?:whom|what|which|when)(?: \w+)?)"
)
_POINTING = "(?:i|you|he|she|it|we|they|the|an?|this|that|these|those|his|her|its|my|our|their)"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_OPENING = _compiled(rf"(?:(?:{_PREPOSITION} )?{_ASKING}|{_AUXILIARY})\b")
_ALSO = _compiled(r"\A(?:and|but|then|also)\b,? ")
_JOINT = _compiled(rf",? and (?=(?:also )?(?:{_PREPOSITION} )?{_ASKING}\b)|, (?={_ADJUNCT}\Z)")
_CLAUSE = _compiled(rf"\b{_ASKING}\b")
_ALONE = _compiled(rf"{_ADJUNCT}\Z")
_INVERTED = _compiled(
    rf"(?:(?:{_PREPOSITION} )?(?:who|whom|what|which)|when|where|why|how) {_AUXILIARY} \S"
    rf"|(?:{_PREPOSITION} )?(?:whose|what|which|how) (?!{_POINTING}\b)(?:\S+ ){{1,3}}?"
    rf"{_AUXILIARY}\b"
)
_OF_SUBJECT = _compiled(rf"(?:who|what|which \w+) (?!{_POINTING}\b)\w.*(?<! is)(?<! are)\Z")

_SWAPPED = _compiled(rf"{_ADJUNCT} (?P<rest>{_AUXILIARY} .+)")
_YES_OR_NO = _compiled(rf"(?P<rest>{_AUXILIARY} .+)")
_OF_OBJECT = _compiled(
    rf"(?:what|whom?|(?:which|what|how many|how much) (?P<what>(?:\w+ ){{1,3}}?))"
    rf" ?(?P<rest>{_DO} .+)"
)
_WHAT_IS = _compiled(r"what (?P<rest>(?:is|are|was|were) .+)")
_WHOSE_DOING = _compiled(
    r"(?:(?P<who>who)|(?P<what>what)|(?:which|what|how many) (?P<noun>\w+)) (?P<rest>.+)"
)


def parts(question: str) -> tuple[str, ...]:
    """The questions that a text asks, each whole by itself but for what it points at in the one
    before it; the text alone where it asks one or that is not plain."""
    text = " ".join(question.split())
    pieces = [_ALSO.sub("", each) for each in re.split(r"(?<=\?)[?!]* ", text)]
    if len(pieces) > 1 and not all(p.endswith("?") and _OPENING.match(p) for p in pieces):
        return (question,)
    found: list[str] = []
    for piece in pieces:
        clause = piece.rstrip("?!. ")
        if found and _ALONE.match(clause):
            completed = _completed(clause, found[-1])
            if not completed:
                return (question,)
            found.append(completed)
        else:
            found += _joined(clause)
    return tuple(map(_asked, found)) if 1 < len(found) <= _MOST else (question,)


def _joined(clause: str) -> list[str]:
    """What is asked in one sentence; it alone if that is not plainly two things."""
    for joint in _JOINT.finditer(clause):
        first, second = clause[: joint.start()], _ALSO.sub("", clause[joint.end() :])
        opening = _OPENING.match(first)
        if not opening:
            break
        inner = bool(_CLAUSE.search(first, opening.end()))
        if _ALONE.match(first):
            if _SWAPPED.match(second) and (completed := _completed(first, second)):
                return [completed, second]
        elif _ALONE.match(second):
            if not inner and (completed := _completed(second, first)):
                return [first, completed]
        elif _INVERTED.match(second) or (
            not inner and first.count(" ") > 1 and _OF_SUBJECT.match(second)
        ):
            return [first, *_joined(second)]
    return [clause]


def _completed(asking: str, clause: str) -> str:
    """A question of a few words with what another question is about; empty if that is not plain."""
    if match := _SWAPPED.match(clause) or _YES_OR_NO.match(clause) or _WHAT_IS.match(clause):
        return f"{asking} {_small(match['rest'])}"
    if match := _OF_OBJECT.match(clause):
        what = f" the {match['what'].strip()}" if match["what"] else ""
        return f"{asking} {match['rest']}{what}"
    if match := _WHOSE_DOING.match(clause):
        who = (
            "someone" if match["who"] else "something" if match["what"] else f"the {match['noun']}"
        )
        return f"{asking} was it that {who} {match['rest']}"
    return ""


def _small(clause: str) -> str:
    return clause[0].lower() + clause[1:]


def _asked(clause: str) -> str:
    return f"{capitalised(clause)}?"

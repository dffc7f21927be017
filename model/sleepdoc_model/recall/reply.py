"""Yes and no: what an answer says by them, and whether a text says the same."""

import re

from sleepdoc_model.recall.folding import unify

REPLIES = frozenset(("yes", "no"))
_REPLY = re.compile(
    r"\W*(?:(?P<yes>yes)\b|no\s*(?:[^\s\w]|\Z))[\s,.;:!\u2013\u2014-]*", re.IGNORECASE
)
_NEGATION = re.compile(
    r"n't\b|\b(?:no|not|never|none|nothing|nobody|nowhere|neither|nor|cannot|without|hardly"
    r"|scarcely|unable|impossible|fail(?:s|ed)?|refus(?:e[sd]?|ing)|lack(?:s|ed|ing)?"
    r"|forb(?:id(?:s|den)?|ade)|prohibit(?:s|ed)?)\b",
    re.IGNORECASE,
)
_RHETORICAL = re.compile(r"\A\W*\w+n't\b", re.IGNORECASE)
"""``Isn't it free?`` asks whether it is."""


def reason(answer: str) -> str | None:
    """What an answer that begins with yes or no says besides; None if it begins otherwise."""
    match = _REPLY.match(answer)
    return None if match is None else answer[match.end() :]


def negates(text: str) -> bool:
    """Whether a text, in English, has a word that negates."""
    return bool(_NEGATION.search(unify(text)))


def clashes(answer: str, question: str) -> bool:
    """Whether a yes comes with a reason that denies what was asked, or a no with one that does not,
    if the reason says the same things as the question."""
    match = _REPLY.match(answer)
    if match is None:
        return False
    same = negates(answer[match.end() :]) == _asks_negated(question)
    return not same if match["yes"] else same


def agrees(answer: str, question: str, evidence: str, *, echoed: bool) -> bool:
    """Whether evidence that has an answer's words does not say the opposite.

    Args:
        answer: a yes or no with its reason; of any other only that it does not negate what the
            evidence does not.
        question: what was asked.
        evidence: the sentences that have the answer's words.
        echoed: whether they have those of the question too.
    """
    denied = negates(evidence)
    match = _REPLY.match(answer)
    if match is None:
        return denied or not negates(answer)
    because = answer[match.end() :]
    if because and negates(because) != denied:
        return False
    asked = _asks_negated(question)
    return denied == asked if match["yes"] else denied != asked or not echoed


def _asks_negated(question: str) -> bool:
    return negates(_RHETORICAL.sub("", unify(question)))

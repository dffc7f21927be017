"""What a text tells so plainly that nothing is left to be read: what something is, what is done for
it, and what happens then. In English, by how sentences are put."""

import re

from sleepdoc_model.recall.definition import explanation
from sleepdoc_model.recall.evidence import telling_share
from sleepdoc_model.recall.folding import capitalised
from sleepdoc_model.recall.passages import sentences

_CONDITION = re.compile(
    r"(?:and |but |so )?what (?:happens|(?:will|would) happen) (?:if|when|once) (?P<asked>.+)",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"\W*(?:if|when|once)\s+(?P<of>[^,]+),\s+(?:then\s+)?(?P<told>.+)", re.IGNORECASE
)
_AIM = re.compile(
    r"(?:and |but |so )?how (?:(?:do|can|could|should|would|must|may) (?:i|we|you|one) |to )"
    r"(?P<asked>.+)",
    re.IGNORECASE,
)
_WAY = re.compile(r"\W*to\s+(?P<of>[^,]+),\s+(?P<told>.+)", re.IGNORECASE)
_SAME = 0.75
"""So large a share of what is asked for has to be among what is told of; of an aim also the other
way round, as more of it is another one."""


def told(question: str, text: str) -> str:
    """The answer to a question in the words of the sentence that tells it, such as ``The model
    sleeps.`` of "If the window is full, then the model sleeps."; empty if none does."""
    if asked := _CONDITION.match(question.strip()):
        return _told(asked["asked"], _OUTCOME, text, only=False)
    if asked := _AIM.match(question.strip()):
        return _told(asked["asked"], _WAY, text, only=True)
    return capitalised(explanation(question, text))


def _told(asked: str, form: re.Pattern[str], text: str, *, only: bool) -> str:
    """What the first sentence of a form tells of what is asked for, and `only` of that."""
    for start, end in sentences(text):
        found = form.match(" ".join(text[start:end].split()))
        if found is None or telling_share(asked, found["of"]) < _SAME:
            continue
        if not only or telling_share(found["of"], asked) >= _SAME:
            return capitalised(found["told"])
    return ""

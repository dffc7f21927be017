"""What a text plainly says happens under a condition that a question in English asks about."""

import re

from sleepdoc_model.recall.evidence import telling_share
from sleepdoc_model.recall.passages import sentences

_ASKED = re.compile(
    r"(?:and |but |so )?what (?:happens|(?:will|would) happen) (?:if|when|once) (?P<condition>.+)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\W*(?:if|when|once)\s+(?P<condition>[^,]+),\s+(?:then\s+)?(?P<outcome>.+)", re.IGNORECASE
)
_MET = 0.75
"""So large a share of the asked condition's words has to stand in the told one."""


def outcome(question: str, text: str) -> str:
    """``The model sleeps.`` of "If the window is full, then the model sleeps." for "What happens
    when the window is full?"; empty if nothing is said so plainly."""
    asked = _ASKED.match(question.strip())
    if asked is None:
        return ""
    for start, end in sentences(text):
        told = _TOLD.match(" ".join(text[start:end].split()))
        if told and telling_share(asked["condition"], told["condition"]) >= _MET:
            return told["outcome"][0].upper() + told["outcome"][1:]
    return ""

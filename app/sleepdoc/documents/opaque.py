"""Runs that no person reads: pictures inside the text, certificates, encoded attachments.

Every pattern here takes time in proportion to the text, whatever the text is.
"""

import re

_CODED = r"[A-Za-z0-9+/_=-]"
_DATA = r"data:[\w.+-]{1,64}/[\w.+-]{1,64}(?:;[\w.+=-]{1,64}){0,4},"
_PAYLOAD = rf"{_DATA}[^\s()\[\]<>!]*+(?:\s++[A-Za-z0-9+/=]++)*+>?(?:\s+[\"'][^()\[\]]*+)?\s*+"
_TEXT = r"[^\[\]]{0,1000}+"

_URI = re.compile(rf"{_DATA}[^\s\"'<>)\]}}]*", re.IGNORECASE)
_WRAPPED = re.compile(
    rf"(?<!{_CODED})(?:{_CODED}{{40,}}+[ \t]*+(?:\n[ \t>]*+|\Z)){{4,}}"
    rf"(?:{_CODED}++(?=[ \t]*(?:\n|\Z)))?"
)
_LONG = re.compile(rf"{_CODED}{{256,}}")

_INLINE = re.compile(rf"!?\[({_TEXT})\]\(\s*<?{_PAYLOAD}\)", re.IGNORECASE)
_REFERENCE = re.compile(rf"!\[({_TEXT})\](?:\[({_TEXT})\])?")
_DEFINITION = re.compile(
    rf"^ {{0,3}}\[([^\[\]\n]{{1,200}})\]:[ \t]*<?{_DATA}[^\n]*\n?", re.IGNORECASE | re.MULTILINE
)
_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)

_LEAST_SHARE = 0.02
"""Encoded bytes have capitals, small letters and digits, each at least this share."""
_HEXADECIMAL = re.compile(r"[0-9a-fA-F_=+/-]+")


def without_opaque(text: str) -> tuple[str, int]:
    """Put a mark in the place of every opaque run; returns how many there were."""
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"[{len(match[0]):,} characters of encoded data]"

    def replace_coded(match: re.Match[str]) -> str:
        return replace(match) if _is_coded(match[0]) else match[0]

    if "data:" in text.lower():
        text = _URI.sub(replace, text)
    if "\n" in text:
        text = _WRAPPED.sub(replace_coded, text)
    return _LONG.sub(replace_coded, text), count


def without_pictures(text: str) -> tuple[str, int]:
    """Put its text in the place of each Markdown picture or link that has its data in itself."""
    if "data:" not in text.lower():
        return text, 0
    text, inline = _INLINE.subn(r"\1", text)
    tags = 0

    def alternative(tag: re.Match[str]) -> str:
        nonlocal tags
        if "data:" not in tag[0].lower():
            return tag[0]
        tags += 1
        alt = _ALT.search(tag[0])
        return next(filter(None, alt.groups()), "") if alt else ""

    text = _TAG.sub(alternative, text)
    names = {name.casefold() for name in _DEFINITION.findall(text)}
    if names:
        text = _REFERENCE.sub(
            lambda shown: shown[1] if (shown[2] or shown[1]).casefold() in names else shown[0],
            _DEFINITION.sub("", text),
        )
    return text, inline + tags + len(names)


def notice_of(count: int) -> list[str]:
    """What to say of the runs that were replaced."""
    if not count:
        return []
    what = "picture or other run" if count == 1 else "pictures or other runs"
    return [f"{count:,} {what} of encoded data left out"]


def _is_coded(run: str) -> bool:
    letters = [character for character in run if character.isalnum()]
    least = max(1, _LEAST_SHARE * len(letters))
    digits = sum(character.isdigit() for character in letters)
    small = sum(character.islower() for character in letters)
    capitals = len(letters) - digits - small
    if min(digits, small, capitals) >= least:
        return True
    return bool(_HEXADECIMAL.fullmatch(run)) and min(digits, small + capitals) >= least

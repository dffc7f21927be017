"""What stands between two printed lines of one paragraph: a space, nothing, or a hyphen less.

Whether a hyphen at a line end belongs to the word is decided by what the document itself shows. The
languages of the conjunctions below are those in which hyphens are suspended ("in- and outward").
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = "-\u2010\u00ad"
_BROKEN = re.compile(rf"(?P<before>\S*?)(?P<head>[^\W_]+)[{_HYPHENS}]\Z")
_TAIL = re.compile(r"[^\W\d_]+")
_LINKED = re.compile(r"-[^\W\d_]")
_CONJUNCTIONS = frozenset(
    """
    and or to und oder bzw sowie bis en of och eller og et ou e ed y o u i ja tai sekä ve veya és
    vagy oraz lub nebo
    """.split()  # noqa: SIM905
)
_ADVERBS = frozenset(("under", "over", "out", "with", "inter", "fore", "after", "counter"))
"""Heads after which a participle is more often one word than a compound."""
_HYPHENATED = frozenset("well self twenty thirty forty fifty sixty seventy eighty ninety".split())  # noqa: SIM905
"""Heads of compounds that English sets with a hyphen, whatever follows."""
_LINKS = frozenset("a at by for in of on or the to under up with".split())  # noqa: SIM905
"""What links the parts of a compound like "mother-in-law"."""
_PARTICIPLE = re.compile(r"[^\W\d_]{3,}(?:ing|ed)\Z")
_LONG = 3
"""A part of a compound has more letters than this."""

SENTENCE_END = (".", "!", "?", ":", ";", "\u201d", '"', "\u3002")

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x312F),  # Han radicals, punctuation, kana, bopomofo
    (0x31A0, 0x9FFF),  # kana extensions, Han
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFF9F),  # full-width letters and marks, half-width kana
    (0x20000, 0x3FFFF),
)


def is_unspaced(char: str) -> bool:
    """Whether a character is of a script that sets no spaces between words."""
    if char < "\u0e00":
        return False
    code = ord(char)
    return any(first <= code <= last for first, last in _UNSPACED)


class LineEnds:
    """Joins the lines of one document, whose words it has counted."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = Counter(_whole_words(lines))

    def seam(self, upper: str, lower: str) -> tuple[str, str]:
        """The upper line as it goes on, and what stands between it and the lower one."""
        if not upper or not lower:
            return upper, ""
        token = upper.rsplit(maxsplit=1)[-1] if upper.split() else upper
        if _continues_address(token, lower):
            return upper, ""
        if is_unspaced(upper[-1]) and is_unspaced(lower[0]):
            return upper, ""
        broken = _BROKEN.search(token)
        if not broken:
            return upper, " "
        bare, sure = upper[:-1], upper[-1] == "\u00ad"
        if sure:
            return bare, ""
        tail = _TAIL.match(lower)
        if tail is None:
            return upper, "" if lower[0].isdigit() else " "
        joined = self._joins(broken, tail[0], lower)
        if joined is None:
            return upper, " "
        return (bare if joined else upper), ""

    def join(self, lines: Iterable[str]) -> str:
        """All lines of a paragraph as one."""
        pieces: list[str] = []
        for line in lines:
            if pieces:
                pieces[-1], space = self.seam(pieces[-1], line)
                pieces += [space, line]
            else:
                pieces.append(line)
        return "".join(pieces)

    def _joins(self, broken: "re.Match[str]", tail: str, lower: str) -> bool | None:
        """Whether a hyphen came from the break, or else is the author's; none: it is suspended."""
        head = broken["head"].lower()
        if tail.islower() and head.isalpha() and self._words[head + tail]:
            compounds = self._words[f"{head}-{tail}"]
            return self._words[head + tail] >= compounds
        whole_tail = not lower[len(tail) : len(tail) + 1].isalnum()
        if whole_tail and (tail in _CONJUNCTIONS or len(tail) == 1) and tail.islower():
            return None
        if len(head) == 1 or not head.isalpha() or not tail[0].islower():
            return False
        if head in _HYPHENATED and len(tail) > _LONG:
            return False
        if tail in _LINKS and _LINKED.match(lower, len(tail)):
            return False
        if broken["before"].endswith(tuple(_HYPHENS)) and not self._words[head + tail]:
            # A chain of hyphens, "state-of-the-" or the name of a substance.
            return not self._is_word(head)
        if self._words[f"{head}-{tail}"]:
            return False
        return not self._is_compound(head, tail)

    def _is_compound(self, head: str, tail: str) -> bool:
        """Whether two parts are words that are seen apart from each other."""
        if len(head) <= _LONG or len(tail) <= _LONG or not self._is_word(head):
            return False
        if self._is_word(tail):
            return True
        return head not in _ADVERBS and bool(_PARTICIPLE.match(tail)) and len(tail) > 2 * _LONG

    def _is_word(self, text: str) -> bool:
        return bool(self._words[text] or self._words[text + "s"])


def _whole_words(lines: Iterable[str]) -> Iterator[str]:
    """The words of the document without the halves that line ends made."""
    after_break = False
    for line in lines:
        words = _WORD.findall(line.lower())
        broken = line[-1:] in tuple(_HYPHENS)
        yield from words[after_break : len(words) - broken]
        after_break = broken


def _continues_address(token: str, line: str) -> bool:
    """Whether a web address or a file path was broken after one of its separators."""
    if "://" in token:
        return token[-1] in "/-_=&?#%" or (token[-1] == "." and line[:1].islower())
    return token.startswith("/") and token.endswith("/")

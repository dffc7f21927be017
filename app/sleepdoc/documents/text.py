"""The two doors of text: `clean_text` on the way in, `safe_display` on the way to the terminal.

Foreign text (documents, file names, model output) is inert: nothing in it may move a cursor, set a
title, reorder a line or hide an instruction. Both doors are total, they accept any ``str``, lone
surrogates included.
"""

import re
import unicodedata

_TAGS = range(0xE0000, 0xE0080)
_C0 = range(0x00, 0x20)
_C1 = range(0x80, 0xA0)
_SURROGATES = range(0xD800, 0xE000)
_BIDI_CONTROLS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_BIDI_MARKS = (0x061C, 0x200E, 0x200F)
_INVISIBLE = (0x200B, *range(0x2060, 0x2065), *range(0x206A, 0x2070), 0xFEFF, *_TAGS)

_LONGEST_LINE = 1 << 20


def _door_in() -> dict[int, str]:
    table = dict.fromkeys((*_C0, 0x7F, *_C1, *_TAGS, 0xFEFF), "")
    table |= dict.fromkeys(_SURROGATES, "\ufffd")
    table |= {ord(kept): kept for kept in "\n\t"}
    table |= {ord(line_end): "\n" for line_end in "\v\f\r\x85\u2028\u2029"}
    return table


def _door_out() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in _C0 if chr(code) not in "\n\t"}
    table |= {0x7F: "\u2421"}
    table |= dict.fromkeys(_SURROGATES, "\ufffd")
    named = (*_C1, *_BIDI_CONTROLS, 0x2028, 0x2029, 0xFFF9, 0xFFFA, 0xFFFB)
    table |= {code: f"<U+{code:04X}>" for code in named}
    table |= dict.fromkeys((*_BIDI_MARKS, *_INVISIBLE), "")
    return table


_IN = _door_in()
_OUT = _door_out()
_ONE_LINE = _OUT | {ord("\n"): "\u240a", ord("\t"): "\u2409"}

_LIGATURES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFB00, 0xFB07), *range(0xFB13, 0xFB18))
}
_SPACES = dict.fromkeys((0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_UNSEEN = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF), "")
_LEGIBLE = _LIGATURES | _SPACES | _UNSEEN

_SOFT_BREAK = re.compile(r"\u00ad[^\S\n]*\n[^\S\n]*(?=\w)")
_LATIN_JOINERS = re.compile("(?<=[A-Za-z\u00c0-\u024f])[\u200c\u200d](?=[A-Za-z\u00c0-\u024f])")
"""Keep ligatures apart in Latin words; in other scripts and in emoji they carry meaning."""

_TAG_CHARACTER = re.compile("[\U000e0000-\U000e007f]")
_LEADERS = re.compile(r"[.\u2026\u00b7](?: ?[.\u2026\u00b7]){4,}")


def clean_text(text: str) -> str:
    """Make foreign text fit for storage and for the model.

    Line ends become ``\\n``; other control characters, NUL and the invisible tag block go; a lone
    surrogate becomes U+FFFD, so that the result encodes as UTF-8; a line over 1 MiB is split.
    What a person can see, including combining marks and joiners, is unchanged.
    """
    cleaned = text.replace("\r\n", "\n").translate(_IN)
    if len(cleaned) <= _LONGEST_LINE:
        return cleaned
    return "\n".join(
        line[start : start + _LONGEST_LINE]
        for line in cleaned.split("\n")
        for start in range(0, len(line) or 1, _LONGEST_LINE)
    )


def safe_display(text: str) -> str:
    """Make any text safe to write to a terminal.

    Works character by character, so ``f(a) + f(b) == f(a + b)``: an escape sequence that is split
    over two tokens is as harmless as a whole one. Newline and tab pass, other control characters
    become pictures, direction overrides become their code point in angle brackets.
    """
    return text.translate(_OUT)


def one_line(text: str) -> str:
    """`safe_display` for names: newline and tab become pictures as well."""
    return text.translate(_ONE_LINE)


def legible(text: str) -> str:
    """The letters a person reads, without what only typesetting needs.

    Ligatures are spelt out, every space is a plain one, soft hyphens (with the line end behind
    them), zero-width spaces and joiners between Latin letters go, leaders are shortened.
    """
    if text.isascii():
        return _LEADERS.sub("...", text)
    whole = _LATIN_JOINERS.sub("", _SOFT_BREAK.sub("", text))
    return _LEADERS.sub("...", whole.translate(_LEGIBLE))


def count_hidden(text: str) -> int:
    """Number of tag characters: invisible, and able to carry instructions to a model."""
    return len(_TAG_CHARACTER.findall(text))


def hidden_notice(count: int) -> list[str]:
    """What to say of tag characters that were removed."""
    return [f"{count:,} invisible characters (Unicode tags) were removed"] if count else []

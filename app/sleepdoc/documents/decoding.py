"""Bytes to text: which encoding it is, found the same way whenever the bytes are the same."""

import codecs
import re

from charset_normalizer import from_bytes

from sleepdoc.errors import DocumentError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED = 8192
_GUESSED_FROM = 1 << 17

_CONTROL = 0.02
"""Text has fewer control characters than this share, those that steer printers not counted."""
_FEW_CONTROLS = 3
"""What any file may have, however short: a stray NUL does not make it a program."""
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\a\b\t\n\v\f\r\x0e\x0f\x1a\x1b"))
_NULS = re.compile(rb"\0+")
_ISO_2022_JP = re.compile(rb"\x1b\$[@B](?:[\x21-\x7e]{2})+\x1b\([BJ]")

_LATIN = (
    "cp1252",
    "cp1254",
    "iso8859_2",
    "cp1250",
    "cp1257",
    "mac_roman",
    "cp850",
    "cp437",
    "cp852",
)
"""Of those in which a text could be written, the first is taken."""
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "äöüß",
        "àâäæçéèêëîïôöœùûüÿ",
        "áéíñóúüªº",
        "áâãàçéêíóôõúüªº",
        "àèéìíîòóùªº",
        "àçèéíïòóúü",
        "åäöæøéü",
        "áäèéêëïíóöüç",
        "áðéíóúýþæöø",
        "õäöüšž",
        "ąćęłńóśźż",
        "áäčďéěíĺľňóôŕřšťúůýž",
        "áéíóöőúüű",
        "ăâîşţșț",
        "čćđšž",
        "çğıöşüâîû\u0307",
        "ąčęėįšųūž",
        "āčēģīķļņšūž",
    )
)
"""What languages have beside a to z: German, French, Spanish, Portuguese, Italian, Catalan, those
of Scandinavia, Dutch, Icelandic, Estonian, Polish, Czech and Slovak, Hungarian, Romanian, Croatian,
Turkish, Lithuanian, Latvian."""
_SIGNS = frozenset(
    "\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u20ac\u2122\u00a0\u00adƒ£§°©®«»‹›¿¡½¼¾±×·²³µ†‡"
)
_WEST = frozenset().union(*_ALPHABETS[:10])
_LATIN_SHARE = 0.3
"""Text in Latin letters has fewer bytes than this share outside ASCII."""

_NAMES = {
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp1258": "windows-1258",
    "iso8859_2": "iso-8859-2",
    "iso8859_5": "iso-8859-5",
    "iso8859_6": "iso-8859-6",
    "iso8859_7": "iso-8859-7",
    "koi8_r": "koi8-r",
    "koi8_u": "koi8-u",
    "cp866": "cp866",
    "mac_cyrillic": "mac-cyrillic",
    "cp874": "tis-620",
    "tis_620": "tis-620",
    "cp932": "shift-jis",
    "euc_jp": "euc-jp",
    "euc_jis_2004": "euc-jp",
    "gb18030": "gb18030",
    "big5": "big5",
    "big5hkscs": "big5",
    "cp949": "euc-kr",
    "johab": "johab",
    "shift_jis_2004": "shift-jis",
    "mac_roman": "mac-roman",
    "cp850": "cp850",
    "cp437": "cp437",
    "cp852": "cp852",
}
"""Encodings people have, as Python and as people call them."""
_UNSURE = {"shift_jis_2004", "johab"}
"""What is answered too readily for bytes of other encodings; asked again without them."""
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
"""Katakana of old terminals: what other encodings look like as Shift-JIS."""

BINARY = "looks like a binary file, of no format that can be read; convert it to PDF or text first"


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Text of unknown encoding, and what should be said about the choice.

    A byte order mark decides, then valid UTF-8, then what the document declares, then a guess by
    charset-normalizer. No byte that may have been a letter is dropped: what an encoding does not
    define becomes U+FFFD.

    Args:
        declared: The encoding that the document names itself, if it does.

    Raises:
        DocumentError: it is no text, or in an encoding that cannot be guessed.
    """
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding or (encoding := _unmarked_utf16(data)):
        return _decoded(data, encoding)
    refuse_binary(data)
    if _ISO_2022_JP.search(data):
        return _decoded(data, "iso2022_jp_ext")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if declared and (stated := _as_declared(data, declared)) is not None:
        return stated, []
    bad = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii >= 10 * bad:
        return text, _replaced(bad, "utf-8")
    if (guessed := _guess(data)) is None:
        raise DocumentError(
            "neither UTF-8 nor UTF-16, and its encoding cannot be guessed; "
            "convert it first, for example with iconv -f KOI8-R -t UTF-8"
        )
    text, notices = _decoded(data, guessed)
    name = _NAMES[guessed]
    return text, [f"not UTF-8; read as {name}, so letters may be wrong", *notices]


def refuse_binary(data: bytes) -> None:
    """Tell text from what is none by its control characters; a run of NULs counts as one.

    Raises:
        DocumentError: it is no text.
    """
    for sample in (data[:_SNIFFED], data):
        squeezed = _NULS.sub(b"\0", sample)
        controls = len(squeezed) - len(squeezed.translate(None, _CONTROLS))
        if controls > max(_FEW_CONTROLS, _CONTROL * len(squeezed)):
            raise DocumentError(BINARY)


def _decoded(data: bytes, encoding: str) -> tuple[str, list[str]]:
    text = data.decode(encoding, "replace")
    return text, _replaced(text.count("\ufffd"), encoding)


def _as_declared(data: bytes, declared: str) -> str | None:
    # As browsers do: what says Latin-1 is windows-1252, which has the curly quotes.
    browsers = {"iso8859-1": "cp1252", "ascii": "cp1252"}
    try:
        name = codecs.lookup(declared).name
        if b"<a>".decode(name) != "<a>":
            return None
        return data.decode(browsers.get(name, name))
    except (LookupError, UnicodeError, ValueError):
        return None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: in text of Western scripts every second byte is zero."""
    sample = data[:_SNIFFED]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    most = max(2, 0.7 * len(sample) / 2)
    if odd >= most and not even:
        return "utf-16-le"
    return "utf-16-be" if even >= most and not odd else None


def _guess(data: bytes) -> str | None:
    sample = _telling(data)
    if found := _latin(sample):
        return found
    matches = [match for match in from_bytes(sample) if match.encoding in _NAMES]
    if not matches or matches[0].encoding in _UNSURE:
        sure = [encoding for encoding in _NAMES if encoding not in _UNSURE]
        matches = [*from_bytes(sample, cp_isolation=sure)] or matches
    plausible = [match for match in matches if not _is_scattered(str(match))]
    best = next(iter(plausible or matches), None)
    return best.encoding if best else None


def _latin(sample: bytes) -> str | None:
    """The encoding in which the letters are those of one language, or else of the West."""
    outside = sample.translate(None, bytes(range(128)))
    if len(outside) > _LATIN_SHARE * len(sample):
        return None
    for alphabets in (_ALPHABETS, (_WEST,)):
        for encoding in _LATIN:
            characters = frozenset(outside.decode(encoding, "replace").lower()) - _SIGNS
            if any(characters <= alphabet for alphabet in alphabets):
                return encoding
    return None


def _is_scattered(text: str) -> bool:
    return 3 * len(_HALF_WIDTH.findall(text)) > len(text)


def _telling(data: bytes) -> bytes:
    """As much as a guess needs, from the line on that has the first byte outside ASCII."""
    first = next(iter(re.finditer(rb"[\x80-\xff]", data)), None)
    start = data.rfind(b"\n", 0, first.start()) + 1 if first else 0
    return data[start : start + _GUESSED_FROM]


def _replaced(count: int, encoding: str) -> list[str]:
    if not count:
        return []
    return [f"{count:,} places are not valid {encoding.upper()} and were replaced by a mark"]

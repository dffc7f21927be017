"""Headings of plain text: lines that are numbered, named as chapters, or underlined."""

import re
from collections.abc import Iterable, Sequence

from sleepdoc.documents.flow import Block, looks_like_heading

_WHOLE = "part|book|volume|teil|buch|band|partie|livre|parte|libro|deel|часть|книга"
_CHAPTER = (
    "chapter|section|appendix|act|scene|lesson|letter|kapitel|abschnitt|anhang|chapitre|annexe"
    "|capítulo|capitulo|capitolo|hoofdstuk|rozdział|kapitola|глава|раздел"
)
_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|the first|the last"
_NAMED = re.compile(
    rf"(?P<word>{_WHOLE}|{_CHAPTER})\s+(?:\d{{1,3}}|[ivxlc]{{1,8}}|[a-z]|{_WORDS})\b(?P<rest>.*)",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?:{_WHOLE}|{_CHAPTER})\s+\w+\.?|[IVXLC]+\.", re.IGNORECASE)
_CJK = re.compile(
    r"第\s?[0-9０-９一二三四五六七八九十百千零〇]{1,6}\s?[章節节回部編编卷話话](?P<rest>.*)"
)
_NUMBERED = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4})[.)]?\s+(?P<title>[^\W\d_].*)")
_ROMAN = re.compile(r"[IVXLC]{1,8}\.(?:\s+[^\W\d_].*)?")
_LISTED = re.compile(r"(?:\s{2,}|\.{2,} *)[\divxlc]+\s*\Z", re.IGNORECASE)
"""The end of a line in a table of contents."""
_UNDERLINED = re.compile(r"(?P<title>[^\n]*\w[^\n]*)\n[ \t]*(?P<line>={3,}|-{3,}|~{3,})[ \t]*")
_LABELLED = re.compile(r"(?:Title|Titel|Titre|Título|Titolo):[ \t]+(?P<title>\S.*)", re.IGNORECASE)

_LONGEST = 100
_LONGEST_LINE = 80
_LABELS_WITHIN = 30
_SHORTEST_TITLE = 3
_FRONT = 6
"""Paragraphs within which text begins; where lines as short as a title go on it is none."""


def marked(paragraphs: Sequence[str]) -> list[Block]:
    """Paragraphs as blocks, the headings among them with level and title.

    In doubt a line is none: numbers have to follow each other, and of headings with nothing
    between them (a table of contents, a list) only the one that text follows counts, as of two
    that read the same.
    """
    found = _numbered_in_order([_heading(paragraph) for paragraph in paragraphs])
    last = {block.title.casefold(): place for place, block in enumerate(found) if block.level}
    whole = any(block.level and _is_whole(block.title) for block in found)
    blocks = []
    for place, block in enumerate(found):
        follower = found[place + 1] if place + 1 < len(found) else Block("")
        listed = follower.level == block.level or not follower.text
        if not block.level or listed or last[block.title.casefold()] != place:
            blocks.append(Block(block.text))
            continue
        below = whole and _NAMED.match(block.title) and not _is_whole(block.title)
        title = " ".join(block.title.split())
        if _ALONE.fullmatch(title) and _is_name_of_chapter(follower, found[place + 2 : place + 3]):
            title = f"{title} {' '.join(follower.text.split())}"
        blocks.append(Block(block.text, block.level + bool(below), title))
    return blocks


def title_of(paragraphs: Sequence[str]) -> str:
    """The title of plain text, or empty: what it says is its title, or a first line that is one."""
    lines = (line for paragraph in paragraphs[:_LABELS_WITHIN] for line in paragraph.split("\n"))
    for _, line in zip(range(_LABELS_WITHIN), lines):
        if labelled := _LABELLED.fullmatch(line.strip()):
            return labelled["title"].strip()
    if len(paragraphs) < 2:
        return ""
    first = paragraphs[0].strip()
    if underlined := _UNDERLINED.fullmatch(first):
        return underlined["title"].strip()
    title = " ".join(first.lstrip("#").split())
    fit = len(title) >= _SHORTEST_TITLE and "\n" not in first and looks_like_heading(first)
    worded = any(map(str.isalpha, title)) and not _heading(first).level
    prose = not all(map(looks_like_heading, paragraphs[1:_FRONT]))
    return title if fit and worded and prose else ""


def _heading(paragraph: str) -> Block:
    """The paragraph, marked if it looks like a heading when seen alone."""
    lines = [line.strip() for line in paragraph.strip().split("\n", 2)]
    if len(lines) == 2 and (underlined := _UNDERLINED.fullmatch(paragraph.strip())):
        return Block(paragraph, 1 if underlined["line"][0] == "=" else 2, lines[0])
    named = _NAMED.fullmatch(lines[0]) or _CJK.fullmatch(lines[0])
    if (
        named
        and not _LISTED.search(lines[0])
        and len(lines[0]) <= _LONGEST
        and _is_name(named["rest"])
    ):
        alone = not re.search(r"\w", named["rest"])
        below = len(lines) == 2 and alone and len(lines[1]) <= _LONGEST_LINE
        return Block(paragraph, 1, " ".join(lines) if below else lines[0])
    if len(lines) == 1 and len(lines[0]) <= _LONGEST and not _LISTED.search(lines[0]):
        numbered = _NUMBERED.fullmatch(lines[0])
        if numbered and looks_like_heading(lines[0]):
            return Block(paragraph, numbered["number"].count(".") + 1, lines[0])
        if _ROMAN.fullmatch(lines[0]) and len(lines[0]) <= _LONGEST_LINE:
            return Block(paragraph, 1, lines[0])
    return Block(paragraph)


def _is_name(rest: str) -> bool:
    """Whether what follows "Chapter 4" is its name, and not the rest of a sentence."""
    if not rest.strip(" .:-\u2013\u2014"):
        return True
    separated = rest.lstrip()[0] in ".:-\u2013\u2014" or rest.lstrip()[0].isupper()
    ended = rest.rstrip()[-1] in ".,;:"
    return (separated and (not ended or len(rest.split()) <= 5)) or (
        not rest.isascii() and not ended
    )


def _is_name_of_chapter(follower: Block, after: Sequence[Block]) -> bool:
    """Whether the line between "Chapter 4" and its text is what the chapter is called."""
    short = "\n" not in follower.text.strip() and looks_like_heading(follower.text.strip())
    followed = bool(after) and (follower.text.isupper() or not looks_like_heading(after[0].text))
    return short and not follower.level and followed


def _is_whole(title: str) -> bool:
    return bool(re.match(rf"(?:{_WHOLE})\b", title, re.IGNORECASE))


def _numbered_in_order(blocks: Iterable[Block]) -> list[Block]:
    """Take the mark from numbers that do not follow the one before: dates, amounts, addresses."""
    seen: set[tuple[int, ...]] = set()
    kept = []
    for block in blocks:
        numbered = _NUMBERED.fullmatch(block.title)
        if numbered:
            *above, number = map(int, numbered["number"].split("."))
            if number > 1 and (*above, number - 1) not in seen:
                kept.append(Block(block.text))
                continue
            seen.add((*above, number))
        kept.append(block)
    return kept

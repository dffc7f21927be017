"""Markdown documents: what a reader sees of them, and their headings as the outline."""

import dataclasses
import html
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from sleepdoc.documents.decoding import decode
from sleepdoc.documents.flow import Block, Flow
from sleepdoc.documents.opaque import notice_of, without_opaque, without_pictures
from sleepdoc.documents.plain import extraction, notices_of
from sleepdoc.documents.terminal import as_shown
from sleepdoc.documents.text import clean_text, legible
from sleepdoc.documents.types import Extraction

_LINES = 2_000
"""Parsed at a time, so that a long document takes no more memory than its longest block."""

# Lists and quotations stay paragraphs: headings inside of them do not divide the document.
_BLOCKS = MarkdownIt("zero", {"html": True})
_BLOCKS.enable(["fence", "code", "heading", "lheading", "hr", "html_block"])
_BLOCKS.core.ruler.enableOnly(["block"])
_INLINE = MarkdownIt("commonmark")

_FRONT_MATTER = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<fields>[\w-]+[ \t]*[:=].*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_FIELD = re.compile(r"^title[ \t]*[:=][ \t]*(?P<value>.*(?:\n[ \t]+\S.*)*)", re.I | re.M)
_SCALAR = re.compile(r"[>|][+-]?\d?[ \t]*\n")
_PERCENT = re.compile(r"%[ \t]+(?P<title>\S.*)")
_CODE = r"(?P<code>(?<!`)(?P<ticks>`+)(?!`)[^\n]{0,1000}?(?<!`)(?P=ticks)(?!`))"
_ENTITY = r"(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
_HIDDEN = re.compile(rf"{_CODE}|{_ENTITY}")
_HIDDEN_OR_COMMENT = re.compile(rf"{_CODE}|{_ENTITY}|<!--(?:-?>|.*?-->)", re.DOTALL)
_NO_HEADING = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*[|>]")
"""A list, a table or a quotation with a line under it."""
_LONGEST_HEADING = 200
_FIRST_BLOCKS = 3
"""A heading of level 1 within so many blocks is the document's title, however many follow."""


def read_markdown(data: bytes) -> Extraction:
    """Decode the bytes of a Markdown file and cut it into pages.

    Comments go, entities become what they stand for, pictures inside the text their description;
    code and the rest stay as written.

    Raises:
        DocumentError: why it cannot be read; the caller adds the name of the file.
    """
    raw, notices = decode(data)
    text, coded = without_pictures(clean_text(as_shown(raw)).lstrip("\n"))
    title, front, body = _front_matter(text)
    shown = [Block(front)] if front else []
    for block in blocks(body):
        seen = block.text if block.verbatim else legible(clean_text(_revealed(block.text)))
        readable, runs = without_opaque(seen)
        coded += runs
        if readable.strip():
            shown.append(dataclasses.replace(block, text=readable))
    flow = Flow()
    flow.add(shown)
    title = title or title_among(shown[bool(front) :])
    notices += notices_of(raw) + notice_of(coded)
    return extraction(title, flow.pages, flow.outline, notices)


def blocks(text: str) -> Iterator[Block]:
    """The top level of Markdown: paragraphs, headings, and code as one block each."""
    lines = text.split("\n")
    start, length = 0, _LINES
    while start < len(lines):
        found = _parsed(lines[start : start + length])
        if start + length >= len(lines):
            yield from (block for _, block in found)
            return
        if not found:
            start += length
        elif found[-1][0] > 0:  # the last may go on behind the lines that were parsed
            yield from (block for _, block in found[:-1])
            start += found[-1][0]
            length = _LINES
        else:
            length *= 2


def title_among(shown: list[Block]) -> str:
    """The heading that is the title of all: the first, if nothing is above it or beside it."""
    first = [(place, block) for place, block in enumerate(shown) if block.level == 1]
    if first and (len(first) == 1 or first[0][0] < _FIRST_BLOCKS):
        return first[0][1].title
    return shown[0].title if shown else ""


def _parsed(lines: list[str]) -> list[tuple[int, Block]]:
    """Blocks, each with the number of its first line."""
    found = []
    tokens = _BLOCKS.parse("\n".join(lines))
    for token, following in zip(tokens, [*tokens[1:], None]):
        if token.map is None or token.type == "inline":
            continue
        first, end = token.map
        text = "\n".join(lines[first:end]).strip("\n").rstrip()
        title = ""
        if token.type == "heading_open" and following and not _NO_HEADING.match(text):
            title = _plain(following.content)
        level = int(token.tag[1]) if title else 0
        verbatim = token.type in ("fence", "code_block")
        found.append((first, Block(text, level, title, verbatim)))
    return found


def _plain(heading: str) -> str:
    """A heading without its emphasis and links; empty if it is too long to be one."""
    if len(heading) > _LONGEST_HEADING:
        return ""
    (inline,) = _INLINE.parseInline(_revealed(heading))
    words = (
        " " if token.type in ("softbreak", "hardbreak") else token.content
        for token in inline.children or ()
        if token.type != "html_inline"
    )
    return " ".join(legible(clean_text("".join(words))).split())


def _revealed(text: str) -> str:
    """The text without comments and with its entities resolved, code spans excepted."""
    # Behind the last end of a comment none begins; looking for one there could take for ever.
    end = text.rfind("-->") + len("-->") if "-->" in text else 0
    return _HIDDEN_OR_COMMENT.sub(_shown, text[:end]) + _HIDDEN.sub(_shown, text[end:])


def _shown(match: re.Match[str]) -> str:
    return match["code"] or (html.unescape(match["entity"]) if match["entity"] else "")


def _front_matter(text: str) -> tuple[str, str, str]:
    """The title in YAML or TOML before the text, all of it as written, and the text."""
    if percent := _PERCENT.match(text):
        return percent["title"].strip(), "", text
    front = _FRONT_MATTER.match(text)
    if not front:
        return "", "", text
    field = _FIELD.search(front["fields"])
    value = _SCALAR.sub("", field["value"]) if field else ""
    title = " ".join(value.split())
    if len(title) > 1 and title[0] == title[-1] and title[0] in "\"'":
        title = title[1:-1].replace(f"\\{title[0]}", title[0])
    return title, front[0], text[front.end() :]

"""HTML to Markdown: what a browser shows, without the markup that breaks sentences.

Headings, lists, tables and code keep their Markdown; emphasis and links are plain words.
"""

import re
from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import PreformattedString
from markdownify import MarkdownConverter

from sleepdoc.documents.decoding import decode

_DEPTH = 120
"""Elements nested deeper than this are not built; their text stays."""

_GONE = (
    "script style template noscript nav menu iframe object embed applet canvas svg audio video"
    " button datalist dialog map head title base link meta"
).split()
_KEPT = {*_GONE, "img", "br", "hr", "input"}
"""Elements that may stand at any depth: their content is not text, or they have none."""
_BLOCKS = (
    "main header footer aside figure address fieldset form details summary center legend hgroup"
    " search dir dd body html"
).split()
_PLAIN = "a b strong i em u code kbd samp tt cite dfn var mark small big font ins abbr span".split()
_HOLDS = "p div ul ol dl table pre blockquote form hr section article".split()
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ENDED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*_HOLDS, *_BLOCKS), ("p",)),
    **dict.fromkeys(_HEADINGS, ("p", *_HEADINGS)),
    "li": ("li",),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("tr",),
    "thead": ("thead", "tbody", "tfoot", "caption"),
    "tbody": ("thead", "tbody", "tfoot", "caption"),
    "tfoot": ("thead", "tbody", "tfoot", "caption"),
    "option": ("option",),
}
"""Elements whose start ends others that are open."""
_SCOPES = {"ul", "ol", "dl", "table", "select", "[document]"}
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TYPED = {"text", "search", "email", "tel", "url", "number", "date", "time", "month", "week"}
_RAISED = re.compile(r"[-+\u2212]?\d[\d.,\u2212+-]*|[a-zA-Z]|[a-zA-Z][-+\u2212]\d+")
_ORDINAL = re.compile(r"\d\Z")
_BOUNDARY = re.compile(r"[^\S\n]+\n")


def markdown_of(soup: BeautifulSoup) -> str:
    """Markdown of a parsed page. The tree is changed on the way.

    Pictures are replaced by their description, form fields by what is filled in; raised digits are
    set apart with ``^``.
    """
    _remove_unseen(soup)
    _fill_in(soup)
    _take_apart_layout(soup)
    text: str = _Converter(
        heading_style="atx",
        bullets="-",
        wrap=True,
        wrap_width=None,
        escape_asterisks=False,
        escape_underscores=False,
        table_infer_header=True,
        strip=_PLAIN,
    ).convert_soup(soup)
    return _BOUNDARY.sub("\n", text)


def parsed(data: bytes) -> tuple[BeautifulSoup, list[str]]:
    """The tree of a page in any encoding, and what should be said about the encoding.

    Raises:
        DocumentError: it is no text.
    """
    declared = EncodingDetector.find_declared_encoding(data[:4096], is_html=True)
    text, notices = decode(data, declared)
    return _Shallow(text.replace("\0", ""), "html.parser"), notices


def title_of(soup: BeautifulSoup) -> str:
    """The page's title, else its first heading, else nothing."""
    for name in ("title", "h1"):
        found = soup.find(name)
        if found and (title := " ".join(found.get_text(" ").split())):
            return title
    return ""


class _Shallow(BeautifulSoup):
    """A tree that is not nested deeper than recursion, and patience, can bear."""

    def reset(self) -> None:
        self._skipped: Counter[str] = Counter()
        super().reset()

    def handle_starttag(self, name: str, *arguments: Any, **more: Any) -> Tag | None:
        self._end_implied(name)
        if len(self.tagStack) > _DEPTH and name not in _KEPT:
            self._skipped[name] += 1
            return None
        return super().handle_starttag(name, *arguments, **more)

    def _end_implied(self, name: str) -> None:
        """End what HTML lets authors leave open: an item by the next, a paragraph by a block."""
        ended = _ENDED_BY.get(name, ())
        for tag in reversed(self.tagStack):
            if tag.name in ended:
                self.endData()
                self._popToTag(tag.name)
                return
            if tag.name in _SCOPES or (ended == ("p",) and tag.name not in _PLAIN):
                return

    def handle_endtag(self, name: str, *arguments: Any, **more: Any) -> None:
        if self._skipped[name]:
            self._skipped[name] -= 1
        else:
            super().handle_endtag(name, *arguments, **more)


def _remove_unseen(soup: BeautifulSoup) -> None:
    for tag in soup.find_all(_is_unseen):
        tag.extract()
    for comment in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        comment.extract()


def _is_unseen(tag: Tag) -> bool:
    return (
        tag.name in _GONE
        or tag.has_attr("hidden")
        or tag.get("role") == "navigation"
        or tag.get("type") == "hidden"
        or bool(_UNSEEN_STYLE.search(str(tag.get("style", ""))))
    )


def _fill_in(soup: BeautifulSoup) -> None:
    """Show what a person has typed, ticked and chosen."""
    for field in soup.find_all(["input", "option", "textarea"]):
        kind = str(field.get("type", "text")).lower()
        if field.name == "option":
            if not field.has_attr("selected"):
                field.extract()
        elif field.name == "textarea":
            continue
        elif kind in ("checkbox", "radio"):
            field.replace_with("[x] " if field.has_attr("checked") else "[ ] ")
        else:
            field.replace_with(f" {field.get('value', '')} " if kind in _TYPED else "")


def _take_apart_layout(soup: BeautifulSoup) -> None:
    """Tables that only place things on the page hold paragraphs, not rows of cells."""
    for table in soup.find_all("table"):
        rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
        cells = [
            cell for cell in table.find_all(["td", "th"]) if cell.find_parent("table") is table
        ]
        layout = table.get("role") == "presentation" or table.find("table") is not None
        if layout or len(cells) <= len(rows):
            for part in (table, *rows, *cells):
                part.name = "div"


class _Converter(MarkdownConverter):  # type: ignore[misc]
    """What the library leaves to choose."""

    def convert_img(self, element: Tag, text: str, parent_tags: Any) -> str:
        return " ".join(str(element.get("alt", "")).split())

    def convert_sup(self, element: Tag, text: str, parent_tags: Any) -> str:
        """``10^9``, yet "1st" and "[3]" as they are."""
        before = str(element.previous_sibling or "")
        ordinal = text.isalpha() and _ORDINAL.search(before)
        return f"^{text}" if _RAISED.fullmatch(text) and not ordinal else text

    def convert_sub(self, element: Tag, text: str, parent_tags: Any) -> str:
        """``10_2``, yet "H2O": only a digit behind a digit would make another number."""
        after_digit = _ORDINAL.search(str(element.previous_sibling or ""))
        return f"_{text}" if after_digit and text[:1].isdigit() else text

    def convert_rt(self, element: Tag, text: str, parent_tags: Any) -> str:
        bracketed = element.find_previous_sibling("rp") is not None
        return text if bracketed or not text.strip() else f"({text})"

    def convert_del(self, element: Tag, text: str, parent_tags: Any) -> str:
        return f"~~{text}~~" if text.strip() else ""

    convert_s = convert_strike = convert_del


for _name in _BLOCKS:
    if not hasattr(_Converter, f"convert_{_name}"):
        setattr(_Converter, f"convert_{_name}", MarkdownConverter.convert_div)

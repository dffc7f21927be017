"""HTML to Markdown: what a browser shows, without the markup that breaks sentences.

Headings, lists, tables and code keep their Markdown; emphasis and links are plain words.
"""

import re
from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from markdownify import MarkdownConverter

from sleepdoc.documents.html_tree import BLOCKS, INLINE, INVISIBLE

_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TYPED = {"text", "search", "email", "tel", "url", "number", "date", "time", "month", "week"}
_RAISED = re.compile(r"[-+\u2212]?\d[\d.,\u2212+-]*|[a-zA-Z]|[a-zA-Z][-+\u2212]\d+")
_DIGIT_AT_END = re.compile(r"\d\Z")
_TICKS = re.compile("`{3,}")
_SPACE_AT_END = re.compile(r"[^\S\n]+\n")


def markdown_of(tree: BeautifulSoup) -> str:
    """Markdown of a parsed page. The tree is changed on the way.

    Pictures are replaced by their description, form fields by what is filled in; raised digits are
    set apart with ``^``.
    """
    _remove_unseen(tree)
    _fill_in(tree)
    _take_apart_layout(tree)
    text: str = _Converter(
        heading_style="atx",
        bullets="-",
        wrap=True,
        wrap_width=None,
        escape_asterisks=False,
        escape_underscores=False,
        table_infer_header=True,
        strip=INLINE,
    ).convert_soup(tree)
    return _SPACE_AT_END.sub("\n", text)


def _remove_unseen(tree: BeautifulSoup) -> None:
    for tag in tree.find_all(_is_unseen):
        tag.extract()
    for comment in tree.find_all(string=lambda text: isinstance(text, PreformattedString)):
        comment.extract()


def _is_unseen(tag: Tag) -> bool:
    return (
        tag.name in INVISIBLE
        or tag.has_attr("hidden")
        or tag.get("role") == "navigation"
        or tag.get("type") == "hidden"
        or bool(_UNSEEN_STYLE.search(str(tag.get("style", ""))))
    )


def _fill_in(tree: BeautifulSoup) -> None:
    """Show what a person has typed, ticked and chosen."""
    for field in tree.find_all(["input", "option", "textarea"]):
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


def _take_apart_layout(tree: BeautifulSoup) -> None:
    """Tables that only place things on the page hold paragraphs, not rows of cells."""
    tables = tree.find_all("table")
    rows, cells, around = (
        [(part, id(part.find_parent("table"))) for part in parts]
        for parts in (tree.find_all("tr"), tree.find_all(["td", "th"]), tables)
    )
    row_count, cell_count = (Counter(table for _, table in parts) for parts in (rows, cells))
    layout = {table for _, table in around}
    layout |= {id(table) for table in tables if table.get("role") == "presentation"}
    layout |= {id(table) for table in tables if cell_count[id(table)] <= row_count[id(table)]}
    for part, table in (*rows, *cells):
        if table in layout:
            part.name = "div"
    for each in tables:
        if id(each) in layout:
            each.name = "div"


class _Converter(MarkdownConverter):
    """What the library leaves to choose."""

    def convert_img(self, element: Tag, text: str, parent_tags: Any) -> str:
        return " ".join(str(element.get("alt", "")).split())

    def convert_sup(self, element: Tag, text: str, parent_tags: Any) -> str:
        """``10^9``, yet "1st" and "[3]" as they are."""
        before = str(element.previous_sibling or "")
        ordinal = text.isalpha() and _DIGIT_AT_END.search(before)
        return f"^{text}" if _RAISED.fullmatch(text) and not ordinal else text

    def convert_sub(self, element: Tag, text: str, parent_tags: Any) -> str:
        """``10_2``, yet "H2O": only a digit behind a digit would make another number."""
        after_digit = _DIGIT_AT_END.search(str(element.previous_sibling or ""))
        return f"_{text}" if after_digit and text[:1].isdigit() else text

    def convert_rt(self, element: Tag, text: str, parent_tags: Any) -> str:
        bracketed = element.find_previous_sibling("rp") is not None
        return text if bracketed or not text.strip() else f"({text})"

    def convert_pre(self, element: Tag, text: str, parent_tags: Any) -> str:
        """Fenced by more ticks than any line of it has."""
        code = text.strip("\n")
        fence = "`" * max([3, *(1 + len(ticks) for ticks in _TICKS.findall(code))])
        return f"\n\n{fence}\n{code}\n{fence}\n\n" if code.strip() else ""

    def convert_del(self, element: Tag, text: str, parent_tags: Any) -> str:
        return f"~~{text}~~" if text.strip() else ""

    convert_s = convert_strike = convert_del


def _block(converter: Any, element: Tag, text: str, parent_tags: Any) -> str:
    return str(converter.convert_div(element, text, parent_tags))


for _name in BLOCKS:
    setattr(_Converter, f"convert_{_name}", _block)

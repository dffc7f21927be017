"""HTML to a tree: any encoding, tags that authors left open, and no deeper than can be walked."""

import warnings
from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.dammit import EncodingDetector

from sleepdoc.documents.decoding import decode

# fmt: off
INVISIBLE = {
    "script", "style", "template", "noscript", "nav", "menu", "iframe", "object", "embed",
    "applet", "canvas", "svg", "audio", "video", "button", "datalist", "dialog", "map", "head",
    "title", "base", "link", "meta",
}
"""Elements that are not part of the text a person reads."""
INLINE = [
    "a", "b", "strong", "i", "em", "u", "code", "kbd", "samp", "tt", "cite", "dfn", "var", "mark",
    "small", "big", "font", "ins", "abbr", "span",
]
"""Elements within a line."""
BLOCKS = [
    "main", "header", "footer", "aside", "figure", "address", "fieldset", "form", "details",
    "summary", "center", "legend", "hgroup", "search", "dir", "body", "html",
]
"""Elements that are paragraphs of their own, beside those Markdown has a form for."""
_OTHER_BLOCKS = [
    "p", "div", "ul", "ol", "dl", "table", "pre", "blockquote", "hr", "section", "article",
]
# fmt: on
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_GROUPS = ["thead", "tbody", "tfoot"]
_ENDED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*BLOCKS, *_OTHER_BLOCKS), ("p",)),
    **dict.fromkeys(_HEADINGS, ("p", *_HEADINGS)),
    **dict.fromkeys(_GROUPS, (*_GROUPS, "caption")),
    **dict.fromkeys(("td", "th"), ("td", "th")),
    **dict.fromkeys(("dt", "dd"), ("dt", "dd")),
    **{name: (name,) for name in ("li", "tr", "option")},
}
"""Elements whose start ends others that are open."""
_SCOPES = {"ul", "ol", "dl", "table", "select", "[document]"}

_DEPTH = 120
"""Elements nested deeper than this are not built; their text stays."""
_KEPT = {*INVISIBLE, "img", "br", "hr", "input"}
"""Elements that may stand at any depth: their content is not text, or they have none."""
_DECLARED_WITHIN = 4096
_TITLES = 9
"""Drawings have titles too; more are not looked at."""


def parsed(data: bytes) -> tuple[BeautifulSoup, list[str]]:
    """The tree of a page in any encoding, and what should be said about the encoding.

    Raises:
        DocumentError: it is no text.
    """
    declared = EncodingDetector.find_declared_encoding(data[:_DECLARED_WITHIN], is_html=True)
    text, notices = decode(data, declared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # XHTML is meant to be
        return _Tree(text.replace("\0", ""), "html.parser"), notices


def title_of(tree: BeautifulSoup) -> str:
    """The page's title, else its first heading, else nothing."""
    for name in ("title", "h1"):
        for found in tree.find_all(name, limit=_TITLES):
            title = " ".join(found.get_text(" ").split())
            if title and not found.find_parent("svg"):
                return title
    return ""


class _Tree(BeautifulSoup):
    """What the standard parser finds, with the ends that HTML implies."""

    def reset(self) -> None:
        self._skipped: Counter[str] = Counter()
        super().reset()

    def handle_starttag(self, name: str, *arguments: Any, **more: Any) -> Tag | None:
        self._end_implied(name)
        if len(self.tagStack) > _DEPTH and name not in _KEPT:
            self._skipped[name] += 1
            return None
        return super().handle_starttag(name, *arguments, **more)

    def handle_endtag(self, name: str, *arguments: Any, **more: Any) -> None:
        if self._skipped[name]:
            self._skipped[name] -= 1
        else:
            super().handle_endtag(name, *arguments, **more)

    def _end_implied(self, name: str) -> None:
        """End what authors may leave open: an item by the next, a paragraph by a block."""
        ended = _ENDED_BY.get(name, ())
        for tag in reversed(self.tagStack):
            if tag.name in ended:
                self.endData()
                self._popToTag(tag.name)
                return
            if tag.name in _SCOPES or ("p" in ended and tag.name not in INLINE):
                return

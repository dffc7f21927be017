"""The table of contents of an EPUB, of version 3 or of version 2."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from bs4 import BeautifulSoup, Tag
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sleepdoc.documents.archive import DAMAGE, Archive
from sleepdoc.documents.html_tree import parsed

BROKEN = (*DAMAGE, ParseError, DefusedXmlException, RecursionError)
"""What reading one of the book's own lists raises when it is damaged."""


@dataclass(frozen=True)
class Entry:
    """A line of the navigation."""

    level: int
    title: str
    file: str
    fragment: str


def navigation(archive: Archive, package: Element, items: Mapping[str, Element]) -> list[Entry]:
    """The table of contents of EPUB 3, or that of EPUB 2; none if both are broken."""
    for item in items.values():
        properties = item.get("properties", "").split()
        old = item.get("media-type") == "application/x-dtbncx+xml"
        if "nav" not in properties and not old:
            continue
        try:
            name = archive.find(item.get("href", "")) or ""
            data = archive.read(name)
            listed = _ncx(fromstring(data)) if old else _nav(parsed(data)[0])
            if entries := [*_located(archive, name, listed)]:
                return entries
        except BROKEN:
            continue
    return []


def _nav(soup: BeautifulSoup) -> Iterator[tuple[int, str, str]]:
    """Level, title and link of each line."""
    lists = soup.find_all("nav")
    contents = [nav for nav in lists if "toc" in str(nav.get("epub:type", "")).split()] or lists
    for line in contents[0].find_all("li") if contents else ():
        label = line.find(["a", "span"])
        if isinstance(label, Tag):
            link = str(label.get("href", ""))
            yield 1 + len(line.find_parents("li")), label.get_text(" "), link


def _ncx(tree: Element, level: int = 0) -> Iterator[tuple[int, str, str]]:
    for child in tree:
        if _local(child) == "navPoint":
            link = next((each.get("src", "") for each in child if _local(each) == "content"), "")
            yield level + 1, first_text(child, "text"), link
            yield from _ncx(child, level + 1)
        elif _local(child) == "navMap":
            yield from _ncx(child, level)


def _located(
    archive: Archive, base: str, listed: Iterator[tuple[int, str, str]]
) -> Iterator[Entry]:
    """Entries with the file they point into; one without a link points where the next one does."""
    waiting: list[tuple[int, str]] = []
    for level, title, link in listed:
        title = " ".join(title.split())
        if not title:
            continue
        waiting.append((level, title))
        path, _, fragment = link.partition("#")
        file = archive.find(resolved(posixpath.dirname(base), path)) if path else None
        if file:
            yield from (Entry(*each, file, unquote(fragment)) for each in waiting)
            waiting = []


def resolved(folder: str, link: str) -> str:
    """The name in the archive that a link means."""
    return posixpath.normpath(posixpath.join(folder, unquote(link).partition("#")[0]))


def every(tree: Element, name: str) -> Iterator[Element]:
    """Elements of that name, in whatever namespace."""
    return (element for element in tree.iter() if _local(element) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def first_text(tree: Element, name: str) -> str:
    """The text of the first element of that name, on one line; empty if there is none."""
    return next((" ".join("".join(each.itertext()).split()) for each in every(tree, name)), "")

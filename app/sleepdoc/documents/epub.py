"""EPUB: chapters in the order of the spine, the outline from the navigation."""

import contextlib
import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from bs4 import Tag
from bs4.element import NavigableString
from defusedxml.ElementTree import fromstring

from sleepdoc.documents.archive import Archive
from sleepdoc.documents.book import Book, blocks_of
from sleepdoc.documents.confinement import Refused
from sleepdoc.documents.epub_navigation import (
    BROKEN,
    Entry,
    every,
    first_text,
    navigation,
    resolved,
)
from sleepdoc.documents.flow import Block
from sleepdoc.documents.html_tree import parsed

_CONTAINER = "META-INF/container.xml"
_PAGES = (".xhtml", ".html", ".htm", ".xml")
_PAGE_TYPES = {"application/xhtml+xml", "text/html", "text/x-oeb1-document", ""}
_MARK = re.compile("\ue000(\\d+)\ue001")
"""Stands in a chapter's text where an entry of the navigation points; private characters."""


def open_epub(archive: Archive) -> Book:
    """
    Raises:
        Refused: it is protected, over a limit, or has no chapters.
    """
    _refuse_protected(archive)
    notices = []
    try:
        package_name = _package(archive)
        package = fromstring(archive.read(package_name))
        title = first_text(package, "title")
        items = _items(package, posixpath.dirname(package_name))
        chapters = _spine(package, items)
        entries = navigation(archive, package, items)
    except BROKEN:
        title, items, chapters, entries = "", {}, [], []
    if not any(map(archive.find, chapters)):
        chapters = sorted(filter(_is_page, archive.names), key=_natural)
        notices.append("its list of chapters is damaged; they are in the order of their file names")
    if not chapters:
        raise Refused("no pages")
    by_file = defaultdict(list)
    for entry in entries:
        by_file[entry.file].append(entry)
    outlined = any(archive.find(chapter) in by_file for chapter in chapters)
    parts = [
        partial(_chapter, archive, name, by_file.get(archive.find(name) or "", []), outlined)
        for name in chapters
    ]
    return Book(title, parts, notices)


def _refuse_protected(archive: Archive) -> None:
    """Fonts may be scrambled; a book whose pages are encrypted cannot be read."""
    if (name := archive.find("META-INF/encryption.xml")) is None:
        return
    try:
        tree = fromstring(archive.read(name))
    except BROKEN:
        return
    for reference in every(tree, "CipherReference"):
        if _is_page(unquote(reference.get("URI", ""))):
            raise Refused("protected")


def _package(archive: Archive) -> str:
    """The file that describes the book: the one that is named, else the only one of its kind."""
    with contextlib.suppress(*BROKEN):
        for root in every(fromstring(archive.read(archive.find(_CONTAINER) or "")), "rootfile"):
            if found := archive.find(root.get("full-path", "")):
                return found
    return next(name for name in [*archive.names, ""] if name.endswith(".opf") or not name)


def _items(package: Element, folder: str) -> dict[str, Element]:
    """The manifest by id, every ``href`` made a name in the archive."""
    items = {}
    for item in every(package, "item"):
        item.set("href", resolved(folder, item.get("href", "")))
        items[item.get("id", "")] = item
    return items


def _spine(package: Element, items: Mapping[str, Element]) -> list[str]:
    listed = [items.get(reference.get("idref", "")) for reference in every(package, "itemref")]
    found = [item for item in listed if item is not None] or [*items.values()]
    pages = (item for item in found if item.get("media-type", "") in _PAGE_TYPES)
    return [item.get("href", "") for item in pages]


def _chapter(archive: Archive, name: str, entries: list[Entry], outlined: bool) -> list[Block]:
    """The blocks of a chapter; in a book with navigation its lines are the outline."""
    soup, _ = parsed(archive.read(archive.find(name) or name))
    if not outlined:
        return blocks_of(soup)
    targets = {tag.get("id") or tag.get("name"): tag for tag in soup.find_all(_is_target)}
    for number, entry in enumerate(entries):
        if entry.fragment in targets:
            targets[entry.fragment].insert_before(NavigableString(f"\ue000{number}\ue001"))
    pointed: list[Block] = []
    placed: set[int] = set()
    for block in blocks_of(soup):
        for number in map(int, _MARK.findall(block.text)):
            if number < len(entries) and number not in placed:
                placed.add(number)
                pointed.append(Block("", entries[number].level, entries[number].title))
        text = _MARK.sub("", block.text)
        pointed.append(Block(text, verbatim=block.verbatim))
    top = [entry for number, entry in enumerate(entries) if number not in placed]
    begins = [Block("", entry.level, entry.title) for entry in top]
    if top and not _says(pointed, top[-1].title):
        begins.append(Block(f"# {top[-1].title}"))
    return [*begins, *pointed] if any(block.text.strip() for block in pointed) else []


def _is_target(tag: Tag) -> bool:
    return tag.has_attr("id") or (tag.name == "a" and tag.has_attr("name"))


def _says(blocks: list[Block], title: str) -> bool:
    """Whether a chapter begins with its title, in whatever markup."""
    first = " ".join(block.text for block in blocks if block.text.strip())[: 200 + len(title)]
    wanted = "".join(filter(str.isalnum, title.casefold()))
    return wanted in "".join(filter(str.isalnum, first.casefold()))


def _is_page(name: str) -> bool:
    return name.lower().endswith(_PAGES) and not name.startswith("META-INF/")


def _natural(name: str) -> list[tuple[int, str]]:
    """Chapter 10 after chapter 9."""
    return [(int(digits or 0), word) for word, digits in re.findall(r"(\D*)(\d{0,9})", name)]

"""Quotes as they stand in front of a question, each behind the label of its page."""

import re
from collections.abc import Callable, Sequence

from sleepdoc_model.recall.packing import Packer, Quote

Encode = Callable[[str], list[int]]
PageOf = Callable[[int], tuple[str, str]]
"""From a page's number to its label and text."""

_LINK = re.compile(r"!?\[(?P<shown>[^\[\]\n]{1,300})\]\((?P<target>[^()\s]{0,1000})\)")
_STRONG = re.compile(r"\*\*(?P<shown>(?=\S)[^*\n]{1,300}(?<=\S))\*\*")


def packer(page_text: Callable[[int], str], encode: Encode) -> Packer:
    """What cuts and packs sentences by the tokens they take when they are written so."""
    return Packer(
        page_text,
        lambda piece: len(encode(_plain(" ".join(piece.split())))),
        mark=len(encode("[p. 100] \n\n")),
    )


def write(
    quotes: Sequence[Quote], page: PageOf, tokens: int, encode: Encode
) -> tuple[list[list[int]], list[tuple[Quote, str]]]:
    """The token ids of each of as many quotes as fit into `tokens`, an item of a list behind what
    introduces it, and those quotes with their words.

    A packer's prices are close; this is exact.
    """
    ids: list[list[int]] = []
    kept: list[tuple[Quote, str]] = []
    for quote in quotes:
        label, text = page(quote.page)
        words = " ".join(text[quote.start : quote.end].split())
        before = " ".join(text[slice(*quote.introduced)].split()) if quote.introduced else ""
        written = encode(f"[p. {label}] {_plain(f'{before} {words}'.lstrip())}\n\n")
        if len(written) <= tokens:
            tokens -= len(written)
            ids.append(written)
            kept.append((quote, words))
    return ids, kept


def _plain(words: str) -> str:
    """Without the marks of Markdown that a reader would copy into its answer: of a link its words,
    and its target only where that is an address."""

    def shown(match: re.Match[str]) -> str:
        words, target = match["shown"], match["target"]
        return f"{words} ({target})" if "://" in target and words not in target else words

    return _STRONG.sub(r"\g<shown>", _LINK.sub(shown, words))

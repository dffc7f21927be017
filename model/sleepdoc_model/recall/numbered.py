"""Whether the numbers of a question stand where its answer does, as what they are asked for."""

import re
from collections.abc import Iterator

from sleepdoc_model.recall.folding import terms_of, unify
from sleepdoc_model.recall.ordered import in_digits
from sleepdoc_model.recall.stop_words import STOP_WORDS

_NUMBER_OR_WORD = re.compile(r"(\d\w*(?:[.:/-]\d\w*)*)|[^\W\d_]+")


def numbers_meet(question: str, text: str) -> bool:
    """Whether a text has every number of a question, and has it of the same thing: ``Linux kernel
    2.0`` tells nothing of ``Debian 2.0``. A number behind no telling word may be of anything."""
    told = list(_numbers(in_digits(text)))
    return all(
        any(number == there and (not of or not about or of == about) for there, about in told)
        for number, of in _numbers(question)
    )


def _numbers(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every number, and the terms of the telling word right before it, if there is one."""
    before = ""
    for found in _NUMBER_OR_WORD.finditer(unify(text)):
        if number := found[1]:
            telling = before and before.casefold() not in STOP_WORDS
            yield number.casefold(), terms_of(before) if telling else ()
        before = "" if number else found[0]

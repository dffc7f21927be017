"""What type of answer a question in English asks for, and whether an answer is of that type.

The expected answer type of question classification (Li and Roth, 2002), by the words a question
begins with, and only where these make it plain.
"""

import re
from collections.abc import Callable

from sleepdoc_model.recall.folding import capitals, words
from sleepdoc_model.recall.function_words import AUXILIARIES, PREPOSITIONS
from sleepdoc_model.recall.reply import REPLIES
from sleepdoc_model.recall.stop_words import STOP_WORDS

_AUXILIARY = rf"(?:{AUXILIARIES})"
_OPENING = (
    r"\A(?:(?:and|but|so|then)\b,?\s+)?(?:(?:(?:can|could) you )?(?:please )?tell me\s+)?"
    rf"(?:(?:{PREPOSITIONS})\s+){{0,2}}"
)
_NOTHING_ELSE = rf"(?=\s+(?:{_AUXILIARY}|of|in)\b|\s*[?.]*\Z)"  # no time zone, no date format
_MEASURES = "age|depth|distance|height|length|number|percentage|population|price|weight|width"
_NAMED = (
    "actor|actress|artist|author|capital|city|company|composer|continent|country|king|municipality"
    "|person|place|poet|president|province|queen|region|river|singer|state|town|village|writer"
)

_DIGIT = re.compile(r"\d")
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:\.|\b)"
)
_MONTH = re.compile(rf"\b(?:{_MONTHS})")
_DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})(?:,?\s+\d{{4}})?"
    rf"|\b(?:{_MONTHS})\s+\d{{1,4}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?"
    r"|\b\d{4}-\d\d-\d\d\b"
    r"|\b(?:[Aa]fter|[Bb]efore|[Bb]y|[Dd]uring|[Ii]n|[Oo]n|[Ss]ince|[Uu]ntil)\s+(?:the year\s+)?"
    r"[12]\d{3}\b(?!\s*\w|[.,]\d)"
)
_YEAR = re.compile(
    r"(?<![\d.,$\u20ac\u00a3])\d{3,4}s?\b(?!\s*%|[.,]\d)|\d(?:st|nd|rd|th)\b"
    r"|\b\d+\s*(?:BCE?|CE|AD|B\.C\.|A\.D\.)|\bAD\s*\d"
)
_CLOCK = re.compile(r"\d[:./-]\d\d?\b|\d\s*(?:[ap]\.?m\b|o['\u2019]clock|hours?\b)", re.IGNORECASE)
_DONE = (
    "add|ask|call|change|check|choose|click|copy|create|download|edit|enter|export|fill|find|follow"
    "|get|give|go|install|look|mail|make|open|pass|press|put|read|remove|replace|run|save|search"
    "|see|select|send|set|specify|start|switch|try|turn|type|upload|use|visit|write"
)
_BEFORE_DONE = (
    r"(?:(?:to|you|one|first|just|simply|then|please)\s+)*"
    r"(?:(?:can|may|must|should|need\s+to|have\s+to)\s+)?"
)
_STEP = re.compile(
    rf"(?<![\w-])--?[a-z]|\$\s|`|\bby\s+\w+ing\b|\busing\b"
    rf"|\A\W*(?:with|via|through|{_BEFORE_DONE}(?:{_DONE}))\b",
    re.IGNORECASE,
)
_PERSONS = re.compile(r"(?:[^s]s|er|or|ist|ian|man|men|ess|people|folk|child|children|body|one)\Z")

_NUMBERS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred hundreds thousand thousands million millions billion billions trillion dozen dozens half
    third thirds quarter quarters both none single pair couple once twice thrice
"""
_QUANTITIES = "all everything free little lot lots most much nothing"
_PERIODS = """
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
    fridays saturdays sundays spring summer autumn winter christmas easter dawn sunrise morning noon
    midday afternoon evening dusk sunset night midnight today yesterday tomorrow tonight now then
    soon later earlier early late immediately always never forever often seldom daily weekly monthly
    yearly annually every second seconds minute minutes hour hours day days week weeks fortnight
    month months season year years decade decades century centuries time times beginning start end
    period era age childhood moment point case cases
"""
_CONJUNCTIONS = """
    when whenever while after before until till since during once if unless upon between as prior
    following throughout
"""
_ARTICLES = """
    a an the his her its my your our their this that these those some any no every each all both
    another one
"""
_NUMERALS, _TIMES = frozenset(_NUMBERS.split()), frozenset(_PERIODS.split())
_AMOUNTS, _CLAUSES = frozenset(_QUANTITIES.split()), frozenset(_CONJUNCTIONS.split())
_DETERMINERS = frozenset(_ARTICLES.split())


def _person(answer: str, found: list[str]) -> bool:
    """A name, or somebody described: capitals, an article, or the ending of such a word."""
    telling = [word for word in found if _tells(word)]
    named = any(_name(word) for word in telling)
    described = bool(found) and found[0].casefold() in _DETERMINERS
    return bool(telling) and (
        named or described or any(_PERSONS.search(word.casefold()) for word in telling)
    )


def _number(answer: str, found: list[str]) -> bool:
    """Digits or numerals that are no date."""
    left = _DATE.sub(" ", answer)
    return bool(_DIGIT.search(left)) or not _NUMERALS.isdisjoint(map(str.casefold, words(left)))


def _amount(answer: str, found: list[str]) -> bool:
    return _number(answer, found) or not _AMOUNTS.isdisjoint(map(str.casefold, found))


def _time(answer: str, found: list[str]) -> bool:
    folded = {word.casefold() for word in found}
    return bool(
        _YEAR.search(answer)
        or _CLOCK.search(answer)
        or _MONTH.search(answer)
        or folded & (_TIMES | _CLAUSES)
    )


def _year(answer: str, found: list[str]) -> bool:
    return bool(_DIGIT.search(answer)) or not _NUMERALS.isdisjoint(map(str.casefold, found))


def _day(answer: str, found: list[str]) -> bool:
    return bool(_DIGIT.search(answer)) or _time(answer, found)


def _duration(answer: str, found: list[str]) -> bool:
    folded = {word.casefold() for word in found}
    return _number(answer, found) or bool(folded & (_TIMES | _CLAUSES))


def _named(answer: str, found: list[str]) -> bool:
    """More than a number or a date."""
    return any(_tells(word) for word in words(_DATE.sub(" ", answer)))


def _event(answer: str, found: list[str]) -> bool:
    """More than how it happens, such as ``automatically``."""
    return not all(word.casefold().endswith("ly") for word in found)


def _step(answer: str, found: list[str]) -> bool:
    """What to do, or with what: an option or a command, a means, or a verb that tells to."""
    return bool(_STEP.search(answer))


_TYPES: tuple[tuple[str, Callable[[str, list[str]], bool]], ...] = (
    (r"who(?:m|se)?\b", _person),
    (rf"when\s+{_AUXILIARY}\b", _time),
    (rf"(?:what|which)\s+year{_NOTHING_ELSE}", _year),
    (rf"(?:what|which)\s+(?:date|day){_NOTHING_ELSE}", _day),
    (rf"(?:what|which)\s+(?:century|decade|month|time){_NOTHING_ELSE}", _time),
    (r"how\s+many\b", _number),
    (r"how\s+(?:deep|heavy|high|tall|thick|wide)\b", _number),
    (r"(?:what|which)\s+(?:number|percentage)\b", _number),
    (
        rf"what\s+(?:is|was)\s+(?:the|its|his|her)\s+(?:\w+\s+)?(?:{_MEASURES})(?=\s+of\b|\s*\?|\Z)",
        _number,
    ),
    (r"how\s+much\b", _amount),
    (r"how\s+(?:long|often|old|soon)\b", _duration),
    (r"how\s+(?:to|(?:can|could|do|may|should|would)\s+(?:i|one|we|you))\b", _step),
    (rf"(?:how|where)\s+{_AUXILIARY}\b", _named),
    (r"why\b", _named),
    (r"what\s+(?:(?:will|would)\s+)?happen(?:s|ed)?\b", _event),
    (rf"(?:what|which)\s+(?:{_NAMED})\b", _named),
)
_TABLE = tuple((re.compile(_OPENING + asked, re.IGNORECASE), test) for asked, test in _TYPES)


def fits(answer: str, question: str) -> bool:
    """Whether an answer is of the type that its question asks for: for "who" somebody's name or
    description, for "when" a time, for "how many" a number, for "where", "how did" and "why" more
    than a number or a date, for "what happens" more than an adverb, for "how do I" something to
    do. True where the type is not plain."""
    question = " ".join(question.split())
    found = words(answer)
    if found and found[0].casefold() in REPLIES and found[1:2] != ["one"]:
        found = found[1:]
    test = next((test for asked, test in _TABLE if asked.match(question)), None)
    return test is None or test(answer, found)


def _tells(word: str) -> bool:
    """Whether a word is neither a number, nor a time, nor one that says nothing."""
    folded = word.casefold()
    if capitals(word) == 2:  # US, WHO
        return True
    return not (
        word[0].isdigit()
        or folded in STOP_WORDS
        or folded in _NUMERALS
        or folded in _TIMES
        or _MONTH.fullmatch(word)
    )


def _name(word: str) -> bool:
    """With a capital, or of a script that has none."""
    return any(c.isupper() for c in word) or word.upper() == word.lower()

"""What a question in English asks to be explained, and which sentences explain it.

"What is X?", "What is X used for?" and "What does X do?" share one telling word with every passage
that names X, most of which only use it. A sentence explains X where X stands as what something is
said of, by the lexical patterns of definitions (Hearst, 1992; Saggion, 2004).
"""

import re
from collections.abc import Callable
from functools import lru_cache

from sleepdoc_model.recall.folding import unify
from sleepdoc_model.recall.function_words import PREPOSITIONS
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.stop_words import STOP_WORDS

_BE = r"(?:is|are|was|were)"
_CLASS = (
    "argument|class|command|flag|function|key|keyword|method|mode|module|option|package|parameter"
    "|program|setting|switch|term|tool|utility|variable|word"
)
_ASKED = tuple(
    re.compile(rf"\A(?:(?:and|but|so|then)\s+)?{pattern}\s*[?.!]*\Z", re.IGNORECASE)
    for pattern in (
        rf"what(?:'s|\s+{_BE})\s+(?P<subject>.+?)\s+(?:(?:good|intended|meant|used|useful)\s+)?for",
        rf"what\s+{_BE}\s+meant\s+by\s+(?P<subject>.+?)",
        rf"what(?:'s|\s+{_BE})\s+the\s+(?:aim|function|goal|meaning|point|purpose|role|use)\s+of"
        r"\s+(?P<subject>.+?)",
        r"what\s+(?:do|does|did)\s+(?P<subject>.+?)\s+(?:do|mean)",
        rf"(?:what|who)(?:'s|\s+{_BE})\s+(?P<subject>.+?)",
        r"(?:define|explain)\s+(?P<subject>.+?)",
    )
)
_ARTICLE = re.compile(r"(?:a|an|the)\s+", re.IGNORECASE)
_CLASSED = re.compile(
    rf"(?<=\S)\s+(?:{_CLASS})s?\Z|\A(?:{_CLASS}|abbreviation|name)\s+(?=\S)", re.IGNORECASE
)
_QUOTES = "\"'\u201c\u201d\u2018\u2019`"
_MOST_WORDS = 4
_POINT = "he here it she that there these they this those we you"
_POINTING = frozenset(_POINT.split())
_JOIN = "if or that when where which who"
_CLAUSAL = frozenset([*PREPOSITIONS.split("|"), *_JOIN.split()]) - {"of"}
_OF = re.compile(r"\b[a-z]\w*\s+of\b|\bof\s+[a-z]")

_PLURAL = re.compile(r"(?<=\w{3})(?:(?<=[sxz])es|(?<!s)s)\Z")
_SAID = (
    r"(?:an?|any|one|some|someone|something|primarily|mainly|short\s+for"
    r"|(?:used|useful|meant|intended|designed)\s+(?:as|by|for|in|to|when))\b"
)
_ACTS = (
    r"(?:(?:also|simply|always|normally|usually)\s+)?(?!(?:always|does|has|his|its|perhaps|refers"
    r"|this|was|is|versus|files|options|as|us|yes)\b)[a-z]{2,}[^\W\d_s]s\b(?!\s*[:=])"
)
_ACT = (
    "act|allow|cause|contain|control|define|describe|enable|ensure|give|handle|help|hold|let|make"
    "|manage|prevent|provide|represent|serve|set|show|specify|store|tell|turn"
)
"""What several do; what one does ends in s."""
_KIND = (
    r"(?:(?:an?|any|one|what)\b"
    r"|the\s+(?:\w+\s+){1,3}(?:as|that|which|who|(?:at|by|from|in|on|with)\s+which)\b)"
)
"""How it begins what a thing is: its kind, or what tells it from others of that."""
_START = r"\A(?:[^\w(]|\d+[.)]|[a-z]\))*(?:(?:the|an?|our|term|word)\s+){0,2}"
_CLASSED_BEHIND = rf"(?:\s+(?:{_CLASS})s?)?(?:\s*\([^()]*\))?"
_POINTED = r"(?:he|she|it|they)"
"""What stands for a term in the clause behind it: ``I loved Lazarus; he was my finest hound``."""
_USE = re.compile(
    r"\bfor\W*\Z|\bdo(?:es)?\s.*\sdo\W*\Z|\b(?:aim|function|goal|purpose|role|use)\s+of\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:abbreviation|name|term|title|word)\b.*\bmean\b", re.IGNORECASE)
_FURTHER = re.compile(r"(?<=\w{3})[:;]\s.*\Z")
"""What follows an explanation in its sentence."""
_LONGEST = 60
"""Words of an explanation that is given as it stands."""
_PLAIN = 1.0
"""Of answers to held-out questions that stood in a sentence worth so much eleven of eleven were
right, of those in one worth 0.9 five of eight."""
_COLON = (
    r"(?:\s*\([^()]*\))?(?:\s*:|\s+[-\u2013\u2014])\s+"
    r"(?-i:(?!\w?[A-Z]{2}))(?=(?:\S+\s+){3}.*\.\Z)"
)
"""Behind the term that an entry of a list is about; a sentence follows, and no title."""
_MOST_ALIKE = 3
"""Words between a term and the colon behind it: ``-k --keep: Keep input files``."""


def explained(question: str) -> str:
    """The term that a question asks to be explained, without its article, such as ``bzip2`` of
    "What is the bzip2 program used for?"; empty if it asks for anything else."""
    asked = next(filter(None, (each.match(question.strip()) for each in _ASKED)), None)
    if asked is None:
        return ""
    article = _ARTICLE.match(asked["subject"].strip())
    subject = asked["subject"].strip()[article.end() if article else 0 :]
    if _OF.search(subject) and not (article and article[0].casefold() != "the "):
        return ""  # what is asked for is something of that
    subject = _CLASSED.sub("", subject).strip(_QUOTES + " ")
    words = subject.split()
    folded = {word.casefold() for word in words}
    if not re.search(r"\w", subject):
        return ""
    if not 0 < len(words) <= _MOST_WORDS or _CLAUSAL & {w for w in words if w.islower()}:
        return ""
    return "" if folded & _POINTING or folded <= STOP_WORDS else subject


def explains(term: str) -> Callable[[str], float]:
    """How plainly a sentence explains a term, from 0 to 1."""
    patterns = _patterns(unify(term))

    def worth(sentence: str) -> float:
        text = unify(sentence)
        return next((value for value, pattern in patterns if pattern.search(text)), 0.0)

    return worth


def plainly_explains(text: str, question: str) -> bool:
    """Whether what a question asks to be explained is explained by a text, as plainly as can be."""
    term = explained(question)
    return bool(term) and explains(term)(text) >= _PLAIN


def explanation(question: str, text: str) -> str:
    """What a text says that the term is which a question asks to be explained, in its own words:
    ``a boat with one sail.`` of "A wherry is a boat with one sail."; empty if no sentence says so
    plainly and in short, or it is asked what something does or is for."""
    term = "" if _USE.search(question) else explained(question)
    if not term:
        return ""
    word = bool(_NAME.search(question))
    *first, kind = term.split()
    return _explained(_told(unify(term), word), text) or (
        # "audio: This group may use sound" of "What is the audio group?"
        _explained(_entry(unify(" ".join(first)), kind), text) if first else ""
    )


def _explained(form: re.Pattern[str], text: str) -> str:
    """What the first sentence of a form says, in short."""
    for start, end in sentences(text):
        sentence = text[start:end].split()
        if found := form.match(unify(" ".join(sentence))):
            # Counted in words, as other spellings have other lengths.
            before = len(found.string[: found.start("said")].split())
            said = _FURTHER.sub(".", " ".join(sentence[before:]), count=1)
            return said if len(said.split()) <= _LONGEST else ""
    return ""


def names(term: str) -> Callable[[str], bool]:
    """Whether a heading is a term and nothing else, but for its number."""
    pattern = re.compile(rf"[\W\d_]*{_named(unify(term))}\W*", re.IGNORECASE)
    return lambda heading: bool(pattern.fullmatch(unify(heading)))


def _named(term: str) -> str:
    """A pattern of a term, in the singular or the plural, with quotes about it or without."""
    words = re.findall(r"\w+", term)
    last = _PLURAL.sub("", words[-1]) if words else ""
    spelt = r"[\W_]+".join(map(re.escape, [*words[:-1], last])) + "(?:e?s)?"
    return rf"-*[{_QUOTES}*]*(?<!\w){spelt}(?!\w)[{_QUOTES}*]*"


@lru_cache(maxsize=64)
def _told(term: str, word: bool) -> re.Pattern[str]:
    """A sentence that begins with a term and says what it is, or what it means as a `word`. Of "The
    price is the sum" nobody learns what a price is; of "The library is the screen that shows them"
    one does."""
    being = "" if word else rf"(?:is|are)\s+(?={_KIND})|"
    return re.compile(
        rf"{_START}(?:to\s+)?{_named(term)}(?:{_CLASSED_BEHIND}(?:\s+(?:an?|the)\s+\w+)?\s+"
        rf"(?:{being}(?:(?:shall\s+)?means?|denotes?|stands?\s+for)\s+)|{_COLON})(?P<said>\w.*)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=64)
def _entry(term: str, kind: str) -> re.Pattern[str]:
    """An entry of a list that begins with a term and speaks of it as of its `kind`."""
    of = rf"(?=.*\b{re.escape(kind)})"
    return re.compile(rf"{_START}{_named(term)}{_COLON}{of}(?P<said>\w.*)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _patterns(term: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    """Patterns of sentences that explain a term, with their worth, the plainest first."""
    named, start, classed = _named(term), _START, _CLASSED_BEHIND
    told = (
        (1.0, rf"{start}{named}{classed},?\s+(?:which\s+)?{_BE}\s+{_SAID}"),
        (1.0, rf"{start}{named}{classed}\s+(?:means?|denotes?|stands?\s+for)\b"),
        # "X refers to Y as Z" explains Y
        (1.0, rf"{start}{named}{classed}\s+refers?\s+to\b(?!.*\bas\b)"),
        (1.0, rf"{start}{named}(?:\s+\S+){{0,{_MOST_ALIKE}}}?\s*[:\u2013\u2014]\s+\w"),
        (1.0, rf"{start}{named}(?:,\s+\S+)?\s+-\s+\w"),
        (0.9, rf"{start}{named}{classed}\s+{_BE}\s+the\b"),  # perhaps one of many things it is
        (0.9, rf"\b(?:called|known\s+as|termed)\s+(?:an?\s+|the\s+)?{named}"),
        (0.9, rf"{named}{classed},\s+(?:which\s+{_BE}|or)\s+(?:an?|the|any)\b"),
        (0.9, rf"{start}{named}{classed}\s+(?:{_ACTS}|(?:{_ACT})\b)"),
        (0.9, rf"(?<!\w){named}\s*[;:\u2013\u2014]\s*{_POINTED}\s+{_BE}\s+(?:the|my|our|{_SAID})"),
        (0.7, rf"(?<!\w){named}{classed}\s+{_BE}\s+(?:the\b|{_SAID})"),
        (0.7, rf"\buse\s+{named}{classed}\s+(?:to|for)\b"),
        (0.6, rf"{named},\s+an?\s+\w"),
    )
    return tuple((worth, re.compile(pattern, re.IGNORECASE)) for worth, pattern in told)

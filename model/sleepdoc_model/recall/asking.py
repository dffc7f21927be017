"""What one sentence answers, asked as a person would, in English.

A sentence is asked only for what it plainly says: what something is, means, is called or does, who
made it and when, how many there are, how soon, how and why. What it is about must be known without
the sentence before it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from sleepdoc_model.recall.folding import words
from sleepdoc_model.recall.stop_words import STOP_WORDS

_MOST = 14
"""Words of the longest question."""
_NUMERAL = (
    r"(?:\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|sixty|ninety|a hundred)"
)
_NAME = r"(?:[A-Z][\w\u2019'.-]*[^\W\d_])"
_PERSON = rf"{_NAME}(?:\s+(?:{_NAME}|d[aeiu]|de la|van|von|le)){{0,3}}"
_YEAR = r"(?:in|on)\s+(?:(?:\d{1,2}\s+)?[A-Z]\w+\s+(?:\d{1,2},?\s+)?)?\d{4}\b"
_DATED = re.compile(rf"\b{_YEAR}")
_AFTER_YEAR = r"(?:In|On)\s+(?:(?:\d{1,2}\s+)?[A-Z]\w+\s+(?:\d{1,2},?\s+)?)?\d{4},?\s+"
_MADE = "invented|designed|founded|discovered|composed|developed|introduced|established|created"
_SIMPLE = {"written": "wrote", "drawn": "drew", "built": "built", "signed": "signed"}
_PAST = {
    "began": "begin",
    "bought": "buy",
    "built": "build",
    "gave": "give",
    "held": "hold",
    "made": "make",
    "sang": "sing",
    "sold": "sell",
    "took": "take",
    "won": "win",
    "wrote": "write",
    **{f"{verb}ed": verb for verb in ("found", "join", "open", "publish", "start", "visit")},
}
_THING = (
    "command|function|option|keyword|key|program|utility|tool|package|method|class|button|menu"
    "|setting|argument|parameter|field|attribute|property|module|library|switch|statement"
)
_DOING = (
    "adds|allows|amends|applies|bars|changes|combines|computes|controls|converts|creates|defines"
    "|deletes|determines|directs|displays|draws|enables|establishes|evaluates|exempts|expands|fits"
    "|generates|gives|implements|imports|indicates|installs|lets|limits|lists|loads|makes|merges"
    "|moves|names|permits|plots|prevents|prints|produces|prohibits|protects|provides|reads|removes"
    "|replaces|requires|returns|runs|saves|selects|sends|sets|shows|specifies|starts|stops|stores"
    "|tells|works|writes"
)

_MEANS = re.compile(
    '(?:(?:The|An?)\\s+)?(?:(?:term|word)\\s+)?["\u201c](?P<subject>[^"\u201c\u201d]{3,40}?),?'
    '["\u201d]\\s+(?:means|refers to|represents)\\s'
)
_DEFINED = re.compile(
    r"(?P<subject>(?:An?\s+)?\S.*?)\s+(?P<be>is|are)\s+(?:an?|one of|the (?:process|study|art|act"
    r"|number|part|set|method|total|distance|amount|space|practice))\s+\w"
)
_STANDS = re.compile(r"\b(?P<subject>[^\W\d_]\w+),?\s+which\s+stands\s+for\s+\w")
_SHORT = re.compile(
    r"\((?P<inside>[A-Z]{3,7})\)|\b(?P<outside>[A-Z]{3,7})\s\((?P<long>[A-Z][^()]+)\)"
)
_CALLED = re.compile(
    r"(?P<subject>(?:The|An?)(?:\s[^\s,;:]+){3,}?)\s+(?P<be>is|are)\s+(?:(?:also|often|sometimes|usually)\s+)?"
    r"(?:called|known as)\s+\S(?P<rest>.*)"
)
_OTHERS = re.compile(r"\b(?:call(?:ed|s)?|known as|whereas|while)\b")
"""Where a sentence names more than one thing."""
_BY = re.compile(
    rf"(?P<subject>\S.*?)\s+(?:was|were)\s+(?:first\s+)?(?P<verb>{_MADE}|{'|'.join(_SIMPLE)})"
    rf"(?P<into>\s+into\s+\w+)?\s+by\s+(?:the\s+)?(?:\w+\s+)?{_NAME}"
)
_MAKER = re.compile(
    rf"(?:Then\s+|(?:In|By|About)\s+(?:about\s+)?\d{{4}},?\s+)?(?P<person>{_PERSON})(?:,[^,]*,)?"
    rf"(?:\s+of\s+{_NAME})?\s+(?:first\s+)?(?P<verb>{_MADE}|wrote|built)\s+(?P<object>\w.*)"
)
_WHEN = re.compile(
    rf"(?P<year>{_AFTER_YEAR})?(?P<subject>\S.*?)\s+(?P<be>was|were)\s+(?:first\s+)?"
    r"(?P<verb>\w+ed|written|built|drawn|found|held|made|begun|sung|given)\b(?P<rest>.*)"
)
_WHEN_DID = re.compile(
    rf"(?:When\s+)?(?P<year>{_AFTER_YEAR})?(?P<subject>{_PERSON})\s+(?P<verb>\w+ed|{'|'.join(_PAST)})"
    r"(?P<rest>\s.*)"
)
_THERE = re.compile(
    rf"There\s+are\s+{_NUMERAL}\s+(?P<what>(?:\w+\s+)?[a-z]+s\s+of\s+[\w ]{{3,40}}?)"
    r"\s*(?:[:,;(\u2014]|\.\Z)"
)
_NUMBERED = re.compile(
    rf"(?P<subject>\S.*?)\s+(?P<verb>has|have|contains?|consists? of)\s+(?:exactly\s+)?{_NUMERAL}"
    r"\s+(?P<what>(?:[a-z]+\s+)?[a-z]{3,}s(?:\s+of\s+[a-z]+)?)\b"
)
_WITHIN = re.compile(
    r"(?P<subject>\S.*?)\s+(?P<be>must|will|shall|may|can|should)\s+(?P<rest>[a-z].*?)\s+"
    rf"within\s+{_NUMERAL}\s+(?P<what>(?:business\s+)?[a-z]+s)\b"
)
_OLD = re.compile(
    rf"(?P<subject>\S.*?)\s+must\s+be\s+(?:at\s+least\s+|age\s+)?{_NUMERAL}\s+"
    r"(?:years\s+(?:of\s+age|old)|or\s+older)"
)
_BECAUSE = re.compile(
    r"(?P<subject>\S.*?)\s+(?P<be>is|are|was|were|must|should|can|cannot)\s+(?P<rest>[a-z].*?),?\s+"
    r"because\s+(?!of\b)"
)
_BY_DOING = re.compile(
    r"You\s+(?:can|may)\s+(?P<rest>(?!also\b)[a-z].*?)(?:\s+at any time)?,?\s+by\s+\w+ing\b"
)
_USED = re.compile(
    rf"(?P<subject>(?:The\s+)?\S+\s+(?:{_THING})|An?\s+\w.*?)\s+(?P<be>is|are)\s+used\s+(?:to|for)\b"
)
_DOES = re.compile(
    rf"(?P<subject>The\s+(?:\S+\s+(?:{_THING})|(?:{_THING})\s+[\w.()]+))\s+(?:by default\s+)?"
    rf"(?:only\s+)?(?:{_DOING})\s+(?!this\b|that\b)\w"
)
_PROVIDES = re.compile(
    r"(?:New\s+)?(?P<subject>(?:Title|Section|Article|Chapter|Part|Rule)\s+\S+?"
    r"(?:\s+of\s+the\s+[A-Z]\w+(?:\s+[A-Z]\w+)*)?)(?P<named>,\s+the\s+[^,]*,[\"\u201d]?)?"
    rf"\s+(?:{_DOING})\s+\w"
)

_BESIDES = re.compile(r"\s+\([^()]*\)\d*|\A\[\d+\]\s+")
_CLAUSE = re.compile(
    r"[,;:]|\b(?:is|are|was|were|has|had|and|but|or|that|which|who|when|if|where|while|not"
    r"|although|though|because|since|after|before|until|unless)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    rf"[,;:.(]|\s+(?:{_YEAR}|(?:which|who|when|because|while|after|before|but|and|with|for|from|by"
    r"|around|about)\b)"
)
_LEANS = re.compile(
    r"\b(?:this|these|those|it|its|itself|they|their|them|he|she|his|her|him|we|our|us|you|your|i|my"
    r"|me|such|same|other|another|former|latter|above|below|following|then|here|there|also|next"
    r"|now|earlier|later)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:more|less|\w+(?:[^aeiou]i|[^aeiouy])er)\b(?!.*\bthan\b)")
_ARTICLES = frozenset(("a", "an", "the"))
_FEW = """one two three four first second third fourth fifth last large great important resulting
    example number what each all both some most many any few several no nothing everything somebody
    someone anyone everyone words note part parts section chapter only"""
_VAGUE = frozenset(_FEW.split())
_WORD = re.compile(r"[\w(][\w.()/+\u2019'-]*(?<![.-])")
_QUOTES = '"\u201c\u201d\u2018\u2019'


class Asking:
    """Questions that sentences of one document answer."""

    def __init__(self, sentences: Iterable[str]) -> None:
        """
        Args:
            sentences: All that the document says, which tells words from names.
        """
        inside = Counter(word for each in sentences for word in words(each)[1:])
        small = (word for word, n in inside.items() if n > inside[word.capitalize()])
        self._words = frozenset(small)
        self._names = frozenset(word.casefold() for word in inside if word[0].isupper())

    def of(self, sentence: str) -> Iterator[str]:
        """The questions that a sentence answers."""
        plain = _BESIDES.sub("", sentence)
        for question in (*(ask(self, plain) for ask in _EVERY), _of_letters(sentence)):
            if question and len(question.split()) <= _MOST and _paired(question):
                yield f"{question}?"

    def _meaning(self, sentence: str) -> str:
        match = _MEANS.match(sentence)
        return f"What does \u201c{match['subject'].strip(' .')}\u201d mean" if match else ""

    def _definition(self, sentence: str) -> str:
        match = _DEFINED.match(sentence)
        if match is None:
            return ""
        article = match["subject"].startswith(("A ", "An "))
        single = " " not in match["subject"] and match["subject"].casefold() in self._words
        letters = match["subject"].isupper()
        the_process = " is the " in sentence[: match.end()]
        if not (article or letters or match["subject"].islower() or (single and the_process)):
            return ""  # people are asked about otherwise
        subject = self._subject(match["subject"])
        return f"What {match['be']} {subject}" if subject else ""

    def _calling(self, sentence: str) -> str:
        match = _CALLED.match(sentence)
        if match is None or _OTHERS.search(match["rest"]):
            return ""
        if _LEANS.search(match["subject"]) or not _plain(match["subject"]):
            return ""
        return f"What {match['be']} {self._within(match['subject'])} called"

    def _maker(self, sentence: str) -> str:
        if match := _BY.match(sentence):
            subject = self._subject(match["subject"], made=True)
            verb = _SIMPLE.get(match["verb"], match["verb"])
            return f"Who {verb} {subject}{match['into'] or ''}" if subject else ""
        match = _MAKER.match(sentence)
        if match is None:
            return ""
        thing = _OBJECT.split(match["object"], maxsplit=1)[0].strip()
        first = thing.casefold().split()[:2]
        clear = 2 <= len(thing.split()) <= 8 and first[0] not in STOP_WORDS - _ARTICLES
        vague = _LEANS.search(thing) or not _VAGUE.isdisjoint(first)
        person = self._subject(match["person"], named=True)
        return f"Who {match['verb']} {thing}" if clear and not vague and person else ""

    def _time(self, sentence: str) -> str:
        match = _WHEN.match(sentence)
        if match is None or not (match["year"] or _DATED.search(match["rest"])):
            return ""
        subject = self._subject(match["subject"], named=True)
        return f"When {match['be']} {subject} {match['verb']}" if subject else ""

    def _deed(self, sentence: str) -> str:
        match = _WHEN_DID.match(sentence)
        if match is None:
            return ""
        end = _OBJECT.search(match["rest"])
        if not match["year"] and not (end and _DATED.search(end[0])):
            return ""
        rest = match["rest"][: end.start()] if end else match["rest"]
        if _LEANS.search(re.sub(r"\b(?:his|her)\b", "", rest)) or len(rest.split()) > 9:
            return ""
        subject, verb = self._subject(match["subject"], named=True), self._bare(match["verb"])
        return f"When did {subject} {verb}{rest}" if subject and verb else ""

    def _count(self, sentence: str) -> str:
        if match := _THERE.match(sentence):
            return "" if _LEANS.search(match["what"]) else f"How many {match['what']} are there"
        match = _NUMBERED.match(sentence)
        if match is None or not (subject := self._subject(match["subject"])):
            return ""
        verb, _, of = match["verb"].partition(" ")
        do = "does" if verb.endswith("s") else "do"
        bare = "have" if verb == "has" else verb.removesuffix("s")
        return f"How many {match['what']} {do} {subject} {bare} {of}".rstrip()

    def _limit(self, sentence: str) -> str:
        if match := _OLD.match(sentence):
            subject = self._subject(match["subject"])
            return f"How old must {subject} be" if subject else ""
        match = _WITHIN.match(sentence)
        if match is None or _unclear(match["rest"]):
            return ""
        subject = self._subject(match["subject"])
        asked = f"Within how many {match['what']} {match['be']} {subject} {match['rest']}"
        return asked if subject else ""

    def _reason(self, sentence: str) -> str:
        match = _BECAUSE.match(sentence)
        if match is None or _unclear(match["rest"]) or _COMPARED.search(match["rest"]):
            return ""
        subject = self._subject(match["subject"])
        return f"Why {match['be']} {subject} {match['rest']}" if subject else ""

    def _way(self, sentence: str) -> str:
        match = _BY_DOING.match(sentence)
        if match is None:
            return ""
        mine = re.sub(r"\byour\b", "my", match["rest"])
        return "" if _unclear(mine.replace("my ", "")) else f"How can I {mine}"

    def _use(self, sentence: str) -> str:
        match = _USED.match(sentence)
        subject = self._subject(match["subject"], thing=True) if match else ""
        return f"What {match['be']} {subject} used for" if match and subject else ""

    def _doing(self, sentence: str) -> str:
        if match := _DOES.match(sentence):
            subject = self._subject(match["subject"], thing=True)
            return f"What does {subject} do" if subject else ""
        match = _PROVIDES.match(sentence)
        if match and (match["named"] or " of " in match["subject"]):  # not one of this document's
            return f"What does {match['subject']} do"
        return ""

    def _subject(
        self, text: str, *, named: bool = False, made: bool = False, thing: bool = False
    ) -> str:
        """What a sentence is about, as it stands within a question; empty if one cannot know what
        it is without having read on.

        Args:
            named: only what has a name.
            made: also what there is but one of, once somebody has made it.
            thing: also what is called after what it is, such as a command; but no kinds of things.
        """
        subject = re.sub(r"\A(?:[A-Z][^,]{2,30}, )(?=the\b|an?\b|[A-Z])", "", text.strip())
        found = subject.split()
        if not 0 < len(found) <= 7 or not _plain(subject):
            return ""
        if _LEANS.search(subject) or _CLAUSE.search(subject):
            return ""
        article = found[0].casefold() if found[0].casefold() in _ARTICLES else ""
        rest = found[1:] if article else found
        if not rest or rest[0].casefold() in _VAGUE | STOP_WORDS or rest[-1] in STOP_WORDS:
            return ""
        if thing and re.search(rf"\b(?:{_THING})\b", subject):
            known = True
        elif made and article == "the":
            known = len(rest) > 1
        else:
            kind = article != "the" and not (named or made or thing)
            known = kind or self._has_name(subject)
        return self._within(subject) if known else ""

    def _has_name(self, text: str) -> bool:
        """Whether there is a name in what a sentence begins with; to begin with makes none."""
        first, *rest = text.split()
        known = first.casefold() in self._names and first.casefold() not in self._words
        return known or any(map(self._named, rest))

    def _named(self, word: str) -> bool:
        """Whether a word has a capital, and the document seldom writes it without."""
        found = words(word)
        return any(each[0].isupper() and each.casefold() not in self._words for each in found)

    def _within(self, text: str) -> str:
        """What a sentence begins with, as it is written within a sentence."""
        first, space, rest = text.partition(" ")
        letters = first.isupper() and len(first) > 1
        if first.casefold() not in _ARTICLES and (
            letters or self._named(first) or rest[:1].isupper()
        ):
            return text
        return f"{first[0].lower()}{first[1:]}{space}{rest}"

    def _bare(self, past: str) -> str:
        """``publish`` for ``published``, if the document has that word; else nothing."""
        if past in _PAST:
            return _PAST[past]
        stem = past.removesuffix("ed")
        tried = (stem, f"{stem}e", stem[:-1], f"{stem[:-1]}y")
        return next((each for each in tried if each in self._words), "")


def _of_letters(sentence: str) -> str:
    """Letters whose words stand before or behind them."""
    if match := _STANDS.search(sentence):
        return f"What does {match['subject']} stand for"
    for match in _SHORT.finditer(sentence):
        letters = match["inside"] or match["outside"]
        long = match["long"] or sentence[: match.start()]
        capitals = [word[0] for word in re.findall(r"[^\W_]+", long) if word[0].isupper()]
        if "".join(capitals[-len(letters) :]) == letters:
            return f"What does {letters} stand for"
    return ""


def _plain(text: str) -> bool:
    """Whether a text is but words, with or without quotation marks."""
    return all(_WORD.fullmatch(each.strip(_QUOTES)) for each in text.split())


def _paired(text: str) -> bool:
    """Whether a text has both of all quotation marks."""
    return text.count('"') % 2 == 0 and text.count("\u201c") == text.count("\u201d")


def _unclear(rest: str) -> bool:
    """Whether what is said of something leans on what was said before, or is more than one
    thing."""
    return bool(
        _LEANS.search(rest) or re.search(r"[,;:]|\b(?:and|but|which|that|if)\b|\bonly$", rest)
    )


_EVERY: tuple[Callable[[Asking, str], str], ...] = (
    Asking._meaning,
    Asking._definition,
    Asking._calling,
    Asking._maker,
    Asking._time,
    Asking._deed,
    Asking._count,
    Asking._limit,
    Asking._reason,
    Asking._way,
    Asking._use,
    Asking._doing,
)

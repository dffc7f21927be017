"""Questions about a document as a whole, its beginning or a stretch of it, by how they are put."""

import re

_NOUN = (
    r"(?:documents?|books?|booklet|texts?|papers?|manuals?|reports?|articles?|notes|memo(?:randum)?"
    r"|guide|handbook|thesis|essay|story|novel|contract|agreement|terms|leaflet|brochure|standard"
    r"|specification|spec|policy|pdf|file|work|study|faq|tutorial|lecture|letter|minutes|transcript)"
)
_IT = rf"(?:(?:this|these|the|my|that)(?:\s+(?:whole|entire))?\s+{_NOUN}|this|it|these)"
_ANY = rf"(?:{_IT}|(?:this|these)\s+\w+)"
"""What a question points at; behind ``about`` it may be called anything."""
_LEAD = (
    r"(?:(?:please|briefly|in (?:short|brief|a nutshell|(?:a|one|two|a few) (?:word|sentence)s?"
    r"(?: or two)?)|roughly|so)\s*,?\s+)*(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?)?"
    r"(?:(?:please\s+)?tell\s+me\s+)?"
)
_TAIL = (
    r"(?:\s+(?:for me|please|briefly|roughly|exactly|in (?:short|brief|a nutshell)"
    r"|in (?:one|a|two|three|a few)\s+(?:word|sentence|paragraph)s?(?: or two)?))*\s*,?"
    r"(?:\s*please)?\s*[?.!]*\Z"
)
_OF_IT = rf"(?:\s+(?:of|in|for)\s+{_ANY})?"
_SHORT = r"(?:(?:short|brief|quick|general|one-sentence)\s+)?"


def _put(*patterns: str) -> re.Pattern[str]:
    """Questions put in any of these ways, and as politely as people may."""
    return re.compile("|".join(f"{_LEAD}{each}{_TAIL}" for each in patterns), re.IGNORECASE)


WHOLE = _put(
    rf"what(?:'s|\u2019s| is| are| does| do| did)\s+{_ANY}\s+(?:all\s+|actually\s+)?"
    r"(?:about|say|describe|cover|discuss|deal with|tell (?:me|us))",
    rf"what\s+{_ANY}\s+(?:is|are)\s+(?:all\s+)?about",
    rf"what(?:'s|\u2019s| is| are)\s+(?:this|these|(?:this|these|the)\s+{_NOUN})",
    r"what(?:'s|\u2019s| is)\s+(?:in|inside)\s+"
    rf"(?:here|(?:this|the)\s+{_NOUN})",
    rf"what (?:kind|sort|type) of (?:{_NOUN}|thing) (?:is|are) {_IT}",
    r"what (?:am i|did i just|have i just|are we) read(?:ing)?",
    r"what (?:topic|subject|thing|matter)s? (?:does|do) " + rf"{_IT} (?:cover|discuss)",
    rf"(?:summari[sz]e|sum up|describe)(?:\s+{_ANY})?(?:\s+up)?",
    rf"sum\s+{_ANY}\s+up",
    r"(?:(?:give|write|make|i(?:'d| would) like|i (?:want|need))\s+)?(?:me\s+)?"
    rf"(?:(?:a|an|the)\s+)?{_SHORT}(?:summary|overview|synopsis|abstract|gist|outline){_OF_IT}",
    r"what(?:'s|\u2019s| is| are) the (?:(?:main|key|central|general|overall)\s+)"
    rf"(?:topic|subject|idea|point|theme|message|argument|content)s?{_OF_IT}",
    rf"what(?:'s|\u2019s| is) the (?:topic|subject|gist|theme)(?: matter)?{_OF_IT}",
    r"tl;?\s?dr",
)

_HERE = (
    rf"(?:(?:this|these)(?:\s+{_NOUN})?"
    r"|the\s+(?:document|book(?:let)?|paper|manual|guide|handbook|thesis|pdf|tutorial|faq|novel"
    r"|spec(?:ification)?|article|essay|textbook))"
)
"""What is asked about; of ``the letter`` the text may tell."""
_MADE = "authored|edited|translated|published|compiled|issued|created|released|prepared|drafted"
_WRITTEN = (
    rf"(?:(?:first|last|originally)\s+)?(?:written|{_MADE}|made|printed|updated|revised|dated|from)"
)
_MAKER = r"(?:author|writer|editor|translator|publisher|compiler)s?"
_IS = r"(?:'s|\u2019s|\s+(?:is|are|was|were))"

FRONT = _put(
    rf"(?:who|(?:what|which)\s+\w+)\s+(?:wrote|{_MADE})\s+{_HERE}",
    rf"who{_IS}\s+the\s+{_MAKER}(?:\s+of\s+{_HERE})?",
    rf"(?:by\s+whom|who|when|where){_IS}\s+{_HERE}\s+{_WRITTEN}(?:\s+by)?",
    rf"(?:what|which){_IS}\s+the\s+{_MAKER}(?:\s+of\s+{_HERE})?",
    rf"(?:what|which){_IS}\s+the\s+(?:date|edition|version)\s+of\s+{_HERE}",
    rf"(?:(?:from|in|of)\s+)?(?:what|which)\s+(?:date|edition|month|version|year)\b[^?]*\s"
    rf"(?:is|are|was|were|do|does)\s+{_HERE}(?:\s+\w+){{0,2}}",
)
"""What its beginning tells of a document: who made it, when and where."""

TITLE = _put(
    rf"what{_IS}\s+(?:the\s+title(?:\s+of\s+{_HERE})?|the\s+name\s+of\s+{_HERE}"
    rf"|{_HERE}\s+called)"
)

_NUMBER = r"[A-Za-z]{1,3}[-.]?\d+|\d+(?:[-.]\d+)?|[ivxlcdm]+"
PAGES = re.compile(
    rf"\b(?:pages?|pp?\.)\s*(?P<first>{_NUMBER})\s*(?:to|until|till|through|thru|and|-|\u2013|\u2014)"
    rf"\s*(?:page\s+)?(?P<last>{_NUMBER})\b",
    re.IGNORECASE,
)

_SHARES = {
    "first half": (0.0, 0.5),
    "second half": (0.5, 1.0),
    "last half": (0.5, 1.0),
    "first third": (0.0, 1 / 3),
    "middle third": (1 / 3, 2 / 3),
    "last third": (2 / 3, 1.0),
    "first quarter": (0.0, 0.25),
    "last quarter": (0.75, 1.0),
    "beginning": (0.0, 0.1),
    "middle": (0.45, 0.55),
    "end": (0.9, 1.0),
}
_SHARE = re.compile(
    rf"\b(?:the\s+|(?=\w+ \w))(?P<share>{'|'.join(_SHARES)})\b(?:\s+of\s+{_IT})?"
    rf"|\A(?:and\s+)?how\s+(?:does|do|did)\s+(?:this|these|the)\s+{_NOUN}\s+"
    r"(?P<verb>begin|start|end)\b",
    re.IGNORECASE,
)
_VERBS = {"begin": "beginning", "start": "beginning", "end": "end"}


def share(question: str) -> tuple[float, float, str] | None:
    """The stretch that a question names, as shares of the document, and the question without it;
    None if it names none."""
    match = _SHARE.search(question)
    if match is None:
        return None
    name = (match["share"] or _VERBS[match["verb"].casefold()]).casefold()
    return *_SHARES[name], f"{question[: match.start()]} {question[match.end() :]}"


ASKED = re.compile(
    r"(?:so\s*,?\s+)?(?:what|which(?:\s+questions)?|what\s+questions)\s+"
    r"(?:did\s+i\s+(?:already\s+)?ask|have\s+i\s+(?:already\s+)?asked|was\s+i\s+asking)"
    r"(?:\s+you)?(?:\s+about)?(?:\s+(?P<when>yesterday|today|before|earlier|so far|already"
    r"|last time|last week|this week))?\s*[?.!]*\Z"
    r"|(?:list|show)(?:\s+me)?\s+(?:all\s+)?my\s+(?:earlier\s+|previous\s+)?questions\s*[?.!]*\Z"
    r"|what\s+(?:was|were)\s+my\s+(?:last|previous|earlier)\s+questions?\s*[?.!]*\Z",
    re.IGNORECASE,
)
"""Questions about the questions that were asked before."""

"""How near an answer is to the right ones: the measures of SQuAD (arXiv 1606.05250)."""

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(answer: str) -> list[str]:
    """Words in lower case, without punctuation and articles."""
    return _ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split()


def exact_match(answer: str, right: Sequence[str]) -> bool:
    """Whether it is one of the right answers, word for word."""
    return any(normalise(answer) == normalise(each) for each in right)


def token_f1(answer: str, right: Sequence[str]) -> float:
    """Harmonic mean of precision and recall over words, against the nearest right answer."""
    return max(_f1(normalise(answer), normalise(each)) for each in right)


def modal_answer(answers: Sequence[Sequence[str]]) -> str:
    """The most frequent first answer: what one who knows nothing but the questions would say."""
    counts = Counter(" ".join(normalise(each[0])) for each in answers)
    return counts.most_common(1)[0][0]


def _f1(answer: list[str], right: list[str]) -> float:
    if not answer or not right:
        return float(answer == right)
    shared = sum((Counter(answer) & Counter(right)).values())
    return 2 * shared / (len(answer) + len(right))

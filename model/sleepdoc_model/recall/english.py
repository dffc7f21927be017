"""What English words have in common: stems, irregular forms, and British beside American.

Other languages written in Latin letters go through the same rules; as a page and a question go
through them alike, at worst two words fall together.
"""

import re

import Stemmer

from sleepdoc_model.recall.stop_words import STOP_WORDS

_FORMS = """
    bear bore borne, beat beaten, become became, begin began begun, bend bent, bind bound,
    bite bit bitten, bleed bled, blow blew blown, break broke broken, breed bred, bring brought,
    build built, burn burnt, buy bought, catch caught, choose chose chosen, cling clung, come came,
    creep crept, deal dealt, dig dug, draw drew drawn, dream dreamt, drink drank drunk,
    drive drove driven, eat ate eaten, fall fell fallen, feed fed, feel felt, fight fought,
    find found, flee fled, fly flew flown, forbid forbade forbidden, forget forgot forgotten,
    forgive forgave forgiven, freeze froze frozen, get got gotten, give gave given, go went gone,
    grow grew grown, hang hung, hear heard, hide hid hidden, hold held, keep kept, kneel knelt,
    know knew known, lay laid, lead led, lean leant, leap leapt, learn learnt, leave left,
    lend lent, light lit, lose lost, make made, mean meant, meet met, mistake mistook mistaken,
    pay paid, ride rode ridden, ring rang rung, rise rose risen, run ran, say said, see saw seen,
    seek sought, sell sold, send sent, sew sewn, shake shook shaken, shine shone, shoot shot,
    show shown, shrink shrank shrunk, sing sang sung, sink sank sunk, sit sat, sleep slept,
    slide slid, speak spoke spoken, spell spelt, spend spent, spin spun, spring sprang sprung,
    stand stood, steal stole stolen, stick stuck, sting stung, strike struck,
    strive strove striven, swear swore sworn, sweep swept, swell swollen, swim swam swum,
    swing swung, take took taken, teach taught, tear tore torn, think thought, throw threw thrown,
    understand understood, undertake undertook undertaken, wake woke woken, wear wore worn,
    weave wove woven, weep wept, win won, withdraw withdrew withdrawn, write wrote written,
    child children, man men, woman women, foot feet, tooth teeth, mouse mice
"""
_BASE = {
    form: base for group in _FORMS.split(",") for base, *forms in [group.split()] for form in forms
}

_BRITISH = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        (r"(?<=[a-z]{3})our(?=$|s$|ed$|ing$|able$|ite$|er$|al$|hood$|ful$|less$)", "or"),
        (r"(?<=[a-z]{3})is(?=e$|es$|ed$|ing$|ations?$|ers?$)", "iz"),
        (r"ys(?=e$|es$|ed$|ing$)", "yz"),
        (r"(?<=[bt])re(?=s?$)", "er"),
        (r"ogue(?=s?$)", "og"),
        (r"(?<=licen|defen|offen)c", "s"),
        (r"^([a-z]*[aeiouy][a-z]*[aeiouy]l)l(?=ed$|ing$|ers?$)", r"\1"),  # but not called
    )
)
_LONG = 6
_DERIVED = re.compile(r"(?<=[a-z]{4})(?:ist|er|or|ship|ment|anc|enc|ant|ent|iv|ity|al)$")

_stem = Stemmer.Stemmer("english").stemWord


def stem(word: str) -> str:
    """What a word in small letters shares with its relatives: ``wrote`` with ``written``,
    ``licence`` with ``licensed``, ``violinist`` with ``violin``.

    The English Snowball stemmer (Porter, 2001) with the forms it does not know before it, and
    suffixes of persons and qualities, which it keeps, taken off behind it.
    """
    word = _BASE.get(word, word)
    if len(word) >= _LONG:
        for pattern, american in _BRITISH:
            word = pattern.sub(american, word)
    found: str = _stem(word)
    derived = _DERIVED.sub("", found) if len(found) >= _LONG else found
    return found if derived in STOP_WORDS else derived  # a shoulder is no should

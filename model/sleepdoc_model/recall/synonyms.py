"""Everyday English words of one meaning: a question may use another than the page."""

from sleepdoc_model.recall.folding import terms_of

_GROUPS = """
    cost price fee charge amount rate pay, buy purchase order, begin start commence open,
    end finish stop expire close, phone telephone call, mail email post, contact write,
    allow permit, forbid prohibit ban illegal unlawful, require need, help support assist,
    name call title, boss manager head director chief, job position post role work,
    doctor physician, ill sick disease, child kid, car vehicle, big large, small little,
    fast quick rapid speed, show display, choose select pick, fix repair mend, break fail damage,
    throw discard dispose, keep store retain hold, get receive obtain,
    give provide supply hand grant, send ship deliver, build construct, make produce create,
    change alter modify adjust, find discover locate detect, rule regulation law,
    reason because cause, money fund payment budget, back return refund,
    cancel terminate end withdraw, own possess belong property, use employ apply, author write,
    invent devise, die death dead kill murder suicide, hurt injure wound harm, birth born,
    live reside dwell, marry wife husband wed,
    parent mother father, teacher instructor, student pupil, company firm corporation business,
    city town, country nation state, year annual, month monthly, day daily, week weekly,
    safe secure, danger hazard risk, error mistake fault, result outcome, test trial examine check,
    weight weigh heavy, height tall high, width wide broad, depth deep, length long,
    temperature hot cold warm degree, limit maximum most, minimum least, average mean,
    increase rise grow raise, decrease fall drop reduce lower, before prior, first initial,
    join attend, leave depart quit, arrive come, win award prize, try attempt,
    answer reply respond, explain describe, agree accept consent, refuse reject decline deny,
    responsible charge duty, insurance insure cover, holiday vacation leave, salary wage pay,
    staff employee worker, customer client, rent lease, house home building, room hall,
    machine device unit appliance, picture image photo, program software application,
    delete remove erase, late delay overdue, old age aged
"""


def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for group in _GROUPS.split(","):
        terms = [term for word in group.split() for term in terms_of(word)]
        for term in terms:
            table.setdefault(term, {}).update(dict.fromkeys(t for t in terms if t != term))
    return {term: tuple(others) for term, others in table.items()}


SYNONYMS = _table()
"""For a term, the terms of words that may stand for it."""

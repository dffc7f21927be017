"""Names and values, drawn from patterns.

``(red|blue) oak`` is one of two, ``<1200-9800,> tonnes`` a number with its thousands set off,
``<1.0-9.9>`` one with a decimal, ``<05-55/5>`` one in steps of five and of two digits.
``<person>``, ``<surname>``, ``<place>``, ``<word>`` and ``<firm>`` are names of the split,
``<day>`` is a day of the year, and ``<date 1950-1990>`` a date.
"""

import calendar
import random
import re

from sleepdoc_model.tasks.facts import Split, names, words

_GROUP = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"<([^<>]*)>")
_RANGE = re.compile(r"([\d.]+)-([\d.]+)(,?)(?:/(\d+))?")
_FIRMS = (
    *("<surname> & Sons", "<surname> and <surname>", "<surname> Brothers", "<place> Trading"),
    *("<place> Steel", "<place> Works", "<word> Group", "<word> Systems", "<word> Partners"),
    *("<word> Holdings", "<surname> Logistics", "<surname> Foods", "<surname> Motors"),
)
_STARTS = (
    *("Al", "Bar", "Bel", "Bram", "Cor", "Dal", "Den", "El", "Fal", "Fen", "Gal", "Gor", "Hal"),
    *("Hol", "Il", "Jas", "Kel", "Kor", "Lan", "Lun", "Mar", "Mel", "Mor", "Nar", "Nor", "Ol"),
    *("Pel", "Pran", "Quen", "Ras", "Ros", "Sal", "Sten", "Tam", "Tor", "Ul", "Val", "Wen", "Yar"),
)
_MIDDLES = ("a", "i", "o", "e", "ber", "den", "go", "ra", "la", "ne", "ti", "vo")
_PLACE_ENDS = ("ford", "ton", "wick", "stad", "mouth", "burgh", "field", "by", "holm", "dorf")
_WORD_ENDS = ("x", "na", "ris", "lon", "dor", "via", "mic", "tis", "ron", "sel")


class Drawer:
    """Draws the names and values of one text."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        self.rng, self.split = rng, split
        self._date = rng.choice(("{day} {month} {year}", "{month} {day}, {year}"))
        self._taken: list[str] = []

    def draw(self, pattern: str) -> str:
        chosen = _GROUP.sub(lambda found: self.rng.choice(found[1].split("|")), pattern)
        return _SLOT.sub(lambda found: self._slot(found[1]), chosen)

    def fresh(self, pattern: str) -> str:
        """One that neither holds nor is held by another of the text."""
        while True:
            name = self.draw(pattern)
            if not any(name in other or other in name for other in self._taken):
                self._taken.append(name)
                return name

    def _slot(self, kind: str) -> str:
        if found := _RANGE.fullmatch(kind):
            return self._number(*found.groups())
        kind, _, years = kind.partition(" ")
        match kind:
            case "person":
                return self._person()
            case "surname":
                return self.rng.choice(names(self.split)[1])
            case "place":
                return self._made_up(_PLACE_ENDS) if self.rng.random() < 0.7 else self._city()
            case "word":
                return self._made_up(_WORD_ENDS)
            case "firm":
                return self.draw(self.rng.choice(_FIRMS))
            case "day" | "date":
                return self._day(years)
        raise ValueError(f"no such slot: {kind}")

    def _number(self, low: str, high: str, comma: str, step: str | None) -> str:
        if "." in low:
            return f"{self.rng.uniform(float(low), float(high)):.1f}"
        number = self.rng.randrange(int(low), int(high) + 1, int(step or 1))
        return f"{number:,}" if comma else f"{number:0{len(low)}}"

    def _person(self) -> str:
        firsts, lasts = names(self.split)
        first, last = self.rng.choice(firsts), self.rng.choice(lasts)
        people = [name for name in self._taken if len(name.split()) == 2]
        # Now and then somebody has the first name or the last one of somebody else.
        if people and self.rng.random() < 0.15:
            other = self.rng.choice(people).split()
            if self.rng.random() < 0.5 and other[0] in firsts:
                first = other[0]
            elif other[1] in lasts:
                last = other[1]
        return f"{first} {last}"

    def _made_up(self, ends: tuple[str, ...]) -> str:
        """Of starts and middles, every fifth pair is kept for the test."""
        while True:
            start, middle = self.rng.randrange(len(_STARTS)), self.rng.randrange(len(_MIDDLES))
            if ((start + middle) % 5 == 4) == (self.split == "test"):
                return _STARTS[start] + _MIDDLES[middle] + self.rng.choice(ends)

    def _city(self) -> str:
        cities = [city for city in words("city") if "." not in city]
        index = self.rng.randrange(len(cities) // 5) * 5
        return cities[index + (4 if self.split == "test" else self.rng.randrange(4))]

    def _day(self, years: str) -> str:
        month, day = self.rng.randint(1, 12), self.rng.randint(1, 28)
        form = self._date if years else self._date.replace(", {year}", "").replace(" {year}", "")
        year = self._slot(years) if years else ""
        return form.format(day=day, month=calendar.month_name[month], year=year)

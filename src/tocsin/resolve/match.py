"""Are two records one person or organisation: the log odds and the probability, with what each part adds.

The form is that of Fellegi and Sunter (1969): the log odds are a sum over levels of agreement; the weights are learned
by logistic regression (bench/resolve.py). Facts that one side does not tell add nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from tocsin.kernels import names as kernel
from tocsin.kernels.names import FEATURES, WIDTH, Floats
from tocsin.resolve import facts
from tocsin.resolve.frequency import Frequency
from tocsin.resolve.names import Lexicon, Word, given_words, organisation_words, person_words
from tocsin.resolve.weights import MEASURES, Context, load, pick, probability


@dataclass(frozen=True)
class Subject:
    """A person or organisation as one record tells of it. Dates are ISO 8601 (year, month or day), countries ISO
    3166-1 alpha-2 (nationality or place of registration, not of an address), numbers (kind, number, country)."""

    names: tuple[str, ...]
    schema: str = "Person"
    birth_dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str, str], ...] = ()
    last_name: str = ""
    first_name: str = ""

    @cached_property
    def words(self) -> list[list[Word]]:
        """The words of each name, of a name in two fields too; one name without words where none is told."""
        if self.schema != "Person":
            return [organisation_words(name) for name in self.names] or [[]]
        if self.last_name and self.first_name:
            return [given_words(self.last_name, self.first_name)]
        return [person_words(name) for name in self.names] or [[]]


class Part(NamedTuple):
    """What a group of measures adds to the log odds, and on what it rests."""

    part: str
    weight: float
    detail: str


@dataclass(frozen=True)
class Match:
    """Two records compared. Order by `log_odds`: it does not saturate where the probability nears 1."""

    probability: float
    log_odds: float
    parts: tuple[Part, ...]


class Compared(NamedTuple):
    """Pairs compared: log odds, measures in the order of MEASURES, and the rows of the names that fit best."""

    log_odds: Floats
    measures: Floats
    left_name: Any
    right_name: Any


def compare(left: Subject, right: Subject) -> Match:
    """Compare two records. Persons with birth dates on both sides are weighed apart from those without."""
    compared = compare_many([left], [right], [(0, 0)])
    weights = load(_context(left, right))
    details = describe(left, right, int(compared.left_name[0]), int(compared.right_name[0]))
    parts = tuple(Part(p, w, details.get(p, "")) for p, w in weights.parts(compared.measures[0]).items())
    odds = float(compared.log_odds[0])
    return Match(float(probability(odds)), odds, parts)


def compare_many(left: Sequence[Subject], right: Sequence[Subject], pairs: Iterable[tuple[int, int]]) -> Compared:
    """Compare pairs (number in `left`, number in `right`)."""
    pairs = list(pairs)
    measures = np.zeros((len(pairs), len(MEASURES)))
    rows = np.zeros((2, len(pairs)), np.int64)
    for organisations in (False, True):
        chosen = [
            k for k, (i, j) in enumerate(pairs) if (_context(left[i], right[j]) == "organisation") == organisations
        ]
        if chosen:
            _names(left, right, [pairs[k] for k in chosen], chosen, organisations, measures, rows)
    for k, (i, j) in enumerate(pairs):
        for level in fact_levels(left[i], right[j]):
            measures[k, MEASURES.index(level)] = 1
    odds = [load(_context(left[i], right[j])).log_odds(m) for (i, j), m in zip(pairs, measures, strict=True)]
    return Compared(np.array(odds, float), measures, rows[0], rows[1])


def _names(
    left: Sequence[Subject],
    right: Sequence[Subject],
    pairs: Sequence[tuple[int, int]],
    places: Sequence[int],
    organisations: bool,
    measures: Floats,
    rows: Any,
) -> None:
    """Write the measures of names of the pairs at `places`. Which side counts as left is told by the names themselves,
    so that the result is the same both ways."""
    lexicon = Lexicon(Frequency.load("organisations" if organisations else "persons"))
    sides = []
    for subjects, used in ((left, {i for i, _ in pairs}), (right, {j for _, j in pairs})):
        order = sorted(used)
        at = np.cumsum([0, *(len(subjects[k].words) for k in order)])
        names = lexicon.add([words for k in order for words in subjects[k].words])
        sides.append((names, {k: np.arange(at[n], at[n + 1]) for n, k in enumerate(order)}))
    words = lexicon.words()
    for place, (i, j) in zip(places, pairs, strict=True):
        one, other = (sides[0][0], sides[0][1][i]), (sides[1][0], sides[1][1][j])
        turned = left[i].names > right[j].names
        x, y = _pair(words, *((other, one) if turned else (one, other)), measures[place])
        rows[:, place] = (y, x) if turned else (x, y)


def _pair(words: Any, one: tuple[Any, Any], other: tuple[Any, Any], measures: Floats) -> tuple[int, int]:
    """Write the measures of the names of two records; return which of them fit best."""
    (mine, a), (others, b) = one, other
    theirs, own, out = np.empty(b.size), np.empty(a.size), np.empty(WIDTH)
    kernel.best(words, others, b, mine, a, pick(), out, theirs)
    x, y = kernel.best(words, mine, a, others, b, pick(), out, own)
    measures[: len(FEATURES)] = out
    measures[MEASURES.index("aliases")] = np.log(a.size * b.size)
    measures[MEASURES.index("lone")] = a.size == b.size == 1
    fits = np.concatenate([own - own.max(), theirs - theirs.max()])
    measures[MEASURES.index("support")] = np.exp(np.maximum(fits, -50)).mean()
    return int(x - a[0]), int(y - b[0])


def fact_levels(left: Subject, right: Subject) -> list[str]:
    """The levels of `facts.FACTS` that hold for two records."""
    levels = [
        facts.birth_level(left.birth_dates, right.birth_dates),
        facts.common_level("country", left.countries, right.countries),
        facts.place_level(left.birth_places, right.birth_places),
        facts.common_level("gender", left.genders, right.genders),
        facts.number_level(left.numbers, right.numbers),
    ]
    return [level for level in levels if level]


def _context(left: Subject, right: Subject) -> Context:
    if left.schema != "Person" or right.schema != "Person":
        return "organisation"
    return "person" if left.birth_dates and right.birth_dates else "person-undated"


def describe(left: Subject, right: Subject, x: int, y: int) -> dict[str, str]:
    """In words, what each part of a comparison rests on; `x` and `y` are the names that fit best."""
    levels = fact_levels(left, right)
    text = {"words": _pairing(left.words[x], right.words[y])}
    for part, fact, mine, others in (
        ("birth date", "birth", left.birth_dates, right.birth_dates),
        ("country", "country", left.countries, right.countries),
        ("birth place", "place", left.birth_places, right.birth_places),
        ("gender", "gender", left.genders, right.genders),
    ):
        if any(level.startswith(fact) for level in levels):
            text[part] = f"{' or '.join(mine)} and {' or '.join(others)}"
    return text


def _pairing(left: Sequence[Word], right: Sequence[Word]) -> str:
    """Which words stand for which: "ivan = ivan, petrow ~ petrov; without counterpart: ivanovich"."""
    lexicon = Lexicon(Frequency.load("persons"))
    mine, others = lexicon.add([left]), lexicon.add([right])
    to = kernel.counterparts(lexicon.words(), mine.words, mine.part, others.words, others.part)
    met = [
        f"{a.text} {'=' if a.text == right[k].text else '~'} {right[k].text}"
        for a, k in zip(left, to, strict=False)
        if k >= 0
    ]
    taken = {int(k) for k in to if k >= 0}
    over = [a.text for a, k in zip(left, to, strict=False) if k < 0]
    over += [b.text for k, b in enumerate(right) if k not in taken]
    return ", ".join(met) + (f"; without counterpart: {', '.join(over)}" if over else "")

"""Figures of many offices for the level above: how many stand where on each question, local to state to federal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.inherit import cells
from tocsin.model.assessment import STANDINGS, Count, Party, RollUp, Standing


class Progress(NamedTuple):
    """How far an office is: questions asked, and those to which somebody's answer counts."""

    office: Party
    asked: int
    answered: int


def roll_up(book: Book, party: str, made: datetime) -> RollUp:
    """The figures of a party: of itself and all offices below it, with what other workspaces told of theirs.

    They are sums of the last release of `peers` and of who runs what, which everybody may know, so nothing more can be
    taken from them, by no difference of two either. An office that runs a component counts in each question about it:
    where the release shows it, else as hidden; so shown and hidden are all. A party whose own roll-up came in a file
    stands with that for all below it.
    """
    told = [
        book.rolled[id_]
        for id_ in book.rolled
        if party in (id_, *book.above(id_)) and not _told_above(book, id_, party)
    ]
    offices = [office for office in book.offices(party) if not _stood_for(book, office.id, party)]
    asked = Counter(question.id for office in offices for question in book.questions_of(office))
    shown = _shown(book, party)
    for count in (count for rolled in told for count in rolled.counts if count.question in book.questions):
        asked[count.question] += count.offices
        shown[count.question].update(count.standings)
    return RollUp(
        id=party,
        made=made,
        offices=len(offices) + sum(rolled.offices for rolled in told),
        counts=tuple(
            _count(question.id, asked[question.id], shown[question.id]) for question in book.profile.questions
        ),
    )


def _shown(book: Book, party: str) -> defaultdict[str, Counter[Standing]]:
    """What the last release shows of the groups of a party and below it, by question."""
    found: defaultdict[str, Counter[Standing]] = defaultdict(Counter)
    for count in book.released.counts if book.released else ():
        if party in (count.group, *book.above(count.group)) and not _stood_for(book, count.group, party):
            found[count.question].update(count.shown)
    return found


def _stood_for(book: Book, id_: str, party: str) -> bool:
    """Whether a file told of a party, together with all below it."""
    return id_ in book.rolled or party in book.rolled or _told_above(book, id_, party)


def _told_above(book: Book, id_: str, party: str) -> bool:
    """Whether a level between the two told of all below it."""
    above = book.above(id_)
    between = above[: above.index(party)] if party in above else ()
    return any(level in book.rolled for level in between)


def _count(question: str, asked: int, shown: Counter[Standing]) -> Count:
    standings = {standing: shown[standing] for standing in STANDINGS if shown[standing]}
    return Count(question=question, offices=max(asked, sum(standings.values())), standings=standings)


def by_level(book: Book, party: str, made: datetime) -> tuple[tuple[Party, RollUp], ...]:
    """The roll-ups of the parties right below one, as far as they have offices below themselves."""
    below = (child for child in book.children.get(party, ()) if child.id in book.children or child.id in book.rolled)
    return tuple((child, roll_up(book, child.id, made)) for child in below)


def progress(book: Book, party: str) -> tuple[Progress, ...]:
    """How far the offices of a party are, by name; says nothing of what they answered."""
    found = []
    for office in sorted(book.offices(party), key=lambda one: one.name):
        standings = [cell.standing for cell in cells(book, office.id)]
        found.append(Progress(office, len(standings), sum(standing != "missing" for standing in standings)))
    return tuple(found)


def total(counts: Iterable[Count]) -> dict[Standing, int]:
    """Sums over questions, every standing in its order."""
    found: Counter[Standing] = Counter()
    for count in counts:
        found.update(count.standings)
    return {standing: found[standing] for standing in STANDINGS}


def tally(standings: Iterable[Standing]) -> dict[Standing, int]:
    """How often each standing comes, in its order."""
    found = Counter(standings)
    return {standing: found[standing] for standing in STANDINGS}

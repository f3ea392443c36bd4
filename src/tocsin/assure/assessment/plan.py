"""Gaps, the heat map over components and phases, and the plan of action with owners and dates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tocsin.assure.assessment.answers import open_book
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.inherit import Cell, cells
from tocsin.assure.assessment.sight import need_speaker
from tocsin.cases.acts import act, every, now
from tocsin.errors import UsageError
from tocsin.model.assessment import Component, Measure, Phase, Standing
from tocsin.model.people import ROLES, Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

#: Of two gaps of one priority the one that stands further up is dealt with first.
_ORDER: dict[Standing, int] = {"not met": 0, "disputed": 1, "partly": 2, "missing": 3, "met": 4, "not applicable": 5}
LIVE = ("planned", "under way")
Place = tuple[Component, Phase]


class Gap(NamedTuple):
    """A question where something is left to do, and the measures that are planned or under way for it."""

    cell: Cell
    measures: tuple[Measure, ...]

    def overdue(self, today: date) -> bool:
        """Whether a measure should be done by now."""
        return any(one.due is not None and one.due < today for one in self.measures)


def gaps(book: Book, office: str, measures: Iterable[Measure] = ()) -> tuple[Gap, ...]:
    """What is left to do at an office, the most urgent first: by priority, then not met, disputed, partly, missing."""
    planned: dict[str, list[Measure]] = defaultdict(list)
    for one in measures:
        if one.party == office and one.state in LIVE:
            planned[one.question].append(one)
    left = sorted(
        (cell for cell in cells(book, office) if cell.is_open),
        key=lambda cell: (cell.question.priority, _ORDER[cell.standing]),
    )
    return tuple(Gap(cell, tuple(planned[cell.question.id])) for cell in left)


def heat(found: Iterable[Cell]) -> Mapping[Place, Counter[Standing]]:
    """How many questions stand where, by component and phase; one that is asked for several phases counts in each."""
    counted: dict[Place, Counter[Standing]] = defaultdict(Counter)
    for cell in found:
        for phase in cell.question.phases:
            counted[cell.question.component, phase][cell.standing] += 1
    return dict(counted)


def share_met(counts: Mapping[Standing, int]) -> float | None:
    """The fraction of questions that are met, of those that have an agreed answer and apply; None where there are none,
    or where fewer than half of those that apply have one: a share of so few would say more than is known."""
    agreed = counts.get("met", 0) + counts.get("partly", 0) + counts.get("not met", 0)
    unknown = counts.get("missing", 0) + counts.get("disputed", 0)
    return counts.get("met", 0) / agreed if agreed and agreed >= unknown else None


def measures_of(reader: Reader, book: Book, actor: Actor, party: str) -> tuple[Measure, ...]:
    """The plan of a party, in the order of dates, for who speaks for it; `ForbiddenError` for others."""
    need_speaker(book, actor, party)
    found = every(reader, Measure, {"party": party})
    return tuple(sorted(found, key=lambda one: (one.state not in LIVE, one.due or date.max, one.opened)))


def put_measure(ws: Workspace, actor: Actor, measure: Measure) -> Measure:
    """Add a measure to a party's plan, or change one that was read before; one that is done or dropped is closed now.
    `ForbiddenError` for who does not speak for the party, `UsageError` for a question that is not asked."""
    with act(ws, actor, "measure written", measure.party, ROLES) as w:
        book = open_book(w)
        need_speaker(book, actor, measure.party)
        if measure.question not in book.questions:
            raise UsageError(f"no question {measure.question} is asked", hint="look in the profile for its id")
        held = w.find(Measure, measure.id)
        if held and held.party != measure.party:
            raise UsageError("a measure stays with its party", hint="make a new one")
        closed = None if measure.state in LIVE else measure.closed or now()
        return w.put(measure.but(closed=closed))

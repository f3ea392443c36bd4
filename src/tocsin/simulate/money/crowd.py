"""The ordinary gifts: donors with habits, quarter ends, earmarks through a platform, refunds, companies with a past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tocsin.simulate.draws import Floats
from tocsin.simulate.money.desk import LIMITS, Desk, cycle
from tocsin.simulate.money.world import Person, Recipient, World

_SMALL = (500, 1_000, 1_500, 2_000, 2_500, 3_500, 5_000, 7_500, 10_000, 15_000, 17_500, 19_900, 20_000, 25_000)
_SMALL_SHARES = np.array([6, 12, 4, 8, 18, 5, 16, 3, 14, 3, 0.4, 0.2, 3, 7.4])
_LARGE = (25_000, 50_000, 100_000, 150_000, 200_000, 250_000, 0)  # 0: the limit
_LARGE_SHARES = np.array([30, 28, 22, 4, 4, 6, 6])
_BEYOND = (500_000, 500_000, 1_000_000, 2_500_000)  # no limit holds for independent committees
_COMPANY = (50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000)


def ordinary(desk: Desk, world: World, gifts: int, start: date, end: date) -> None:
    """Enter `gifts` ordinary gifts from `start` to `end`, by donors most of whom give several times."""
    draw, rng = world.draw, world.draw.rng
    people = _people(world, max(50, gifts * 2 // 5))
    homes = [draw.some(world.candidates, 2) for _ in people]
    weights = np.array([person.wealth for person in people]) * rng.pareto(2.0, len(people))
    givers = rng.choice(len(people), gifts, p=weights / weights.sum())
    days = rng.choice((end - start).days + 1, gifts, p=_pace(start, end))
    habits = _Habits(desk, world, _moves(world, people, start, end))
    for giver, day in zip(givers.tolist(), days.tolist(), strict=True):
        recipient = homes[giver][0] if draw.chance(0.8) else draw.of(homes[giver] + world.independents)
        habits.give(people[giver], recipient, start + timedelta(days=day))
    _companies(desk, world, gifts // 80, start, end)


def _people(world: World, n: int) -> list[Person]:
    """Persons, one in six of them at the address and under the name of the one before."""
    people = [world.person()]
    while len(people) < n:
        last = people[-1]
        together = world.draw.chance(1 / 6)
        people.append(world.person(last.place, last.last) if together else world.person())
    return people


def _pace(start: date, end: date) -> Floats:
    """Share of all gifts on each day: more as an election comes near, three times more at the end of a quarter."""
    share = np.empty((end - start).days + 1)
    for i in range(len(share)):
        day = start + timedelta(days=i)
        to_vote = (date(cycle(day), 11, 8) - day).days
        close = (day + timedelta(days=2)).day <= 2 and (day + timedelta(days=2)).month in (1, 4, 7, 10)
        share[i] = (1.0 + 2.0 * np.exp(-max(0, to_vote) / 120)) * (3.0 if close else 1.0)
        share[i] *= 0.6 if day.weekday() > 4 else 1.0
    pace: Floats = share / share.sum()
    return pace


def _moves(world: World, people: list[Person], start: date, end: date) -> dict[int, tuple[date, Person]]:
    """One person in twelve moves or changes work at some day: from then on the rows say so."""
    changed = {}
    for person in people:
        if world.draw.chance(1 / 12):
            other = world.person()
            work = replace(person, employer=other.employer, occupation=other.occupation)
            day = world.draw.day(start, (end - start).days)
            changed[person.number] = (day, work if world.draw.chance(0.5) else replace(person, place=other.place))
    return changed


class _Habits:
    """Amounts within the limit, earmarks, refunds of a habitual donor."""

    def __init__(self, desk: Desk, world: World, moves: dict[int, tuple[date, Person]]) -> None:
        self._desk, self._world, self._draw = desk, world, world.draw
        self._moves = moves
        self._given: dict[tuple[int, str, int], int] = {}

    def give(self, person: Person, recipient: Recipient, day: date) -> None:
        amount = self._amount(person, day)
        key = (person.number, recipient.id, cycle(day))
        given = self._given.get(key, 0) + amount
        if recipient.type == "candidate" and given > LIMITS[cycle(day)]:
            recipient = self._draw.of(self._world.independents)
        else:
            self._given[key] = given
        if recipient.type == "independent" and person.wealth > 10 and self._draw.chance(0.3):
            amount = self._draw.of(_BEYOND)
        moved, later = self._moves.get(person.number, (date.max, person))
        self._enter(_as_filed(later if day >= moved else person, self._world), recipient, day, amount)

    def _amount(self, person: Person, day: date) -> int:
        rng = self._draw.rng
        large = rng.random() < min(0.6, 0.05 * person.wealth)
        amounts, shares = (_LARGE, _LARGE_SHARES) if large else (_SMALL, _SMALL_SHARES)
        return amounts[int(rng.choice(len(amounts), p=shares / shares.sum()))] or LIMITS[cycle(day)]

    def _enter(self, person: Person, recipient: Recipient, day: date, amount: int) -> None:
        platform = self._world.platform
        if not self._draw.chance(0.15):
            gift = self._desk.gift(person, recipient, day, amount, method=self._draw.of(("card", "card", "cheque")))
            if self._draw.chance(0.003):
                back = day + timedelta(days=self._draw.between(3, 40))
                self._desk.gift(person, recipient, back, -amount, kind="refund", line="22Y", back_reference=gift)
            return
        words = f"EARMARKED THROUGH {platform.name.upper()} ({platform.id})"
        gift = self._desk.gift(
            person, recipient, day, amount, line="15E", memo_text=words, other_id=platform.id, method="card"
        )
        self._desk.gift(
            platform,
            recipient,
            day,
            amount,
            line="15E",
            memo=True,
            memo_text="CONDUIT TOTAL LISTED IN DETAIL",
            back_reference=gift,
            street="PO Box 8100",
            city="Northgate",
            region="MN",
            postcode="56791",
            country="us",
        )


def _as_filed(person: Person, world: World) -> Person:
    """The person as careless hands file it: capitals, no middle initial, another employer, a letter lost."""
    if world.draw.chance(0.7):
        return person
    if world.draw.chance(0.02):
        return replace(person, last=person.last[:2] + person.last[3:])
    if world.draw.chance(0.5):
        return replace(person, last=person.last.upper(), first=person.first.upper(), middle="")
    return replace(person, employer=person.employer.upper().removesuffix(" INC"), middle="")


def _companies(desk: Desk, world: World, gifts: int, start: date, end: date) -> None:
    """Companies with years behind them, local owners and filed accounts, giving to independent committees."""
    draw = world.draw
    firms = []
    for _ in range(max(10, gifts // 4)):
        formed = draw.day(date(1965, 1, 1), 365 * 54)
        firm = world.company(formed, accounts=draw.day(date(2022, 6, 30), 300))
        world.owned(firm, share=draw.of((1.0, 0.75, 0.6)))
        firms.append(firm)
    for _ in range(gifts):
        day = draw.day(start, (end - start).days)
        desk.gift(draw.of(firms), draw.of(world.independents), day, draw.of(_COMPANY), method="cheque")

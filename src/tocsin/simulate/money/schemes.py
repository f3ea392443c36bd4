"""Covert schemes among persons: straw donors of an employer or address, structuring, split identities, refunds.

Each takes a scene and a level: 1 plain, 2 with the usual precautions, 3 spread out and written carelessly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from tocsin.simulate.money.desk import ITEMISED, LIMITS, Desk, Unit, cycle
from tocsin.simulate.money.world import Company, Person, Place, Recipient, World, names


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a unit is planted: the register, the world, the unit, and the days it may use."""

    desk: Desk
    world: World
    unit: Unit
    first: date
    days: int

    def opening(self, length: int) -> date:
        """A first day that leaves `length` days."""
        return self.world.draw.day(self.first, max(1, self.days - length))

    def give(
        self, giver: Person | Company | Recipient, recipient: Recipient, day: date, minor: int, **more: object
    ) -> str:
        """Enter a gift of this unit; returns its transaction id."""
        return self.desk.gift(giver, recipient, day, minor, self.unit, **more)


#: Plants one unit.
Plant = Callable[[Scene], None]


class Scheme(Protocol):
    """Plants one covert unit at a level of difficulty, 1 to 3."""

    def __call__(self, scene: Scene, level: int) -> None:
        """Enter its gifts."""


def employer_conduit(scene: Scene, level: int) -> None:
    """Employees of one firm without a history of giving give near the limit, and are paid back out of sight."""
    draw, world = scene.world.draw, scene.world
    donors, length = {1: (8, 3), 2: (6, 7), 3: (6, 40)}[level]
    stem = f"{draw.of(names()['company_stems'])} {draw.of(names()['company_trades'])}"
    spellings = {1: [f"{stem} Inc"], 2: [f"{stem} Inc", stem.upper(), f"{stem}, Inc."]}.get(
        level, [f"{stem} Inc", stem.upper(), _typo(stem, draw.between(1, 6)), f"{stem} Co", f"The {stem} Company"]
    )
    first, recipient = scene.opening(length), draw.of(world.candidates)
    limit = LIMITS[cycle(first)]
    for _ in range(donors):
        jobs = names()["occupations"]["middling" if level == 1 else "low_paid"]
        person = world.person(employer=draw.of(spellings), occupation=draw.of(jobs))
        share = 100 if level == 1 else draw.between(62 if level == 3 else 75, 100)
        scene.give(person, recipient, draw.day(first, length), limit * share // 100 // 2500 * 2500)


def shared_address(scene: Scene, level: int) -> None:
    """People of different families give from one address that none of them lives at."""
    draw, world = scene.world.draw, scene.world
    donors, length = {1: (5, 3), 2: (6, 10), 3: (5, 30)}[level]
    home, first, recipient = world.place(), scene.opening(length), draw.of(world.candidates)
    plain = replace(home, street=home.street.split(" Apt")[0])
    for _ in range(donors):
        place = plain if level == 1 else _unit(plain, draw.between(1, 40), draw.between(0, 3))
        if level == 3 and draw.chance(0.4):
            place = replace(place, street=_typo(place.street, draw.between(5, 8)))
        person = world.person(place, employer="Not Employed", occupation="Not Employed")
        amount = 100_000 if level == 1 else draw.between(16, 40) * 2_500
        scene.give(person, recipient, draw.day(first, length), amount)


def structuring(scene: Scene, level: int) -> None:
    """Many gifts from one town just under the sum above which names must be published."""
    draw, world = scene.world.draw, scene.world
    gifts, length, low = {1: (36, 2, 17_500), 2: (28, 4, 18_500), 3: (34, 8, 13_500)}[level]
    first, recipient, towns = scene.opening(length), draw.of(world.candidates), draw.some(names()["towns"], 2)
    for _ in range(gifts):
        place = world.place(towns[0] if level < 3 or draw.chance(0.7) else towns[1])
        person = world.person(place, employer="Not Employed", occupation="Not Employed")
        amount = draw.between(low // 100, ITEMISED // 100 - 1) * 100 + draw.of((0, 0, 99))
        scene.give(person, recipient, draw.day(first, length), amount, method="card")


def identity_split(scene: Scene, level: int) -> None:
    """One person gives several times the limit under near names."""
    draw, world = scene.world.draw, scene.world
    length = {1: 10, 2: 25, 3: 60}[level]
    first, recipient = scene.opening(length), draw.of(world.candidates)
    nicknames = names()["nicknames"]
    person = replace(world.person(), first=draw.of(sorted(nicknames)), middle=draw.of("ABCDEFGHJ"))
    short, home = nicknames[person.first], person.place
    plain = replace(home, street=home.street.split(" Apt")[0])
    filed = [
        person,
        replace(person, first=short, middle=""),
        replace(person, first=person.first[0], place=_unit(plain, 4, 0) if level > 1 else home),
        replace(person, middle="", suffix="Jr" if level > 1 else ""),
        replace(person, last=_typo(person.last, 3), middle="", place=_unit(plain, 7, 1)),
    ][: 3 + (level > 1) + (level == 3)]
    limit = LIMITS[cycle(first)]
    for one in filed:
        share = 100 if level == 1 else draw.between(60, 98)
        scene.give(one, recipient, draw.day(first, length), limit * share // 100 // 2500 * 2500)


def refund_loop(scene: Scene, level: int) -> None:
    """A gift comes in from one and goes back out, as a refund, to somebody else."""
    draw, world = scene.world.draw, scene.world
    recipient, payee = draw.of(world.candidates), world.person()
    for _ in range({1: 1, 2: 2, 3: 4}[level]):
        day = scene.opening(60)
        amount = LIMITS[cycle(day)] * draw.between(70, 100) // 100 // 2500 * 2500
        gift = scene.give(world.person(), recipient, day, amount, method="card")
        back = day + timedelta(days=draw.between(2, 5 if level == 1 else 30))
        share = 100 if level == 1 else draw.between(70, 95)
        words = {"kind": "refund", "line": "22Y", "back_reference": gift}
        scene.give(payee, recipient, back, -(amount * share // 10_000 * 100), **words)


def near_threshold_crypto(scene: Scene, level: int) -> None:
    """Payments that name nobody sure, each just under the sum to itemise: one wallet, prepaid cards, many wallets."""
    draw, world = scene.world.draw, scene.world
    gifts, length = {1: (14, 3), 2: (16, 6), 3: (18, 12)}[level]
    first, recipient = scene.opening(length), draw.of(world.candidates)
    wallets = [_wallet(scene) for _ in range({1: 1, 2: 1, 3: gifts}[level])]
    for i in range(gifts):
        person = world.person(employer="Not Employed", occupation="Not Employed")
        paid = {"method": "prepaid card"} if level == 2 else {"method": "crypto", "wallet": wallets[i % len(wallets)]}
        scene.give(
            person, recipient, draw.day(first, length), draw.between(182, 199) * 100 + draw.of((0, 50, 99)), **paid
        )
    if level == 1:
        scene.world.ownership.owner("wallet", wallets[0], "ru", listed_as=wallets[0])


def _wallet(scene: Scene) -> str:
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    return "1" + "".join(scene.world.draw.of(letters) for _ in range(33))


def _unit(place: Place, number: int, style: int) -> Place:
    mark = (f" Apt {number}", f" #{number}", f" UNIT {number}", "")[style]
    return replace(place, street=place.street + mark)


def _typo(text: str, at: int) -> str:
    """The text without one letter; the shorter texts lose a nearer one."""
    at = min(at, len(text) - 2)
    return text[:at] + text[at + 1 :]

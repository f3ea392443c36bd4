"""Lawful groups that look like schemes: what must not be a lead, or at least be explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tocsin.simulate.money.desk import LIMITS, cycle
from tocsin.simulate.money.schemes import Scene
from tocsin.simulate.money.world import names


def family(scene: Scene) -> None:
    """Husband, wife and grown children, one name, one address, one week."""
    draw, world = scene.world.draw, scene.world
    first, recipient, home = scene.opening(7), draw.of(world.candidates), world.place()
    head = world.person(home)
    for _ in range(draw.between(2, 4)):
        person = replace(world.person(home, head.last), origin=head.origin)
        limit = LIMITS[cycle(first)]
        scene.give(person, recipient, draw.day(first, 7), draw.of((limit, limit, 100_000, 50_000)))


def law_firm_fundraiser(scene: Scene) -> None:
    """Partners and staff of a firm at one dinner: amounts of every size, and most have given before."""
    draw, world = scene.world.draw, scene.world
    dinner, recipient, firm = scene.opening(5), draw.of(world.candidates), draw.of(names()["law_firms"])
    for _ in range(draw.between(8, 14)):
        job = draw.of(("Attorney", "Attorney", "Partner", "Paralegal", "Managing Director"))
        person = world.person(employer=firm, occupation=job)
        if draw.chance(0.75):
            before = dinner - timedelta(days=draw.between(30, 400))
            scene.give(person, draw.of(world.candidates), before, draw.of((10_000, 25_000, 50_000)))
        amount = draw.of((25_000, 50_000, 100_000, 100_000, LIMITS[cycle(dinner)]))
        scene.give(person, recipient, dinner + timedelta(days=draw.between(0, 2)), amount)


def payroll_programme(scene: Scene) -> None:
    """Employees give the same small sum from every month's pay."""
    draw, world = scene.world.draw, scene.world
    first, employer = scene.first, draw.of(names()["employers"])
    for _ in range(draw.between(10, 16)):
        person = world.person(employer=employer)
        amount = draw.of((1_000, 2_500, 5_000, 19_200))
        for month in range(5):
            day = first + timedelta(days=30 * month)
            scene.give(person, world.payroll, day, amount, method="payroll", memo_text="PAYROLL DEDUCTION", line="11AI")


def news_surge(scene: Scene) -> None:
    """A burst of small gifts within hours of a piece of news, from everywhere, of every size."""
    draw, world = scene.world.draw, scene.world
    first, recipient = scene.opening(3), draw.of(world.candidates)
    for _ in range(draw.between(80, 120)):
        amount = draw.of((500, 1_000, 1_500, 2_000, 2_500, 2_500, 5_000, 5_000, 10_000, 17_500, 19_900, 25_000))
        scene.give(world.person(), recipient, draw.day(first, 2), amount, method="card")


def shared_office(scene: Scene) -> None:
    """People and firms of one office building, each with its own suite, over weeks."""
    draw, world = scene.world.draw, scene.world
    first, recipient, tower = scene.opening(60), draw.of(world.candidates), world.place()
    plain = tower.street.split(" Apt")[0]
    for suite in range(draw.between(5, 8)):
        place = replace(tower, street=f"{plain} Suite {100 * (suite + 1)}")
        person = world.person(place, occupation=draw.of(names()["occupations"]["well_paid"]))
        for _ in range(2):
            scene.give(person, recipient, draw.day(first, 60), draw.of((10_000, 25_000, 50_000, 100_000)))


def company_with_history(scene: Scene) -> None:
    """A company of twenty years with local owners and filed accounts gives as large a sum as any shell."""
    draw, world = scene.world.draw, scene.world
    firm = world.company(draw.day(date(1995, 1, 1), 4_000), accounts=date(2023, 3, 31))
    world.owned(firm)
    scene.give(firm, draw.of(world.independents), scene.opening(5), draw.between(30, 90) * 100_000, method="wire")


def foreign_minority(scene: Scene) -> None:
    """An old company of which a tenth belongs to somebody abroad."""
    draw, world = scene.world.draw, scene.world
    firm = world.company(draw.day(date(1998, 1, 1), 4_000), accounts=date(2023, 3, 31))
    world.owned(firm, share=0.9)
    world.owned(firm, draw.of(names()["abroad"])[1], 0.1)
    scene.give(firm, draw.of(world.independents), scene.opening(5), draw.between(20, 60) * 100_000, method="wire")


def commercial_loan(scene: Scene) -> None:
    """A loan at interest with a term, repaid in time."""
    draw, world = scene.world.draw, scene.world
    day, amount = scene.opening(100) - timedelta(days=120), draw.between(20, 90) * 100_000
    terms = {"kind": "loan", "rate": 6.5, "due": day + timedelta(days=365), "repaid_minor": amount}
    scene.give(
        world.person(occupation="Investor"), draw.of(world.independents), day, amount, loan_status="Repaid", **terms
    )


def namesake(scene: Scene) -> None:
    """Long-standing donors who happen to bear the name of a listed person abroad."""
    draw, world = scene.world.draw, scene.world
    person = world.person(employer="Retired", occupation="Retired")
    name = f"{person.first} {person.last}"
    world.ownership.owner("person", name, "sy", str(draw.between(1950, 1985)), listed_as=name)
    for _ in range(4):
        scene.give(person, draw.of(world.candidates), scene.opening(5), draw.of((2_500, 5_000, 10_000)))

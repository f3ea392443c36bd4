"""Covert schemes of companies and associations: new shells with a listed or foreign owner above them, clusters,
pass-through, loans that are gifts."""

from __future__ import annotations

from datetime import date, timedelta

from tocsin.simulate.money.schemes import Scene
from tocsin.simulate.money.world import Company, Draw, Owner, Recipient, names, respelt

_LOAN_DAYS = 200


def shell_listed_owner(scene: Scene, level: int) -> None:
    """A company formed weeks before gives; above it, through more layers each level, stand persons on a list."""
    world = scene.world
    day = scene.opening(10)
    shell = world.company(day - timedelta(days={1: 20, 2: 45, 3: 110}[level]))
    above = _layers(scene, shell, level - 1)
    shares = {1: (1.0,), 2: (0.6,), 3: (0.3, 0.25)}[level]
    for share in shares:
        world.ownership.hold(_listed_owner(scene, level).entity, above, share, shell.formed)
    if sum(shares) < 1:
        local = world.person()
        owner = world.ownership.owner("person", f"{local.first} {local.last}", "us", "1961")
        world.ownership.hold(owner.entity, above, round(1 - sum(shares), 2), shell.formed)
    _pay(scene, shell, day, {1: 1, 2: 2, 3: 3}[level])


def shell_foreign_owner(scene: Scene, level: int) -> None:
    """The same with an owner abroad who is on no list; at level 3 control without shares."""
    draw, world = scene.world.draw, scene.world
    day = scene.opening(10)
    shell = world.company(day - timedelta(days={1: 25, 2: 50, 3: 120}[level]))
    above = _layers(scene, shell, level - 1)
    _, country = draw.of(names()["abroad"])
    owner = world.ownership.owner("person", invented(draw), country, str(draw.between(1950, 1985)))
    interest, share = ("votingRights", 0.4) if level == 3 else ("shareholding", 1.0 if level == 1 else 0.8)
    world.ownership.hold(owner.entity, above, share, shell.formed, interest)
    _pay(scene, shell, day, {1: 1, 2: 2, 3: 3}[level])


def llc_cluster(scene: Scene, level: int) -> None:
    """Several new companies with one agent, address, name stem or officer give to one committee."""
    draw, world = scene.world.draw, scene.world
    n, length = {1: (5, 5), 2: (4, 14), 3: (4, 30)}[level]
    first, recipient = scene.opening(length), draw.of(world.independents)
    stem, home = f"{draw.of(names()['company_stems'])}{draw.of(('way', 'field', 'port', 'gate'))}", world.place()
    officer = world.person()
    manager = world.ownership.owner("person", f"{officer.first} {officer.last}", "us", "1970")
    for i in range(n):
        formed = first - timedelta(days=draw.between(20, 90))
        name = f"{stem} {draw.of(names()['company_trades'])} {i + 1} LLC" if level < 3 else ""
        firm = world.company(formed, home if level == 1 else None, name)
        world.owned(firm)
        if level > 1:
            world.ownership.hold(manager.entity, firm.number, None, formed, "boardMember")
        scene.give(firm, recipient, draw.day(first, length), draw.between(40, 100) * 10_000, method="cheque")


def pass_through(scene: Scene, level: int) -> None:
    """An association takes in money and hands nearly all of it on to a committee under its own name."""
    draw, world = scene.world.draw, scene.world
    number = 740_000 + len(scene.desk.rows)
    between = Recipient(f"C{number:08d}", f"{draw.of(names()['associations'])} {number % 97}", "", "association")
    share, wait, parts = {1: (1.0, 6, 1), 2: (0.92, 40, 1), 3: (0.82, 80, 2)}[level]
    first, recipient = scene.opening(95), draw.of(world.independents)
    sums = [draw.between(20, 60) * 100_000 for _ in range(parts)]
    for i, amount in enumerate(sums):
        firm = world.company(first - timedelta(days=draw.between(200, 900)))
        _, country = draw.of(names()["abroad"])
        world.owned(firm, country)
        scene.give(firm, between, first + timedelta(days=3 * i), amount, method="cheque")
    for i in range(parts):
        day = first + timedelta(days=wait + 4 * i)
        scene.give(between, recipient, day, int(sum(sums) * share) // parts // 100 * 100)


def loan_as_gift(scene: Scene, level: int) -> None:
    """A loan without interest or term, long overdue, or turned into a gift."""
    draw, world = scene.world.draw, scene.world
    day = scene.opening(10) - timedelta(days=_LOAN_DAYS)
    amount = draw.between(20, 90) * 100_000
    due = {1: None, 2: day + timedelta(days=90), 3: day + timedelta(days=150)}[level]
    converted = amount if level == 3 else 0
    scene.give(
        world.person(occupation="Investor"),
        draw.of(world.independents),
        day,
        amount,
        kind="loan",
        rate=0.0,
        due=due,
        repaid_minor=0,
        converted_minor=converted,
        loan_status="Converted" if converted else "Outstanding",
    )


def _listed_owner(scene: Scene, level: int) -> Owner:
    """A new owner who goes onto the lists; at level 3 they write the name otherwise."""
    draw = scene.world.draw
    _, country = draw.of(names()["abroad"])
    name = invented(draw)
    listed_as = respelt(name) if level == 3 else name
    return scene.world.ownership.owner("person", name, country, str(draw.between(1950, 1985)), listed_as)


def invented(draw: Draw) -> str:
    """The name of a person abroad, of syllables."""
    first = draw.of(names()["origins"]["east slavic"]["first"])
    return f"{first} {draw.of(names()['listed_stems'])}{draw.of(names()['listed_ends'])}"


def _layers(scene: Scene, shell: Company, layers: int) -> str:
    """Holding companies abroad above the shell; returns the entity at the top."""
    top, draw = shell.number, scene.world.draw
    for _ in range(layers):
        _, country = draw.of(names()["abroad"])
        name = f"{draw.of(names()['company_stems'])} {draw.of(('Overseas', 'Nominees', 'International'))} Ltd"
        holding = scene.world.ownership.owner("company", name, country)
        scene.world.ownership.hold(holding.entity, top, 1.0, shell.formed)
        top = holding.entity
    return top


def _pay(scene: Scene, shell: Company, day: date, parts: int) -> None:
    draw, recipient = scene.world.draw, scene.world.draw.of(scene.world.independents)
    for i in range(parts):
        amount = draw.between(30, 120) * 100_000 // parts // 10_000 * 10_000
        scene.give(shell, recipient, day + timedelta(days=3 * i), amount, method="wire")

"""Small settled registers made by hand, and the simulated one with its truth."""

from datetime import date, timedelta
from functools import cache

import pyarrow as pa

from tocsin.detect.funding.base import MoneyTables
from tocsin.model.gift import SETTLED
from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.rules import Rules

DAY = date(2018, 4, 2)  # the limit is 2,700 USD an election
RULES = Rules.load()


def gift(day=0, amount=100, recipient="C1", **more):
    """A counted gift of a person `day` days after DAY; the amount in whole units."""
    return {
        "register": "made",
        "jurisdiction": "us",
        "currency": "USD",
        "kind": "money",
        "memo": False,
        "file": "made",
        "date": DAY + timedelta(days=day),
        "amount_minor": round(amount * 100),
        "recipient": recipient,
        "donor_type": "person",
        "standing": "counted",
        "election": "P2018",
        **more,
    }


def person(n, **more):
    """What a person of number n states; everybody has another name, house and employer."""
    return {
        "last_name": name(n),
        "first_name": name(7 * n + 3),
        "donor_name": f"{name(n)}, {name(7 * n + 3)}",
        "street": f"{100 + n} {name(11 * n + 5)} St",
        "postcode": f"{10_000 + n % 400:05d}",
        "region": "OR",
        "employer": f"{name(13 * n + 1)} Works",
        "occupation": ["Teacher", "Engineer", "Retired", "Nurse"][n % 4],
        **more,
    }


def name(n):
    """A name of syllables, far from that of the next number."""
    parts = ("bal", "cor", "dun", "fen", "gor", "hal", "jas", "kel", "lom", "mar", "nor", "pol", "quin", "ras", "sul")
    n = n * 7_919 + 104_729
    return "".join(parts[n // 15**k % 15] for k in range(4)).capitalize()


def crowd(number, start=0, recipients=("C1",), **more):
    """Ordinary gifts: many sizes, all days of a quarter."""
    sizes = (10, 25, 25, 50, 50, 100, 100, 250, 500, 1000, 35, 15, 75, 150, 20)
    return [
        gift(n * 37 % 90, sizes[n * 11 % 15], recipients[n % len(recipients)], **person(start + n, **more))
        for n in range(number)
    ]


def tables(rows, entities=(), holdings=(), **more):
    """Tables of a money scan from rows as `gift` makes them; donors by last name, first name and postcode."""
    numbered = [{"gift": f"T{n}", "row": n, **row} for n, row in enumerate(rows, 1)]
    who = [
        (row.get("last_name"), row.get("first_name"), row.get("postcode"), row.get("donor_name")) for row in numbered
    ]
    donor = pa.array([sorted(set(who), key=repr).index(one) for one in who], pa.int64())
    return MoneyTables(
        pa.Table.from_pylist(numbered, schema=SETTLED),
        donor,
        RULES,
        pa.Table.from_pylist([{"names": [], "file": "o", "row": 1, **row} for row in entities], schema=ENTITIES),
        pa.Table.from_pylist([{"control": False, "file": "o", "row": 1, **row} for row in holdings], schema=HOLDINGS),
        **more,
    )


def shown(result, made):
    """Transaction ids of each candidate."""
    return [made.gifts["gift"].take(pa.array(candidate.rows)).to_pylist() for candidate in result.candidates]


@cache
def simulated(gifts=2_000, schemes=1, decoys=1, seed=1):
    """The simulated register with its owners, read as a file of statements would be; no lists are searched."""
    import json
    import tempfile
    from pathlib import Path

    from tocsin.simulate.money.election import END, MoneyParams, simulate_money
    from tocsin.simulate.money.owners import statements
    from tocsin.sources.gifts.settle import settle
    from tocsin.sources.owners import read_owners

    made = simulate_money(MoneyParams(gifts=gifts, schemes=schemes, decoys=decoys, seed=seed))
    settled = settle(made.gifts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "owners.json"
        path.write_text(json.dumps(list(statements(made.ownership, END)), default=str))
        owners = read_owners([str(path)])
    columns = settled.select(["last_name", "first_name", "donor_name", "postcode"]).to_pylist()
    who = [tuple(row.values()) for row in columns]
    number = {one: n for n, one in enumerate(sorted(set(who), key=repr))}
    donor = pa.array([number[one] for one in who], pa.int64())
    return MoneyTables(settled, donor, RULES, owners.entities, owners.holdings)


@cache
def truth(gifts=2_000, schemes=1, decoys=1, seed=1):
    """Unit of each planted gift, and role and kind of each unit."""
    from tocsin.simulate.money.election import MoneyParams, simulate_money

    made = simulate_money(MoneyParams(gifts=gifts, schemes=schemes, decoys=decoys, seed=seed))
    units = {row["unit"]: row for row in made.units.to_pylist()}
    return {row["gift"]: units[row["unit"]] for row in made.truth.to_pylist() if row["unit"] in units}

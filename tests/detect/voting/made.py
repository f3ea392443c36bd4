"""Events and stations made here: ordinary clients of some offices, and what is planted among them."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from tocsin.detect.voting.base import VotingTables
from tocsin.model.targets import CHOICES, EVENTS, STATIONS

START = datetime(2024, 10, 1, 6, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"


def event(seconds, source, **more):
    time = START + timedelta(seconds=seconds)
    usual = {"office": "alder", "kind": "web", "method": "GET", "status": 200, "agent": BROWSER, "path": "/"}
    if more.get("kind", "web") != "web":
        usual |= {"method": None, "status": None, "agent": None, "path": None}
    return {"time": time, "source": source} | usual | more


def events(rows):
    table = pa.Table.from_pylist([{"file": "log", "row": 0, **row} for row in rows], schema=EVENTS)
    return table.set_column(
        table.schema.get_field_index("row"), EVENTS.field("row"), pa.array(range(1, len(rows) + 1), pa.int64())
    )


def visitors(seed, clients=120, offices=("alder", "birch", "cedar"), days=2):
    """Ordinary clients: some pages each, a few dead links, forms and searches, images besides."""
    chance = random.Random(seed)
    for n in range(clients):
        source, office = f"198.18.{n % 40}.{n // 40 + 1}", chance.choice(offices)
        at = chance.uniform(0, days * 86_400)
        for _ in range(min(int(chance.lognormvariate(1.0, 0.8)) + 1, 25)):
            at += chance.expovariate(1 / 30)
            page = f"/page/{int(chance.paretovariate(0.8)) % 60}"
            yield event(at, source, office=office, path=page)
            yield event(at + 1, source, office=office, path=f"/img/{page[6:]}.png")
            if chance.random() < 0.03:
                yield event(at + 2, source, office=office, path=f"/old/{chance.randrange(20)}", status=404)
            if chance.random() < 0.03:
                yield event(at + 3, source, office=office, path="/lookup", method="POST")


def scan(source, office="alder", start=3_600.0, requests=200, step=0.5, salt=""):
    """A scanner: half of what it asks for is not there."""
    for n in range(requests):
        path = f"/{salt}probe{n}.php" if n % 2 else f"/page/1?id={salt}{n}"
        yield event(start + n * step, source, office=office, path=path, status=404 if n % 2 else 200)


def sign_ins(seed, people=60, days=5):
    """Ordinary sign-ins: each from one address, a tenth of them with a mistake before."""
    chance = random.Random(seed)
    for n in range(people):
        for day in range(days):
            at = day * 86_400 + chance.uniform(0, 30_000)
            told = {"kind": "auth", "method": "password", "user": f"acct_{n}", "office": "alder"}
            if chance.random() < 0.1:
                yield event(at, f"198.18.{n}.9", action="failure", **told)
            yield event(at + 9, f"198.18.{n}.9", action="success", **told)


def stations(seed, size=3_000, invented=0):
    """Results of two choices; at the `invented` first stations turnout and share were written down as wished."""
    rng = np.random.default_rng(seed)
    registered = rng.integers(200, 2_500, size)
    cast = rng.binomial(registered, rng.beta(12, 8, size))
    first = rng.binomial(cast, rng.beta(9, 8, size))
    wished = rng.choice([70, 75, 80, 85, 90], invented)
    cast[:invented] = np.round(registered[:invented] * wished / 100)
    first[:invented] = np.round(cast[:invented] * np.minimum(wished + 5, 95) / 100)
    return table_of(registered, cast, first)


def table_of(registered, cast, first):
    rows = [
        {"region": f"r{n % 7}", "unit": str(n), "registered": int(r), "cast": int(c), "valid": int(c)}
        | {"votes": [int(c - f), int(f)], "file": "results.csv", "row": n + 2}
        for n, (r, c, f) in enumerate(zip(registered, cast, first, strict=True))
    ]
    schema = STATIONS.with_metadata({CHOICES: b'["Ann", "Bob"]'})
    return pa.Table.from_pylist(rows, schema=schema)


def tables(*rows, stations=()):
    every = [row for part in rows for row in part]
    return VotingTables(events=events(every), stations=tuple(stations), day=START)

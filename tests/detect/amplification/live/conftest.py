"""Streams to look at: a crowd that shares what is going round, and troupes planted in it."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from tocsin.model.post import POSTS

START = 1_900_000_800_000_000  # a clock hour, microseconds
SECOND = 1_000_000


def table(rows):
    """Posts from dicts with time in microseconds, in order of time, numbered."""
    rows = sorted(rows, key=lambda row: (row["time"], row["post"]))
    numbered = [
        {"language": "en", "platform": "square", **row, "file": "made", "row": n} for n, row in enumerate(rows, 1)
    ]
    times = pa.array([row.pop("time") for row in numbered]).cast(POSTS.field("time").type)
    columns = [times if f.name == "time" else pa.array([r.get(f.name) for r in numbered], f.type) for f in POSTS]
    return pa.table(columns, schema=POSTS)


def crowd(seed, threads, accounts, minutes):
    """Posts that `accounts` people repeat after each other, a minute or two apart, thread by thread."""
    chance = np.random.default_rng([seed, 7])
    active = chance.pareto(1.5, accounts) + 1
    rows = []
    for thread in range(threads):
        size = min(int(chance.pareto(1.1) * 2) + 2, accounts // 4)
        begin = chance.uniform(0, minutes * 60)
        times = begin + np.cumsum(chance.exponential(90, size)) * (2 / np.sqrt(size))
        people = chance.choice(accounts, size, replace=False, p=active / active.sum())
        for person, time in zip(people.tolist(), times.tolist(), strict=True):
            if time < minutes * 60:
                rows.append({"account": f"user{person}", "time": START + int(time * SECOND), "repost_of": f"t{thread}"})
    return [{**row, "post": f"c{seed}-{n}"} for n, row in enumerate(rows)]


def troupe(name, seed, members, things, apart_s, begin_s, end_s, client=None):
    """`things` texts that each of the members posts within `apart_s` of the others."""
    chance = np.random.default_rng([seed, 8])
    rows = []
    for thing in range(things):
        moment = chance.uniform(begin_s, end_s - apart_s)
        for member in range(members):
            at = START + int((moment + chance.uniform(0, apart_s)) * SECOND)
            text = f"what {name} says for the time {thing} of all about the vote"
            row = {"post": f"{name}-{thing}-{member}", "account": f"{name}{member}", "time": at, "text": text}
            rows.append({**row, "client": client})
    return rows


@pytest.fixture(scope="session")
def streams():
    """The makers of streams."""
    return SimpleNamespace(table=table, crowd=crowd, troupe=troupe, START=START, SECOND=SECOND)


@pytest.fixture(scope="session")
def stream(streams):
    """Twenty minutes of a crowd, with a troupe of six, and a feed of five accounts."""
    rows = crowd(1, 1_500, 2_000, 20)
    rows += troupe("troupe", 1, 6, 5, 15, 360, 1_180)
    rows += troupe("feed", 2, 5, 5, 15, 360, 1_180, client="dlvr.it")
    return table(rows)

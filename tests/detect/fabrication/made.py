"""Posts, names and reposts made for the tests of content."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from tocsin.model.post import POSTS
from tocsin.model.targets import OBSERVED, OFFICIAL

START = datetime(2024, 1, 1, tzinfo=UTC)
OUTLETS = {"harbourtribune.example": "Harbour Tribune", "valleydispatch.example": "Valley Dispatch"}
SHOPS = [f"{word}-{n}.example" for n in range(60) for word in ("garden", "bakery", "football", "choir")]


def posts(rows):
    """Posts of dicts; what is not given is null."""
    filled = [
        {"post": f"p{n}", "account": "acct_a", "time": START, "language": "en", "file": "posts", "row": n, **row}
        for n, row in enumerate(rows, 1)
    ]
    return pa.Table.from_pylist(filled, POSTS)


def feed(days=70, tags=("alder", "birch"), a_day=3, seed=1):
    """Rows of ordinary posts with hashtags, some a day."""
    rng = np.random.default_rng(seed)
    return [
        {
            "account": f"acct_{rng.integers(40)}",
            "time": START + timedelta(days=day, minutes=int(rng.integers(1440))),
            "text": f"on the way to number {rng.integers(10**9)} #{tag}",
            "platform": "birdsite",
        }
        for day in range(days)
        for tag in tags
        for _ in range(rng.poisson(a_day))
    ]


def burst(tag, day, number, accounts=50, **more):
    """Rows of posts with a hashtag on one day."""
    return [
        {
            "account": f"acct_{n % accounts}",
            "time": START + timedelta(days=day, minutes=n % 1440),
            "text": f"look at this, {n} of many #{tag}",
            "platform": "birdsite",
            **more,
        }
        for n in range(number)
    ]


def official(outlets=OUTLETS, kind="outlet"):
    rows = [
        {"name": name, "office": office, "kind": kind, "jurisdiction": "", "brands": [], "file": "official", "row": n}
        for n, (name, office) in enumerate(outlets.items(), 1)
    ]
    return pa.Table.from_pylist(rows, OFFICIAL)


def observed(names, **more):
    rows = [{"name": name, "how": "list", "file": "names", "row": n, **more} for n, name in enumerate(names, 1)]
    return pa.Table.from_pylist(rows, OBSERVED)


def link(address, n=0, account="acct_l"):
    return {"account": account, "time": START + timedelta(days=n % 70), "text": f"read this {address}", "platform": "b"}

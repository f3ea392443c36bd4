"""Whether leads fall evenly: rates of donors in leads by party of the recipient and by coarse origin of the last name.

Origins are read from endings and common names in `data/origins.json`, coarse on purpose and wrong for many a person.
They are counted in groups only: nothing is kept or shown of a single donor.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import numpy as np
import pyarrow as pa

from tocsin.detect.funding.base import MoneyTables
from tocsin.detect.funding.register import Numbers, Register, codes
from tocsin.model.arrow import Array, pc
from tocsin.model.finding import Balance, Interval
from tocsin.stats import intervals

OTHER, UNTOLD = "other", "not told"
FEWEST = 5  # groups with fewer donors are put together as "other"
By = Literal["party", "name origin"]


def balance(tables: MoneyTables, flagged: Numbers) -> tuple[Balance, ...]:
    """Balance by party of the recipient, and by origin of the last names of persons. `flagged`: numbers of the donors
    in leads."""
    register = tables.register
    marked = np.isin(register.donor, flagged)
    party, parties = codes(pc.fill_null(register.column("recipient_party"), UNTOLD))
    origin, origins = codes(_origins(register))
    people = np.where(register.person, origin, -1)
    return (
        *_rates("party", party, parties, register, marked),
        *_rates("name origin", people, origins, register, marked),
    )


def _rates(by: By, group: Numbers, names: Array, register: Register, marked: Numbers) -> list[Balance]:
    """Donors of each group, one that is in two groups counting in both."""
    width = int(register.donor.max(initial=0)) + 1
    known = group >= 0
    pairs, place = np.unique(group[known] * width + register.donor[known], return_index=True)
    hit = marked[known][place]
    count = np.bincount(pairs // width, minlength=len(names))
    hits = np.bincount(pairs // width, hit, minlength=len(names)).astype(int)
    small = count < FEWEST
    out = [(str(names[n]), int(count[n]), int(hits[n])) for n in np.flatnonzero(~small)]
    if count[small].sum():
        out.append(
            (
                OTHER if OTHER not in [name for name, *_ in out] else "small groups",
                int(count[small].sum()),
                int(hits[small].sum()),
            )
        )
    total, all_hits = int(count.sum()), int(hits.sum())
    return [_balance(by, name, size, number, total - size, all_hits - number) for name, size, number in sorted(out)]


def _balance(by: By, name: str, size: int, hits: int, others: int, other_hits: int) -> Balance:
    value, low, high = intervals.share(hits, size)
    rate = Interval(name="rate", value=value, low=low, high=high, meaning="donors of the group in a lead")
    return Balance(
        by=by, group=name, donors=size, flagged=hits, rate=rate, ratio=_ratio(size, hits, others, other_hits)
    )


def _ratio(size: int, hits: int, others: int, other_hits: int) -> Interval:
    """Ratio of rates with its log-normal interval (Katz and others 1978), half a donor added to each count."""
    a, b = hits + 0.5, other_hits + 0.5
    value = (a / (size + 1)) / (b / (others + 1))
    half = 1.959963984540054 * float(np.sqrt(max(1 / a - 1 / (size + 1) + 1 / b - 1 / (others + 1), 0.0)))
    low, high = value * float(np.exp(-half)), value * float(np.exp(half))
    return Interval(name="ratio", value=value, low=low, high=high, unit="times", meaning="rate against all the others")


@lru_cache(1)
def _patterns() -> dict[str, str]:
    data = json.loads((files(__package__) / "data" / "origins.json").read_text("utf-8"))
    return {
        name: rf"^({'|'.join(one['names'])})$|.({'|'.join(one['endings']) or 'a^'})$"
        for name, one in data["groups"].items()
    }


def _origins(register: Register) -> Array:
    """Origin of each row's last name."""
    coded = register.surnames.dictionary_encode()
    names = coded.dictionary
    found = pa.repeat(OTHER, len(names))
    for origin, pattern in reversed(_patterns().items()):
        found = pc.if_else(pc.match_substring_regex(names, pattern), origin, found)
    return pc.fill_null(found.take(coded.indices), UNTOLD)

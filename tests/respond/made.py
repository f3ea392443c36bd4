"""Lists made for tests: few entries, the columns that matter."""

from datetime import date

import pyarrow as pa

from tocsin.model.listing import LISTED

EMPTY = {field.name: [] if pa.types.is_list(field.type) else None for field in LISTED}
CLUSTERS = pa.schema(
    [("list", pa.string()), ("entry", pa.string()), ("cluster", pa.int64()), ("probability", pa.float64())]
)


def day(text):
    return date.fromisoformat(text) if text else None


def entry(list_id, number, *names, programmes=(), listed=None, inherited=None, delisted=None, **others):
    """One row of LISTED; the first name is the primary one."""
    kinds = ["primary", *["alias"] * (len(names) - 1)]
    return {
        **EMPTY,
        "list": list_id,
        "entry": number,
        "schema": "Person",
        "names": [{"name": n, "kind": k} for n, k in zip(names, kinds, strict=True)],
        "programmes": list(programmes),
        "listed": day(listed),
        "inherited": day(inherited),
        "delisted": day(delisted),
        "file": "made",
        "row": 1,
        **others,
    }


def table(*rows):
    return pa.Table.from_pylist(list(rows), LISTED)


def clustered(*groups, probability=0.9):
    """One cluster for each group of (list, entry)."""
    rows = [
        {"list": list_id, "entry": number, "cluster": i, "probability": probability}
        for i, group in enumerate(groups)
        for list_id, number in group
    ]
    return pa.Table.from_pylist(rows, CLUSTERS)


#: Three persons: one listed by all with the US last, one by the EU only, one that the US has taken off.
IVAN_EU = entry("eu-fsf", "E1", "Ivan PETROV", "Иван Петров", programmes=["UKR"], listed="2022-02-28")
IVAN_GB = entry("gb-uksl", "G1", "PETROV Ivan", programmes=["Russia"], listed="2022-03-10")
IVAN_US = entry("us-ofac-sdn", "U1", "PETROV, Ivan", "Vanya KORZH", programmes=["RUSSIA-EO14024"], listed="2022-03-24")
ANNA_EU = entry("eu-fsf", "E2", "Anna SIDOROVA", programmes=["EU-RUSDA"], listed="2024-12-16")
OLEG_US = entry("us-ofac-sdn", "U3", "Oleg BARIN", programmes=["CYBER2"], listed="2018-03-15", delisted="2023-01-10")
LISTS = table(IVAN_EU, IVAN_GB, IVAN_US, ANNA_EU, OLEG_US)
SAME = clustered((("eu-fsf", "E1"), ("gb-uksl", "G1"), ("us-ofac-sdn", "U1")))

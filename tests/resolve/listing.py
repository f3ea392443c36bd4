"""Entries of lists made here."""

import pyarrow as pa

from tocsin.model.listing import LISTED

EMPTY = {field.name: None if field.nullable else [] for field in LISTED}


def listed(*entries):
    """LISTED of (list, entry, names, and other columns)."""
    rows = []
    for n, (name, entry, names, *other) in enumerate(entries):
        told = {"schema": "Person", **(other[0] if other else {})}
        names = [{"name": text, "kind": "alias" if k else "primary"} for k, text in enumerate(names)]
        rows.append({**EMPTY, "list": name, "entry": entry, "names": names, "file": "made", "row": n + 1, **told})
    return pa.Table.from_pylist(rows, LISTED)

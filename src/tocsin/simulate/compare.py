"""What a scan found against what was planted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

#: One row a planted unit, with the finding that matches it best; the last row is of the ordinary accounts.
_COLUMNS: dict[str, pa.DataType] = {
    "unit": pa.string(),
    "role": pa.string(),
    "kind": pa.string(),
    "strength": pa.string(),
    "members": pa.int64(),
    "objects": pa.int64(),
    "jitter_s": pa.float64(),
    "standing": pa.string(),
    "finding": pa.string(),
    "named": pa.int64(),
    "right": pa.int64(),
    "recall": pa.float64(),
    "precision": pa.float64(),
}
FOUND = pa.schema(_COLUMNS)

#: A finding's standing and the accounts it names.
Found = Mapping[str, tuple[str, Collection[str]]]


def found_against_planted(found: Found | pa.Table, truth: pa.Table, units: pa.Table) -> pa.Table:
    """Compare findings with the truth of a simulation (schema `FOUND`).

    `found` maps a finding's id to its standing and accounts, or is a table with columns finding, standing, account;
    accounts are written as in `truth`. For each unit: the finding with the best F1 score, its `standing` ("not found"
    where none names a member), the accounts it has `named`, how many of them are `right`, recall = right / members and
    precision = right / named. The last row counts the accounts named in leads (`named`) and those of them that are
    ordinary (`right`), with `recall` the share of all ordinary accounts and no precision.
    """
    findings = _by_finding(found) if isinstance(found, pa.Table) else found
    members: dict[str, set[str]] = {}
    strength: dict[str, str] = {}
    for row in truth.to_pylist():
        members.setdefault(row["unit"], set()).add(row["account"])
        strength[row["unit"]] = row["strength"]
    rows = [
        unit | {"strength": strength[unit["unit"]]} | best_match(findings, members[unit["unit"]])
        for unit in units.drop_columns(["layers"]).to_pylist()
    ]
    return pa.Table.from_pylist([*rows, _ordinary(findings, members.get("", set()))], schema=FOUND)


def _by_finding(table: pa.Table) -> Found:
    accounts: dict[str, tuple[str, set[str]]] = {}
    for row in table.select(["finding", "standing", "account"]).to_pylist():
        accounts.setdefault(row["finding"], (row["standing"], set()))[1].add(row["account"])
    return accounts


def best_match(findings: Found, members: set[str]) -> dict[str, Any]:
    """The finding with the best F1 score for these members; of equals the first by id."""
    best: dict[str, Any] = {"standing": "not found", "named": 0, "right": 0, "recall": 0.0}
    best_score = 0.0
    for finding, (standing, accounts) in sorted(findings.items()):
        named, right = len(set(accounts)), len(members.intersection(accounts))
        score = 2 * right / (named + len(members))
        if score > best_score:
            best_score = score
            best = {"standing": standing, "finding": finding, "named": named, "right": right}
            best |= {"recall": right / len(members), "precision": right / named}
    return best


def _ordinary(findings: Found, ordinary: set[str]) -> dict[str, Any]:
    named = {account for standing, accounts in findings.values() if standing == "lead" for account in accounts}
    wrong = len(named & ordinary)
    return {
        "unit": "",
        "role": "ordinary",
        "members": len(ordinary),
        "named": len(named),
        "right": wrong,
        "recall": wrong / max(1, len(ordinary)),
    }

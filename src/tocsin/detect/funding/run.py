"""A money scan: every flag over the settled gifts, findings, balance and ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from tocsin import plugins
from tocsin.detect.funding.balance import balance
from tocsin.detect.funding.base import Flag, MoneyTables, Parameters
from tocsin.detect.funding.combine import Label, combine
from tocsin.model.arrow import pc
from tocsin.model.finding import Finding, Ledger
from tocsin.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a money scan gives: findings (leads first, strongest first), their rows (`EVIDENCE`), and the ledger."""

    findings: tuple[Finding, ...]
    evidence: pa.Table
    ledger: Ledger


def flags() -> dict[str, Flag]:
    """Every registered detector that reads gifts, by id."""
    return {name: flag for name, flag in plugins.load("detectors").items() if flag.reads == "gifts"}


def look(
    tables: MoneyTables,
    label: Label,
    *,
    detectors: Mapping[str, Flag] | None = None,
    parameters: Mapping[str, Parameters] | None = None,
    alpha: float = 0.05,
    progress: Progress | None = None,
) -> Outcome:
    """Run all flags (or `detectors`) over `tables`. `label` names a donor by number, as findings shall show it; `alpha`
    is the expected share of chance among the findings that rest on a test. Order of rows does not matter."""
    chosen, given, progress = detectors or flags(), dict(parameters or {}), progress or Silent()
    results = {name: flag.run(tables, given.get(name), progress) for name, flag in sorted(chosen.items())}
    texts = {name: (given.get(name) or flag.params()).model_dump_json() for name, flag in chosen.items()}
    combined = combine(results, chosen, tables, label, alpha=alpha, parameters=texts)
    by_flag = {chosen[name].flag: result for name, result in results.items()}
    ledger = _ledger(tables, combined.findings).model_copy(
        update={
            "tested": {flag: result.tested for flag, result in by_flag.items() if not result.skipped},
            "skipped": {flag: result.skipped for flag, result in by_flag.items() if result.skipped},
            "balance": balance(tables, combined.flagged),
        }
    )
    return Outcome(combined.findings, combined.evidence, ledger)


def _ledger(tables: MoneyTables, findings: tuple[Finding, ...]) -> Ledger:
    gifts, register = tables.gifts, tables.register
    standings = pc.value_counts(gifts["standing"]).to_pylist()
    counted = pa.table({"currency": register.column("currency"), "minor": register.amount})
    sums = counted.group_by("currency").aggregate([("minor", "sum")]).sort_by("currency").to_pylist()
    return Ledger(
        gifts=gifts.num_rows,
        donors=len(pc.unique(pa.array(register.donor))),
        recipients=len(register.recipients),
        total_minor={row["currency"]: row["minor_sum"] for row in sums},
        standings={row["values"]: row["counts"] for row in sorted(standings, key=lambda row: str(row["values"]))},
        rules=tuple(sorted({rule for finding in findings if finding.money for rule in finding.money.rules})),
    )

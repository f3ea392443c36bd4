"""A look at voting systems: every detector over names, logs and results; findings, evidence, and what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from tocsin import plugins
from tocsin.detect.voting.base import Detector, Parameters, VotingTables
from tocsin.detect.voting.combine import Label, combine
from tocsin.model.arrow import pc
from tocsin.model.finding import Finding, Watch
from tocsin.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class Found:
    """What a look gives: findings (leads first, strongest first), their rows (`EVIDENCE`), and what was read."""

    findings: tuple[Finding, ...]
    evidence: pa.Table
    watch: Watch


def detectors() -> dict[str, Detector]:
    """Every registered detector of this room, by id."""
    return {name: one for name, one in plugins.load("detectors").items() if one.reads == "targets"}


def look(
    tables: VotingTables,
    label: Label,
    progress: Progress | None = None,
    *,
    chosen: Mapping[str, Detector] | None = None,
    parameters: Mapping[str, Parameters] | None = None,
    alpha: float = 0.05,
) -> Found:
    """Run all detectors (or `chosen`) over `tables`. `label` gives the pseudonym of a client that is in no lead;
    `alpha` is the expected share of chance among the findings that rest on a test. Order of rows does not matter."""
    used, given, told = chosen or detectors(), dict(parameters or {}), progress or Silent()
    results = {name: one.run(tables, given.get(name), told) for name, one in sorted(used.items())}
    texts = {name: (given.get(name) or one.params()).model_dump_json() for name, one in used.items()}
    combined = combine(results, used, tables, label, alpha=alpha, parameters=texts)
    watch = Watch(
        official=tables.official.num_rows,
        observed=tables.observed.num_rows,
        events=_by_office(tables.events),
        sources=len(pc.unique(tables.events["source"]).drop_null()),
        stations=sum(table.num_rows for table in tables.stations),
        tested={name: result.tested for name, result in results.items() if not result.skipped},
        refused={method: why for result in results.values() for method, why in result.refused.items()},
        measured={what: told for result in results.values() for what, told in result.measured.items()},
        skipped={name: result.skipped for name, result in results.items() if result.skipped},
    )
    return Found(combined.findings, combined.evidence, watch)


def _by_office(events: pa.Table) -> dict[str, int]:
    counted = pc.value_counts(events["office"]).to_pylist()
    return {one["values"]: one["counts"] for one in sorted(counted, key=lambda one: str(one["values"]))}

"""A look at a leak: every detector over mails, documents and posts; findings, evidence, and what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from tocsin import plugins
from tocsin.detect.leaks.base import Detector, LeakTables, Parameters
from tocsin.detect.leaks.combine import combine
from tocsin.model.finding import Finding, Reading
from tocsin.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class Found:
    """What a look gives: findings (leads first, strongest first), their rows (`EVIDENCE`), and what was read."""

    findings: tuple[Finding, ...]
    evidence: pa.Table
    reading: Reading


def detectors() -> dict[str, Detector]:
    """Every registered detector of this room, by id."""
    return {name: one for name, one in plugins.load("detectors").items() if one.reads == "leak"}


def look(
    tables: LeakTables,
    progress: Progress | None = None,
    *,
    chosen: Mapping[str, Detector] | None = None,
    parameters: Mapping[str, Parameters] | None = None,
    alpha: float = 0.05,
) -> Found:
    """Run all detectors (or `chosen`) over `tables`. `alpha` is the expected share of chance among the findings that
    rest on a test. Order of rows does not matter."""
    used, given, told = chosen or detectors(), dict(parameters or {}), progress or Silent()
    results = {name: one.run(tables, given.get(name), told) for name, one in sorted(used.items())}
    texts = {name: (given.get(name) or one.params()).model_dump_json() for name, one in used.items()}
    combined = combine(results, used, tables, alpha=alpha, parameters=texts)
    verdicts: dict[str, int] = {}
    for result in results.values():
        for verdict, n in result.verdicts.items():
            verdicts[verdict] = verdicts.get(verdict, 0) + n
    reading = Reading(
        messages=len(tables.messages),
        documents=len(tables.papers),
        verdicts=verdicts,
        tested={name: result.tested for name, result in results.items() if not result.skipped},
        measured={what: figures for result in results.values() for what, figures in result.measured.items()},
        skipped={name: result.skipped for name, result in results.items() if result.skipped},
    )
    return Found(combined.findings, combined.evidence, reading)

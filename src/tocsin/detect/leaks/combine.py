"""From candidates of all detectors to findings: q-values, one finding a document, standing, order, rows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from tocsin.detect.leaks.base import Candidate, Detector, LeakTables, Result, Sign
from tocsin.detect.leaks.rows import Row, rows_of
from tocsin.model.finding import Finding, Leak
from tocsin.model.tables import EVIDENCE
from tocsin.stats import stated

CHANGES, QUOTES = 2_000, 200  # that a finding itself keeps
_GRAVEST: tuple[Sign, ...] = ("mail", "document", "quoted")
_ORDER: tuple[Literal["lead", "explained", "interest"], ...] = ("lead", "explained", "interest")


@dataclass(frozen=True, slots=True)
class Combined:
    """Findings, leads first and strongest first, and their rows (schema `EVIDENCE`)."""

    findings: tuple[Finding, ...]
    evidence: pa.Table


def combine(
    results: Mapping[str, Result],
    detectors: Mapping[str, Detector],
    tables: LeakTables,
    *,
    alpha: float = 0.05,
    parameters: Mapping[str, str] | None = None,
) -> Combined:
    """Findings of all detectors together.

    q-values are Benjamini-Yekutieli over every hypothesis that any detector tested, each detector with the same share
    of the error (`stated.q_values`). A candidate with p stays where q <= `alpha`; one by an exact rule (no p) stays.
    Candidates about one document become one finding. A finding is a lead unless each of its candidates is explained,
    or is told for interest. `parameters` (JSON by detector) go into the finding's id.
    """
    kept = _kept(results, alpha)
    made = [_Made(group, detectors, tables, parameters or {}) for group in _together(kept)]
    made.sort(key=lambda one: one.order)
    evidence = [one.evidence() for one in made]
    return Combined(tuple(one.finding() for one in made), pa.concat_tables([EVIDENCE.empty_table(), *evidence]))


def _kept(results: Mapping[str, Result], alpha: float) -> list[tuple[Candidate, float | None]]:
    """Candidates that stay, with their q-values (None: an exact rule)."""
    every = [candidate for _, result in sorted(results.items()) for candidate in result.candidates]
    tests = {name: result.tested for name, result in results.items() if result.tested}
    q = stated.q_values([(candidate.detector, candidate.p) for candidate in every], tests)
    return [pair for pair in zip(every, q, strict=True) if pair[1] is None or pair[1] <= alpha]


def _together(kept: Sequence[tuple[Candidate, float | None]]) -> list[list[tuple[Candidate, float | None]]]:
    """The candidates of each finding: those about the same documents go together, every other stands alone."""
    groups: dict[tuple[Any, ...], list[tuple[Candidate, float | None]]] = {}
    for n, (candidate, q) in enumerate(kept):
        key: tuple[Any, ...] = (n,) if candidate.table != "papers" else ("papers", *candidate.rows.tolist())
        groups.setdefault(key, []).append((candidate, q))
    return list(groups.values())


class _Made:
    """One finding from its candidates: those that are not explained first, of these the strongest."""

    def __init__(
        self,
        parts: list[tuple[Candidate, float | None]],
        detectors: Mapping[str, Detector],
        tables: LeakTables,
        parameters: Mapping[str, str],
    ) -> None:
        self.parts = sorted(
            parts, key=lambda part: (_standing(part[0]), -stated.weight(part[1]), part[0].detector, part[0].title)
        )
        self.main = self.parts[0][0]
        self.detectors, self.parameters = detectors, parameters
        found: dict[int, Row] = {}
        for candidate, _ in self.parts:
            for row in rows_of(candidate, tables):
                found.setdefault(row.at, row)
        self.rows = sorted(found.values(), key=lambda row: (row.time, row.identity, row.file, row.row))
        self.id = self._id()
        best: dict[str, float] = {}
        for candidate, q in self.parts:
            best[candidate.detector] = max(best.get(candidate.detector, 0.0), stated.weight(q))
        sign = _GRAVEST.index(self.main.sign)
        self.order = (_standing(self.main), sign, -round(sum(best.values()), 6), self.main.title, self.id)

    def _id(self) -> str:
        used = sorted({candidate.detector for candidate, _ in self.parts})
        key = [f"{name} {self.detectors[name].version} {self.parameters.get(name, '')}" for name in used]
        key += sorted({candidate.title for candidate, _ in self.parts})
        key += sorted({row.identity for row in self.rows})
        return "leak-" + hashlib.sha256("\0".join(key).encode()).hexdigest()[:12]

    def finding(self) -> Finding:
        """The finding."""
        timed = self.main.table == "posts"
        return Finding(
            id=self.id,
            detector=self.main.detector,
            version=self.detectors[self.main.detector].version,
            kind="leaking of information",
            standing=_ORDER[_standing(self.main)],
            title=self.main.title,
            sentence=self.main.sentence,
            subjects=tuple(sorted({row.who for row in self.rows})),
            platforms=tuple(sorted({row.platform for row in self.rows if row.platform})),
            layers=tuple(dict.fromkeys(row.layer for row in self.rows)),
            first=min(row.time for row in self.rows),
            last=max(row.time for row in self.rows),
            hours=tuple(np.bincount([row.time.hour for row in self.rows], minlength=24).tolist()) if timed else (),
            tests=tuple(stated.with_q(test, q) for candidate, q in self.parts for test in candidate.tests),
            effects=tuple(effect for candidate, _ in self.parts for effect in candidate.effects),
            explanations=tuple({e.code: e for c, _ in reversed(self.parts) for e in c.explanations}.values()),
            members=(),
            objects=(),
            evidence_posts=tuple(row.post for row in self.rows),
            notes=(*(candidate.sentence for candidate, _ in self.parts[1:]), *self._left_out()),
            leak=self._leak(),
        )

    def _left_out(self) -> list[str]:
        total = sum(len(candidate.changes) for candidate, _ in self.parts)
        return [f"Of {total:,} changes the first {CHANGES:,} are kept; compare the files for the others."] * (
            total > CHANGES
        )

    def _leak(self) -> Leak:
        quotes = [quote for candidate, _ in self.parts for quote in candidate.quotes]
        changes = [change for candidate, _ in self.parts for change in candidate.changes]
        verdicts = Counter[str]()
        for candidate, _ in self.parts:
            verdicts.update(candidate.verdicts)
        return Leak(
            sign=self.main.sign,
            documents=len({quote.document for quote in quotes} or self.rows),
            verdicts=dict(sorted(verdicts.items())),
            changes=tuple(changes[:CHANGES]),
            quotes=tuple(quotes[:QUOTES]),
            detectors=tuple(sorted({candidate.detector for candidate, _ in self.parts})),
            cannot_show=tuple(dict.fromkeys(said for candidate, _ in self.parts for said in candidate.cannot_show)),
        )

    def evidence(self) -> pa.Table:
        """The rows of the finding, schema `EVIDENCE`."""
        columns: dict[str, list[Any]] = {
            "finding": [self.id] * len(self.rows),
            "layer": [row.layer for row in self.rows],
            "object": [row.object for row in self.rows],
            "account": [row.who for row in self.rows],
            "post": [row.post for row in self.rows],
            "time": [row.time for row in self.rows],
            "platform": [row.platform for row in self.rows],
            "text": [row.text for row in self.rows],
            "file": [row.file for row in self.rows],
            "row": [row.row for row in self.rows],
        }
        return pa.table([pa.array(columns[one.name], one.type) for one in EVIDENCE], schema=EVIDENCE)


def _standing(candidate: Candidate) -> int:
    """Its place in the order of standings."""
    return _ORDER.index("interest" if candidate.interest else "explained" if candidate.explained else "lead")

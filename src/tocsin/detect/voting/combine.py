"""From candidates of all detectors to findings: q-values, one finding for the same clients, standing, order, rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.voting.base import Candidate, Detector, Result, Sign, VotingTables
from tocsin.detect.voting.campaigns import components
from tocsin.detect.voting.rows import Row, rows_of
from tocsin.model.finding import Finding, Sighting, Targeting
from tocsin.model.tables import EVIDENCE
from tocsin.stats import stated

#: What stands for a client that is in no lead: a pseudonym.
Label = Callable[[str], str]
SHOWN = 50  # rows that a finding itself shows
_GRAVEST: tuple[Sign, ...] = ("break-in attempt", "look-alike", "results", "outage", "scan", "posture")


@dataclass(frozen=True, slots=True)
class Combined:
    """Findings, leads first and strongest first, and their rows (schema `EVIDENCE`)."""

    findings: tuple[Finding, ...]
    evidence: pa.Table


def combine(
    results: Mapping[str, Result],
    detectors: Mapping[str, Detector],
    tables: VotingTables,
    label: Label,
    *,
    alpha: float = 0.05,
    parameters: Mapping[str, str] | None = None,
) -> Combined:
    """Findings of all detectors together.

    q-values are Benjamini-Yekutieli over every hypothesis that any detector tested, since detectors look at the same
    rows; p-values are weighed so that each detector has the same share of the error (Genovese, Roeder and Wasserman
    2006; under dependence Blanchard and Roquain 2008). A candidate with p stays where q <= `alpha`; one by an exact
    rule (no p) stays. Candidates about events that share a client become one finding. A finding is a lead unless a
    checked innocent explanation accounts for each of its candidates. Clients of leads are shown as they are, all others
    by `label`. `parameters` (JSON by detector) go into the finding's id.
    """
    kept, q = _kept(results, alpha)
    made = [
        _Made([(kept[n], q[n]) for n in group], detectors, tables, label, parameters or {})
        for group in _together(kept, tables)
    ]
    made.sort(key=lambda one: one.order)
    evidence = [one.evidence() for one in made]
    return Combined(tuple(one.finding() for one in made), pa.concat_tables([EVIDENCE.empty_table(), *evidence]))


def _kept(results: Mapping[str, Result], alpha: float) -> tuple[list[Candidate], list[float | None]]:
    """Candidates that stay, and their q-values (None: an exact rule)."""
    every = [candidate for _, result in sorted(results.items()) for candidate in result.candidates]
    tests = {name: result.tested for name, result in results.items() if result.tested}
    q = stated.q_values([(candidate.detector, candidate.p) for candidate in every], tests)
    kept = [n for n, value in enumerate(q) if value is None or value <= alpha]
    return [every[n] for n in kept], [q[n] for n in kept]


def _together(candidates: Sequence[Candidate], tables: VotingTables) -> list[list[int]]:
    """Numbers of the candidates of each finding: those about events that share a client."""
    by_client: dict[str, int] = {}
    links = []
    for n, candidate in enumerate(candidates):
        if candidate.table != "events" or not candidate.indicators:
            continue
        sources = tables.events["source"].take(pa.array(candidate.rows)).unique().to_pylist()
        links += [(by_client.setdefault(source, n), n) for source in sources if source]
    return components(len(candidates), links)


class _Made:
    """One finding from its candidates: the gravest sign first, of those the strongest."""

    def __init__(
        self,
        parts: list[tuple[Candidate, float | None]],
        detectors: Mapping[str, Detector],
        tables: VotingTables,
        label: Label,
        parameters: Mapping[str, str],
    ) -> None:
        self.parts = sorted(
            parts,
            key=lambda part: (part[0].explained, _GRAVEST.index(part[0].sign), -stated.weight(part[1]), part[0].title),
        )
        self.main = self.parts[0][0]
        self.detectors, self.parameters = detectors, parameters
        self.lead = not all(candidate.explained for candidate, _ in self.parts)
        found: dict[tuple[str, int, int], Row] = {}
        for candidate, _ in self.parts:
            for row in rows_of(candidate, tables):
                found.setdefault((candidate.table, candidate.contest, row.at), row)
        clear = self.lead and self.main.indicators
        rows = [row.named(clear or not row.private, label) for row in found.values()]
        self.rows = sorted(rows, key=lambda row: (row.time or tables.day, row.identity, row.file, row.row))
        self.id = self._id()
        best: dict[str, float] = {}
        for candidate, q in self.parts:
            best[candidate.detector] = max(best.get(candidate.detector, 0.0), stated.weight(q))
        self.order = (not self.lead, -round(sum(best.values()), 6), self.id)
        self.day = tables.day

    def _id(self) -> str:
        used = sorted({candidate.detector for candidate, _ in self.parts})
        key = [f"{name} {self.detectors[name].version} {self.parameters.get(name, '')}" for name in used]
        key += sorted({"\t".join(row.identity) for row in self.rows})
        return "voting-" + hashlib.sha256("\0".join(key).encode()).hexdigest()[:12]

    def finding(self) -> Finding:
        """The finding."""
        times = [row.time or self.day for row in self.rows] or [self.day]
        timed = self.main.table == "events"
        offices = tuple(sorted({row.office for row in self.rows}))
        sources = tuple(sorted({row.source for row in self.rows} - {""}))
        return Finding(
            id=self.id,
            detector=self.main.detector,
            version=self.detectors[self.main.detector].version,
            kind="targeting of voting systems",
            standing="lead" if self.lead else "explained",
            title=self.main.title,
            sentence=self.main.sentence,
            subjects=sources if self.main.indicators else offices,
            platforms=offices,
            layers=tuple(dict.fromkeys(row.layer for row in self.rows)),
            first=min(times),
            last=max(times),
            hours=tuple(np.bincount([time.hour for time in times], minlength=24).tolist()) if timed else (),
            tests=tuple(stated.with_q(test, q) for candidate, q in self.parts for test in candidate.tests),
            effects=tuple(effect for candidate, _ in self.parts for effect in candidate.effects),
            explanations=tuple({e.code: e for c, _ in reversed(self.parts) for e in c.explanations}.values()),
            members=(),
            objects=(),
            evidence_posts=tuple(row.post for row in self.rows),
            notes=tuple(candidate.sentence for candidate, _ in self.parts[1:]),
            targeting=Targeting(
                sign=self.main.sign,
                offices=offices,
                sources=len(sources),
                events=len(self.rows),
                names=tuple(name for candidate, _ in self.parts for name in candidate.names),
                sightings=tuple(_sighting(row) for row in self._shown()),
                detectors=tuple(sorted({candidate.detector for candidate, _ in self.parts})),
                rules=tuple(dict.fromkeys(rule for candidate, _ in self.parts for rule in candidate.rules)),
                cannot_show=tuple(dict.fromkeys(said for candidate, _ in self.parts for said in candidate.cannot_show)),
            ),
        )

    def _shown(self) -> list[Row]:
        """The first rows that say why they count, then the first of the others; in order of time."""
        telling = [n for n, row in enumerate(self.rows) if row.telling]
        others = [n for n, row in enumerate(self.rows) if not row.telling]
        return [self.rows[n] for n in sorted((telling + others)[:SHOWN])]

    def evidence(self) -> pa.Table:
        """The rows of the finding, schema `EVIDENCE`."""
        columns: dict[str, list[Any]] = {
            "finding": [self.id] * len(self.rows),
            "layer": [row.layer for row in self.rows],
            "object": [row.object for row in self.rows],
            "account": [row.source for row in self.rows],
            "post": [row.post for row in self.rows],
            "time": [row.time or self.day for row in self.rows],
            "platform": [row.office for row in self.rows],
            "text": [row.what for row in self.rows],
            "file": [row.file for row in self.rows],
            "row": [row.row for row in self.rows],
        }
        return pa.table([pa.array(columns[one.name], one.type) for one in EVIDENCE], schema=EVIDENCE)


def _sighting(row: Row) -> Sighting:
    return Sighting(
        file=row.file,
        row=row.row,
        time=row.time,
        office=row.office,
        source=row.source,
        what=row.what,
        note=row.note,
    )

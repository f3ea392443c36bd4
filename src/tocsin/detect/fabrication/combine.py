"""From candidates of all detectors to findings: q-values, one finding an object, standing, order, rows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication import timeline
from tocsin.detect.fabrication.base import Candidate, ContentTables, Detector, Result, Sign, Table
from tocsin.detect.fabrication.opinions import said_of
from tocsin.model.arrow import positions
from tocsin.model.finding import Content, Finding
from tocsin.model.tables import EVIDENCE
from tocsin.stats import stated

_GRAVEST: tuple[Sign, ...] = ("imitated outlet", "same thing said", "picture", "burst")
_STANDINGS: tuple[Literal["lead", "explained", "interest"], ...] = ("lead", "explained", "interest")
_SAME_CLAIM = (
    "whether what is said is true or false, and whether who says it knows that it is not",
    "who began it: the first post here is the first of these files, not of the world",
)
KIND = "spread of content"


@dataclass(frozen=True, slots=True)
class Combined:
    """Findings, leads first and strongest first, and their rows (schema `EVIDENCE`)."""

    findings: tuple[Finding, ...]
    evidence: pa.Table


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a finding: a post, an observed name or a picture. `person`: an account stands behind it."""

    layer: str
    object: str
    account: str
    post: str
    time: datetime
    platform: str | None
    text: str | None
    file: str
    row: int
    language: str
    urls: tuple[str, ...]
    person: bool


def combine(
    results: Mapping[str, Result],
    detectors: Mapping[str, Detector],
    tables: ContentTables,
    *,
    alpha: float = 0.05,
    parameters: Mapping[str, str] | None = None,
) -> Combined:
    """Findings of all detectors together.

    q-values are Benjamini-Yekutieli over every hypothesis that any detector tested (`stats.stated.q_values`). A
    candidate with p stays where q <= `alpha`; one by an exact rule (no p) stays. Candidates of one object become one
    finding. It is a lead unless each of its candidates is explained or of interest only; opinions of lists on domains
    are told beside a finding and make none. `parameters` (JSON by detector) go into the finding's id.
    """
    groups: dict[str, list[tuple[Candidate, float | None]]] = {}
    for candidate, q in _kept(results, alpha):
        groups.setdefault(candidate.object, []).append((candidate, q))
    made = [_Made(parts, detectors, tables, parameters or {}) for _, parts in sorted(groups.items())]
    made.sort(key=lambda one: one.order)
    evidence = [one.evidence() for one in made]
    return Combined(tuple(one.finding() for one in made), pa.concat_tables([EVIDENCE.empty_table(), *evidence]))


def _kept(results: Mapping[str, Result], alpha: float) -> list[tuple[Candidate, float | None]]:
    """Candidates that stay, and their q-values (None: an exact rule)."""
    every = [candidate for _, result in sorted(results.items()) for candidate in result.candidates]
    tests = {name: result.tested for name, result in results.items() if result.tested}
    q = stated.q_values([(candidate.detector, candidate.p) for candidate in every], tests)
    return [(one, value) for one, value in zip(every, q, strict=True) if value is None or value <= alpha]


def standing_of(candidate: Candidate) -> int:
    """The place of its standing: lead, explained, interest."""
    return 1 if candidate.explained else 2 if candidate.interest else 0


class _Made:
    """One finding from its candidates: the gravest sign first, of those the strongest."""

    def __init__(
        self,
        parts: Sequence[tuple[Candidate, float | None]],
        detectors: Mapping[str, Detector],
        tables: ContentTables,
        parameters: Mapping[str, str],
    ) -> None:
        self.parts = sorted(
            parts,
            key=lambda part: (
                standing_of(part[0]),
                _GRAVEST.index(part[0].sign),
                -stated.weight(part[1]),
                part[0].title,
            ),
        )
        self.main = self.parts[0][0]
        self.detectors, self.parameters, self.tables = detectors, parameters, tables
        self.standing = standing_of(self.main)
        found: dict[tuple[Table, int], Row] = {}
        for candidate, _ in self.parts:
            for place, row in rows_of(candidate, tables):
                found.setdefault(place, row)
        self.rows = sorted(found.values(), key=lambda row: (row.time, row.post, row.layer, row.file, row.row))
        self.id = self._id()
        best: dict[str, float] = {}
        for candidate, q in self.parts:
            best[candidate.detector] = max(best.get(candidate.detector, 0.0), stated.weight(q))
        self.order = (self.standing, -round(sum(best.values()), 6), self.id)

    def _id(self) -> str:
        used = sorted({candidate.detector for candidate, _ in self.parts})
        key = [f"{name} {self.detectors[name].version} {self.parameters.get(name, '')}" for name in used]
        key += sorted({"\t".join((row.layer, row.object, row.account, row.post)) for row in self.rows})
        return "content-" + hashlib.sha256("\0".join(key).encode()).hexdigest()[:12]

    def finding(self) -> Finding:
        """The finding."""
        times = [row.time for row in self.rows] or [self.tables.day]
        said = self._said()
        hours = np.bincount([row.time.hour for row in said], minlength=24).tolist()
        candidates = [candidate for candidate, _ in self.parts]
        return Finding(
            id=self.id,
            detector=self.main.detector,
            version=self.detectors[self.main.detector].version,
            kind=KIND,
            standing=_STANDINGS[self.standing],
            title=self.main.title,
            sentence=self.main.sentence,
            subjects=self._subjects(),
            platforms=tuple(sorted({row.platform for row in self.rows if row.platform})),
            layers=tuple(dict.fromkeys(row.layer for row in self.rows)),
            first=min(times),
            last=max(times),
            hours=tuple(hours) if any(hours) else (),
            tests=tuple(stated.with_q(test, q) for candidate, q in self.parts for test in candidate.tests),
            effects=tuple(effect for candidate in candidates for effect in candidate.effects),
            explanations=tuple({e.code: e for c in reversed(candidates) for e in c.explanations}.values()),
            members=(),
            objects=(),
            breakout=timeline.steps(said) if said else (),
            evidence_posts=tuple(row.post for row in self.rows),
            notes=(*dict.fromkeys(candidate.sentence for candidate in candidates[1:]), *timeline.crossings(said)),
            content=self._content(candidates),
        )

    def _subjects(self) -> tuple[str, ...]:
        """What the finding is about: the names that imitate, else the object; never accounts, which repeat much that
        they believe. Nothing where it is of interest only."""
        if self.standing == _STANDINGS.index("interest"):
            return ()
        names = tuple(sorted({name.name for candidate, _ in self.parts for name in candidate.names}))
        return names or (self.main.object,)

    def _said(self) -> list[Row]:
        """The rows behind which an account stands, each post once."""
        return list({row.post: row for row in reversed(self.rows) if row.person}.values())[::-1]

    def _content(self, candidates: Sequence[Candidate]) -> Content:
        said = self._said()
        languages = Counter(row.language for row in said if row.language)
        days = Counter(row.time.date() for row in said)
        own = [name.name for candidate in candidates for name in candidate.names]
        cannot = [text for candidate in candidates for text in candidate.cannot_show]
        return Content(
            sign=self.main.sign,
            posts=len(said),
            accounts=len({row.account for row in said}),
            languages=tuple(sorted(languages, key=lambda code: (-languages[code], code))),
            wordings=_distinct(wording for candidate in candidates for wording in candidate.wordings),
            claims=_distinct(claim for candidate in candidates for claim in candidate.claims),
            pictures=_distinct(match for candidate in candidates for match in candidate.pictures),
            names=_distinct(name for candidate in candidates for name in candidate.names),
            opinions=said_of(self.tables, [*own, *(url for row in said for url in row.urls)]),
            days=tuple[tuple[date, int], ...](sorted(days.items())),
            detectors=tuple(sorted({candidate.detector for candidate in candidates})),
            cannot_show=tuple(dict.fromkeys([*cannot, *_SAME_CLAIM])),
        )

    def evidence(self) -> pa.Table:
        """The rows of the finding, schema `EVIDENCE`."""
        columns = {
            field.name: pa.array([getattr(row, field.name) for row in self.rows], field.type)
            for field in EVIDENCE
            if field.name != "finding"
        }
        columns["finding"] = pa.array([self.id] * len(self.rows), pa.string())
        return pa.table([columns[field.name] for field in EVIDENCE], schema=EVIDENCE)


def _distinct(items: Any) -> tuple[Any, ...]:
    return tuple({one.model_dump_json(): one for one in items}.values())


def rows_of(candidate: Candidate, tables: ContentTables) -> Iterator[tuple[tuple[Table, int], Row]]:
    """The rows of a candidate, each with its table and position."""
    for table, rows in {candidate.table: candidate.rows, **candidate.beside}.items():
        at = np.asarray(rows, np.int64).tolist()
        if table == "pictures":
            made = [_picture(tables.pictures[n], candidate, tables.day) for n in at]
        elif table == "observed":
            made = [_name(cells, candidate, tables.day) for cells in tables.observed.take(positions(at)).to_pylist()]
        else:
            made = [_post(cells, candidate) for cells in tables.posts.select(_READ).take(positions(at)).to_pylist()]
        yield from (((table, n), row) for n, row in zip(at, made, strict=True))


_READ = ["post", "account", "time", "platform", "text", "file", "row", "language", "urls"]


def _post(cells: dict[str, Any], candidate: Candidate) -> Row:
    cells["language"] = cells["language"] or ""
    cells["urls"] = tuple(cells["urls"] or ())
    return Row(layer=candidate.layer, object=candidate.object, person=True, **cells)


def _name(cells: dict[str, Any], candidate: Candidate, day: datetime) -> Row:
    name, file, row = cells["name"], cells["file"], cells["row"]
    said = f"{name} ({cells['how']}{': ' + cells['detail'] if cells['detail'] else ''})"
    time = cells["time"] or day
    return Row("name", candidate.object, name, f"{file}:{row}", time, None, said, file, row, "", (), person=False)


def _picture(file: Any, candidate: Candidate, day: datetime) -> Row:
    return Row("picture", candidate.object, "", file.sha256, day, None, file.name, file.name, 1, "", (), person=False)

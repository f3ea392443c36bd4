"""From candidates of all flags to findings: q-values, one finding for the same rows, standing, order, evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.funding import wording
from tocsin.detect.funding.base import Candidate, Flag, FlagResult, MoneyTables
from tocsin.detect.funding.near import components
from tocsin.detect.funding.register import Numbers
from tocsin.model.arrow import pc, positions, whole
from tocsin.model.finding import Finding, GiftRow, Money, Step
from tocsin.model.tables import EVIDENCE
from tocsin.resolve import keys
from tocsin.stats import stated

#: A donor's label by number: a pseudonym where it is a private person.
Label = Callable[[int], str]
_CELLS = [
    *("gift", "register", "recipient", "date", "amount_minor", "currency", "employer", "occupation", "filing"),
    *("file", "row"),
]

_NAMES = ["last_name", "donor_name"]


@dataclass(frozen=True, slots=True)
class Combined:
    """Findings, leads first and strongest first; their rows (schema `EVIDENCE`); numbers of the donors in leads."""

    findings: tuple[Finding, ...]
    evidence: pa.Table
    flagged: Numbers


def combine(
    results: Mapping[str, FlagResult],
    flags: Mapping[str, Flag],
    tables: MoneyTables,
    label: Label,
    *,
    alpha: float = 0.05,
    parameters: Mapping[str, str] | None = None,
) -> Combined:
    """Findings of all flags together.

    q-values are Benjamini-Yekutieli over every hypothesis that any flag tested, since flags look at the same rows and
    depend on each other; p-values are weighed so that each flag has the same share of the error (Genovese, Roeder and
    Wasserman 2006; under dependence Blanchard and Roquain 2008). A candidate with p stays where q <= `alpha`; one by an
    exact rule (no p) stays. Those over the
    same rows become one finding: of one flag where most rows of the smaller are in the larger, of different flags where
    half of all rows are common. A finding is a lead unless a checked innocent explanation accounts for each of its
    candidates. `label` names donors; `parameters` (JSON by flag) go into the finding's id.
    """
    candidates, q = _kept(results, alpha)
    order = {name: number for number, name in enumerate(sorted(flags))}
    made = []
    for group in _same_rows(candidates):
        ranked = sorted(group, key=lambda n: (candidates[n].explained, -stated.weight(q[n]), order[candidates[n].flag]))
        parts = [(candidates[n], q[n]) for n in ranked]
        made.append(_Made(parts, flags, tables, label, parameters or {}, _tilt(results)))
    made.sort(key=lambda one: one.order)
    evidence = [one.evidence() for one in made]
    table = pa.concat_tables(evidence) if evidence else EVIDENCE.empty_table()
    leads = [one.rows for one in made if one.standing == "lead"]
    flagged = np.unique(np.asarray(tables.donor)[np.concatenate(leads)]) if leads else np.empty(0, np.int64)
    return Combined(tuple(one.finding() for one in made), table, flagged)


def _kept(results: Mapping[str, FlagResult], alpha: float) -> tuple[list[Candidate], list[float | None]]:
    """Candidates that stay, and their q-values (None: an exact rule)."""
    every = [candidate for _, result in sorted(results.items()) for candidate in result.candidates]
    tests = {name: result.tested for name, result in results.items() if result.tested}
    q = stated.q_values([(candidate.flag, candidate.p) for candidate in every], tests)
    kept = [n for n, value in enumerate(q) if value is None or value <= alpha]
    return [every[n] for n in kept], [q[n] for n in kept]


def _tilt(results: Mapping[str, FlagResult]) -> dict[int, float]:
    return {code: value for result in results.values() for code, value in result.tilt.items()}


def _same_rows(candidates: Sequence[Candidate]) -> list[list[int]]:
    """Numbers of the candidates of each finding."""
    sizes = np.array([candidate.rows.size for candidate in candidates], np.int64)
    owner = np.repeat(np.arange(len(candidates)), sizes)
    rows = np.concatenate([candidate.rows for candidate in candidates]) if candidates else owner
    order = np.argsort(rows, kind="stable")
    common: dict[tuple[int, int], int] = {}
    for shared in np.split(owner[order], np.flatnonzero(np.diff(rows[order])) + 1):
        for a in range(shared.size):
            for b in range(a):
                pair = (int(shared[b]), int(shared[a]))
                common[pair] = common.get(pair, 0) + 1
    links = [pair for pair, number in common.items() if _one(candidates, sizes, pair, number)]
    left, right = np.array(links, np.int64).reshape(-1, 2).T
    label = components(len(candidates), left, right)
    return [np.flatnonzero(label == code).tolist() for code in np.unique(label)]


def _one(candidates: Sequence[Candidate], sizes: Numbers, pair: tuple[int, int], common: int) -> bool:
    a, b = pair
    if candidates[a].flag == candidates[b].flag:
        return bool(common >= 0.6 * min(sizes[a], sizes[b]))
    return bool(common >= 0.5 * (sizes[a] + sizes[b] - common))


class _Made:
    """One finding from its candidates, the strongest first."""

    def __init__(
        self,
        parts: Sequence[tuple[Candidate, float | None]],
        flags: Mapping[str, Flag],
        tables: MoneyTables,
        label: Label,
        parameters: Mapping[str, str],
        tilt: dict[int, float],
    ) -> None:
        self.parts, self.flags, self.tables = parts, flags, tables
        self.main = parts[0][0]
        self.rows = np.unique(np.concatenate([candidate.rows for candidate, _ in parts]))
        self.cells = _cells(tables.gifts.select([*_CELLS, *_NAMES]).take(positions(self.rows)))
        donors = np.asarray(tables.donor)[self.rows]
        self.names = {int(donor): label(int(donor)) for donor in np.unique(donors)}
        self.donors = [self.names[int(donor)] for donor in donors]
        self.by_date = sorted(range(len(self.cells)), key=lambda n: (self.cells[n]["date"], self._key(n)))
        self.parameters = parameters
        register = tables.register
        codes = register.recipient[np.flatnonzero(np.isin(register.at, self.rows))]  # a refund is no counted row
        lead = not all(candidate.explained for candidate, _ in parts)
        best: dict[str, float] = {}
        for candidate, q in parts:
            best[candidate.flag] = max(best.get(candidate.flag, 0.0), stated.weight(q))
        strange = max((tilt.get(int(code), 0.0) for code in np.unique(codes)), default=0.0)
        self.standing: Any = "lead" if lead else "explained"
        self.id = self._id()
        self.order = (not lead, -round(sum(best.values()), 6), -round(strange, 6), self.id)

    def _key(self, n: int) -> tuple[str, ...]:
        cell = self.cells[n]
        told = ("register", "filing", "gift", "file", "row")
        return tuple(str(cell[name]) for name in told)

    def _id(self) -> str:
        used = sorted({candidate.flag for candidate, _ in self.parts})
        key = [f"{name} {self.flags[name].version} {self.parameters.get(name, '')}" for name in used]
        key += ["\t".join(self._key(n)[:3]) for n in self.by_date]
        return "money-" + hashlib.sha256("\0".join(key).encode()).hexdigest()[:12]

    def finding(self) -> Finding:
        """The finding."""
        days = [cell["date"] for cell in self.cells]
        flags = tuple(dict.fromkeys(candidate.flag for candidate, _ in self.parts))
        others = tuple(f"{self.flags[c.flag].flag}: {c.title}." for c, _ in self.parts[1:])
        registers = tuple(sorted({cell["register"] for cell in self.cells}))
        return Finding(
            id=self.id,
            detector=self.main.flag,
            version=self.flags[self.main.flag].version,
            kind="covert funding",
            standing=self.standing,
            title=self.main.title,
            sentence=self.main.sentence,
            subjects=tuple(sorted(set(self.donors))),
            platforms=registers,
            layers=tuple(self.flags[name].flag for name in flags),
            first=_midnight(min(days)),
            last=_midnight(max(days)),
            tests=tuple(stated.with_q(test, q) for c, q in self.parts for test in c.tests),
            effects=tuple(effect for c, _ in self.parts for effect in c.effects),
            explanations=tuple({e.code: e for c, _ in reversed(self.parts) for e in c.explanations}.values()),
            members=(),
            objects=(),
            evidence_posts=tuple(self.cells[n]["gift"] for n in self.by_date),
            notes=others,
            money=self._money(),
        )

    def _money(self) -> Money:
        why = {int(row): candidate.why for candidate, _ in reversed(self.parts) for row in candidate.rows}
        currencies = sorted({cell["currency"] for cell in self.cells})
        rows = tuple(
            GiftRow(
                **{name: self.cells[n][name] for name in ("gift", "file", "row", "date", "amount_minor", "currency")},
                recipient=self.cells[n]["recipient"],
                donor=self.donors[n],
                note=why[int(self.rows[n])],
            )
            for n in self.by_date
        )
        own = (cell["amount_minor"] for cell in self.cells if cell["currency"] == currencies[0])
        total = sum(max(amount, 0) for amount in own)  # what went back is shown with the gift, not taken from it
        return Money(
            flag=self.flags[self.main.flag].flag,
            channel=self.main.channel,
            recipients=tuple(sorted({cell["recipient"] for cell in self.cells})),
            donors=len(set(self.donors)),
            gifts=len(self.cells),
            total_minor=total,
            currency=currencies[0],
            rows=rows,
            path=self._path(),
            rules=tuple(dict.fromkeys(rule for c, _ in self.parts for rule in c.rules)),
        )

    def _path(self) -> tuple[Step, ...]:
        """From the first gift to the owners and lists behind it; empty where no flag followed them."""
        steps = dict.fromkeys(step for c, _ in self.parts for step in c.path)
        if not steps:
            return ()
        first = self.by_date[0]
        cell = self.cells[first]
        gift = Step(
            relation="gave to",
            source=self.donors[first],
            target=cell["recipient"],
            on=cell["date"],
            evidence=f"{cell['file']}, row {cell['row']}",
        )
        return (gift, *steps)

    def evidence(self) -> pa.Table:
        """The rows of the finding, schema `EVIDENCE`."""
        rows = [
            {
                "finding": self.id,
                "layer": "gift",
                "object": self.cells[n]["recipient"],
                "account": self.donors[n],
                "post": self.cells[n]["gift"],
                "time": _midnight(self.cells[n]["date"]),
                "platform": self.cells[n]["register"],
                "text": _text(self.cells[n]),
                "file": self.cells[n]["file"],
                "row": self.cells[n]["row"],
            }
            for n in self.by_date
        ]
        return pa.Table.from_pylist(rows, schema=EVIDENCE)


def _cells(rows: pa.Table) -> list[dict[str, Any]]:
    """The rows without names: no employer or occupation either that holds the donor's last name."""
    last = keys.last_names(rows["last_name"], rows["donor_name"])
    for name in ("employer", "occupation"):
        said = pc.if_else(keys.naming(rows[name], last), pa.scalar(None, pa.string()), whole(rows[name]))
        rows = rows.set_column(rows.schema.get_field_index(name), name, said)
    return rows.select(_CELLS).to_pylist()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _text(cell: dict[str, Any]) -> str:
    """What the row says, without names: 1,000.00 USD, employer ..., occupation ..."""
    said = [wording.money(cell["amount_minor"], cell["currency"])]
    said += [f"{name} {cell[name]}" for name in ("employer", "occupation") if cell[name]]
    return ", ".join(said)

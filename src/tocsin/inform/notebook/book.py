"""What the notebook tells, read from the published files of an audit; nothing under private/ is looked at."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from tocsin.model.audit import (
    AuditedContest,
    AuditReport,
    AuditSetup,
    Commitment,
    ContestRisk,
    Decision,
    LogLine,
    Round,
    RoundRisk,
    Seed,
)
from tocsin.model.finding import Record

Row = dict[str, str]
Kept = TypeVar("Kept", bound=Record)


@dataclass(frozen=True)
class RoundPart:
    """One round: what was drawn for the first time in it, what was read, and what came out."""

    round: Round
    draws: Sequence[Row]
    fresh: Sequence[Row]  # cards or batches of this round that no earlier one drew, each once
    readings: Sequence[Row]
    differences: Sequence[Row]
    entered: int
    risk: RoundRisk | None

    @property
    def place(self) -> str:
        """Its folder."""
        return f"round-{self.round.number}"

    @cached_property
    def settled(self) -> int:
        """Readings in which two persons disagreed and a third one decided."""
        return sum(row["how"] == "third reading" for row in self.readings)

    def results(self) -> list[tuple[ContestRisk, Decision]]:
        """Risk and decision of every contest."""
        return list(zip(self.risk.contests, self.risk.decisions, strict=True)) if self.risk else []


@dataclass(frozen=True)
class Book:
    """An audit as far as it has come."""

    setup: AuditSetup
    commitment: Commitment | None
    seed: Seed | None
    rounds: tuple[RoundPart, ...]
    report: AuditReport | None
    log: tuple[LogLine, ...]
    seals: dict[str, Any]  # SHA-256 of the commitment and of the log's last line

    @cached_property
    def contests(self) -> dict[str, AuditedContest]:
        """The contests by id."""
        return {audited.contest.id: audited for audited in self.setup.contests}

    @property
    def last(self) -> RoundRisk | None:
        """The last risk that was computed."""
        return next((part.risk for part in reversed(self.rounds) if part.risk), None)

    def names(self, contest: str) -> dict[str, str]:
        """Names of a contest's choices by id."""
        return {choice.id: choice.name for choice in self.contests[contest].contest.choices}

    def risk_of(self, contest: str) -> ContestRisk | None:
        """The last risk of a contest."""
        return next((one for one in self.last.contests if one.contest == contest), None) if self.last else None


def read_book(folder: Path) -> Book:
    """The audit in a folder."""
    rounds: list[RoundPart] = []
    seen: set[str] = set()
    while (folder / f"round-{len(rounds) + 1}" / "round.json").is_file():
        part = _round(folder / f"round-{len(rounds) + 1}", seen)
        seen |= {row["unit"] for row in part.draws}
        rounds.append(part)
    log = folder / "log.jsonl"
    lines = log.read_bytes().split(b"\n")[:-1] if log.is_file() else []
    setup = _record(folder / "audit.json", AuditSetup)
    assert setup is not None, "the folder of an audit has its setup"
    return Book(
        setup=setup,
        commitment=_record(folder / "commitment.json", Commitment),
        seed=_record(folder / "seed.json", Seed),
        rounds=tuple(rounds),
        report=_record(folder / "report.json", AuditReport),
        log=tuple(LogLine.model_validate_json(line) for line in lines),
        seals={
            "sealed": _sha256(sealed.read_bytes()) if (sealed := folder / "commitment.json").is_file() else "",
            "lines": len(lines),
            "last_line": _sha256(lines[-1]) if lines else "",
        },
    )


def _round(place: Path, seen: set[str]) -> RoundPart:
    made = _record(place / "round.json", Round)
    assert made is not None
    draws = rows(place / "draw.csv")
    fresh = {row["unit"]: row for row in reversed(draws) if row["unit"] not in seen}
    return RoundPart(
        round=made,
        draws=draws,
        fresh=list(reversed(fresh.values())),
        readings=rows(place / "readings.csv"),
        differences=[row for row in rows(place / "compared.csv") if row["overstatements"]],
        entered=sum(len(rows(path)) for path in sorted((place / "entries").glob("*.csv"))),
        risk=_record(place / "risk.json", RoundRisk),
    )


def rows(path: Path) -> list[Row]:
    """The rows of a CSV file; [] where it is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _record(path: Path, kind: type[Kept]) -> Kept | None:
    return kind.model_validate_json(path.read_bytes()) if path.is_file() else None

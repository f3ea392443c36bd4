"""The draw of a round: which cards or batches are looked at, from the seed and the published files alone.

draw.csv of a round lists every draw up to its size, those of earlier rounds too: a round goes on where the one before
ended, and who draws again gets the same file, byte for byte.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tocsin.assure.audit import draw as draws
from tocsin.assure.audit.life import batches, sizes
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.files import AuditFolder, csv_bytes, round_folder
from tocsin.assure.audit.life.frame import POLLED, RECORDED, cards_in, in_stratum
from tocsin.errors import ConflictError, UsageError
from tocsin.model.audit import Round

NAMED = "named by the audit's staff"  # how a size came about that no method asked for
COLUMNS = ("draw", "stratum", "ticket", "generation", "unit", "jurisdiction", "tabulator", "batch", "position", "card")


def start_round(folder: AuditFolder, size: int | None = None, polled: int | None = None) -> Round:
    """Draw the next round: of the size given, else of the size that the sample so far asks for.

    Raises `ConflictError` where the seed is not complete, the round before has no risk yet, or nothing is to be drawn.
    """
    seed, before = folder.seed, folder.rounds
    if not seed or not seed.complete:
        raise ConflictError("the seed is not complete", hint="throw the dice first: `tocsin audit seed`")
    if len(folder.risks) < len(before):
        raise ConflictError(f"round {len(before)} has no risk yet", hint="enter what was read, then compute the risk")
    if before and folder.risks[-1].next != "another round":
        raise ConflictError(f"no further round: {folder.risks[-1].next}", hint="write the report")
    election = Election(folder)
    if before and size and any(audited.method == "minerva" for audited in election.contests.values()):
        raise UsageError(
            "Minerva's rounds are fixed by the first one",
            hint="leave out the size; Providence takes rounds of any size",
        )
    planned = sizes.planned(election, before, folder.risks)
    last = before[-1] if before else None
    round_ = Round(
        number=len(before) + 1,
        at=folder.now(),
        size=size or planned.size,
        polled=(polled if polled is not None else planned.polled),
        sizes={name: max(n, size) if size else n for name, n in planned.sizes.items()},
        chosen=NAMED if size or polled else planned.basis,
    )
    if last and (round_.size < last.size or round_.polled < last.polled):
        raise UsageError(
            f"round {last.number} drew {last.size:,} already", hint="sizes count all rounds; name a greater"
        )
    _check(election, round_)
    place = round_folder(round_.number)
    folder.write(f"{place}/draw.csv", drawn(election, seed.seed, round_))
    folder.put(f"{place}/round.json", round_)
    folder.confirm("draw", folder.beside("draw", f"{place}/round.json"))
    return round_


def _check(election: Election, round_: Round) -> None:
    """No more cards are polled than the stratum has."""
    if election.setup.kind == "hybrid":
        cards = cards_in(election.frame, POLLED)
        if round_.polled > cards:
            raise UsageError(
                f"{round_.polled:,} draws among {cards:,} cards without records", hint="poll no more than all of them"
            )


def drawn(election: Election, seed: str, round_: Round) -> bytes:
    """What draw.csv of a round holds."""
    return csv_bytes(COLUMNS, _rows(election, seed, round_))


def _rows(election: Election, seed: str, round_: Round) -> list[dict[str, Any]]:
    setup, manifest = election.setup, election.frame.manifest
    if setup.kind == "batch":
        keys = draws.weighted(seed, batches.weights(election), round_.size)
        seen: dict[str, int] = {}
        rows = []
        for number, key in enumerate(keys, 1):
            seen[key] = seen.get(key, 0) + 1
            place = dict(zip(("jurisdiction", "tabulator", "batch"), election.place_of(key), strict=True))
            rows.append({"draw": number, "generation": seen[key], "unit": key, **place})
        return rows
    if setup.kind == "hybrid":
        first = draws.sample(seed, in_stratum(election.frame, RECORDED), round_.size, replacement=True)
        second = draws.sample(seed, in_stratum(election.frame, POLLED), round_.polled)
        return _placed(election, first, RECORDED) + _placed(election, second, POLLED)
    if setup.by_style:
        holds = {contest: election.holds[contest] for contest in round_.sizes}
        return _placed(election, draws.sample(seed, manifest, round_.sizes, holds))
    return _placed(election, draws.sample(seed, manifest, round_.size, replacement=setup.replacement))


def _placed(election: Election, table: pa.Table, stratum: str = "") -> list[dict[str, Any]]:
    rows = table.to_pylist()
    numbers = [election.frame.number(r["jurisdiction"], r["tabulator"], r["batch"], r["position"]) for r in rows]
    names = election.machine.names(numbers)
    for row, number in zip(rows, numbers, strict=True):
        row |= {"stratum": stratum, "unit": election.unit(number), "card": names.get(number, "")}
    return rows

"""How many draws a round takes: what each targeted contest needs, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.measure import estimate
from tocsin.errors import ConflictError
from tocsin.model.audit import Estimate, Round, RoundRisk


@dataclass(frozen=True, slots=True)
class Planned:
    """The size of a round, as `Round` has it, and on what it rests."""

    size: int
    polled: int
    sizes: dict[str, int] = field(default_factory=dict)
    basis: str = ""


def planned(election: Election, before: Sequence[Round], risks: Sequence[RoundRisk]) -> Planned:
    """The size of the next round: the greatest that a targeted contest needs which has not reached its limit.

    Raises `ConflictError` where none is left.
    """
    if risks:
        found = [one.estimate for one in risks[-1].decisions if one.estimate and one.next == "another round"]
    else:
        found = [estimate(a, None, election) for a in election.contests.values() if a.targeted]
    if not found:
        raise ConflictError("no targeted contest needs another round", hint="write the report")
    return _together(election, found, before[-1] if before else None)


def _together(election: Election, found: Sequence[Estimate], last: Round | None) -> Planned:
    most = max(found, key=lambda estimate: (estimate.size, estimate.polled))
    sizes = {}
    if election.setup.by_style:
        kept = last.sizes if last else {}
        sizes = kept | {one.contest: max(one.size, kept.get(one.contest, 0)) for one in found}
    return Planned(
        size=max(most.size, last.size if last else 0),
        polled=max(max(one.polled for one in found), last.polled if last else 0),
        sizes=sizes,
        basis=f"{election.contests[most.contest].contest.name}: {most.basis}",
    )

"""Cards without a cast vote record whose batch has reported votes: each stands for the mean of its batch (ONEAudit).

Stark (2023), "Overstatement-Net-Equivalent Risk-Limiting Audit: ONEAudit". Of a card of no such batch nothing is
reported; it counts as a vote for nobody.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from tocsin.assure.audit.life.claims import Claim, claims
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.frame import containers
from tocsin.assure.audit.pairs import Pair
from tocsin.errors import InputError
from tocsin.model.arrow import pc
from tocsin.model.audit import AuditedContest

Pools = dict[int, dict[str, int]]  # row of the manifest -> votes by choice


def mean(claim: Claim, audited: AuditedContest, election: Election, number: int) -> float:
    """What is reported of a card without a record: the mean of its batch in ONEAudit, else 1/2."""
    if audited.method != "oneaudit":
        return 0.5
    row = election.frame.container(number)
    votes = of_contest(audited, election).get(row, {})
    return _mean(claim, votes, int(election.frame.manifest["cards"][row].as_py()))


def of_contest(audited: AuditedContest, election: Election) -> Pools:
    """Reported votes of each batch that has no cast vote records."""
    kept = election.pools.get(audited.contest.id)
    if kept is None:
        kept = election.pools[audited.contest.id] = _read(audited, election)
    return kept


def expected(audited: AuditedContest, election: Election) -> dict[str, Counter[float]]:
    """By claim, how many cards of batches without records overstate it by how much, if the report is right."""
    if audited.method != "oneaudit":
        return {}
    sizes = election.frame.manifest["cards"].to_pylist()
    found: dict[str, Counter[float]] = defaultdict(Counter)
    for claim in claims(audited):
        for row, votes in of_contest(audited, election).items():
            average, (ours, theirs) = _mean(claim, votes, sizes[row]), _sides(claim, votes)
            found[claim.label].update(
                {average - claim.upper: ours, average: theirs, average - 0.5: sizes[row] - ours - theirs}
            )
    return dict(found)


def _read(audited: AuditedContest, election: Election) -> Pools:
    """Raises `InputError` where a batch has both records of some cards and reported votes, or more votes than cards."""
    rows = election.tallies.filter(pc.equal(election.tallies["contest"], audited.contest.id))
    recorded = set(np.unique(containers(election.machine.cards, election.frame.manifest)).tolist())
    found: Pools = defaultdict(dict)
    for row, one in zip(containers(rows, election.frame.manifest).tolist(), rows.to_pylist(), strict=True):
        if row not in recorded:
            found[row][one["choice"]] = found[row].get(one["choice"], 0) + one["votes"]
    sizes = election.frame.manifest["cards"].to_pylist()
    for row, votes in found.items():
        if sum(votes.values()) > sizes[row] * audited.contest.votes_allowed:
            raise InputError(
                f"batch {election.frame.places[row][2]} has {sum(votes.values()):,} votes on {sizes[row]:,} cards",
                hint="compare the manifest with the reported votes of the batch",
            )
    return dict(found)


def _sides(claim: Claim, votes: dict[str, int]) -> tuple[int, int]:
    assert isinstance(claim.of, Pair), "batches report no rankings"
    return claim.of.count(votes)


def _mean(claim: Claim, votes: dict[str, int], cards: int) -> float:
    ours, theirs = _sides(claim, votes) if votes else (0, 0)
    return 0.5 + (ours * (2 * claim.upper - 1) - theirs) / (2 * cards)

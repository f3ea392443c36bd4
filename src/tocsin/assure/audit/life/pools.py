"""Cards without a cast vote record: those whose batch has reported votes stand for its mean (ONEAudit), of the others
nothing is reported and they count as votes for nobody."""

from __future__ import annotations

from tocsin.assure.audit import oneaudit
from tocsin.assure.audit.assorters import Assorter
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.pairs import Pair
from tocsin.assure.audit.styles import PHANTOM
from tocsin.model.audit import AuditedContest

Pools = dict[int, dict[str, int]]  # row of the manifest -> reported votes by choice


def missing_record(assorter: Assorter, audited: AuditedContest, election: Election, number: int) -> float:
    """What stands for the record of a card that has none."""
    pools = of_contest(audited, election)
    row = election.frame.container(number)
    return oneaudit.record(assorter, _pool(assorter, row, pools[row], election)) if row in pools else PHANTOM


def pools(assorter: Assorter, audited: AuditedContest, election: Election) -> list[oneaudit.Pool]:
    """The batches of a contest that have reported votes and no records."""
    return [_pool(assorter, row, votes, election) for row, votes in of_contest(audited, election).items()]


def of_contest(audited: AuditedContest, election: Election) -> Pools:
    """Reported votes of each batch that has no cast vote records; {} where the method does not use them."""
    return election.pools.get(audited.contest.id, {}) if audited.method == "oneaudit" else {}


def _pool(assorter: Assorter, row: int, votes: dict[str, int], election: Election) -> oneaudit.Pool:
    assert isinstance(assorter.of, Pair), "batches report no rankings"
    return oneaudit.Pool(int(election.frame.manifest["cards"][row].as_py()), assorter.of.count(votes))

"""Cards without a cast vote record: those whose batch has reported votes stand for its mean (ONEAudit), of the others
nothing is reported and they count as votes for nobody."""

from __future__ import annotations

from collections import defaultdict

from tocsin.assure.audit import oneaudit
from tocsin.assure.audit.assorters import Assorter
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.frame import containers
from tocsin.assure.audit.life.reported import without_records
from tocsin.assure.audit.pairs import Pair
from tocsin.assure.audit.styles import PHANTOM
from tocsin.model.arrow import pc
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
    if audited.method != "oneaudit":
        return {}
    kept = election.pools.get(audited.contest.id)
    if kept is None:
        kept = election.pools[audited.contest.id] = _read(audited.contest.id, election)
    return kept


def _read(contest: str, election: Election) -> Pools:
    manifest = election.frame.manifest
    rows = election.tallies.filter(pc.equal(election.tallies["contest"], contest))
    rows = without_records(rows, election.machine.cards, manifest)
    found: Pools = defaultdict(dict)
    for row, one in zip(containers(rows, manifest).tolist(), rows.to_pylist(), strict=True):
        found[row][one["choice"]] = found[row].get(one["choice"], 0) + one["votes"]
    return dict(found)


def _pool(assorter: Assorter, row: int, votes: dict[str, int], election: Election) -> oneaudit.Pool:
    assert isinstance(assorter.of, Pair), "batches report no rankings"
    return oneaudit.Pool(int(election.frame.manifest["cards"][row].as_py()), assorter.of.count(votes))

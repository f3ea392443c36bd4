"""The risk of a contest from whole batches that were counted by hand: MACRO."""

from __future__ import annotations

from collections import defaultdict

from tocsin.assure.audit.life.election import Election, unit_of
from tocsin.assure.audit.life.frame import containers


def held(election: Election) -> dict[str, set[str]]:
    """The contests that each batch holds, by its key: those with reported votes."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = election.tallies
    for row, contest in zip(
        containers(rows, election.frame.manifest).tolist(), rows["contest"].to_pylist(), strict=True
    ):
        found[unit_of(*election.frame.places[row])].add(contest)
    return dict(found)

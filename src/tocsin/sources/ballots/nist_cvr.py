"""Cast vote records in NIST SP 1500-103 (version 1), XML and JSON."""

from __future__ import annotations

from tocsin.sources.ballots.base import Format, Given, Json, whole_number
from tocsin.sources.ballots.cast import Cast, Vote
from tocsin.sources.ballots.cdf import many, objects, one, sniff
from tocsin.sources.ballots.contests import WRITE_IN
from tocsin.sources.ballots.named import Names

_PATHS = (("CVR", "*"), ("Election", "*", "Contest", "*"), ("Election", "*", "Candidate", "*"), ("Party", "*"))
_MOST_VOTES = 100  # that one mark may carry (cumulative voting)


def _take(given: Given, cast_: Cast) -> None:
    names = Names()
    for what, row, value, excerpt in objects(given, _PATHS):
        if what != "CVR":
            names.learn(what, value)
            continue
        snapshot = _current(value)
        votes = _votes(snapshot) if snapshot else "no snapshot of this record is the current one"
        if isinstance(votes, str):
            given.reject(row, votes, excerpt)
            continue
        printed = one(value.get("BallotPrePrintedId")) or one(value.get("BallotAuditId"))
        cast_.card(
            given,
            row,
            votes,
            id=printed or one(value.get("UniqueId")),
            tabulator=one(value.get("CreatingDeviceId")),
            batch=one(value.get("BatchId")),
            position=one(value.get("BatchSequenceId")) or None,
            style=one(value.get("BallotStyleId")),
        )
    names.tell(cast_.contests)


def _current(record: Json) -> Json | None:
    wanted = one(record.get("CurrentSnapshotId"))
    return next((one_ for one_ in many(record.get("CVRSnapshot")) if one(one_.get("@id")) == wanted), None)


def _votes(snapshot: Json) -> list[Vote] | str:
    votes: list[Vote] = []
    for contest in many(snapshot.get("CVRContest")):
        marks = list[tuple[str, int]]()
        for selection in many(contest.get("CVRContestSelection")):
            counted = _counted(selection)
            if counted is None:
                return "fractions of votes, which no method here can audit"
            marks += counted
        over = (whole_number(one(contest.get("Overvotes"))) or 0) > 0 or "overvoted" in _words(contest.get("Status"))
        votes.append((one(contest.get("ContestId")), marks, over and not marks))
    return votes


def _counted(selection: Json) -> list[tuple[str, int]] | None:
    """The marks of a selection that count as votes, with their ranks; None where votes are fractions."""
    named = one(selection.get("ContestSelectionId")) or WRITE_IN
    total = whole_number(one(selection.get("TotalNumberVotes")))
    found: list[tuple[str, int]] = []
    for position in many(selection.get("SelectionPosition")):
        if "FractionalVotes" in position:
            return None
        allocable = one(position.get("IsAllocable")) or ("yes" if one(position.get("HasIndication")) == "yes" else "no")
        if allocable == "no" or (allocable == "unknown" and not total):
            continue
        number = whole_number(one(position.get("NumberVotes")))
        rank = whole_number(one(position.get("Rank"))) or whole_number(one(selection.get("Rank"))) or 1
        found += [(named, rank)] * min(1 if number is None else number, _MOST_VOTES)
    return found


def _words(value: object) -> set[str]:
    return {one(item) for item in (value if isinstance(value, list) else [value])}


FORMAT = Format(
    "nist-1500-103",
    "NIST SP 1500-103 cast vote records",
    lambda head: sniff(head, "CastVoteRecordReport"),
    _take,
    files=True,
)

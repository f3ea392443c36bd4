"""Contests and choices of NIST's formats, whose names stand elsewhere in the file, before or behind."""

from __future__ import annotations

from tocsin.model.ballot import Counting
from tocsin.sources.ballots.base import Json, whole_number
from tocsin.sources.ballots.cdf import ids, many, one, text, true
from tocsin.sources.ballots.contests import Contests

_COUNTING: dict[str, Counting] = {"rcv": "irv", "super-majority": "supermajority"}


class Names:
    """What a file calls its candidates and parties, and how its selections name them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._contests: list[Json] = []
        self.elected: set[str] = set()  # candidates the file says are elected

    def learn(self, what: str, value: Json) -> None:
        """Keep a candidate, party or contest until `tell`."""
        if what.endswith("Contest"):
            self._contests.append(value)
            return
        called = text(value.get("BallotName")) or text(value.get("Name"))
        self._names[one(value.get("@id"))] = called
        if one(value.get("PostElectionStatus")) == "winner":
            self.elected.add(one(value.get("@id")))

    def tell(self, contests: Contests) -> None:
        """Give contests and choices their names, and what else is said of them."""
        for value in self._contests:
            learned = contests[one(value.get("@id"))]
            learned.name = text(value.get("Name"))
            variation = one(value.get("VoteVariation"))
            learned.counting = _COUNTING.get(variation, "plurality" if variation else None)
            allowed, winners = (
                whole_number(one(value.get("VotesAllowed"))),
                whole_number(one(value.get("NumberElected"))),
            )
            learned.allowed = allowed or (1 if "VotesAllowed" not in value else None)
            learned.winners = winners or None
            won = []
            for selection in many(value.get("ContestSelection")):
                id_, named = one(selection.get("@id")), self._selection(selection)
                learned.choice(id_, named, write_in=true(selection.get("IsWriteIn")))
                candidates = ids(selection.get("CandidateIds"))
                won += [id_] if candidates and self.elected.issuperset(candidates) else []
            learned.reported = tuple(won)

    def _selection(self, selection: Json) -> str:
        if "Selection" in selection:
            return text(selection["Selection"])
        named = ids(selection.get("CandidateIds")) or ids(selection.get("PartyIds"))
        return " / ".join(filter(None, (self._names.get(id_, "") for id_ in named)))

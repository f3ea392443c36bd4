"""Sign-ins of authentication logs as arrays, and counts of what clients and accounts did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.clients import Numbers, clients_of, codes, distinct
from tocsin.model.arrow import Array, pc, positions

#: Counts of a client: what it counts, and that count of twenty ordinary clients.
CLIENT = {
    "failures": "failed sign-ins",
    "accounts": "accounts at which it failed and never succeeded",
    "offices": "further offices where it failed",
}
ORDINARY_CLIENT: dict[str, tuple[int, ...]] = {
    "failures": (0,) * 12 + (1, 1, 1, 1, 2, 2, 3, 6),
    "accounts": (0,) * 15 + (1, 1, 1, 1, 2),
    "offices": (0,) * 19 + (1,),
}
#: Counts of an account.
ACCOUNT = {"clients": "clients that failed at it and never succeeded"}
ORDINARY_ACCOUNT: dict[str, tuple[int, ...]] = {"clients": (0,) * 12 + (1, 1, 1, 1, 1, 1, 2, 2)}


@dataclass(frozen=True, slots=True)
class SignIns:
    """Sign-ins, one element each. `user` is the code of the account at its office, -1 where the log does not tell."""

    at: Numbers
    source: Numbers
    sources: Array
    office: Numbers
    user: Numbers
    users: int
    time: Numbers
    failed: Numbers

    def clients(self) -> dict[str, Numbers]:
        """Counts of each client."""
        units, closed = len(self.sources), self.closed()
        return {
            "failures": np.bincount(self.source[self.failed], minlength=units),
            "accounts": distinct(self.source, np.maximum(self.user, 0), closed, units),
            "offices": np.maximum(distinct(self.source, self.office, self.failed, units) - 1, 0),
        }

    def closed(self) -> Numbers:
        """Which sign-ins are failures of a client at an account where it never succeeded: not of who mistyped."""
        pair = self.source * (self.users + 1) + self.user
        found: Numbers = self.failed & (self.user >= 0) & ~np.isin(pair, pair[~self.failed])
        return found

    def accounts(self) -> dict[str, Numbers]:
        """Counts of each account."""
        return {"clients": distinct(self.user, self.source, self.closed(), self.users)}

    def entered(self, rows: Numbers) -> Numbers:
        """Which of the rows are a success of a client at an account at which it had failed before."""
        out = []
        for client in np.unique(self.source[rows]):
            own = rows[self.source[rows] == client]
            own = own[np.argsort(self.time[own], kind="stable")]
            tried: set[int] = set()
            for row in own[self.user[own] >= 0]:
                if self.failed[row]:
                    tried.add(int(self.user[row]))
                elif int(self.user[row]) in tried:
                    out.append(int(row))
        return np.array(sorted(out), np.int64)


def sign_ins(tables: VotingTables) -> SignIns:
    """The sign-ins of the events that tell their client."""
    events = tables.events
    told = pc.and_(pc.equal(events["kind"], "auth"), pc.not_equal(events["source"], ""))
    at = np.flatnonzero(pc.fill_null(told, False).to_numpy())
    rows = events.take(positions(at))
    source, sources = clients_of(rows["source"])
    office, _ = codes(rows["office"])
    names = pc.binary_join_element_wise(rows["office"], rows["user"], "\0")
    user, users = codes(pc.fill_null(names, ""))
    return SignIns(
        at=at,
        source=source,
        sources=sources,
        office=office,
        user=np.where(pc.is_valid(rows["user"]).to_numpy(), user, -1),
        users=len(users),
        time=rows["time"].cast(pa.int64()).to_numpy(),
        failed=pc.fill_null(pc.equal(rows["action"], "failure"), False).to_numpy(),
    )

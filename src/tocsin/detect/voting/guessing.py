"""Guessed passwords: clients that fail at sign-ins, and accounts at which many clients fail."""

from __future__ import annotations

import numpy as np

from tocsin.detect.voting import base, wording
from tocsin.detect.voting.clients import Numbers, Unit, by_network, improbable, together
from tocsin.detect.voting.innocent import own_test
from tocsin.detect.voting.signins import ACCOUNT, CLIENT, ORDINARY_ACCOUNT, ORDINARY_CLIENT, SignIns
from tocsin.detect.voting.timing import period
from tocsin.model.arrow import positions
from tocsin.model.finding import Explanation

NETWORK = 3  # fewest clients of a network that is looked at as one
FORGOTTEN = 20  # failures at one account before a success that one who forgot a password may make
CANNOT_SHOW = (
    "Who tried: an address can be rented, borrowed or shared.",
    "Which passwords were tried, and whether an account that was entered was misused.",
)


def attempts(signed: SignIns, fewest: int) -> tuple[list[base.Candidate], int]:
    """Candidates of clients and accounts with improbable counts, and how many of both there are."""
    if not signed.at.size:
        return [], 0
    by_client = signed.clients()
    clients, tested = improbable(by_client, by_client["failures"], fewest, "client", ORDINARY_CLIENT)
    failures = by_client["failures"]
    nets, more = together(by_client, failures, signed.sources, clients, (NETWORK, fewest), ORDINARY_CLIENT)
    by_account = signed.accounts()
    accounts, further = improbable(by_account, by_account["clients"], fewest, "account", ORDINARY_ACCOUNT)
    if not (signed.user >= 0).any():
        accounts, further = [], 0
    made = [_client(signed, units) for units in by_network(clients + nets, signed.sources)]
    return made + [_account(signed, unit) for unit in accounts], tested + more + further


def _client(signed: SignIns, units: list[Unit]) -> base.Candidate:
    members = sorted({member for unit in units for member in unit.members})
    rows = np.flatnonzero(np.isin(signed.source, members))
    best = min(units, key=lambda unit: unit.p)
    failed = rows[signed.failed[rows]]
    accounts = np.unique(signed.user[failed][signed.user[failed] >= 0]).size
    offices = np.unique(signed.office[failed]).size
    entered = signed.entered(rows)
    when = period(signed.time[failed])
    who = wording.many(len(members), "client")
    sentence = (
        f"{who} failed {failed.size:,} times to sign in to {wording.many(accounts, 'account')} of "
        f"{wording.many(offices, 'office')} {when}"
    )
    sentence += f"; {wording.many(entered.size, 'sign-in')} then succeeded." if entered.size else "; none succeeded."
    sources = signed.sources.take(positions(np.array(members))).to_pylist()
    return base.Candidate(
        detector="voting.break_in",
        sign="break-in attempt",
        table="events",
        rows=base.sorted_rows(signed.at[rows]),
        title=f"Passwords guessed at {wording.many(accounts, 'account')} of {wording.many(offices, 'office')} {when}",
        sentence=sentence,
        p=min(best.p * len(units), 1.0),
        tests=tuple(wording.tests_of(best, CLIENT)),
        effects=(
            wording.exact("accounts", accounts, "accounts", "accounts at which they failed"),
            wording.exact("offices", offices, "offices", "offices they tried"),
            wording.exact("entered", entered.size, "sign-ins", "sign-ins that succeeded after failures at the account"),
        ),
        explanations=(
            _forgotten(failed.size, accounts, entered.size),
            _device(signed, failed, accounts),
            own_test(sources),
        ),
        cannot_show=CANNOT_SHOW,
        why="a sign-in of the same client",
        notes=dict.fromkeys(signed.at[entered].tolist(), "succeeded after failures"),
    )


def _account(signed: SignIns, unit: Unit) -> base.Candidate:
    failed = np.flatnonzero((signed.user == unit.members[0]) & signed.closed())
    clients = np.unique(signed.source[failed]).size
    when = period(signed.time[failed])
    return base.Candidate(
        detector="voting.break_in",
        sign="break-in attempt",
        table="events",
        rows=base.sorted_rows(signed.at[failed]),
        title=f"{wording.many(clients, 'client')} guessed the password of one account {when}",
        sentence=f"{wording.many(clients, 'client')} failed {failed.size:,} times to sign in to one account {when}.",
        p=unit.p,
        tests=tuple(wording.tests_of(unit, ACCOUNT)),
        effects=(wording.exact("clients", clients, "clients", "clients that failed at the account"),),
        explanations=(own_test(signed.sources.take(positions(np.unique(signed.source[failed]))).to_pylist()),),
        cannot_show=CANNOT_SHOW,
        why="a failure at the same account",
    )


def _forgotten(failures: int, accounts: int, entered: int) -> Explanation:
    """Who forgot a password tries one account some times and then gets in, or stops."""
    fits = accounts == 1 and failures <= FORGOTTEN
    detail = f"{failures:,} failures at {wording.many(accounts, 'account')}, {entered:,} sign-ins after them"
    return wording.explanation(
        "forgotten password", "Did somebody forget a password?", "fits" if fits else "does not fit", detail
    )


def _device(signed: SignIns, failed: Numbers, accounts: int) -> Explanation:
    """A device with an old password tries one account at regular times."""
    gaps = np.diff(np.sort(signed.time[failed])) / 1e6
    typical = float(np.median(gaps)) if gaps.size else 0.0
    regular = gaps.size >= 5 and typical >= 30 and float(np.mean(np.abs(gaps - typical) <= 0.2 * typical)) >= 0.8
    fits = accounts == 1 and regular
    detail = f"{wording.many(accounts, 'account')}, {typical:,.0f} seconds between tries"
    return wording.explanation(
        "old password", "Does a device keep an old password?", "fits" if fits else "does not fit", detail
    )

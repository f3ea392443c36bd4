"""Guessed passwords: clients that fail at sign-ins, and accounts at which many clients fail."""

from __future__ import annotations

import numpy as np

from tocsin.detect.voting import base, wording
from tocsin.detect.voting.clients import Numbers, Unit, by_network, improbable, together
from tocsin.detect.voting.innocent import is_private, own_test
from tocsin.detect.voting.signins import ACCOUNT, CLIENT, ORDINARY_ACCOUNT, ORDINARY_CLIENT, SignIns
from tocsin.detect.voting.timing import period
from tocsin.model.arrow import positions
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats import stated

NETWORK = 3  # fewest clients of a network that is looked at as one
FORGOTTEN = 20  # failures at one account that one who forgot a password, or mistypes, may make
MISTYPED = 3  # failures before the first success of who knows a password
SEVERAL, CLOSED = 5, 0.1  # accounts behind a gateway, and its failures where it never succeeded
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
    nets, more = together(by_client, failures, signed.sources, clients, (NETWORK, fewest), ORDINARY_CLIENT, [*CLIENT])
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
    innocent = _innocent(signed, rows, failed, sources)
    what = "Failed sign-ins" if any(one.verdict == "fits" for one in innocent) else "Passwords guessed"
    return base.Candidate(
        detector="voting.break_in",
        sign="break-in attempt",
        table="events",
        rows=base.sorted_rows(signed.at[rows]),
        title=f"{what} at {wording.many(accounts, 'account')} of {wording.many(offices, 'office')} {when}",
        sentence=sentence,
        p=min(best.p * len(units), 1.0),
        tests=tuple(wording.tests_of(best, CLIENT)),
        effects=(
            stated.exact("accounts", accounts, "accounts", "accounts at which they failed"),
            stated.exact("offices", offices, "offices", "offices they tried"),
            stated.exact("entered", entered.size, "sign-ins", "sign-ins that succeeded after failures at the account"),
        ),
        explanations=innocent,
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
        effects=(stated.exact("clients", clients, "clients", "clients that failed at the account"),),
        explanations=(own_test(signed.sources.take(positions(np.unique(signed.source[failed]))).to_pylist()),),
        cannot_show=CANNOT_SHOW,
        why="a failure at the same account",
    )


def _innocent(signed: SignIns, rows: Numbers, failed: Numbers, sources: list[str]) -> tuple[Explanation, ...]:
    """What would account for the sign-ins `rows` of some clients, of which `failed` are failures."""
    accounts = np.unique(signed.user[failed])  # -1, of those that the log does not tell, is one of unknown number
    one = accounts.size == 1 and bool((accounts >= 0).all())
    entered, known = signed.entered(rows).size, _known(signed, rows)
    return (
        _forgotten(failed.size, entered, one=one, known=known),
        _device(signed, failed, entered, one=one, known=known or all(is_private(source) for source in sources)),
        _gateway(signed, failed),
        own_test(sources),
    )


def _known(signed: SignIns, rows: Numbers) -> bool:
    """Whether each client got in at each of its accounts, after `MISTYPED` failures at most."""
    pair = np.unique(signed.source[rows] * (signed.users + 1) + signed.user[rows], return_inverse=True)[1]
    entered = np.full(pair.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(entered, pair[~signed.failed[rows]], signed.time[rows][~signed.failed[rows]])
    before = signed.failed[rows] & (signed.time[rows] < entered[pair])
    return bool((np.bincount(pair[before], minlength=entered.size) <= MISTYPED).all())


def _forgotten(failures: int, entered: int, *, one: bool, known: bool) -> Explanation:
    """Who forgot a password tries one account some times, and then stops or gets in again: who gets in and never was
    there before may have guessed it."""
    fits = one and failures <= FORGOTTEN and (known or not entered)
    before = "had signed in there before" if known else "had not signed in there before"
    detail = (
        f"{failures:,} failures, at {'one account' if one else 'several'}, {entered:,} sign-ins after them; {before}"
    )
    return stated.explanation(
        "forgotten password", "Did somebody forget a password?", "fits" if fits else "does not fit", detail
    )


def _device(signed: SignIns, failed: Numbers, entered: int, *, one: bool, known: bool) -> Explanation:
    """A device with an old password tries one account at regular times, in vain; it is within the office, or its
    password was right once."""
    gaps = np.diff(np.sort(signed.time[failed])) / 1e6
    typical = float(np.median(gaps)) if gaps.size else 0.0
    regular = gaps.size >= 5 and typical >= 30 and float(np.mean(np.abs(gaps - typical) <= 0.2 * typical)) >= 0.8
    verdict: Verdict = "does not fit"
    if one and regular:
        verdict = "fits" if known and not entered else "fits in part"
    detail = (
        f"{typical:,.0f} seconds between tries, {entered:,} sign-ins after failures; "
        f"{'within the office, or' if known else 'neither within the office nor'} signed in there before"
    )
    return stated.explanation("old password", "Does a device keep an old password?", verdict, detail)


def _gateway(signed: SignIns, failed: Numbers) -> Explanation:
    """Behind one address many people mistype, each at an account where the same address gets in too."""
    accounts, times = np.unique(signed.user[failed][signed.user[failed] >= 0], return_counts=True)
    closed = int(signed.closed()[failed].sum()) + int((signed.user[failed] < 0).sum())
    most = int(times.max(initial=0))
    fits = accounts.size >= SEVERAL and closed <= CLOSED * failed.size and most <= FORGOTTEN
    detail = (
        f"{closed:,} of {failed.size:,} failures at accounts where the client never got in, {most:,} at most at one of "
        f"{wording.many(accounts.size, 'account')}"
    )
    return stated.explanation(
        "gateway", "Do many people sign in from the address?", "fits" if fits else "does not fit", detail
    )

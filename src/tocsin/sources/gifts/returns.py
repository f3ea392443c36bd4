"""Money that moved or went back: redesignations, memo rows, transfers, refunds."""

from __future__ import annotations

import numpy as np

from tocsin.model.arrow import pc, positions
from tocsin.sources.gifts.keys import Ints, Keys, Mask, among, find, joint, key, one_to_one
from tocsin.sources.gifts.work import Work, between, is_one_of, mask, same_gift

GIFTS_BEFORE = 64  # how many of a donor's gifts before a refund are looked at for the one that went back


def redesignations(work: Work) -> None:
    """Moved between elections or persons: what was taken, with what was put in its place."""
    rows = np.flatnonzero(work.counted & is_one_of(work.gifts["kind"], "redesignation"))
    if not len(rows):
        return
    taken, put = rows[work.amount[rows] < 0], rows[work.amount[rows] >= 0]
    found = one_to_one(same_gift(work, taken), same_gift(work, put))
    left = np.flatnonzero(found < 0)  # moved to another person: the same filing and amount
    rest = np.setdiff1d(np.arange(len(put)), found)
    moved = one_to_one(_same_move(work, taken[left]), _same_move(work, put[rest]))
    found[left[moved >= 0]] = rest[moved[moved >= 0]]
    paired = found >= 0
    work.put(taken, "redesignation")
    work.put(taken[paired], "redesignation", put[found[paired]])
    work.put(put[found[paired]], "redesignation", taken[paired])
    apart = np.concatenate((taken[~paired], np.setdiff1d(put, put[found[paired]])))
    work.put(apart[_balanced(work, apart)], "redesignation")  # one amount taken, put back in several parts
    memo = put[work.memo[put] & work.counted[put]]
    work.put(memo, "redesignation")


def _balanced(work: Work, rows: Ints) -> Mask:
    """Rows of one filing and donor, or filing and day, whose amounts add up to nothing."""
    found = np.zeros(len(rows), bool)
    within = joint(work.recipient[rows], work.filing[rows])
    for same in (joint(within, work.donor(rows)), joint(within, work.day[rows])):
        _, which = np.unique(same, return_inverse=True)
        amounts = np.where(found, 0, work.amount[rows])
        sums, sizes = np.bincount(which, amounts), np.bincount(which, amounts < 0)
        found |= (sums[which] == 0) & (sizes[which] > 0) & (amounts != 0)
    return found


def _same_move(work: Work, rows: Ints) -> Keys:
    return joint(work.recipient[rows], work.filing[rows], work.day[rows], np.abs(work.amount[rows]))


def memos(work: Work) -> None:
    """Rows that are not counted in the filer's totals, with the row that they explain."""
    rows = np.flatnonzero(work.counted & work.memo)
    back = key(work.gifts["back_reference"].take(positions(rows)))
    told = mask(work.gifts["back_reference"].take(positions(rows)).is_valid())
    within = joint(work.recipient, work.filing)
    pair = np.full(len(rows), -1, np.int64)
    if told.any():
        pair[told] = find(joint(within[rows], back)[told], joint(within, work.gift))
    work.put(rows, "memo", pair)


def transfers(work: Work) -> None:
    """Between committees of one party or candidate: by kind, or where a committee gives to itself."""
    names = work.gifts["recipient_name"], work.gifts["donor_name"]
    itself = mask(pc.equal(pc.utf8_upper(names[0]), pc.utf8_upper(names[1])))
    committee = is_one_of(work.gifts["donor_type"], "committee", "party")
    work.put(
        np.flatnonzero(work.counted & (is_one_of(work.gifts["kind"], "transfer") | (itself & committee))), "transfer"
    )


def refunds(work: Work) -> None:
    """Money going back, with the gift it belongs to: the same amount first, else the donor's last gift before it."""
    told = work.counted & is_one_of(work.gifts["kind"], "refund")
    work.put(np.flatnonzero(told & (work.amount > 0)), "refund")  # the row is the gift and says that it went back
    back = np.flatnonzero(work.counted & (told | (work.amount < 0)))
    if not len(back):
        return
    given = np.flatnonzero(work.counted & (work.amount > 0) & work.of_recipients(back))
    donors, owners = between(work, given), between(work, back)
    known = among(donors, owners)
    given, donors = given[known], donors[known]
    back, owners = _by_day(work, back, owners)
    given, donors = _by_day(work, given, donors)
    whole = one_to_one(joint(owners, np.abs(work.amount[back])), joint(donors, work.amount[given]))
    fits = whole >= 0
    fits[fits] = work.day[given[whole[fits]]] <= work.day[back[fits]]
    pair = np.full(len(back), -1, np.int64)
    pair[fits] = given[whole[fits]]
    pair[~fits] = _last_before(work, back[~fits], owners[~fits], given, donors)
    work.put(back, "refund", pair)
    returned = np.zeros(work.size, np.int64)
    np.add.at(returned, pair[pair >= 0], np.abs(work.amount[back[pair >= 0]]))
    gone = np.flatnonzero((returned >= work.amount) & (returned > 0))
    work.put(gone, "refunded")
    work.pair[pair[pair >= 0]] = back[pair >= 0]


def _by_day(work: Work, rows: Ints, keys: Keys) -> tuple[Ints, Keys]:
    order = np.argsort(work.day[rows], kind="stable")
    return rows[order], keys[order]


def _last_before(work: Work, back: Ints, owners: Keys, given: Ints, donors: Keys) -> Ints:
    """The donor's last gift not after each refund and not smaller than it, -1 where there is none."""
    if not len(given):
        return np.full(len(back), -1, np.int64)
    order = np.argsort(donors, kind="stable")  # by donor, then by day, for `given` is in order of days
    ordered = given[order]
    days = work.day[ordered]
    found = np.full(len(back), -1, np.int64)
    starts = np.searchsorted(donors, owners, "left", sorter=order)
    ends = np.searchsorted(donors, owners, "right", sorter=order)
    for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        until = start + int(np.searchsorted(days[start:end], work.day[back[at]], "right"))
        rows = ordered[max(start, until - GIFTS_BEFORE) : until]
        fits = rows[work.amount[rows] >= -work.amount[back[at]]]
        if len(fits):
            found[at] = fits[-1]
    return found

"""What becomes of each row of a register before any flag is computed: only rows that are `counted` are looked at."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc, positions
from tocsin.model.gift import SETTLED, STANDINGS
from tocsin.sources.gifts.keys import (
    Ints,
    Keys,
    Mask,
    among,
    find,
    folded,
    joint,
    key,
    mixed,
    numbered,
    one_to_one,
    repeated,
)
from tocsin.sources.gifts.payroll import could_be_payroll, payroll_rows

CODES = {standing: code for code, standing in enumerate(STANDINGS)}
GIFTS_BEFORE = 64  # how many of a donor's gifts before a refund are looked at for the one that went back
PASS_ON_DAYS = 60  # an intermediary has ten days; reports of both sides differ by more
_EARMARKED = r"(?i)EAR-?MARK|CONDUIT|INTERMEDIARY"
_INTERMEDIARY = ("24I", "24T", "15I", "15T")


def settle(gifts: pa.Table) -> pa.Table:
    """Give each gift its standing and, where another row explains it, that row's position (schema `SETTLED`).

    Rows keep their order. In this order, the first that fits: the same row again (`duplicate`), a filing or row that an
    amendment replaced (`superseded`), an intermediary's line of an earmarked gift (`conduit`, paired with the donor's
    row, which stays `counted` and names it), moved between elections or persons (`redesignation`), memo rows, transfers
    between committees, money going back (`refund`, with the gift `refunded` where it went back whole), instalments of
    payroll programmes. Rules of the FEC: 11 CFR 110.1(b), (k) and 110.6, and the instructions for Schedule A.
    """
    work = _Work(gifts)
    for step in (
        _duplicates,
        _filings,
        _amended_rows,
        _conduits,
        _passed_on,
        _notices,
        _redesignations,
        _memos,
        _transfers,
    ):
        step(work)
    _refunds(work)
    _payroll(work)
    standing = pa.array(STANDINGS, pa.string()).take(positions(work.codes))
    made = gifts.append_column("standing", standing)
    return made.append_column("pair", pa.array(work.pair, pa.int64(), mask=work.pair < 0)).cast(SETTLED)


class _Work:
    """The table, what was found of its rows so far, and keys that several steps need."""

    def __init__(self, gifts: pa.Table) -> None:
        self.gifts = gifts
        self.size = gifts.num_rows
        self.codes = np.zeros(self.size, np.int8)
        self.pair = np.full(self.size, -1, np.int64)
        self.recipients = numbered(gifts["recipient"])
        self.recipient = mixed(self.recipients.astype(np.uint64))
        self.filing = key(gifts["filing"])
        self.gift = key(gifts["gift"])
        self.amount: Ints = gifts["amount_minor"].to_numpy()
        self.day: Ints = gifts["date"].cast(pa.int32()).to_numpy().astype(np.int64)
        self.memo = mask(gifts["memo"])

    @property
    def counted(self) -> Mask:
        """Rows that no step has taken out yet."""
        return cast("Mask", self.codes == 0)

    def of_recipients(self, rows: Ints) -> Mask:
        """All rows of the recipients of some rows."""
        marked = np.zeros(int(self.recipients.max(initial=-1)) + 1, bool)
        marked[self.recipients[rows]] = True
        return cast("Mask", marked[self.recipients])

    @cached_property
    def donors(self) -> Keys:
        """Keys of the donors: by last and first name, else by the name as filed."""
        last, first, filed = (self.gifts[name] for name in ("last_name", "first_name", "donor_name"))
        named = joint(folded(last), folded(first))
        bare = np.flatnonzero(~mask(last.is_valid()))
        named[bare] = folded(filed.take(positions(bare)))
        return named

    def donor(self, rows: Ints) -> Keys:
        """Keys of the donors of some rows."""
        return self.donors[rows]

    def text(self, name: str, rows: Ints) -> Array:
        """A column of some rows, in one piece."""
        return self.gifts[name].take(positions(rows)).combine_chunks()

    def put(self, rows: Ints, standing: str, pair: Ints | None = None) -> None:
        """Give rows their standing."""
        self.codes[rows] = CODES[standing]
        if pair is not None:
            self.pair[rows] = pair


def mask(column: Array | pa.ChunkedArray) -> Mask:  # type: ignore[type-arg]
    """A column of booleans; null is false."""
    filled: Mask = np.asarray(pc.fill_null(column, False), bool)
    return filled


def _is(column: pa.ChunkedArray, *values: str) -> Mask:  # type: ignore[type-arg]
    return mask(pc.is_in(column, pa.array(values, pa.string())))


def _duplicates(work: _Work) -> None:
    """The same transaction of the same filing again, with the same day, amount and donor."""
    again = repeated(joint(work.recipient, work.filing, work.gift))
    if not len(again):
        return
    same = joint(work.recipient[again], work.filing[again], work.gift[again], work.day[again], work.amount[again])
    same = joint(same, work.donor(again))
    first = again[find(same, same)]
    later = first != again
    work.put(again[later], "duplicate", first[later])


def _filings(work: _Work) -> None:
    """Rows of filings that a later one says it amends."""
    amends = work.gifts["amends"]
    if amends.null_count == work.size:
        return
    chain = work.gifts.select(["recipient", "filing", "amends"]).group_by(["recipient", "filing", "amends"])
    told = [(r["recipient"], r["filing"], r["amends"]) for r in chain.aggregate([]).to_pylist() if r["filing"]]
    parent = {(recipient, filing): amended for recipient, filing, amended in told if amended and amended != filing}
    heads: dict[tuple[str, str], list[str]] = {}
    for recipient, filing, _ in told:
        heads.setdefault((recipient, _root(parent, recipient, filing)), []).append(filing)
    old, new = list[tuple[str, str]](), list[str]()
    for (recipient, _), filings in heads.items():
        latest = max(filings, key=_filing_number)
        old += [(recipient, filing) for filing in set(filings) - {latest}]
        new += [latest] * (len(set(filings)) - 1)
    if not old:
        return
    _supersede(work, old, new)


def _supersede(work: _Work, old: list[tuple[str, str]], new: list[str]) -> None:
    recipients, filings = (key(pa.array(list(column), pa.string())) for column in zip(*old, strict=True))
    latest = key(pa.array(new, pa.string()))
    which = find(joint(key(work.gifts["recipient"]), work.filing), joint(recipients, filings))
    rows = np.flatnonzero((which >= 0) & work.counted)
    whole = joint(work.recipient, work.filing, work.gift)
    work.put(rows, "superseded", find(joint(work.recipient[rows], latest[which[rows]], work.gift[rows]), whole))


def _root(parent: dict[tuple[str, str], str], recipient: str, filing: str) -> str:
    """The first filing of a chain; a chain that bites its tail ends where it is met again."""
    met = {filing}
    while (before := parent.get((recipient, filing))) and before not in met:
        met.add(before)
        filing = before
    return filing


def _filing_number(filing: str) -> tuple[int, str]:
    return (int(filing) if filing.isdecimal() else -1, filing)


def _amended_rows(work: _Work) -> None:
    """Rows that stand again, under the same id, in an amendment of the same report of the same committee."""
    if not mask(pc.equal(work.gifts["amendment"], "A")).any():
        return
    same = joint(work.recipient, key(work.gifts["report"]), work.gift)
    rows = np.flatnonzero(
        work.counted & mask(work.gifts["amendment"].is_valid()) & mask(work.gifts["report"].is_valid())
    )
    rows = rows[repeated(same[rows])]
    if not len(rows):
        return
    numbers = pc.if_else(pc.utf8_is_decimal(work.text("filing", rows)), work.text("filing", rows), "0").cast(pa.int64())
    filing: Ints = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False)
    order = np.lexsort((-filing, same[rows]))
    rows, filing, keys = rows[order], filing[order], same[rows][order]
    latest = find(keys, keys)
    older = filing < filing[latest]
    work.put(rows[older], "superseded", rows[latest[older]])


def _conduits(work: _Work) -> None:
    """Memo lines of platforms and intermediaries beside the donor's own row."""
    rows = np.flatnonzero(work.counted & work.memo & ~_is(work.gifts["donor_type"], "person"))
    rows = rows[mask(pc.match_substring_regex(work.text("memo_text", rows), _EARMARKED))]
    if not len(rows):
        return
    pair = _explained(work, rows)
    work.put(rows, "conduit", pair)
    found = pair >= 0
    work.pair[pair[found]] = rows[found]


def _explained(work: _Work, rows: Ints) -> Ints:
    """The donors' rows that conduit lines explain: by reference, by the id without its last letter, by place."""
    within = joint(work.recipient, work.filing)
    donors = among(within, within[rows])
    donors = donors[work.counted[donors] & ~work.memo[donors]]
    own, back = joint(within[donors], work.gift[donors]), key(work.gifts["back_reference"].take(positions(donors)))
    stem = key(pc.utf8_slice_codeunits(work.text("gift", rows), 0, -1))
    reference = key(work.gifts["back_reference"].take(positions(rows)))
    pair = np.full(len(rows), -1, np.int64)
    for wanted, keys in (
        (joint(within[rows], work.gift[rows]), joint(within[donors], back)),
        (joint(within[rows], reference), own),
        (joint(within[rows], stem), own),
    ):
        found = find(wanted, keys)
        same = (found >= 0) & (pair < 0)
        same[same] = work.amount[donors[found[same]]] == work.amount[rows[same]]
        pair[same] = donors[found[same]]
    return _beside(work, rows, pair)


def _beside(work: _Work, rows: Ints, pair: Ints) -> Ints:
    for step in (-1, 1):
        beside = np.clip(rows + step, 0, work.size - 1)
        fits = (pair < 0) & ~work.memo[beside] & (work.recipient[beside] == work.recipient[rows])
        fits &= (work.amount[beside] == work.amount[rows]) & work.counted[beside]
        pair[fits] = beside[fits]
    return pair


def _passed_on(work: _Work) -> None:
    """Intermediaries' own reports of gifts that the recipient reports under the donor's name too."""
    own = work.counted & _is(work.gifts["line"], *_INTERMEDIARY)
    rows = np.flatnonzero(own)
    if not len(rows):
        return
    others = np.flatnonzero(work.counted & ~own & ~work.memo & work.of_recipients(rows))
    others = others[among(_same_gift(work, others), _same_gift(work, rows))]
    rows, others = rows[np.argsort(work.day[rows], kind="stable")], others[np.argsort(work.day[others], kind="stable")]
    found = one_to_one(_same_gift(work, rows), _same_gift(work, others))
    near = found >= 0
    near[near] = np.abs(work.day[others[found[near]]] - work.day[rows[near]]) <= PASS_ON_DAYS
    work.put(rows[near], "conduit", others[found[near]])
    work.pair[others[found[near]]] = rows[near]


def _same_gift(work: _Work, rows: Ints) -> Keys:
    return joint(work.recipient[rows], work.donor(rows), np.abs(work.amount[rows]))


def _notices(work: _Work) -> None:
    """Notices within 48 hours, and lines of receipts that repeat a loan whose terms stand on a schedule of its own."""
    loans = work.counted & _is(work.gifts["kind"], "loan")
    terms = loans & mask(pc.starts_with(work.gifts["line"], "SC"))
    again = joint(work.recipient, work.gift)
    kept = np.flatnonzero(terms)
    kept = kept[np.lexsort((-work.day[kept], again[kept]))]
    first = kept[find(again[kept], again[kept])]  # a loan stands in every report until it is repaid
    work.put(kept[first != kept], "superseded", first[first != kept])
    notices = work.counted & _is(work.gifts["line"], "F65")
    for rows, others in ((notices, ~notices & ~loans), (loans & ~terms, terms & work.counted)):
        repeats, originals = np.flatnonzero(rows), np.flatnonzero(others & work.counted & ~work.memo)
        found = one_to_one(_same_gift(work, repeats), _same_gift(work, originals))
        near = found >= 0
        near[near] = np.abs(work.day[originals[found[near]]] - work.day[repeats[near]]) <= PASS_ON_DAYS
        work.put(repeats[near], "duplicate", originals[found[near]])


def _redesignations(work: _Work) -> None:
    """Moved between elections or persons: what was taken, with what was put in its place."""
    rows = np.flatnonzero(work.counted & _is(work.gifts["kind"], "redesignation"))
    if not len(rows):
        return
    taken, put = rows[work.amount[rows] < 0], rows[work.amount[rows] >= 0]
    found = one_to_one(_same_gift(work, taken), _same_gift(work, put))
    left = np.flatnonzero(found < 0)  # moved to another person: the same filing and amount
    rest = np.setdiff1d(np.arange(len(put)), found)
    moved = one_to_one(_same_move(work, taken[left]), _same_move(work, put[rest]))
    found[left[moved >= 0]] = rest[moved[moved >= 0]]
    paired = found >= 0
    work.put(taken, "redesignation", np.where(paired, put[found], -1))
    work.put(put[found[paired]], "redesignation", taken[paired])
    memo = put[work.memo[put] & work.counted[put]]
    work.put(memo, "redesignation")


def _same_move(work: _Work, rows: Ints) -> Keys:
    return joint(work.recipient[rows], work.filing[rows], work.day[rows], np.abs(work.amount[rows]))


def _memos(work: _Work) -> None:
    rows = np.flatnonzero(work.counted & work.memo)
    back = key(work.gifts["back_reference"].take(positions(rows)))
    told = mask(work.gifts["back_reference"].take(positions(rows)).is_valid())
    within = joint(work.recipient, work.filing)
    pair = np.full(len(rows), -1, np.int64)
    if told.any():
        pair[told] = find(joint(within[rows], back)[told], joint(within, work.gift))
    work.put(rows, "memo", pair)


def _transfers(work: _Work) -> None:
    names = work.gifts["recipient_name"], work.gifts["donor_name"]
    itself = mask(pc.equal(pc.utf8_upper(names[0]), pc.utf8_upper(names[1])))
    committee = _is(work.gifts["donor_type"], "committee", "party")
    work.put(np.flatnonzero(work.counted & (_is(work.gifts["kind"], "transfer") | (itself & committee))), "transfer")


def _refunds(work: _Work) -> None:
    """Money going back, with the gift it belongs to: the same amount first, else the donor's last gift before it."""
    told = work.counted & _is(work.gifts["kind"], "refund")
    work.put(np.flatnonzero(told & (work.amount > 0)), "refund")  # the row is the gift and says that it went back
    back = np.flatnonzero(work.counted & (told | (work.amount < 0)))
    if not len(back):
        return
    given = np.flatnonzero(work.counted & (work.amount > 0) & work.of_recipients(back))
    donors = joint(work.recipient[given], work.donor(given))
    owners = joint(work.recipient[back], work.donor(back))
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


def _by_day(work: _Work, rows: Ints, keys: Keys) -> tuple[Ints, Keys]:
    order = np.argsort(work.day[rows], kind="stable")
    return rows[order], keys[order]


def _last_before(work: _Work, back: Ints, owners: Keys, given: Ints, donors: Keys) -> Ints:
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


def _payroll(work: _Work) -> None:
    stated = work.counted & _is(work.gifts["method"], "payroll")
    work.put(np.flatnonzero(stated), "payroll")
    rows = np.flatnonzero(work.counted)
    recipient = work.recipients[rows]
    likely = could_be_payroll(recipient, work.day[rows])
    rows, recipient = rows[likely], recipient[likely]
    regular = payroll_rows(recipient, joint(work.recipient[rows], work.donor(rows)), work.day[rows])
    work.put(rows[regular], "payroll")

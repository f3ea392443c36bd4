"""Rows that stand twice: repeated, replaced by an amendment, or told by a notice before the report."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.gifts.keys import Ints, find, joint, key, one_to_one, repeated
from tocsin.sources.gifts.work import PASS_ON_DAYS, Work, is_one_of, mask, same_gift


def duplicates(work: Work) -> None:
    """The same transaction of the same filing again, with the same day, amount and donor."""
    again = repeated(joint(work.recipient, work.filing, work.gift))
    if not len(again):
        return
    same = joint(work.recipient[again], work.filing[again], work.gift[again], work.day[again], work.amount[again])
    same = joint(same, work.donor(again))
    first = again[find(same, same)]
    later = first != again
    work.put(again[later], "duplicate", first[later])


def filings(work: Work) -> None:
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


def _supersede(work: Work, old: list[tuple[str, str]], new: list[str]) -> None:
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


def amended_rows(work: Work) -> None:
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


def notices(work: Work) -> None:
    """Notices within 48 hours, and lines of receipts that repeat a loan whose terms stand on a schedule of its own."""
    loans = work.counted & is_one_of(work.gifts["kind"], "loan")
    terms = loans & mask(pc.starts_with(work.gifts["line"], "SC"))
    again = joint(work.recipient, work.gift)
    kept = np.flatnonzero(terms)
    kept = kept[np.lexsort((-work.day[kept], again[kept]))]
    first = kept[find(again[kept], again[kept])]  # a loan stands in every report until it is repaid
    work.put(kept[first != kept], "superseded", first[first != kept])
    hasty = work.counted & is_one_of(work.gifts["line"], "F65")
    for rows, others in ((hasty, ~hasty & ~loans), (loans & ~terms, terms & work.counted)):
        repeats, originals = np.flatnonzero(rows), np.flatnonzero(others & work.counted & ~work.memo)
        found = one_to_one(same_gift(work, repeats), same_gift(work, originals))
        near = found >= 0
        near[near] = np.abs(work.day[originals[found[near]]] - work.day[repeats[near]]) <= PASS_ON_DAYS
        work.put(repeats[near], "duplicate", originals[found[near]])

"""Earmarked gifts: the lines of platforms and intermediaries, paired with the donors' own rows."""

from __future__ import annotations

import numpy as np

from tocsin.model.arrow import pc, positions
from tocsin.sources.gifts.keys import Ints, among, find, joint, key, one_to_one
from tocsin.sources.gifts.work import PASS_ON_DAYS, Work, is_one_of, mask, same_gift

_EARMARKED = r"(?i)EAR-?MARK|CONDUIT|INTERMEDIARY"
_INTERMEDIARY = ("24I", "24T", "15I", "15T")


def conduits(work: Work) -> None:
    """Memo lines of platforms and intermediaries beside the donor's own row."""
    rows = np.flatnonzero(work.counted & work.memo & ~is_one_of(work.gifts["donor_type"], "person"))
    rows = rows[mask(pc.match_substring_regex(work.text("memo_text", rows), _EARMARKED))]
    if not len(rows):
        return
    pair = _explained(work, rows)
    work.put(rows, "conduit", pair)
    found = pair >= 0
    work.pair[pair[found]] = rows[found]


def _explained(work: Work, rows: Ints) -> Ints:
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


def _beside(work: Work, rows: Ints, pair: Ints) -> Ints:
    for step in (-1, 1):
        beside = np.clip(rows + step, 0, work.size - 1)
        fits = (pair < 0) & ~work.memo[beside] & (work.recipient[beside] == work.recipient[rows])
        fits &= (work.amount[beside] == work.amount[rows]) & work.counted[beside]
        pair[fits] = beside[fits]
    return pair


def passed_on(work: Work) -> None:
    """Intermediaries' own reports of gifts that the recipient reports under the donor's name too."""
    own = work.counted & is_one_of(work.gifts["line"], *_INTERMEDIARY)
    rows = np.flatnonzero(own)
    if not len(rows):
        return
    others = np.flatnonzero(work.counted & ~own & ~work.memo & work.of_recipients(rows))
    others = others[among(same_gift(work, others), same_gift(work, rows))]
    rows, others = rows[np.argsort(work.day[rows], kind="stable")], others[np.argsort(work.day[others], kind="stable")]
    found = one_to_one(same_gift(work, rows), same_gift(work, others))
    near = found >= 0
    near[near] = np.abs(work.day[others[found[near]]] - work.day[rows[near]]) <= PASS_ON_DAYS
    work.put(rows[near], "conduit", others[found[near]])
    work.pair[others[found[near]]] = rows[near]

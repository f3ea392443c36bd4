"""Candidates: groups found on one part of the content and weighed on the rest.

Posts are dealt to parts by their rarest object, so that what is shared together stays together. Leaving out one part at
a time, communities of the joint-post network of the rest are candidates. Each is weighed on the part that it was not
found on (`kernels.exposure.weigh`): an e-value against the null that each hour's (and language's) posts are dealt to
its accounts at random. The parts are chosen without looking at accounts, so finding does not spoil the test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from tocsin.detect.amplification.contacts import PARTS, RUNS, SMALLEST, Contacts, Floats, Mask, Part
from tocsin.detect.amplification.incidence import Ints
from tocsin.detect.amplification.synchrony import Pace, Ranks, Synchrony, only, summarise
from tocsin.progress import Progress

DIVIDED = 0.9  # share of the evidence that parts must carry to stand alone
AGAIN = 0.5  # a lead is found again without at least this share of the parts of the content
REGULAR = 0.25  # share of the folds with a group in which a member is found with it
SAME = 1 / 3  # Jaccard likeness from which a candidate counts as the group it became


@dataclass(frozen=True, slots=True)
class Candidate:
    """A community found without one part of the content, and what that part says of it."""

    accounts: Ints
    log_e: float
    most: float  # what log_e could be at most, given how often the members post in each stratum
    hits: Floats  # by class: exposed posts that were a member's
    expected: Floats
    run: int  # candidates of one run are disjoint: one split, part, network and resolution

    @property
    def fold(self) -> int:
        """The split and part that it was weighed on: split * PARTS + part."""
        return self.run // RUNS


def find(contacts: Contacts, splits: int, progress: Progress) -> list[Candidate]:
    """All candidates of all splits and parts, weighed on the part left out, strongest first."""
    found: list[Candidate] = []
    progress.start("Testing groups on content they were not found on", splits * PARTS)
    for split in range(splits):
        part = contacts.parts(split)
        for left_out in range(PARTS):
            keep = (part[contacts.later] != left_out) & (part[contacts.earlier] != left_out)
            inside = Part(contacts, part == left_out)
            seen: set[bytes] = set()
            for k, groups in enumerate(contacts.communities(keep)):
                new = [g for g in groups if g.tobytes() not in seen]
                seen.update(g.tobytes() for g in new)
                run = (split * PARTS + left_out) * RUNS + k
                found += [
                    Candidate(g, float(e), float(m), h, x, run)
                    for g, e, m, h, x in zip(new, *inside.weigh(new), strict=True)
                ]
            progress.advance()
    found.sort(key=lambda c: (-c.log_e, len(c.accounts), c.accounts.tolist(), c.run))
    return found


def confirm(found: list[Candidate], alpha: float) -> tuple[list[Candidate], int]:
    """The candidates whose e-value is at least tests/alpha, and the number of tests.

    By Markov's inequality and Bonferroni the chance that any candidate is confirmed where nobody acts together is at
    most alpha, whatever the candidates have in common. Candidates that could not be confirmed whatever their members
    did, since these post too little in the part left out, are no tests (Tarone 1990).
    """
    most = np.sort([c.most for c in found])[::-1]
    tests = 1
    while tests < len(most) and most[tests] >= np.log((tests + 1) / alpha):
        tests += 1
    return [c for c in found if c.log_e >= np.log(tests / alpha)], tests


def _paces_of_folds(contacts: Contacts, wanted: set[int]) -> Iterator[tuple[int, Pace]]:
    """The pace of the left-out part of each wanted fold, in order."""
    for fold in sorted(wanted):
        split, part = divmod(fold, PARTS)
        yield fold, Pace(contacts.data, contacts.shares.of(contacts.parts(split) == part))


def paces(contacts: Contacts, confirmed: list[Candidate]) -> list[Synchrony | None]:
    """The synchrony of each confirmed candidate on the part that it was not found on."""
    result: dict[int, Synchrony] = {}
    for fold, pace in _paces_of_folds(contacts, {c.fold for c in confirmed}):
        for run in range(fold * RUNS, (fold + 1) * RUNS):
            mine = [k for k, c in enumerate(confirmed) if c.run == run]
            told = summarise(pace.ranks(_labels([[confirmed[k].accounts] for k in mine], len(contacts.data.accounts))))
            result |= {mine[k]: value for k, value in told.items()}
    return [result.get(k) for k in range(len(confirmed))]


def _labels(groups: list[list[Ints]], accounts: int) -> Ints:
    label = np.full(accounts, -1, np.int32)
    for k, parts in enumerate(groups):
        for part in parts:
            label[part[label[part] < 0]] = k
    return label


class Known:
    """Candidates whose accounts are compared with other sets of accounts."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self.candidates = candidates
        self.size = np.array([len(c.accounts) for c in candidates], np.int64)
        self.start = np.cumsum(self.size) - self.size
        self.flat = np.concatenate([np.empty(0, np.int32), *(c.accounts for c in candidates)])

    def likeness(self, inside: Mask) -> Floats:
        """Jaccard likeness of each to the accounts `inside`."""
        if not self.candidates:
            return np.empty(0)
        common = np.add.reduceat(inside[self.flat].astype(np.int64), self.start)
        result: Floats = common / (inside.sum() + self.size - common)
        return result

    def alike(self, inside: Mask) -> list[tuple[float, Candidate]]:
        """Those at least `SAME` alike to the accounts `inside`, with their likeness, strongest first."""
        like = self.likeness(inside)
        return [(float(like[k]), self.candidates[k]) for k in np.flatnonzero(like >= SAME)]

    def again(self, inside: Mask) -> dict[int, Candidate]:
        """By fold, the one most alike (the strongest of equals): what was found of these accounts without looking at
        that part of the content."""
        best: dict[int, tuple[float, Candidate]] = {}
        for like, c in self.alike(inside):
            if c.fold not in best or like > best[c.fold][0]:
                best[c.fold] = like, c
        return {fold: c for fold, (_, c) in sorted(best.items())}


def support(confirmed: list[Candidate], inside: Mask) -> list[Candidate]:
    """The confirmed candidates that became the group whose accounts are `inside`. Of the splits, the one that has them
    in most parts (the first such), so that no content counts twice; of each part the strongest."""
    return _one_split({c.fold: c for _, c in reversed(Known(confirmed).alike(inside))})


def _one_split(of_fold: dict[int, Candidate]) -> list[Candidate]:
    parts = Counter(fold // PARTS for fold in of_fold)
    best = min(parts, key=lambda split: (-parts[split], split), default=-1)
    return [of_fold[fold] for fold in sorted(of_fold) if fold // PARTS == best]


def regulars(label: Ints, again: dict[int, dict[int, Candidate]]) -> Ints:
    """The labels of the accounts that were found with their group in at least `REGULAR` of the folds that found it
    again; -1 for all others, and for groups of which fewer than `SMALLEST` are left."""
    label = label.copy()
    for group, of_fold in again.items():
        times = np.zeros(len(label), np.int64)
        for c in of_fold.values():
            times[c.accounts] += 1
        label[(label == group) & (times < REGULAR * len(of_fold))] = -1
        if (label == group).sum() < SMALLEST:
            label[label == group] = -1
    return label


def cross_paces(
    contacts: Contacts, again: dict[int, dict[int, Candidate]], asked: Collection[int], apart: Mask
) -> dict[int, Synchrony]:
    """The synchrony of each asked group, each part of the content asked of the accounts found `again` without it
    (`Pace.ranks`); accounts that stand for several groups stand for the first."""
    supports = {g: _one_split(of_fold) for g, of_fold in sorted(again.items())}
    found: list[Ranks] = []
    for fold, pace in _paces_of_folds(contacts, {c.fold for g in asked for c in supports[g]}):
        groups: list[list[Ints]] = [[] for _ in range(max(supports) + 1)]
        for g, candidates in supports.items():
            groups[g] = [c.accounts for c in candidates if c.fold == fold]
        found.append(pace.ranks(only(_labels(groups, len(apart)), asked), apart))
    return summarise(Ranks.join(found))


def whole(candidates: list[Candidate]) -> list[Candidate]:
    """Leave out candidates that are several groups in one: smaller ones of the same fold, disjoint and inside it, carry
    nearly all its evidence between them, so nothing ties them together."""
    return [c for c in candidates if not _divides(c, [d for d in candidates if d.fold == c.fold])]


def _divides(candidate: Candidate, others: list[Candidate]) -> bool:
    left = set(candidate.accounts.tolist())
    size, carried, parts = len(left), 0.0, 0
    for other in others:  # strongest first
        mine = set(other.accounts.tolist())
        if len(mine) < size and mine <= left:
            left -= mine
            carried += other.log_e
            parts += 1
    return parts > 1 and carried >= DIVIDED * candidate.log_e


def seeds(candidates: list[Candidate], taken: Mask, free: float, most: int | None = None) -> list[Ints]:
    """Disjoint seeds: candidates in order, each without what is taken; those of which less than `free` is left are
    passed over. Marks what it takes."""
    result: list[Ints] = []
    for candidate in candidates:
        left = candidate.accounts[~taken[candidate.accounts]]
        enough = len(left) >= max(SMALLEST, free * len(candidate.accounts))
        if enough and (most is None or len(result) < most):
            result.append(left)
            taken[candidate.accounts] = True
    return result

"""Before pairs are counted: how many there are, in how many rounds they fit in memory, whether to go on at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.errors import RefusedError

#: Bytes the co-share kernel holds: codes and times as given (16), sorted (12), by account (4); per account its rank,
#: name, row index and cursors (28) and one tally for each thread (8).
_ROW, _ACCOUNT, _TALLY = 32, 28, 8
#: A kept pair is two codes and one count a window, 4 bytes each: as found, joined, sorted, with the order of the sort.
_COPIES = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How a layer will be counted."""

    rounds: int
    row_pairs: int  # within the largest window, exact
    bytes: int  # most that will be held at once


def plan(
    layer: str,
    windows_s: Sequence[float],
    row_pairs: Sequence[int],
    pair_objects: Sequence[int],
    *,
    rows: int,
    accounts: int,
    keep: int,
    threads: int,
    memory_mb: int,
    max_row_pairs: int,
) -> Plan:
    """Choose the rounds of `coshare` from the preflight's counts, one of each for each ascending window.

    Bounds, not guesses: at most `pair_objects / keep` pairs can be kept, and no more than the accounts form. Nothing is
    sampled: work over the limit, or that no number of rounds fits into memory, raises `RefusedError` naming the layer,
    the window and what to change.
    """
    _refuse_excess(layer, windows_s, row_pairs, max_row_pairs)
    fixed = rows * _ROW + accounts * (_ACCOUNT + _TALLY * threads)
    pairs = min(pair_objects[-1] // keep, accounts * (accounts - 1) // 2)
    result = pairs * 4 * (2 + len(windows_s)) * _COPIES
    free = memory_mb * 2**20 - fixed
    # one round in 256 still holds most of what the rows need: more rounds would save nothing
    if free <= 0 or result > 256 * free:
        needed = (fixed + result // 256) // 2**20 + 1
        raise RefusedError(
            f"{layer}: {rows:,} rows with {pair_objects[-1]:,} shared objects of pairs within {windows_s[-1]:g} s need "
            f"at least {needed:,} MB, {memory_mb:,} MB are allowed",
            hint=f"set TOCSIN_MEMORY_MB to {needed} or more, shorten the window, or scan fewer days at a time",
        )
    rounds = max(1, -(-result // free))
    return Plan(rounds, row_pairs[-1], fixed + result // rounds)


def _refuse_excess(layer: str, windows_s: Sequence[float], row_pairs: Sequence[int], limit: int) -> None:
    if row_pairs[-1] <= limit:
        return
    fits = [window for window, pairs in zip(windows_s, row_pairs, strict=True) if pairs <= limit]
    shorter = f"shorten the window (up to {fits[-1]:g} s is within the limit)" if fits else "shorten the window"
    raise RefusedError(
        f"{layer}: {row_pairs[-1]:,} pairs of rows share an object within {windows_s[-1]:g} s; the limit is {limit:,}",
        hint=f"{shorter}, scan fewer days at a time, leave out the most common objects, or raise the limit",
    )


def shuffled_bytes(rows: int, row_pairs: int, *, groups: int) -> int:
    """Most bytes that counting one layer moves between the parts of an engine, before compression: each row once to its
    object (object, account, time: 24), then, with the number of its part (28), to at most `groups` parts and to no more
    than it has neighbours."""
    return rows * 24 + min(rows * groups, 2 * row_pairs) * 28

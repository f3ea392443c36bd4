"""Draws as Arlo makes them, so that a published one can be checked without Arlo or an old NumPy."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from tocsin.assure.audit.draw.consistent import Ticket, first_ticket, next_ticket, shortened, tickets
from tocsin.errors import UsageError

DIGITS = 18
Key = tuple[str, str]  # jurisdiction, batch


def arlo_ballots(
    seed: str,
    manifest: Mapping[Hashable, Sequence[int]],
    n: int,
    *,
    drawn: int = 0,
    replacement: bool = True,
) -> list[Ticket]:
    """Draws number `drawn` + 1 to `drawn` + `n` of the ballots of a manifest, which gives positions by batch.

    Consistent sampling of the pairs (batch, position), by their Python text, with tickets of 18 digits.
    """
    ballots = ((batch, position) for batch, positions in manifest.items() for position in positions)
    return tickets(seed, ballots, drawn + n, replacement=replacement, digits=DIGITS)[drawn:]


def arlo_batches(seed: str, bounds: Mapping[Key, float], n: int, drawn: Sequence[Key] = ()) -> list[tuple[str, Key]]:
    """`n` more batches after `drawn`, each a ticket and the batch (jurisdiction, name), in proportion to `bounds`.

    `bounds` are the greatest possible errors of the batches as fractions of the margin (MACRO's u), in the order of the
    file. Batches are picked by doubles of NumPy's PCG64, seeded with SHA-256 of the seed; all that are left are taken,
    by name, where the draws would be as many as the batches. Tickets hash the key's text as NumPy 1 printed it.
    """
    total = sum(bounds.values())
    if not total:
        return []
    if not seed:
        raise UsageError("the seed of a draw is empty", hint="roll the dice first and give all their digits")
    if len(drawn) + n >= len(bounds):
        keys = [*drawn, *sorted(set(bounds) - set(drawn))]
    else:
        order = list(bounds)
        ends = np.cumsum([bound / total for bound in bounds.values()])
        picks = np.searchsorted(ends / ends[-1], _doubles(seed, len(drawn) + n), side="right")
        keys = [order[k] for k in picks]
    return _ticketed(seed, keys)[len(drawn) :]


def _doubles(seed: str, n: int) -> npt.NDArray[np.float64]:
    """Doubles in [0, 1) from the raw stream, whose bits NumPy promises to keep; those of `Generator` it does not."""
    raw = np.random.PCG64(int(sha256(seed.encode()).hexdigest(), 16)).random_raw(n)
    return np.asarray((raw >> np.uint64(11)) * 2.0**-53, np.float64)


def _ticketed(seed: str, keys: Sequence[Key]) -> list[tuple[str, Key]]:
    last: dict[Key, str] = {}
    ticketed = []
    for key in keys:
        full = next_ticket(last[key]) if key in last else first_ticket(seed, key)
        last[key] = shortened(full, DIGITS)  # Arlo goes on from the shortened ticket
        ticketed.append((last[key], key))
    return ticketed

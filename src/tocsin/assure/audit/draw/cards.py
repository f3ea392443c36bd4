"""Tocsin's own draw of ballot cards: SHA-256 tickets and consistent sampling, so that rounds extend one another and
several contests share one sample.

A card's ticket is SHA-256, in hexadecimal, of the text "seed,jurisdiction,tabulator,batch,position" (or "seed,id");
cards are drawn by rising ticket. With replacement a drawn card gets a new ticket between its last one, T, and 2^256:
T + 1 + ((2^256 - 1 - T) * SHA-256(text,g) >> 256) for its draw number g = 2, 3, ... (Rivest 2018, in whole numbers).
The page docs/methods/audit-alpha.md has a recipe of 30 lines that needs Python's standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from heapq import heapify, heapreplace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.errors import InputError, UsageError

TOP = 1 << 256
HEAD = 8  # bytes of a ticket that nearly always settle the order
PLACE = ("jurisdiction", "tabulator", "batch")
Row: TypeAlias = tuple[bytes, int, int]  # ticket, card, how many times it has been drawn by now


class _Cards:
    """The cards of a manifest, or ids, numbered from 0 in their order, and the text of each."""

    def __init__(self, seed: str, cards: pa.Table | Sequence[str]) -> None:
        self.places: list[tuple[str, ...]] = []
        if isinstance(cards, pa.Table):
            self.places = list(zip(*(cards[name].to_pylist() for name in PLACE), strict=True))
            counts = cards["cards"].to_pylist()
            self.heads = [f"{','.join((seed, *place))},".encode() for place in self.places]
        else:
            counts = [1] * len(cards)
            self.heads = [f"{seed},{card}".encode() for card in cards]
        if len(set(self.heads)) < len(self.heads):
            raise InputError(
                "two containers or cards of the draw have the same name",
                hint="give each its own; parts of a name that are joined by commas must not read alike",
            )
        self.ids = cards
        self.ends = np.cumsum([0, *counts])
        self.number = int(self.ends[-1])

    def text(self, card: int) -> bytes:
        """What is hashed for the card's first ticket."""
        row = int(np.searchsorted(self.ends, card, side="right")) - 1
        return self.heads[row] + (b"%d" % (card - self.ends[row] + 1) if self.places else b"")

    def leading(self) -> npt.NDArray[np.uint64]:
        """The first 64 bits of every card's ticket."""
        if not self.places:
            found = b"".join([sha256(head).digest()[:HEAD] for head in self.heads])
        else:
            most = int(np.diff(self.ends).max(initial=0))
            tails = [b"%d" % position for position in range(1, most + 1)]
            sizes = np.diff(self.ends).tolist()
            found = b"".join(
                [
                    sha256(head + tail).digest()[:HEAD]
                    for head, size in zip(self.heads, sizes, strict=True)
                    for tail in tails[:size]
                ]
            )
        return np.frombuffer(found, ">u8").astype(np.uint64)

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """The draws as a table: number of the draw, ticket, times drawn, and where the card is."""
        columns: dict[str, Any] = {
            "draw": pa.array(range(1, len(rows) + 1), pa.int64()),
            "ticket": pa.array([ticket.hex() for ticket, _, _ in rows], pa.string()),
            "generation": pa.array([generation for _, _, generation in rows], pa.int64()),
        }
        if not self.places:
            return pa.table(columns | {"id": pa.array([self.ids[card] for _, card, _ in rows], pa.string())})
        found = [int(np.searchsorted(self.ends, card, side="right")) - 1 for _, card, _ in rows]
        for k, name in enumerate(PLACE):
            columns[name] = pa.array([self.places[row][k] for row in found], pa.string())
        positions = [card - int(self.ends[row]) + 1 for row, (_, card, _) in zip(found, rows, strict=True)]
        return pa.table(columns | {"position": pa.array(positions, pa.int64())})


def sample(
    seed: str,
    cards: pa.Table | Sequence[str],
    n: int | Mapping[str, int],
    contests: Mapping[str, npt.NDArray[np.bool_]] | None = None,
    *,
    replacement: bool = False,
) -> pa.Table:
    """Draw `n` cards (fewer without replacement where there are fewer) of a manifest, or of a list of ids.

    `cards` is a table MANIFEST, whose cards count from the first container on, or unique ids. With `contests` (which
    cards hold each contest, by number of card) `n` says how many cards each contest needs: the draw is the union of
    the first n[contest] cards that hold it, so a contest's own sample is the first of the draw that hold it, in order
    (card-style data: Glazer, Spertus, Stark 2021). The first rows of a greater draw are those of a smaller one; that
    holds for the sample of each contest too.

    Returns draw (from 1), ticket (64 hexadecimal digits), generation (how many times the card has been drawn by now),
    and jurisdiction, tabulator, batch, position; or id. Raises UsageError on an empty seed, InputError where two
    containers or ids have one name.
    """
    if not seed:
        raise UsageError("the seed of a draw is empty", hint="roll the dice first and give all their digits")
    if isinstance(n, int) != (contests is None) or (contests and replacement):
        raise UsageError(
            "a draw for several contests takes a number of cards for each, and no replacement",
            hint="give `n` by contest, or one `n` and no contests",
        )
    known = _Cards(seed, cards)
    leading = known.leading()
    if isinstance(n, int):
        rows = _first(known, leading, np.arange(known.number), n)
        return known.table(_redrawn(known, rows, n) if replacement else rows)
    among = {name: np.flatnonzero(holds) for name, holds in (contests or {}).items()}
    return known.table(sorted({row for name in among for row in _first(known, leading, among[name], n[name])}))


def _first(known: _Cards, leading: npt.NDArray[np.uint64], among: npt.NDArray[np.int64], n: int) -> list[Row]:
    """The `n` cards with the smallest tickets, by whole tickets."""
    heads = leading[among]
    if 0 < n < len(heads):
        among = among[heads <= np.partition(heads, n - 1)[n - 1]]
    rows = sorted((sha256(known.text(int(card))).digest(), int(card), 1) for card in among)
    return rows[:n]


def _redrawn(known: _Cards, heap: list[Row], n: int) -> list[Row]:
    """`n` draws with replacement; they are all below the ticket of any card that is not among the n first."""
    heapify(heap)
    drawn: list[Row] = []
    while heap and len(drawn) < n:
        ticket, card, generation = heap[0]
        number = int.from_bytes(sha256(known.text(card) + b",%d" % (generation + 1)).digest(), "big")
        old = int.from_bytes(ticket, "big")
        new = old + 1 + ((TOP - 1 - old) * number >> 256)
        drawn.append(heapreplace(heap, (new.to_bytes(32, "big"), card, generation + 1)))
    return drawn

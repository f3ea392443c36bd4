"""Consistent sampling (Rivest, Consistent Sampling with Replacement, arXiv 1808.10016).

Every item gets a ticket, a pseudo-random number between 0 and 1 that depends on the seed and the item alone; items are
drawn by rising ticket. With replacement a drawn item gets a new ticket, uniform between its last one and 1.
Tickets are decimal texts, so that they have all digits: the same as of the library consistent_sampler 1.0.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from hashlib import sha256
from heapq import heapify, heapreplace
from typing import NamedTuple

import numpy as np

from tocsin.errors import UsageError

PLACES = 1000
#: The first three digits of a ticket, from the last three of its number.
LEADING = [int(f"{number:03d}"[::-1]) for number in range(PLACES)]


class Ticket(NamedTuple):
    """One draw: the ticket's decimal digits "0.ddd...", the item, and how many times it has been drawn by now."""

    number: str
    id: Hashable
    generation: int


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest(), "big")


def _decimal(number: int) -> str:
    """A number's decimal digits, the last one first: the last ones are the unbiased ones."""
    return f"{number:064d}"[::-1]


def first_ticket(seed: str, item: Hashable) -> str:
    """The first ticket of an item: digits of SHA-256 of the seed's SHA-256 in hexadecimal and the item's text."""
    return "0." + _decimal(_number(sha256(seed.encode()).hexdigest() + str(item)))


def _nines(number: str) -> int:
    """Where the row of nines after the point ends."""
    return len(number) - len(number[2:].lstrip("9"))


def next_ticket(number: str) -> str:
    """A ticket uniform between `number` and 1: the nines stay, new digits follow until the result is greater."""
    k, head = 1, number[: _nines(number)]
    while (after := head + _decimal(_number(f"{number}:{k}"))) <= number:
        k += 1
    return after


def shortened(number: str, digits: int) -> str:
    """The ticket cut after `digits` digits behind its row of nines."""
    return number[: _nines(number) + digits]


def tickets(
    seed: str, ids: Iterable[Hashable], n: int, *, replacement: bool = False, digits: int | None = None
) -> list[Ticket]:
    """The first `n` draws of items (fewer without replacement where there are fewer), by rising ticket.

    An item stands for its text (`str`). `digits` shortens the tickets that are returned. Raises UsageError where two
    items are the same or the seed is empty.
    """
    items = list(ids)
    if not seed or len(set(items)) < len(items):
        fault = "the seed is empty" if not seed else "two items have the same id"
        raise UsageError(f"nothing can be drawn: {fault}", hint="give a seed, and every item once")
    heap = _first(sha256(seed.encode()).hexdigest(), items, n)
    if replacement:
        heap = _redrawn(heap, n)
    return [
        Ticket(number if digits is None else shortened(number, digits), items[k], generation)
        for number, k, generation in heap
    ]


def _first(head: str, items: list[Hashable], n: int) -> list[tuple[str, int, int]]:
    """The first tickets of the `n` items drawn first: ticket, place in the list, generation. With replacement too no
    other item can be among `n` draws, for its ticket is greater than those of all these."""
    numbers = [_number(head + str(item)) for item in items]
    leading = np.array([LEADING[number % PLACES] for number in numbers], np.int64)
    near = list(range(len(items)))
    if 0 < n < len(items):
        near = np.flatnonzero(leading <= np.partition(leading, n - 1)[n - 1]).tolist()
    return sorted(("0." + _decimal(numbers[k]), k, 1) for k in near)[:n]


def _redrawn(heap: list[tuple[str, int, int]], n: int) -> list[tuple[str, int, int]]:
    heapify(heap)
    drawn: list[tuple[str, int, int]] = []
    while heap and len(drawn) < n:
        number, k, generation = heap[0]
        drawn.append(heapreplace(heap, (next_ticket(number), k, generation + 1)))
    return drawn

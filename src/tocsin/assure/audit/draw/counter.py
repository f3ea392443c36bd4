"""Draws from a counter: number k of the draw is decided by SHA-256 of "seed,k"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate, count, islice
from math import lcm

from tocsin.errors import UsageError


def numbers(seed: str) -> Iterator[int]:
    """The 256-bit numbers SHA-256("seed,1"), SHA-256("seed,2"), ... of a seed, without end."""
    if not seed:
        raise UsageError("the seed of a draw is empty", hint="roll the dice first and give all their digits")
    start = sha256(f"{seed},".encode())
    for k in count(1):
        one = start.copy()
        one.update(b"%d" % k)
        yield int.from_bytes(one.digest(), "big")


def corla(seed: str, minimum: int, maximum: int, n: int, replacement: bool) -> list[int]:
    """`n` whole numbers from `minimum` to `maximum`, both included, in the order drawn, as ColoradoRLA draws them.

    Pick k is minimum + SHA-256("seed,k") mod (maximum - minimum + 1); without replacement a number that was drawn
    before is passed over (ColoradoRLA, PseudoRandomNumberGenerator). Raises UsageError where there are too few numbers.
    """
    span = maximum - minimum + 1
    if span < 1 or (n > span and not replacement):
        raise UsageError(
            f"{n} different numbers cannot be drawn from {minimum} to {maximum}",
            hint="draw fewer, or with replacement",
        )
    picks: Iterator[int] = (minimum + number % span for number in numbers(seed))
    return list(islice(picks if replacement else _distinct(picks), n))


def _distinct(picks: Iterator[int]) -> Iterator[int]:
    seen: set[int] = set()
    for pick in picks:
        if pick not in seen:
            seen.add(pick)
            yield pick


def weighted(seed: str, weights: Mapping[str, int | Fraction], n: int) -> list[str]:
    """`n` keys with replacement, each drawn in proportion to its weight, in the order drawn; none if all weigh nothing.

    Weights are exact, not negative, and taken in the order given: with W their sum, pick k is the first key at which
    the running sum exceeds SHA-256("seed,k") / 2^256 * W. For batches the weight is the bound on their error
    (PPEB: Aslam, Popa, Rivest 2008; Stark 2008), which makes the draw the one that MACRO expects.
    """
    exact = [Fraction(weight) for weight in weights.values()]
    if any(weight < 0 for weight in exact):
        raise UsageError("a weight of a draw is negative", hint="give bounds of errors, which are 0 or more")
    unit = lcm(*(weight.denominator for weight in exact))
    ends = list(accumulate(int(weight * unit) for weight in exact))
    if not ends or not ends[-1]:
        return []
    keys = list(weights)
    return [keys[bisect_right(ends, number * ends[-1] >> 256)] for number in islice(numbers(seed), n)]

"""The generator of cryptorandom (Stark and others): SHA-256 of the seed, a comma, and a growing row of zero bytes."""

from __future__ import annotations

from hashlib import sha256

from tocsin.errors import UsageError

HASH_BITS = 256


class Cryptorandom:
    """A stream of random numbers that equals cryptorandom 0.4's of the same seed.

    Number k (from 0) is SHA-256 of the text "seed," followed by k bytes of zero, as a whole number of 256 bits.
    """

    def __init__(self, seed: int | str) -> None:
        self._hash = sha256(f"{seed},".encode())
        self._bits = 0
        self._left = 0  # how many bits of a number are not used up

    def _next(self) -> int:
        number = int.from_bytes(self._hash.digest(), "big")
        self._hash.update(b"\x00")
        return number

    def random(self) -> float:
        """The next number divided by 2^256, as the nearest double."""
        return self._next() * 2.0**-HASH_BITS

    def _take(self, bits: int) -> int:
        while bits > self._left:
            self._bits |= self._next() << self._left
            self._left += HASH_BITS
        value = self._bits & ((1 << bits) - 1)
        self._bits >>= bits
        self._left -= bits
        return value

    def randint(self, low: int, high: int) -> int:
        """A whole number from `low` up to but without `high`: low bits are taken until they are below the range."""
        if high <= low:
            raise UsageError(f"no whole number is from {low} to below {high}", hint="give a greater upper end")
        bits = (high - low - 1).bit_length()
        while (value := self._take(bits)) >= high - low:
            pass
        return low + value

    def sample(self, total: int, n: int, replacement: bool = False) -> list[int]:
        """`n` of the numbers 1 to `total` in the order drawn, by index (the method `sample_by_index`).

        Without replacement the last number that is left takes the place of the one drawn (Fisher-Yates).
        """
        if replacement:
            return [self.randint(1, total + 1) for _ in range(n)]
        if n > total:
            raise UsageError(f"{n} different numbers cannot be drawn from {total}", hint="draw fewer")
        moved: dict[int, int] = {}  # place to the number that stands there, where it is not its own
        drawn = []
        for last in range(total, total - n, -1):
            place = self.randint(1, last + 1)
            drawn.append(moved.get(place, place))
            moved[place] = moved.get(last, last)
        return drawn

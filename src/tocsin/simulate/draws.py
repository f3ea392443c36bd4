"""Random draws that depend on a key and not on order, so that a row reads the same whichever batch renders it.

The generator is SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"), used as a
counter-based hash: `bits(key, salt)` is the same on every platform and for every way of cutting the work.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def bits(keys: Keys, salt: int) -> Keys:
    """64 mixed bits for each key (shape n) under a salt that names what is drawn."""
    z = keys + np.uint64((salt + 1) * _GOLDEN & _MASK)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def uniform(keys: Keys, salt: int) -> Floats:
    """A number in [0, 1) for each key."""
    return (bits(keys, salt) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pick(keys: Keys, salt: int, choices: Ints | int) -> Ints:
    """A whole number in [0, choices) for each key; `choices` may differ by row."""
    return (uniform(keys, salt) * choices).astype(np.int64)


def keys_of(numbers: Ints, seed: int) -> Keys:
    """Keys for the given numbers (row, account or article indices) under a seed."""
    return bits(numbers.astype(np.uint64), seed % (1 << 32))

"""How many shares lie near whole percentages, and how many do by chance.

Kobak, Shpilkin and Pshenichnikov (2016), Integer percentages as electoral falsification fingerprints, Annals of Applied
Statistics 10(1): each station's count is drawn again from the binomial of its own share. They count in such draws; here
each station's probability is summed from the binomial itself, so that the null has no noise and takes no draws. Shares
of 0 and 100 percent are no hits: small and closed stations have them without anybody choosing a percentage.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]
HALF = 0.05  # percentage points on either side
_ROUNDING = 1e-9
_STEEPEST, _HALVINGS = 20.0, 30
_DEVIATIONS = 7.0  # beyond which a binomial's probability is left out


def hits(part: npt.ArrayLike, whole: npt.ArrayLike, *, half: float = HALF, shift: float = 0.0) -> Numbers:
    """Whether 100 part/whole is within `half` points of n + `shift` for an n from 1 to 99; whole > 0."""
    share: Floats = 100 * np.asarray(part, float) / np.asarray(whole, float) - shift
    near: Floats = np.round(share)
    found: Numbers = (np.abs(share - near) <= half + _ROUNDING) & (near >= 1) & (near <= 99)
    return found


def probabilities(part: npt.ArrayLike, whole: npt.ArrayLike, *, half: float = HALF, shift: float = 0.0) -> Floats:
    """P(hit) of each station when its count is drawn from the binomial of `whole` and part/whole; whole > 0."""
    from scipy.special import gammaln

    n = np.asarray(whole).astype(np.int64)
    share = np.asarray(part, float) / n
    out = np.zeros(n.size)
    factorial = gammaln(np.arange(int(n.max(initial=0)) + 1) + 1.0)
    mixed = (share > 0) & (share < 1)  # of the others every draw is the same, and no hit
    yes, no = np.log(np.where(mixed, share, 0.5)), np.log(np.where(mixed, 1 - share, 0.5))
    reach = _DEVIATIONS * 100 * np.sqrt(share * (1 - share) / n) + half
    for percent in range(1, 100):
        at = np.flatnonzero((np.abs(percent + shift - 100 * share) <= reach) & mixed)
        count = np.ceil((percent + shift - half) * n[at] / 100 - _ROUNDING).astype(np.int64)
        last = np.floor((percent + shift + half) * n[at] / 100 + _ROUNDING).astype(np.int64)
        while (left := count <= np.minimum(last, n[at])).any():
            at, count, last = at[left], count[left], last[left]
            ways = factorial[n[at]] - factorial[count] - factorial[n[at] - count]
            out[at] += np.exp(ways + count * yes[at] + (n[at] - count) * no[at])
            count = count + 1
    return np.minimum(out, 1.0)


def deviation(count: int, p: npt.ArrayLike) -> float:
    """(count - expected) in standard deviations of a sum of Bernoullis with probabilities `p`; 0 where none varies."""
    chances = np.sort(np.asarray(p, float))  # in order, so that no order of stations shows in the last digits
    spread = float(np.sqrt((chances * (1 - chances)).sum()))
    return (count - float(chances.sum())) / spread if spread > 0 else 0.0


def chernoff(count: int, p: npt.ArrayLike) -> float:
    """Bound on P(S >= count) for a sum S of independent Bernoullis with probabilities `p` (Chernoff 1952): the least
    of E[exp(t S)] exp(-t count) over t >= 0. Never below the probability itself."""
    chances = np.sort(np.asarray(p, float))
    if count <= chances.sum():
        return 1.0
    if count > np.count_nonzero(chances):
        return 0.0
    low, high = 0.0, _STEEPEST
    for _ in range(_HALVINGS):  # to where the tilted mean is the count; the bound holds at whatever t this ends
        t = (low + high) / 2
        tilted = chances * np.exp(t) / (1 + chances * np.expm1(t))
        low, high = (t, high) if tilted.sum() < count else (low, t)
    return float(np.exp(min(np.log1p(chances * np.expm1(t)).sum() - t * count, 0.0)))

"""Test martingales for the mean of a finite population, in log space: one step for all betting strategies.

Values are in [0, u]; the null hypothesis is that the mean of all is at most t. Before draw j the null leaves
m = (N t - S) / (N - j + 1) as the mean of what is left (t with replacement, N infinite). A strategy names eta in
[m, u], from earlier draws alone; the martingale is multiplied by (x eta / m + (u - x)(u - eta) / (u - m)) / u.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

FIXED, CONSTANT, SHRINK, BET, AGRAPA = range(5)
NEAR = 1e-11  # of N u: a sum this close to its bound is at it; doubles summed with compensation err far less
CLOSE = 1e-6  # of N u: no bet on what is left where it is that close to all 0 or all u, for m would lose its digits
NOTHING = 1e-12  # a factor that is 0 but for rounding

# What is remembered: the sum of the draws and its compensation, their mean and sum of squared deviations, the last null
# mean, the martingale's logarithm and its compensation.
SUM, LOST, MEAN, SQUARES, LAST, LEVEL, CARRY, SIZE = range(8)


@njit(cache=True, nogil=True)
def _agrapa(rule: Any, memory: Any, j: int, m: float) -> float:
    """Bet that approximately maximises the growth rate, with what was known before draw j (Waudby-Smith, Ramdas)."""
    bet = rule[1]
    if j > 1:
        above = memory[MEAN] - memory[LAST]
        spread = memory[SQUARES] / (j - 1) + above * above
        bet = above / spread if spread > 0 else 0.0
    cap = rule[2] + (rule[3] - rule[2]) * (1 - 1 / (1 + rule[4] * math.sqrt(j - 1)))
    return float(max(0.0, min(cap / m, bet)))


@njit(cache=True, nogil=True)
def _shrunk(rule: Any, memory: Any, j: int, m: float, u: float) -> float:
    """The sample mean shrunk towards rule[1], then towards u, kept above m (Stark 2023, shrink-truncate)."""
    weight = rule[2] + j - 1
    deviation = max(rule[5], math.sqrt(memory[SQUARES] / (j - 1))) if j > 2 else 1.0
    pull = rule[4] / deviation
    mean = ((rule[2] * rule[1] + memory[SUM]) / weight + u * pull) / (1 + pull)
    return float(min(u, max(mean, m + rule[3] / math.sqrt(weight))))


@njit(cache=True, nogil=True)
def _eta(rule: Any, memory: Any, j: int, m: float, total: float, u: float) -> float:
    kind = int(rule[0])
    if kind == FIXED:
        eta = rule[1] if math.isinf(total) else (total * rule[1] - memory[SUM]) / (total - j + 1)
    elif kind == CONSTANT:
        eta = rule[1]
    elif kind == SHRINK:
        eta = _shrunk(rule, memory, j, m, u)
    else:
        bet = rule[1] if kind == BET else _agrapa(rule, memory, j, m)
        eta = m * (1 + bet * (u - m))
    return float(min(u, max(m, eta)))


@njit(cache=True, nogil=True)
def _factor(x: float, rule: Any, memory: Any, j: int, total: float, t: float, u: float) -> float:
    """What the martingale is multiplied by at draw j."""
    m = t
    if not math.isinf(total):
        rest, left = total * t - memory[SUM], total - j + 1
        if rest > u * left + NEAR * total * u:
            return 0.0  # the mean is below t, whatever is left
        close = CLOSE * total * u
        if rest <= close or rest >= u * left - close:
            return 1.0  # nothing to bet on: under the null all that is left is 0, or u, or nearly
        m = rest / left
    eta = _eta(rule, memory, j, m, total, u)
    memory[LAST] = m
    factor = (x * eta / m + (u - x) * (u - eta) / (u - m)) / u
    return factor if factor > NOTHING else 0.0


@njit(cache=True, nogil=True)
def _remember(x: float, memory: Any, j: int) -> None:
    before = memory[MEAN]
    memory[MEAN] = before + (x - before) / j
    memory[SQUARES] += (x - before) * (x - memory[MEAN])
    term = x - memory[LOST]
    whole = memory[SUM] + term
    memory[LOST] = (whole - memory[SUM]) - term
    memory[SUM] = whole


@njit(cache=True, nogil=True)
def _step(x: float, rule: Any, memory: Any, j: int, total: float, t: float, u: float) -> None:
    """Draw j: change the martingale's logarithm in `memory`; infinite once the null has become impossible."""
    factor = _factor(x, rule, memory, j, total, t, u)
    _remember(x, memory, j)
    if memory[LEVEL] == math.inf or memory[SUM] - total * t > NEAR * total * u:
        memory[LEVEL] = math.inf
    elif factor == 0:
        memory[LEVEL] = -math.inf
    elif memory[LEVEL] > -math.inf:
        term = math.log(factor) - memory[CARRY]
        whole = memory[LEVEL] + term
        memory[CARRY] = (whole - memory[LEVEL]) - term
        memory[LEVEL] = whole


@njit(cache=True, nogil=True)
def log_history(x: Any, rule: Any, total: float, t: float, u: float) -> Any:
    """Natural log of the martingale after each draw of `x`."""
    out = np.empty(len(x))
    memory = np.zeros(SIZE)
    for i in range(len(x)):
        _step(x[i], rule, memory, i + 1, total, t, u)
        out[i] = memory[LEVEL]
    return out


@njit(cache=True, nogil=True)
def _next(state: Any) -> Any:
    """SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine and release."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def _pick(counts: Any, left: float, state: Any) -> int:
    """A kind of value, drawn in proportion to how many of it are left."""
    place = (_next(state) >> np.uint64(11)) * 2.0**-53 * left
    kind = 0
    while kind < len(counts) - 1 and place >= counts[kind]:
        place -= counts[kind]
        kind += 1
    return kind


@njit(cache=True, nogil=True)
def stopping_draws(
    seen: Any,
    values: Any,
    counts: Any,
    rule: Any,
    replacement: bool,
    t: float,
    u: float,
    stop: float,
    end: int,
    runs: int,
    seed: int,
) -> Any:
    """For each simulated audit the draw at which the log martingale reaches `stop`, 0 where it does not by draw `end`.

    What was `seen` comes first; then draws from a population with so many (`counts`) of each of `values` left.
    """
    out = np.zeros(runs, np.int64)
    state = np.array([seed], np.uint64)
    rest, known = counts.sum(), len(seen)
    total = math.inf if replacement else float(rest + known)
    start = np.zeros(SIZE)
    for i in range(known):
        _step(seen[i], rule, start, i + 1, total, t, u)
    for run in range(runs):
        left = counts.astype(np.float64)
        memory = start.copy()
        for j in range(known + 1, end + 1):
            kind = _pick(left, rest if replacement else total - j + 1, state)
            if not replacement:
                left[kind] -= 1
            _step(values[kind], rule, memory, j, total, t, u)
            if memory[LEVEL] >= stop:
                out[run] = j
                break
            if memory[LEVEL] == -math.inf:
                break
    return out

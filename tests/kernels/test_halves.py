"""Halves of a network, and networks of the same degrees."""

import numpy as np
import pytest
from scipy import sparse

from tocsin.detect.fabrication.divided import divided
from tocsin.kernels.halves import cut_weight, halves, swapped

pytestmark = pytest.mark.slow  # the kernels take seconds to compile


def camps(seed, size=300, inside=1500, between=60):
    """Ties of two camps that hardly meet, each pair once; nodes in no order."""
    rng = np.random.default_rng(seed)
    name = rng.permutation(2 * size)
    first = [rng.integers(0, size, (inside, 2)) + side * size for side in (0, 1)]
    across = np.stack((rng.integers(0, size, between), rng.integers(size, 2 * size, between)), axis=1)
    pairs = np.unique(np.sort(name[np.concatenate([*first, across])], axis=1), axis=0)
    return *pairs[pairs[:, 0] != pairs[:, 1]].T, name


def matrix(a, b):
    ties = sparse.coo_matrix((np.ones(a.size), (a, b)), (600, 600)).tocsr()
    return ties + ties.T


def test_two_camps_are_told_apart():
    a, b, name = camps(1)
    half = halves(matrix(a, b))
    side = np.empty(600, int)
    side[name] = np.arange(600) >= 300
    agree = (half == side).mean()
    assert max(agree, 1 - agree) > 0.98
    assert abs(half.mean() - 0.5) < 0.05
    assert cut_weight(matrix(a, b), half) == (half[a] != half[b]).sum() <= 65


def test_swaps_keep_degrees_and_make_no_loop_and_no_double_tie():
    a, b, _ = camps(2)
    c, d = a.copy(), b.copy()
    drawn = np.random.default_rng(1).integers(0, a.size, (10 * a.size, 3))
    drawn[:, 2] &= 1
    swapped(c, d, drawn)
    assert (np.bincount(np.r_[a, b]) == np.bincount(np.r_[c, d])).all()
    assert (c != d).all()
    before, after = (set(map(tuple, np.sort(np.stack(pair, 1), axis=1).tolist())) for pair in ((a, b), (c, d)))
    assert len(after) == a.size
    assert len(before & after) < 0.1 * a.size


def test_camps_stand_out_from_their_degrees_and_a_crowd_does_not():
    found = divided(*camps(3)[:2], draws=9)
    assert found.score > found.null_high + 0.3
    assert found.p == 0.1
    crowd = np.unique(np.sort(np.random.default_rng(4).integers(0, 400, (2000, 2)), axis=1), axis=0)
    crowd = crowd[crowd[:, 0] != crowd[:, 1]]
    plain = divided(*crowd.T, draws=19)
    assert abs(plain.score - plain.null_mean) < 0.1
    assert divided(crowd[:5, 0], crowd[:5, 1]).draws == 0

"""Look-up among hashes against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.hamming_index import build, search


def changed(rng, hashes, most):
    made = hashes.copy()
    for row in made:
        for bit in rng.choice(64 * made.shape[1], rng.integers(0, most + 1), replace=False):
            row[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return made


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(1, 0), (1, 10), (2, 15), (4, 31), (4, 3)]))
def test_all_within_the_radius_and_no_others_are_found(seed, plan):
    words, radius = plan
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, (200, words), np.uint64)
    hashes[50:60] = hashes[0]  # equal ones are all found
    queries = changed(rng, hashes[rng.integers(0, 200, 40)], radius + 3)
    apart = np.bitwise_count(queries[:, None] ^ hashes[None]).sum(-1)
    wanted = {(q, r, apart[q, r]) for q, r in np.argwhere(apart <= radius).tolist()}
    found = search(build(hashes), queries, radius)
    got = list(zip(*(part.tolist() for part in found), strict=True))
    assert set(got) == wanted
    assert len(got) == len(wanted)
    assert got == sorted(got, key=lambda hit: (hit[0], hit[2], hit[1]))


def test_nothing_is_found_in_nothing_and_wrong_shapes_are_refused():
    empty = build(np.empty((0, 4), np.uint64))
    assert search(empty, np.ones((2, 4), np.uint64), 31).row.size == 0
    with pytest.raises(ValueError, match="uint64 of shape"):
        search(empty, np.ones((2, 2), np.uint64), 31)
    with pytest.raises(ValueError, match="uint64 of shape"):
        build(np.ones((2, 4)))

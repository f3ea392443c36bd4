"""Hamming search against brute force."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.hamming import hamming_clusters, hamming_pairs, parse_hashes


def planted(words, seed, bases=40, flips=12):
    """Random hashes, each with copies that have up to `flips` bits changed; some copies equal."""
    rng = np.random.default_rng(seed)
    rows = []
    for base in rng.integers(0, 2**64, (bases, words), np.uint64):
        rows += [base, base]
        for count in rng.integers(0, flips, 4):
            copy = base.copy()
            for bit in rng.choice(64 * words, count, replace=False):
                copy[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
            rows.append(copy)
    return rng.permutation(np.array(rows))


def distances(hashes):
    return np.bitwise_count(hashes[:, None] ^ hashes[None]).sum(-1).astype(int)


def first_rows(hashes):
    keys = [row.tobytes() for row in hashes]
    return [keys.index(key) for key in keys]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(1, 0), (1, 1), (1, 5), (1, 10), (1, 13), (2, 20), (4, 31), (4, 15)]))
def test_pairs_are_brute_force(seed, plan):
    words, radius = plan
    hashes = planted(words, seed, flips=2 + radius)
    gaps = distances(hashes)
    rows = sorted(set(first_rows(hashes)))
    expected = {(i, j): gaps[i, j] for i in rows for j in rows if i < j and gaps[i, j] <= radius}
    got = hamming_pairs(hashes, radius)
    assert dict(zip(zip(got.i.tolist(), got.j.tolist(), strict=True), got.distance.tolist(), strict=True)) == expected
    assert got.i.size == len(expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(1, 10), (4, 31)]))
def test_clusters_are_led_by_the_nearest_first_member(seed, plan):
    words, radius = plan
    hashes = planted(words, seed, flips=radius + 4)
    gaps, same, first = distances(hashes), first_rows(hashes), []
    for row in range(len(hashes)):
        leaders = [k for k in range(row) if first[k] == k and gaps[k, row] <= radius]
        first.append(
            first[same[row]] if same[row] < row else min(leaders, key=lambda k: (gaps[k, row], k), default=row)
        )
    got = hamming_clusters(hashes, radius)
    assert got.first.tolist() == first
    assert got.distance.tolist() == [gaps[row, leader] for row, leader in enumerate(first)]


def test_a_picture_posted_often_is_not_quadratic():
    rng = np.random.default_rng(2)
    bits = np.uint64(1) << rng.integers(0, 64, (20_000, 4)).astype(np.uint64)
    hashes = (np.uint64(0x0123456789ABCDEF) ^ np.bitwise_or.reduce(bits, axis=1))[:, None]
    hashes[0] = 0x0123456789ABCDEF
    got = hamming_clusters(hashes, 10)
    assert (got.first == 0).all()
    assert got.candidates <= 4 * len(hashes)


def test_parse():
    texts = [
        "00000000000000ff",
        "FFFFFFFFFFFFFFFF",
        "0123456789abcdef",
        None,
        "",
        "00ff",
        "0123456789abcdeg",
        "0x23456789abcdef",
    ]
    got = parse_hashes(pa.array([*texts, "é" * 8, "00000000000000:f", "00000000000000@f"]), 64)
    assert got.rows.tolist() == [0, 1, 2]
    assert got.hashes.tolist() == [[0xFF], [2**64 - 1], [0x0123456789ABCDEF]]
    assert got.malformed.tolist() == list(range(3, 11))
    pdq = parse_hashes(pa.array([f"{1:016x}{2:016x}{3:016x}{4:016x}"]), 256)
    assert pdq.hashes.tolist() == [[1, 2, 3, 4]]


def test_wrong_calls():
    with pytest.raises(ValueError, match="64"):
        parse_hashes(pa.array(["ff"]), 8)
    with pytest.raises(ValueError, match="shape"):
        hamming_pairs(np.zeros(3, np.uint64), 1)
    with pytest.raises(ValueError, match="radius"):
        hamming_pairs(np.zeros((3, 1), np.uint64), 65)


def test_nothing():
    empty = np.zeros((0, 1), np.uint64)
    assert hamming_pairs(empty, 10).i.size == hamming_clusters(empty, 10).first.size == 0
    assert parse_hashes(pa.array([], pa.string()), 64).hashes.shape == (0, 1)
    assert hamming_clusters(np.zeros((3, 4), np.uint64), 31).first.tolist() == [0, 0, 0]

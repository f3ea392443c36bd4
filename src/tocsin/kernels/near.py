"""Near-identical texts: pairs and clusters of token sets by Jaccard similarity.

One join serves both modes. Each set gets a few keys; sets that share a key are candidates; every candidate is checked
exactly. The modes differ in the keys alone:

- exact: the rarest tokens of the set, as many as two similar sets must have one of in common (prefix filter; Chaudhuri,
  Ganti and Kaushik 2006; with the positional filter of PPJoin, Xiao et al. 2008). No pair is missed.
- with a stated recall below 1: MinHash bands (Broder 1997; Leskovec, Rajaraman and Ullman, ch. 3). A pair of similarity
  s shares a key with probability 1 - (1 - s^rows)^bands.

Candidates pass the positional filter, which holds the one by length, and a 64-bit signature (each token sets one bit:
sets that differ in d tokens differ in at most d bits) before their tokens are compared.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tocsin.kernels.pairs import grown, popcount, sort_few
from tocsin.kernels.utf8 import Hashes, Ints, Longs

_BANDS_MAX = 40
_BITS_MAX = 22  # of a hash, that name its bucket


class Bands(NamedTuple):
    """A plan for MinHash: so many bands of so many rows each."""

    bands: int
    rows: int

    def recall(self, similarity: float) -> float:
        """The chance that a pair of this similarity shares a band."""
        return 1.0 - (1.0 - similarity**self.rows) ** self.bands


class NearPairs(NamedTuple):
    """Pairs i < j (int32 row numbers) with their Jaccard similarity (float32), and how many candidates it took."""

    i: Ints
    j: Ints
    jaccard: npt.NDArray[np.float32]
    candidates: int


class NearClusters(NamedTuple):
    """For each set the row number of its cluster's first member (int32), its similarity to that one (float32; 1 for
    the first itself), and how many candidates it took."""

    first: Ints
    jaccard: npt.NDArray[np.float32]
    candidates: int


class NearFound(NamedTuple):
    """For each set of a part the row number of the leader most similar to it (int32; -1: none), that similarity
    (float64), and whether an earlier set like it may yet become a leader."""

    leader: Ints
    jaccard: npt.NDArray[np.float64]
    waits: npt.NDArray[np.bool_]


class NearKeys(NamedTuple):
    """The keys of sets, one a row: the set's row number, the key (0 to 2^62 - 1), where in the set it stands."""

    row: Longs
    key: Longs
    position: Ints


class _Sets(NamedTuple):
    offsets: Longs
    tokens: npt.NDArray[Any]  # ascending inside each set
    signature: Hashes


class _Keys(NamedTuple):
    """Keys of each set: numbers of groups of sets that may be similar, and where in the set the key stands (or 0)."""

    offsets: Longs
    group: Ints
    position: Ints
    sizes: Longs  # sets in each group


def plan_bands(threshold: float, recall: float) -> Bands:
    """The most selective plan of at most 40 bands whose recall at similarity `threshold` is `recall` or more.

    Above the threshold the recall only rises, so it holds for every pair that counts. `ValueError` where no plan does.
    """
    if not 0 < threshold <= 1 or not 0 < recall < 1:
        raise ValueError(f"threshold in (0, 1] and recall in (0, 1) are needed, got {threshold} and {recall}")
    plan = Bands(1, 0)
    for rows in range(1, 64):
        missed = 1 - threshold**rows
        bands = math.ceil(math.log1p(-recall) / math.log(missed)) if missed else 1
        if bands > _BANDS_MAX:
            break
        plan = Bands(bands, rows)
    if not plan.rows:
        raise ValueError(f"recall {recall} at Jaccard {threshold} takes over {_BANDS_MAX} bands; use the exact search")
    return plan


def near_pairs(token_offsets: Longs, token_hashes: Hashes, threshold: float, recall: float = 0.99) -> NearPairs:
    """All pairs of sets with Jaccard >= threshold, each found with probability `recall` or more (1: all are found).

    Takes distinct sets as `tokenise` makes them. Empty sets are similar to nothing. The output is as large as the pairs
    are many: `OverflowError` past 2^27; for clusters use `near_clusters`, whose cost does not grow that way.
    """
    sets, keys = _prepare(token_offsets, token_hashes, threshold, recall)
    i, j, jaccard, candidates = _join(*sets, *keys, _shared(token_offsets, threshold), True)
    return NearPairs(i, j, jaccard, int(candidates))


def near_pairs_exact(token_offsets: Longs, token_hashes: Hashes, threshold: float) -> NearPairs:
    """All pairs of sets with Jaccard >= threshold: `near_pairs` with recall 1."""
    return near_pairs(token_offsets, token_hashes, threshold, 1.0)


def near_clusters(token_offsets: Longs, token_hashes: Hashes, threshold: float, recall: float = 0.99) -> NearClusters:
    """Cluster sets around the first of their kind (leader clustering, Hartigan 1975).

    In row order each set joins the cluster whose first member is most similar to it, if that is >= threshold (the
    earlier one on a tie), else it starts its own. So every member is verified against the text the cluster is named by,
    and a chain of small changes does not tie unlike texts together, as connected components would. Put the texts in the
    order of their first appearance. Only first members are candidates: a template with any number of variants costs
    each variant one comparison. With recall below 1 a member may miss its cluster with probability 1 - recall.
    """
    sets, keys = _prepare(token_offsets, token_hashes, threshold, recall)
    first, _, jaccard, candidates = _join(*sets, *keys, _shared(token_offsets, threshold), False)
    return NearClusters(first, jaccard, int(candidates))


#: What is known of a set whose leaders are looked for in parts: nothing; it leads; it has a leader.
UNDECIDED, LEADS, FOLLOWS = 0, 1, 2


def near_found(
    token_offsets: Longs, token_hashes: Hashes, threshold: float, states: Ints, keys: NearKeys | float
) -> NearFound:
    """One look of `near_clusters` at a part of the sets, in row order, some of them decided already.

    Where `keys` are those of the part's sets that fall into it, a set that is undecided waits for earlier ones like it
    that are. Where it is a recall, the part is all there is: an undecided set without a leader leads.
    """
    whole = not isinstance(keys, NearKeys)
    if isinstance(keys, NearKeys):
        sets = _Sets(token_offsets, token_hashes, _signatures(token_offsets, token_hashes))
        _, group = np.unique(keys.key, return_inverse=True)
        order = np.argsort(keys.row, kind="stable")
        places = np.searchsorted(keys.row[order], np.arange(states.size + 1))
        joined = _Keys(places, group[order].astype(np.int32), keys.position[order], np.bincount(group))
    else:
        sets, joined = _prepare(token_offsets, token_hashes, threshold, keys)
    return NearFound(*_look(*sets, *joined, _shared(token_offsets, threshold), states, whole))


def band_keys(token_offsets: Longs, token_hashes: Hashes, threshold: float, recall: float) -> NearKeys:
    """The MinHash keys of each set that is not empty: two sets share one just where `near_clusters` compares them."""
    plan = plan_bands(threshold, recall)
    minima = _band_minima(token_offsets, token_hashes, plan)
    rows = np.flatnonzero(np.diff(token_offsets))
    key = np.arange(plan.bands)[:, None] << 32 | minima[:, rows].astype(np.int64)
    return NearKeys(np.tile(rows, plan.bands), key.ravel(), np.zeros(key.size, np.int32))


def token_buckets(token_hashes: Hashes, bits: int) -> Longs:
    """Tokens in each of 2^bits buckets, for `rarity` once those of all parts are summed."""
    counts: Longs = _bucket_counts(token_hashes, bits)
    return counts


def prefix_keys(token_offsets: Longs, token_hashes: Hashes, threshold: float, counts: Longs) -> NearKeys:
    """The rarest tokens of each set, one of which two sets with Jaccard >= threshold share. `counts`: tokens in each
    bucket, of all parts."""
    bits = counts.size.bit_length() - 1
    place, ordered = _places(counts)
    ranked = _ranked(token_offsets, token_hashes, place, bits)
    places, _, position = _prefix_keys(token_offsets, ranked, ordered, bits, threshold)
    row = np.repeat(np.arange(token_offsets.size - 1), np.diff(places))
    key = (ranked[token_offsets[row] + position] >> np.uint64(2)).astype(np.int64)
    return NearKeys(row, key, position)


def _prepare(offsets: Longs, hashes: Hashes, threshold: float, recall: float) -> tuple[_Sets, _Keys]:
    if not 0 < threshold <= 1 or not 0 < recall <= 1:
        raise ValueError(f"threshold and recall in (0, 1] are needed, got {threshold} and {recall}")
    signature = _signatures(offsets, hashes)
    if recall < 1:
        plan = plan_bands(threshold, recall)
        return _Sets(offsets, hashes, signature), _band_keys(offsets, hashes, plan)
    bits = min(max(hashes.size.bit_length() - 2, 8), _BITS_MAX)
    ranked, counts = _by_rarity(offsets, hashes, bits)
    places, group, position = _prefix_keys(offsets, ranked, counts, bits, threshold)
    return _Sets(offsets, ranked, signature), _Keys(places, group, position, np.bincount(group, minlength=counts.size))


def _shared(offsets: Longs, threshold: float) -> Longs:
    """By the sum of two sizes, the tokens that must be shared."""
    total = np.arange(2 * int(np.diff(offsets).max(initial=0)) + 1)
    shared = np.maximum((threshold * total / (1 + threshold)).astype(np.int64) - 1, 0)
    for _ in range(3):  # the quotient itself decides, as it does where the pair is checked
        shared += shared / np.maximum(total - shared, 1) < threshold
    return shared


def _by_rarity(offsets: Longs, hashes: Hashes, bits: int) -> tuple[Hashes, Longs]:
    """The tokens so that rare ones come first, ascending inside each set; and how many tokens are in each bucket.

    A bucket is the first `bits` of a hash; tokens are rare that lie in buckets with few. In the new form these bits are
    the place of the bucket by that, so no two tokens become one, and none has to be looked up. Any order of tokens
    makes an exact filter; the rarer those of the prefix, the fewer the candidates.
    """
    place, counts = _places(_bucket_counts(hashes, bits))
    return _ranked(offsets, hashes, place, bits), counts


def _places(counts: Longs) -> tuple[Ints, Longs]:
    """Of each bucket its place by tokens in it, fewest first; and those tokens, in that order."""
    order = np.argsort(np.minimum(counts, 0xFFFF).astype(np.uint16), kind="stable")
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    return place, counts[order]


def _band_minima(offsets: Longs, hashes: Hashes, plan: Bands) -> Any:
    rng = np.random.default_rng(0x70C51A)
    seeds = rng.integers(0, 2**64, (2, plan.bands * plan.rows), np.uint64)
    return _minhash(offsets, hashes, seeds[0], seeds[1] | np.uint64(1), plan.bands, plan.rows)


def _band_keys(offsets: Longs, hashes: Hashes, plan: Bands) -> _Keys:
    rows, groups, first = [], [], 0
    for band in _band_minima(offsets, hashes, plan):
        packed = band.astype(np.uint64) << np.uint64(32) | np.arange(band.size, dtype=np.uint64)
        packed.sort()
        row, group, first = _runs(packed, offsets, first)
        rows.append(row)
        groups.append(group)
    row, group = np.concatenate(rows), np.concatenate(groups)
    places, group = _by_row(row, group, offsets.size - 1)
    return _Keys(places, group, np.zeros(group.size, np.int32), np.bincount(group, minlength=first))


@njit(cache=True, nogil=True)
def _signatures(offsets: Any, hashes: Any) -> Any:
    signature = np.zeros(offsets.size - 1, np.uint64)
    for r in range(signature.size):
        for k in range(offsets[r], offsets[r + 1]):
            signature[r] |= np.uint64(1) << (hashes[k] >> np.uint64(58))
    return signature


@njit(cache=True, nogil=True)
def _bucket_counts(hashes: Any, bits: int) -> Any:
    counts = np.zeros(1 << bits, np.int64)
    for k in range(hashes.size):
        counts[hashes[k] >> np.uint64(64 - bits)] += 1
    return counts


@njit(cache=True, nogil=True)
def _ranked(offsets: Any, hashes: Any, place: Any, bits: int) -> Any:
    ranked = np.empty_like(hashes)
    rest = np.uint64(64 - bits)
    low = (np.uint64(1) << rest) - np.uint64(1)
    for r in range(offsets.size - 1):
        for k in range(offsets[r], offsets[r + 1]):
            ranked[k] = np.uint64(place[hashes[k] >> rest]) << rest | hashes[k] & low
        sort_few(ranked[offsets[r] : offsets[r + 1]])
    return ranked


@njit(cache=True, nogil=True)
def _prefix_keys(offsets: Any, ranked: Any, counts: Any, bits: int, threshold: float) -> Any:
    """The buckets of the n - ceil(threshold n) + 1 rarest tokens of each set of n, without those no other token is
    in."""
    rows = offsets.size - 1
    places = np.zeros(rows + 1, np.int64)
    group, position = np.empty(ranked.size, np.int32), np.empty(ranked.size, np.int32)
    n = 0
    for r in range(rows):
        size = offsets[r + 1] - offsets[r]
        shared = int(threshold * size)
        shared -= shared > 0
        while size and shared / size < threshold:
            shared += 1
        for k in range(size - shared + 1 if size else 0):
            bucket = ranked[offsets[r] + k] >> np.uint64(64 - bits)
            if counts[bucket] > 1:
                group[n], position[n] = bucket, k
                n += 1
        places[r + 1] = n
    return places, group[:n].copy(), position[:n].copy()


@njit(cache=True, nogil=True)
def _minhash(offsets: Any, hashes: Any, seeds: Any, factors: Any, bands: int, rows: int) -> Any:
    """One 32-bit key for each band and set, from the least of (hash xor seed) * factor for each of its rows."""
    keys = np.empty((bands, offsets.size - 1), np.uint32)
    least = np.empty(bands * rows, np.uint64)
    for r in range(offsets.size - 1):
        least[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
        for k in range(offsets[r], offsets[r + 1]):
            word = hashes[k]
            for m in range(least.size):
                least[m] = min(least[m], (word ^ seeds[m]) * factors[m])
        for band in range(bands):
            state = np.uint64(band)
            for m in range(band * rows, (band + 1) * rows):
                state = (state ^ least[m]) * np.uint64(0x9E3779B97F4A7C15)
                state ^= state >> np.uint64(32)
            keys[band, r] = np.uint32(state >> np.uint64(32) ^ state)
    return keys


@njit(cache=True, nogil=True)
def _runs(packed: Any, offsets: Any, group: int) -> Any:
    """Number the runs of two or more equal keys (upper 32 bits) from `group` on; rows are the lower 32 bits.

    Empty sets all share one key and are left out.
    """
    rows, groups = np.empty(packed.size, np.int32), np.empty(packed.size, np.int32)
    n = i = 0
    while i < packed.size:
        j = i + 1
        while j < packed.size and packed[j] >> np.uint64(32) == packed[i] >> np.uint64(32):
            j += 1
        if j - i > 1:
            for k in range(i, j):
                row = np.int64(packed[k] & np.uint64(0xFFFFFFFF))
                if offsets[row + 1] > offsets[row]:
                    rows[n], groups[n] = row, group
                    n += 1
            group += 1
        i = j
    return rows[:n].copy(), groups[:n].copy(), group


@njit(cache=True, nogil=True)
def _by_row(row: Any, group: Any, rows: int) -> Any:
    """Counting sort by row."""
    places = np.zeros(rows + 1, np.int64)
    for k in range(row.size):
        places[row[k] + 1] += 1
    for r in range(rows):
        places[r + 1] += places[r]
    at = places[:rows].copy()
    ordered = np.empty_like(group)
    for k in range(row.size):
        ordered[at[row[k]]] = group[k]
        at[row[k]] += 1
    return places, ordered


@njit(cache=True, nogil=True)
def _join(
    offsets: Any,
    tokens: Any,
    signature: Any,
    key_offsets: Any,
    key_group: Any,
    key_position: Any,
    group_sizes: Any,
    shared_min: Any,
    all_pairs: bool,
) -> Any:
    """Join each set with the earlier ones it shares a key with; see `near_pairs` and `near_clusters`.

    For all pairs every set is entered under its keys; for clusters only the first member of each, and the answer has
    one row a set: its first member. Entries carry what the filters need.
    """
    rows = offsets.size - 1
    begin = np.cumsum(group_sizes) - group_sizes
    filled = begin.copy()
    e_set, e_size, e_position = np.empty_like(key_group), np.empty_like(key_group), np.empty_like(key_group)
    e_signature = np.empty(key_group.size, np.uint64)
    seen = np.full(rows, -1, np.int32)
    room = 1024 if all_pairs else rows
    left, right, jaccard = np.empty(room, np.int32), np.empty(room, np.int32), np.ones(room, np.float32)
    n = candidates = 0
    for x in range(rows):
        size, best, best_jaccard = offsets[x + 1] - offsets[x], x, 0.0
        for k in range(key_offsets[x], key_offsets[x + 1]):
            group, rest = key_group[k], size - key_position[k]
            candidates += filled[group] - begin[group]
            for e in range(begin[group], filled[group]):
                other = e_size[e]
                shared = shared_min[size + other]
                y, differ = e_set[e], popcount(signature[x] ^ e_signature[e])
                if min(rest, other - e_position[e]) < shared or differ > size + other - 2 * shared or seen[y] == x:
                    continue
                seen[y] = x
                common = _common(tokens, offsets[x], offsets[x + 1], offsets[y], offsets[y + 1], shared)
                if common < shared:
                    continue
                value = common / (size + other - common)
                if all_pairs:
                    if n == left.size:
                        left, right, jaccard = grown(left), grown(right), grown(jaccard)
                    left[n], right[n], jaccard[n] = y, x, value
                    n += 1
                elif value > best_jaccard or (value == best_jaccard and y < best):
                    best, best_jaccard = y, value
        if not all_pairs:
            left[x], jaccard[x] = best, (best_jaccard if best < x else 1.0)
        if all_pairs or best == x:
            for k in range(key_offsets[x], key_offsets[x + 1]):
                e = filled[key_group[k]]
                e_set[e], e_size[e], e_position[e], e_signature[e] = x, size, key_position[k], signature[x]
                filled[key_group[k]] = e + 1
    if all_pairs:
        left, right, jaccard = left[:n].copy(), right[:n].copy(), jaccard[:n].copy()
    return left, right, jaccard, candidates


@njit(cache=True, nogil=True)
def _look(
    offsets: Any,
    tokens: Any,
    signature: Any,
    key_offsets: Any,
    key_group: Any,
    key_position: Any,
    group_sizes: Any,
    shared_min: Any,
    states: Any,
    whole: bool,
) -> Any:
    """Compare each set that does not lead with the earlier leaders, and undecided ones, it shares a key with."""
    rows = offsets.size - 1
    begin = np.cumsum(group_sizes) - group_sizes
    filled = begin.copy()
    entries = np.empty_like(key_group)
    e_position = np.empty_like(key_group)
    seen = np.full(rows, -1, np.int32)
    leads = states == LEADS
    leader, jaccard, waits = np.full(rows, -1, np.int32), np.zeros(rows, np.float64), np.zeros(rows, np.bool_)
    for x in range(rows):
        size = offsets[x + 1] - offsets[x]
        for k in range(key_offsets[x], key_offsets[x + 1] if not leads[x] else key_offsets[x]):
            group, rest = key_group[k], size - key_position[k]
            for e in range(begin[group], filled[group]):
                y = entries[e]
                if seen[y] == x or (waits[x] and not leads[y]):
                    continue
                other = offsets[y + 1] - offsets[y]
                shared, differ = shared_min[size + other], popcount(signature[x] ^ signature[y])
                if min(rest, other - e_position[e]) < shared or differ > size + other - 2 * shared:
                    continue
                seen[y] = x
                common = _common(tokens, offsets[x], offsets[x + 1], offsets[y], offsets[y + 1], shared)
                value = common / (size + other - common)
                if common < shared:
                    continue
                if not leads[y]:
                    waits[x] = True
                elif value > jaccard[x] or (value == jaccard[x] and y < leader[x]):
                    leader[x], jaccard[x] = y, value
        if states[x] == UNDECIDED and leader[x] < 0 and whole:
            leads[x] = True
        if leads[x] or (states[x] == UNDECIDED and leader[x] < 0):
            for k in range(key_offsets[x], key_offsets[x + 1]):
                e = filled[key_group[k]]
                entries[e], e_position[e] = x, key_position[k]
                filled[key_group[k]] = e + 1
    return leader, jaccard, waits


@njit(cache=True, nogil=True)
def _common(tokens: Any, i: int, i_end: int, j: int, j_end: int, shared: int) -> int:
    """Tokens two ascending sets have in common; some number below `shared` as soon as it cannot be reached."""
    common = 0
    while i < i_end and j < j_end:
        if common + min(i_end - i, j_end - j) < shared:
            return common
        one, two = tokens[i], tokens[j]
        common += one == two
        i += one <= two
        j += two <= one
    return common

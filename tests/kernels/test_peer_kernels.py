from collections import Counter, defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.peers import TokenSets, directed, prefixes, weighted

messages_of = st.lists(
    st.tuples(st.integers(0, 4), st.integers(-20, 20), st.sets(st.integers(0, 5), max_size=4)), max_size=25
)


def pairs(found):
    return {(a, b): w for a, b, w in zip(found.a.tolist(), found.b.tolist(), found.weight.tolist(), strict=True)}


def brute_directed(messages, window, keep, loops, match):
    matched = defaultdict(set)
    for m, (a, t, objects) in enumerate(messages):
        for n, (b, u, others) in enumerate(messages):
            if m != n and (loops or a != b) and abs(t - u) <= window and match(objects, others):
                matched[a, b].add(m)
    return {pair: len(found) for pair, found in matched.items() if len(found) >= keep}


@given(messages_of, st.integers(0, 25), st.integers(1, 3), st.booleans())
@settings(max_examples=200, deadline=None)
def test_directed_counts_messages_with_a_match(messages, window, keep, loops):
    rows = [(o, m) for m, (_, _, objects) in enumerate(messages) for o in objects]
    obj, message = np.array(rows, np.int32).reshape(-1, 2).T
    author, time = [m[0] for m in messages], np.array([m[1] for m in messages], np.int64)
    found = directed(obj, message, author, time, window, keep=keep, loops=loops)
    assert pairs(found) == brute_directed(messages, window, keep, loops, lambda x, y: x & y)


@given(messages_of, st.integers(0, 25), st.sampled_from([0.2, 0.5, 2 / 3, 0.8, 1.0]))
@settings(max_examples=200, deadline=None)
def test_prefixes_lose_no_similar_pair(messages, window, threshold):
    often = Counter(token for _, _, tokens in messages for token in tokens)
    rank = {token: k for k, token in enumerate(sorted(often, key=lambda token: (often[token], token)))}
    starts = np.concatenate(([0], np.cumsum([len(m[2]) for m in messages], dtype=np.int64))).astype(np.int64)
    ranks = np.array([r for m in messages for r in sorted(rank[token] for token in m[2])], np.int32)
    sets = TokenSets(starts, ranks)
    obj, message = prefixes(*sets, threshold)
    author, time = [m[0] for m in messages], np.array([m[1] for m in messages], np.int64)
    found = directed(obj, message, author, time, window, sets=sets, threshold=threshold)
    expected = brute_directed(
        messages, window, 1, False, lambda x, y: bool(x | y) and len(x & y) / len(x | y) >= threshold
    )
    assert pairs(found) == expected


@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3, st.integers(-20, 20)), max_size=30),
    st.integers(0, 25),
    st.integers(1, 4),
)
@settings(max_examples=300, deadline=None)
def test_weighted_counts_pairs_of_rows(rows, window, least):
    rows = [(o, o if c == 0 else 4 + c, a, t) for o, c, a, t in rows]  # some contents are their own object
    frequent = Counter(a for _, _, a, _ in rows)
    kept = [row for row in rows if frequent[row[2]] >= least]
    found = []
    for i, (o, c, a, t) in enumerate(kept):
        for p, d, b, u in kept[i + 1 :]:
            if o == p and abs(t - u) <= window and a != b and c != d and o not in (c, d):
                found.append((min(a, b), max(a, b), c, d, abs(t - u)))
    contents = {c for pair in found for c in pair[2:4]}
    enough = Counter(a for _, c, a, _ in kept if c in contents)
    active = {c for _, c, a, _ in kept if c in contents and enough[a] >= least}
    expected = defaultdict(lambda: [0, 0])
    for a, b, c, d, apart in found:
        if c in active or d in active:
            expected[a, b][0] += 1
            expected[a, b][1] += apart
    obj, content, account, time = np.array(rows, np.int64).reshape(-1, 4).T
    result = weighted(obj.astype(np.int32), content, account, time, window, least)
    assert {(a, b): [w, s] for a, b, w, s in zip(*(column.tolist() for column in result), strict=True)} == expected

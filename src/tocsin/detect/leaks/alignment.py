"""Two rows of words beside each other: where they differ, and what stands elsewhere in the other."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import LCSseq

Span = tuple[int, int, int, int]  # begin and end in the one, begin and end in the other
Words = Sequence[str]
MOVED = 6  # words of a passage from which it counts as moved, not as cut here and put there
MOST = 20_000  # words of a block that are aligned one by one; a longer one counts as replaced
_RUN = 3  # words in a row that, where they stand once in either, belong together
_FAR = 40  # words of a moved passage that differ at a stretch


def aligned(old: Words, new: Words) -> tuple[list[Span], list[Span]]:
    """The runs of `old` and of `new` that stand for each other and differ, and the passages that were moved, in which
    words may differ too.

    Runs of three words that stand once in either are held to be the same: the longest chain of these that ascends on
    both sides cuts the texts in blocks (Cohen's patience diff), others show what was moved; within a block words are
    aligned by their longest common subsequence.
    """
    pairs = _anchors(old, new)
    chain = _rising(pairs)
    blocks = list(_blocks(chain, len(old), len(new)))
    moved = _moves(sorted(set(pairs) - set(chain)), blocks, old, new)
    spans = [span for block in blocks for piece in _without(block, moved) for span in _unlike(piece, old, new)]
    return spans, moved


def within(one: Span, old: Words, new: Words) -> list[Span]:
    """What differs within a passage that was moved."""
    return _unlike(one, old, new)


def _anchors(old: Words, new: Words) -> list[tuple[int, int]]:
    """Where runs of words stand that are there once in `old` and once in `new`; ascending in `old`."""
    sides = []
    for words in (old, new):
        runs = list(zip(*(words[k:] for k in range(_RUN)), strict=False))
        counts = Counter(runs)
        sides.append({run: k for k, run in enumerate(runs) if counts[run] == 1})
    return [(k, sides[1][run]) for run, k in sides[0].items() if run in sides[1]]


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of pairs that ascends on both sides (patience sorting)."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        k = bisect_left(ends, j)
        ends[k : k + 1], at[k : k + 1] = [j], [n]
        before.append(at[k - 1] if k else -1)
    chain, n = [], at[-1] if at else -1
    while n >= 0:
        chain.append(pairs[n])
        n = before[n]
    return chain[::-1]


def _blocks(chain: Iterable[tuple[int, int]], old: int, new: int) -> Iterator[Span]:
    """What lies between the runs of a chain, where there is anything."""
    a = c = 0
    for i, j in [*chain, (old, new)]:
        if i > a or j > c:
            yield a, max(i, a), c, max(j, c)
        a, c = max(a, i + _RUN), max(c, j + _RUN)


def _unlike(one: Span, old: Words, new: Words) -> list[Span]:
    """The differences within a block."""
    a, b, c, d = one
    if max(b - a, d - c) > MOST:
        return [one]
    steps = LCSseq.opcodes(old[a:b], new[c:d])
    spans = [(a + s.src_start, a + s.src_end, c + s.dest_start, c + s.dest_end) for s in steps if s.tag != "equal"]
    return [_trimmed(span, old, new) for span in _rounded(spans)]


def _rounded(spans: Iterable[Span]) -> list[Span]:
    """Neighbours made one; so are changes with no more than a word or two between them that are three times as long:
    those words are alike by chance."""
    made: list[Span] = []
    for span in spans:
        made.append(span)
        while len(made) > 1 and _one(made[-2], made[-1]):
            after, before = made.pop(), made.pop()
            made.append((before[0], after[1], before[2], after[3]))
    return made


def _one(before: Span, after: Span) -> bool:
    between = after[0] - before[1]
    least = min(max(span[1] - span[0], span[3] - span[2]) for span in (before, after))
    return between == 0 or (between < _RUN and _RUN * between <= least)


def _trimmed(span: Span, old: Words, new: Words) -> Span:
    """A change without the words at its ends that are alike."""
    a, b, c, d = span
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    return a, b, c, d


def _moves(pairs: Sequence[tuple[int, int]], blocks: Sequence[Span], old: Words, new: Words) -> list[Span]:
    """Passages from the runs that are in no chain, each within one block on either side."""
    begins = [[block[side] for block in blocks] for side in (0, 2)]
    groups: list[tuple[Span, Span]] = []  # a passage, and how far it may reach
    for i, j in pairs:
        gone, come = (blocks[_place(begins[side], at)] for side, at in ((0, i), (1, j)))
        room = (gone[0], gone[1], come[2], come[3])
        if i < gone[0] or i + _RUN > gone[1] or j < come[2] or j + _RUN > come[3]:
            continue
        last = groups[-1] if groups else None
        if last and last[1] == room and all(-_RUN < far <= _FAR for far in (i - last[0][1], j - last[0][3])):
            groups[-1] = ((last[0][0], i + _RUN, last[0][2], j + _RUN), room)
        else:
            groups.append(((i, i + _RUN, j, j + _RUN), room))
    return _apart(one for group in groups if (one := _widened(*group, old, new))[1] - one[0] >= MOVED)


def _place(begins: Sequence[int], at: int) -> int:
    """The last block that begins at or before a word."""
    return max(bisect_left(begins, at + 1) - 1, 0)


def _widened(one: Span, room: Span, old: Words, new: Words) -> Span:
    """A passage with the words before and after it that are alike too."""
    a, b, c, d = one
    while a > room[0] and c > room[2] and old[a - 1] == new[c - 1]:
        a, c = a - 1, c - 1
    while b < room[1] and d < room[3] and old[b] == new[d]:
        b, d = b + 1, d + 1
    return a, b, c, d


def _apart(found: Iterable[Span]) -> list[Span]:
    """Those that do not overlap the one before them in either text."""
    kept: list[Span] = []
    taken: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda span: span[0] - span[1]):
        k = bisect_left(taken, (one[2], one[2]))
        free = (not k or taken[k - 1][1] <= one[2]) and (k == len(taken) or taken[k][0] >= one[3])
        if free and all(one[0] >= b or one[1] <= a for a, b, _, _ in kept):
            kept.append(one)
            taken.insert(k, (one[2], one[3]))
    return sorted(kept)


def _without(block: Span, moved: Sequence[Span]) -> Iterator[Span]:
    """What of a block was neither moved away from it nor into it."""
    a, b, c, d = block
    gone = [(x, y) for x, y, _, _ in moved if a <= x and y <= b]
    come = sorted((x, y) for _, _, x, y in moved if c <= x and y <= d)
    lost, put = list(_rest(a, b, gone)), list(_rest(c, d, come))
    if len(lost) == len(put) == 1:
        yield (*lost[0], *put[0])
    else:
        yield from ((x, y, c, c) for x, y in lost)
        yield from ((b, b, x, y) for x, y in put)


def _rest(first: int, end: int, cut: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What of a range is not in `cut`."""
    for x, y in [*cut, (end, end)]:
        if x > first:
            yield first, x
        first = max(first, y)

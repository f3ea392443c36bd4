"""Damage at one place of a body, or at few: every place is tried, one hash each."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tocsin.detect.leaks.mail.canon import HASHES
from tocsin.detect.leaks.mail.damage import Budget

Edit = tuple[int, int, bytes]
MOST_BLANKS, TRY_BYTES = 8, 2_048  # what a try costs beside the bytes that it hashes, in bytes
QP_LINE, NEAR = 76, 6  # the longest line of quoted-printable (RFC 2045, section 6.7); programs differ by few
_BLANKS, _SPACE, _END = re.compile(rb"[ \t]+"), re.compile(rb"(?<=[^ \r\n]) (?=[^ \r\n])"), re.compile(rb"\r\n")
_FROM = re.compile(rb"(?m)^>*From ")


def one_place(
    text: bytes, relaxed: bool, quoted: bool, limit: int | None, algorithm: str, wanted: bytes, budget: Budget
) -> tuple[str, bytes] | None:
    """The canonical `text` with one place undone, whose digest is `wanted`; and what was undone."""
    for told, edits in _kinds(text, relaxed, quoted):
        if edit := _try(text, edits, limit, algorithm, wanted, budget):
            start, end, new = edit
            return told, text[:start] + new + text[end:]
        if budget.left <= 0:
            return None
    return None


def _kinds(text: bytes, relaxed: bool, quoted: bool) -> Iterator[tuple[str, Iterable[Edit]]]:
    ends = [found.start() for found in _END.finditer(text)]
    spaces = [found.start() for found in _SPACE.finditer(text)]
    if quoted:
        yield "one soft line break removed", ((n - 1, n + 2, b"") for n in ends if text[n - 1 : n] == b"=")
    yield "one line break made a blank", ((n, n + 2, b" ") for n in ends)
    yield "one line break after a blank removed", ((n, n + 2, b"") for n in ends if text[n - 1 : n] == b" ")
    yield "one blank made a line break", ((n, n + 1, b"\r\n") for n in spaces)
    yield "one blank line removed", ((n, n + 2, b"") for n in ends if text[n + 2 : n + 4] == b"\r\n")
    yield "one blank line put back", ((n, n, b"\r\n") for n in ends)
    yield "quoting of one line that begins with From changed", _quotes(text)
    if quoted:
        yield "one soft line break put back", ((n, n, b"=\r\n") for n in _breakable(text, ends))
    if not relaxed:
        yield "one line broken after a blank", ((n + 1, n + 1, b"\r\n") for n in spaces)
        yield "blanks at one place removed", _fewer(text)
        yield "one blank at a line end put back", ((n, n, b" ") for n in ends)
        yield "one blank doubled", ((n, n, b" ") for n in spaces)
        yield "one blank made a tab", ((n, n + 1, b"\t") for n in spaces)


def _breakable(text: bytes, ends: list[int]) -> Iterator[int]:
    """Where a soft line break of quoted-printable may have been: near the usual width in any line, and anywhere in a
    line that is longer than they may be; never within an escape."""
    lengths = Counter(len(line) for line in text.split(b"\r\n") if line.endswith(b"="))
    usual = lengths.most_common(1)[0][0] - 1 if lengths else QP_LINE - 1
    start = 0
    for end in ends:
        near = range(start + max(usual - NEAR, 1), min(end, start + usual + NEAR))
        for n in range(start + 1, end) if end - start > QP_LINE else near:
            if b"=" not in text[n - 2 : n]:
                yield n
        start = end + 2


def _quotes(text: bytes) -> Iterator[Edit]:
    for found in _FROM.finditer(text):
        yield found.start(), found.start(), b">"
        if found[0][:1] == b">":
            yield found.start(), found.start() + 1, b""


def _fewer(text: bytes) -> Iterator[Edit]:
    """Every run of blanks made shorter; at line starts and ends down to none."""
    for found in _BLANKS.finditer(text):
        start, end = found.span()
        edge = start == 0 or text[start - 1 : start] == b"\n" or text[end : end + 1] in (b"\r", b"")
        least, length = 0 if edge else 1, end - start
        for keep in sorted({*range(least, min(least + 1, length)), *range(max(least, length - MOST_BLANKS), length)}):
            yield start + keep, end, b""


def _try(
    text: bytes, edits: Iterable[Edit], limit: int | None, algorithm: str, wanted: bytes, budget: Budget
) -> Edit | None:
    """The edit that gives the digest. Edits come in order, so that what stands before is hashed once."""
    before, done = HASHES[algorithm](), 0
    view = memoryview(text)
    for edit in edits:
        start, end, new = edit
        if limit is not None and start > limit:
            return None
        if not budget.spend(len(text) - start + TRY_BYTES):
            return None
        before.update(view[done:start])
        done = start
        one = before.copy()
        if limit is None:
            one.update(new)
            one.update(view[end:])
        else:
            one.update((new + text[end:])[: limit - start])
        if one.digest() == wanted:
            return edit
    return None


def some_places(
    text: bytes, limit: int | None, algorithm: str, wanted: bytes, budget: Budget
) -> tuple[str, bytes] | None:
    """The canonical `text` with runs of blanks made one, or none at line ends, at two or three of the places where they
    are, or at all but two of them or fewer; indents, of which a text may have many, come last."""
    edits = list(_shortest(text))
    inner = [one for one in edits if one[0] and text[one[0] - 1 : one[0]] != b"\n"]
    ends = [one for one in inner if text[one[1] : one[1] + 1] in (b"\r", b"")]
    for pool in dict.fromkeys(map(tuple, (ends, inner, edits))):
        for size in range(len(pool), max(len(pool) - 3, 3), -1):
            for chosen in itertools.combinations(pool, size):
                changed = _apply(text, chosen)
                if HASHES[algorithm](changed if limit is None else changed[:limit]).digest() == wanted:
                    return f"blanks at {size} places removed", changed
                if not budget.spend(len(text) + TRY_BYTES):
                    return None
        for size in (2, 3):
            if found := _few(text, pool, size, limit, HASHES[algorithm](), 0, wanted, budget):
                return f"blanks at {size} places removed", _apply(text, found)
    return None


def _few(
    text: bytes,
    edits: Sequence[Edit],
    size: int,
    limit: int | None,
    state: Any,
    done: int,
    wanted: bytes,
    budget: Budget,
) -> tuple[Edit, ...] | None:
    """`size` of the edits that together give the digest; `state` has hashed what stands before `done`."""
    view = memoryview(text)
    for n, edit in enumerate(edits):
        start, end, _ = edit
        state.update(view[done:start])
        done, one = start, state.copy()
        further = None if limit is None else limit + end - start
        if size == 1:
            if not budget.spend(len(text) - end + TRY_BYTES):
                return None
            one.update(view[end:further])
            if one.digest() == wanted:
                return (edit,)
        elif found := _few(text, edits[n + 1 :], size - 1, further, one, end, wanted, budget):
            return (edit, *found)
        elif budget.left <= 0:
            return None
    return None


def _shortest(text: bytes) -> Iterator[Edit]:
    """Of each run of blanks the edit that leaves least of it."""
    seen = set()
    for edit in _fewer(text):
        if edit[1] not in seen:
            seen.add(edit[1])
            yield edit


def _apply(text: bytes, edits: Iterable[Edit]) -> bytes:
    out, at = [], 0
    for start, end, new in edits:
        out += [text[at:start], new]
        at = end
    return b"".join([*out, text[at:]])

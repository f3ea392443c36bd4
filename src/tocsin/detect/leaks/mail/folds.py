"""Header lines folded otherwise than when they were signed (simple canonical form): where a fold may have been.

A program that joins folded lines and folds them again leaves the words; where the folds were is tried out: every set of
places in the signature's own field, after its tags, with sets of few places in the other long fields, as far as no line
becomes longer than lines are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.detect.leaks.mail.canon import HASHES, unsigned
from tocsin.detect.leaks.mail.fields import CRLF, Field

MOST_TRIES, MOST_TAGS, MOST_BLANKS, LONGEST, SHORT = 100_000, 11, 24, 80, 66
GAPS = (b" ", b"\t", *(b" " * n for n in (6, 4, 8, 2, 5, 3, 7)))
_FOLD = re.compile(rb"\r\n[ \t]+|(?<=[;,]) {2,}")
STEP = "folds of the header put back where they were"


def search(fields: Sequence[Field], algorithm: str, wanted: bytes) -> list[Field] | None:
    """The fields, the signature's own last, folded so that their canonical text has the digest `wanted`."""
    left = MOST_TRIES
    joined = [Field(one.name, _FOLD.sub(b" ", one.raw[:-2]) + CRLF) for one in fields]
    for gap in GAPS:
        ways = [_ways(one, was, gap) for one, was in zip(joined[:-1], fields[:-1], strict=True)]
        own = [(unsigned(raw).removesuffix(CRLF), raw) for raw in _tags(joined[-1].raw, gap)]
        for head in itertools.product(*ways):
            state = HASHES[algorithm](b"".join(head))
            if found := _own(own, state, wanted):
                return [Field(one.name, raw) for one, raw in zip(fields, (*head, found), strict=True)]
            left -= len(own)
            if left <= 0:
                return None
    return None


def _own(ways: Sequence[tuple[bytes, bytes]], state: Any, wanted: bytes) -> bytes | None:
    for text, raw in ways:
        one = state.copy()
        one.update(text)
        if one.digest() == wanted:
            return raw
    return None


def _ways(field: Field, was: Field, gap: bytes) -> list[bytes]:
    """A field as it is, and if it is long folded at few blanks."""
    found = [was.raw]
    if len(field.raw) > SHORT:
        places = [one.start() for one in re.finditer(rb" ", field.raw)][1:MOST_BLANKS]
        least = len(field.raw) // LONGEST or 1
        for size in range(least, least + 2):
            found += [
                raw for chosen in itertools.combinations(places, size) if (raw := _folded(field.raw, chosen, gap))
            ]
    return list(dict.fromkeys(found))


def _tags(raw: bytes, gap: bytes) -> Iterator[bytes]:
    """The signature's field folded after every set of its tags."""
    places = [one.end() - 1 for one in re.finditer(rb"; ", raw)][:MOST_TAGS]
    for size in range(len(places), -1, -1):
        for chosen in itertools.combinations(places, size):
            yield _folded(raw, chosen, gap, len(raw))


def _folded(raw: bytes, places: Sequence[int], gap: bytes, longest: int = LONGEST) -> bytes:
    """Folded at these blanks; nothing where a line is too long."""
    pieces = [raw[start:end] for start, end in zip((0, *(n + 1 for n in places)), (*places, len(raw)), strict=True)]
    return b"" if max(map(len, pieces)) > longest else (CRLF + gap).join(pieces)

"""What differs between two texts, in words: insertions, deletions, changed names and numbers, moved passages.

Words are aligned by their longest common subsequence; in a long text only those of sentences that differ. White space,
line ends, letter case and punctuation do not count, so that a text set anew is the same; nor does what text
recognition confuses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import LCSseq

from tocsin.detect.leaks.texts import HYPHEN
from tocsin.model.finding import Change

Kind = Literal["insertion", "deletion", "replacement", "changed name", "changed number", "moved"]
MOVED = 6  # words of a passage from which it counts as moved, not as cut here and put there
MOST = 20_000  # words of a block that are aligned one by one; a longer one counts as replaced
_SHOWN = 400  # characters of a change that are kept
_WORD = re.compile(r"[-−]?\d+(?:[.,:/]\d+)*|[^\W\d]\w*(?:['’-]\w+)*|\w+|[%$€£¥]")
_END = re.compile(r"[.!?。！？]+[\"'”’)]*\s|\n\s*\n")
_CONFUSED = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "8": "b", "6": "b", "9": "g", "2": "z"})


@dataclass(frozen=True, slots=True)
class Differences:
    """The changes, in order; `confused`: words that differ only as text recognition confuses; `words` compared."""

    changes: tuple[Change, ...]
    confused: int
    words: int


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    key: str


def differences(before: str, after: str, place: str) -> Differences:
    """What was changed from `before` to `after`; `place` is told with each change."""
    old, new = _sentences(before), _sentences(after)
    found = [one for cut, put in _blocks(old, new) for one in _aligned(cut, put)]
    confused = sum(_confusion(cut, put) for _, cut, put in found)
    told = [one for one in found if not _confusion(*one[1:]) or one[0]]
    changes = tuple(_change(kind, cut, put, place) for kind, cut, put in told)
    return Differences(changes, confused, sum(map(len, new)))


def _blocks(old: list[list[_Word]], new: list[list[_Word]]) -> list[tuple[list[_Word], list[_Word]]]:
    """The texts in one piece, or, where they are long, the runs of sentences that differ."""
    if max(sum(map(len, old)), sum(map(len, new))) <= MOST:
        return [([word for one in old for word in one], [word for one in new for word in one])]
    return [
        ([word for one in old[a:b] for word in one], [word for one in new[c:d] for word in one])
        for a, b, c, d in _unlike([_line(one) for one in old], [_line(one) for one in new])
    ]


def _unlike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """The runs of `old` and of `new` that stand for each other and differ: begin and end in either."""
    spans: list[tuple[int, int, int, int]] = []
    for step in LCSseq.opcodes(old, new):
        if step.tag == "equal":
            continue
        if spans and (step.src_start, step.dest_start) == (spans[-1][1], spans[-1][3]):
            spans[-1] = (spans[-1][0], step.src_end, spans[-1][2], step.dest_end)
        else:
            spans.append((step.src_start, step.src_end, step.dest_start, step.dest_end))
    return spans


def _sentences(text: str) -> list[list[_Word]]:
    whole = HYPHEN.sub("", unicodedata.normalize("NFKC", text))
    cut = ([_Word(hit[0], _key(hit[0])) for hit in _WORD.finditer(part)] for part in _END.split(whole))
    return [words for words in cut if words]


def _key(word: str) -> str:
    return word.casefold().replace("’", "'").replace("−", "-")


def _aligned(cut: list[_Word], put: list[_Word]) -> list[tuple[Kind | None, list[_Word], list[_Word]]]:
    """What differs between two runs of words, change by change; a passage that was moved is one."""
    if not cut or not put or max(len(cut), len(put)) > MOST:
        return [(None, cut, put)] if cut or put else []
    spans = _unlike([word.key for word in cut], [word.key for word in put])
    moves = _moves(cut, put, spans)
    kept = [span for one in spans if one not in moves for span in _without(one, moves.values())]
    changes: list[tuple[int, Kind | None, int, int, int, int]] = [(c, None, a, b, c, d) for a, b, c, d in kept]
    changes += [(at, "moved", one[0], one[1], at, end) for one, (at, end) in moves.items()]
    return [(kind, cut[a:b], put[c:d]) for _, kind, a, b, c, d in sorted(changes, key=lambda one: one[0])]


def _moves(
    cut: list[_Word], put: list[_Word], spans: list[tuple[int, int, int, int]]
) -> dict[tuple[int, int, int, int], tuple[int, int]]:
    """Where what was left out stands in the new text, in words that were put in for the greater part."""
    new = [_folded(word.key) for word in put]
    fresh = [False] * len(put)
    for _, _, c, d in spans:
        fresh[c:d] = [True] * (d - c)
    found = {}
    for a, b, c, d in spans:
        wanted = [_folded(word.key) for word in cut[a:b]]
        size = len(wanted)
        if c == d and size >= MOVED:
            at = next(
                (k for k in range(len(new) - size + 1) if new[k] == wanted[0] and new[k : k + size] == wanted), -1
            )
            if at >= 0 and 2 * sum(fresh[at : at + size]) > size:
                found[a, b, c, d] = (at, at + size)
    return found


def _without(span: tuple[int, int, int, int], moved: Iterable[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """A change without the words that were moved to where it is."""
    a, b, c, d = span
    for at, end in moved:
        if at <= c and d <= end:
            d = c
        elif at <= c < end:
            c = end
        elif c < at < d:
            d = at
    return [(a, b, c, d)] if b > a or d > c else []


def _confusion(cut: Sequence[_Word], put: Sequence[_Word]) -> bool:
    """Whether two runs are one to who confuses letters as text recognition does. Two numbers are never one."""
    one, two = ("".join(word.key for word in side) for side in (cut, put))
    if not one or not two or (one.isdecimal() and two.isdecimal()):
        return False
    return _folded(one) == _folded(two)


def _folded(text: str) -> str:
    return text.replace("rn", "m").replace("vv", "w").replace("cl", "d").translate(_CONFUSED).replace("-", "")


def _line(words: Sequence[_Word]) -> str:
    return " ".join(word.key for word in words)


def _change(kind: Kind | None, cut: Sequence[_Word], put: Sequence[_Word], place: str) -> Change:
    before, after = (" ".join(word.text for word in side)[:_SHOWN] for side in (cut, put))
    return Change(kind=kind or _kind(cut, put), place=place, before=before, after=after)


def _kind(cut: Sequence[_Word], put: Sequence[_Word]) -> Kind:
    if not cut or not put:
        return "deletion" if cut else "insertion"
    numbers = [[word.key for word in side if any(map(str.isdecimal, word.text))] for side in (cut, put)]
    if numbers[0] != numbers[1] and all(numbers):
        return "changed number"
    named = [[word.key for word in side if word.text[0].isupper()] for side in (cut, put)]
    return "changed name" if named[0] != named[1] and all(named) else "replacement"

"""What differs between two texts, in words: insertions, deletions, changed names and numbers, moved passages.

Words are aligned as `alignment.aligned` says. White space, line and page ends, what runs along the edges of pages,
letter case and punctuation do not count, so that a text set anew is the same; nor does what text recognition confuses.
In a text that a machine has read badly, words misspelt by a letter or two are told apart from other changes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from tocsin.detect.leaks.alignment import MOVED, Span, aligned, within
from tocsin.detect.leaks.running_heads import heads, without_heads
from tocsin.detect.leaks.texts import HYPHEN
from tocsin.model.finding import Change

Kind = Literal["insertion", "deletion", "replacement", "changed name", "changed number", "moved", "spelling"]
MISREAD, MISREAD_SHARE = 5, 0.003  # misspelt words from which on a machine is held to have read the text badly
_SHOWN = 400  # characters of a change that are kept
_AROUND = 8  # words before and after a change that are kept
_WORD = re.compile(r"(?<!\w)[-−]?\d+(?:[.,:/]\d+)*|[^\W\d]\w*(?:['’-]\w+)*|\w+|[%$€£¥]")
_CONFUSED = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "8": "b", "6": "b", "9": "g", "2": "z"})


@dataclass(frozen=True, slots=True)
class Differences:
    """The changes, in order, those of spelling last; `confused`: words that differ only as text recognition confuses;
    `words` compared; `heads`: lines along the top and foot of pages that were left out; `excerpt`: whether nothing
    differs but that the beginning or end of the first text is wanting."""

    changes: tuple[Change, ...]
    confused: int
    words: int
    heads: int = 0
    excerpt: bool = False

    @property
    def misspelt(self) -> int:
        """Changes of spelling such as a machine makes that reads badly."""
        return sum(change.kind == "spelling" for change in self.changes)


class _Word(NamedTuple):
    text: str
    key: str
    page: int


def differences(before: Sequence[str], after: Sequence[str], place: str = "") -> Differences:
    """What was changed from the pages `before` to the pages `after`. `place` is told with each change; where it is
    empty, the page of `after`, or of a single page the word."""
    known = heads(before) | heads(after)
    (old_pages, old_heads), (new_pages, new_heads) = without_heads(before, known), without_heads(after, known)
    old, new = _words(old_pages), _words(new_pages)
    told, confused = _told(old, new)
    misread = _misread(told, old, new)
    where = place or ("page {page}" if len(after) > 1 else "word {word:,}")
    found = [
        _change("spelling" if n in misread else kind, span, (old, new), where, _around(n, told, old))
        for n, (kind, span) in enumerate(told)
    ]
    found.sort(key=lambda change: change.kind == "spelling")
    changes = [*_heads(old_heads, new_heads), *found]
    cut = sum(old_heads.values()) + sum(new_heads.values())
    return Differences(tuple(changes), confused, len(new), cut, _excerpt(changes, [span for _, span in told], new))


def _words(pages: Sequence[str]) -> list[_Word]:
    return [
        _Word(hit[0], _key(hit[0]), number)
        for number, page in enumerate(pages, 1)
        for hit in _WORD.finditer(HYPHEN.sub("", unicodedata.normalize("NFKC", page)))
    ]


def _key(word: str) -> str:
    return word.casefold().replace("’", "'").replace("−", "-")


def _told(old: Sequence[_Word], new: Sequence[_Word]) -> tuple[list[tuple[Kind | None, Span]], int]:
    """The changes with their kind where that is known, in order, and how many confused words were left out."""
    keys = [word.key for word in old], [word.key for word in new]
    spans, moved = aligned(*keys)
    found: list[tuple[Kind | None, Span]] = [("moved", span) for span in moved]
    found += [(None, span) for span in spans]
    found += [(None, span) for one in moved for span in within(one, *keys)]
    confusions = [pair for pair in found if not pair[0] and _confusion(old, new, pair[1])]
    skipped = {span for _, span in confusions}
    told = [pair for pair in found if pair[0] or pair[1] not in skipped]
    return sorted(told, key=lambda pair: (pair[1][2], pair[1][0], pair[0] is None)), len(confusions)


def _confusion(old: Sequence[_Word], new: Sequence[_Word], span: Span) -> bool:
    """Whether two runs are one to who confuses letters as text recognition does. Two numbers are never one."""
    one, two = _joined(old, new, span)
    if not one or not two or not any(map(str.isalpha, one + two)):
        return False
    return _folded(one) == _folded(two)


def _joined(old: Sequence[_Word], new: Sequence[_Word], span: Span) -> tuple[str, str]:
    a, b, c, d = span
    return "".join(word.key for word in old[a:b]), "".join(word.key for word in new[c:d])


def _folded(text: str) -> str:
    return text.replace("rn", "m").replace("vv", "w").replace("cl", "d").translate(_CONFUSED).replace("-", "")


def _misread(told: Sequence[tuple[Kind | None, Span]], old: Sequence[_Word], new: Sequence[_Word]) -> set[int]:
    """Which changes are such as a machine makes that reads badly; none where they are too few to speak of that."""
    known = {word.key for word in old}
    found = {n for n, (kind, span) in enumerate(told) if not kind and _misspelt(span, old, new, known)}
    return found if len(found) >= max(MISREAD, MISREAD_SHARE * len(new)) else set()


def _misspelt(span: Span, old: Sequence[_Word], new: Sequence[_Word], known: set[str]) -> bool:
    """Whether a few words became, by a letter in three, what is no word of the original; never where numbers differ."""
    a, b, c, d = span
    one, two = _joined(old, new, span)
    if not one and d - c == 1:
        return len(two) == 1 and not two.isdecimal()
    if not one or not two or max(b - a, d - c) > 4 or _numbers(old[a:b]) or all(w.key in known for w in new[c:d]):
        return False
    most = max(1, len(one) // 3)
    return Levenshtein.distance(_folded(one), _folded(two), score_cutoff=most) <= most


def _numbers(words: Sequence[_Word]) -> list[str]:
    return [word.key for word in words if any(map(str.isdecimal, word.text))]


def _around(n: int, told: Sequence[tuple[Kind | None, Span]], old: Sequence[_Word]) -> tuple[str, str]:
    """The words before and after change `n` that both texts have, up to the next change."""
    a, b = told[n][1][:2]
    others = [span for k, (_, span) in enumerate(told[max(n - 2, 0) : n + 3], max(n - 2, 0)) if k != n]
    first = max([a - _AROUND, 0, *(span[1] for span in others if span[1] <= a)])
    last = min([b + _AROUND, len(old), *(span[0] for span in others if span[0] >= b)])
    return _text(old[first:a]), _text(old[b:last])


def _text(words: Sequence[_Word]) -> str:
    return " ".join(word.text for word in words)[:_SHOWN]


def _change(
    kind: Kind | None, span: Span, texts: tuple[Sequence[_Word], Sequence[_Word]], place: str, around: tuple[str, str]
) -> Change:
    a, b, c, d = span
    cut, put = texts[0][a:b], texts[1][c:d]
    page = texts[1][min(c, len(texts[1]) - 1)].page if texts[1] else 1
    return Change(
        kind=kind or _kind(cut, put),
        place=place.format(page=page, word=c + 1),
        before=_text(cut),
        after=_text(put),
        left=around[0],
        right=around[1],
    )


def _kind(cut: Sequence[_Word], put: Sequence[_Word]) -> Kind:
    if not cut or not put:
        return "deletion" if cut else "insertion"
    numbers = _numbers(cut), _numbers(put)
    if numbers[0] != numbers[1] and all(numbers):
        return "changed number"
    named = [[word.key for word in side if word.text[0].isupper()] for side in (cut, put)]
    return "changed name" if named[0] != named[1] and all(named) else "replacement"


def _heads(old: Counter[str], new: Counter[str]) -> list[Change]:
    """One change where pages of both texts have lines along their edges, and other ones."""
    cut, put = ("; ".join(sorted(side))[:_SHOWN] for side in (old.keys() - new.keys(), new.keys() - old.keys()))
    if not cut or not put:
        return []
    return [Change(kind="replacement", place="top and foot of the pages", before=cut, after=put)]


def _excerpt(changes: Sequence[Change], spans: Sequence[Span], new: Sequence[_Word]) -> bool:
    """Whether all that differs is that a longer beginning or end is wanting."""
    return bool(spans) and all(
        change.kind == "deletion" and span[1] - span[0] >= MOVED and span[2] in (0, len(new))
        for change, span in zip(changes, spans, strict=False)
    )

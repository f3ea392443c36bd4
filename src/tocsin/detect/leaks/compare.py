"""A leak against the original: what was put in, left out or exchanged (the tainted leak)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from pydantic import Field

from tocsin.detect.leaks.base import Candidate, Detector, LeakTables, Parameters, Result
from tocsin.detect.leaks.differences import Differences, differences
from tocsin.detect.leaks.texts import flat
from tocsin.model.paper import Paper
from tocsin.progress import Progress
from tocsin.stats import stated

ID = "leaks.compare"
_RUN = 3  # words in a row by which an original is found

CANNOT_SHOW = (
    "Which of the two was first is not shown by what differs: the original is taken to be what its owner says.",
    "Pictures, layout and what is written by hand are not compared.",
)


class CompareParameters(Parameters):
    """Which documents are held to be the same."""

    least_shared: float = Field(
        default=0.3, gt=0, le=1, description="least share of the words in a row of the shorter of the two in both"
    )


class Compare(Detector):
    """Leaked documents, each beside the original that it has most words in a row in common with."""

    id = ID
    title = "The leak against its originals"
    params = CompareParameters
    wants = ("papers", "originals")

    def look(self, tables: LeakTables, params: CompareParameters, progress: Progress) -> Result:
        """Look in `tables`; `made["originals"]` then holds the place of each leaked document's original."""
        originals = list(flat(tables.originals))
        pairs = tables.once("originals", lambda: paired(tables.papers, originals, params.least_shared))
        candidates, same = [], 0
        for place, match in sorted(pairs.items()):
            leaked, original = tables.papers[place], originals[match]
            found = compared(original, leaked)
            same += not found.changes
            if found.changes:
                candidates.append(_candidate(place, found))
            progress.advance()
        measured = {
            "Leaked documents with an original": f"{len(pairs):,} of {len(tables.papers):,}",
            "Leaked documents whose words are those of the original": f"{same:,} of {len(pairs):,}",
        }
        return Result(tuple(sorted(candidates, key=lambda one: one.rows.tolist())), 0, measured=measured)


def compared(original: Paper, leaked: Paper) -> Differences:
    """What differs between a leaked document and its original, page by page of the leaked one where both have as many
    pages, else as a whole."""
    if original.sha256 == leaked.sha256:
        return Differences((), 0, 0)
    if len(original.pages) == len(leaked.pages) > 1:
        parts = [
            differences(before, after, f"page {n}")
            for n, (before, after) in enumerate(zip(original.pages, leaked.pages, strict=True), 1)
        ]
        if all(part.words == 0 or len(part.changes) <= part.words // 10 + 1 for part in parts):
            changes = tuple(change for part in parts for change in part.changes)
            return Differences(changes, sum(part.confused for part in parts), sum(part.words for part in parts))
    return differences("\n".join(original.pages), "\n".join(leaked.pages), "the whole text")


def paired(leaked: Sequence[Paper], originals: Sequence[Paper], least: float) -> dict[int, int]:
    """For the place of each leaked document that of the original it shares most runs of words with."""
    runs = [set(_runs(paper)) for paper in originals]
    having: dict[int, list[int]] = {}
    for n, one in enumerate(runs):
        for run in one:
            having.setdefault(run, []).append(n)
    found = {}
    for place, paper in enumerate(leaked):
        own = set(_runs(paper))
        shared = Counter(n for run in own for n in having.get(run, ()))
        best = max(
            shared, key=lambda n: (shared[n], originals[n].sha256 == paper.sha256, originals[n].name), default=-1
        )
        if best >= 0 and shared[best] >= least * min(len(own), len(runs[best])):
            found[place] = best
    return found


def _runs(paper: Paper) -> Iterator[int]:
    words = " ".join(paper.pages).casefold().split()
    for k in range(max(len(words) - _RUN + 1, min(len(words), 1))):
        yield hash(tuple(words[k : k + _RUN]))


def _candidate(place: int, found: Differences) -> Candidate:
    kinds: Mapping[str, int] = Counter(change.kind for change in found.changes)
    said = ", ".join(f"{_PLURAL[kind] if n > 1 else kind} {n:,}" for kind, n in sorted(kinds.items()))
    total = len(found.changes)
    return Candidate(
        detector=ID,
        sign="document",
        table="papers",
        rows=np.array([place], np.int64),
        title=f"A leaked document differs from its original in {total:,} place{'s' * (total > 1)}",
        sentence=f"Between the original and what was leaked differ: {said}.",
        p=None,
        tests=(
            stated.test(
                "Does what was leaked have the words of the original?",
                "word by word comparison",
                "the leaked document has the words of the original",
                total,
                0,
                None,
            ),
        ),
        effects=(
            stated.exact("Changes", total, "places", "where the leaked text is not the original's"),
            stated.exact("Words compared", found.words, "words", "of the leaked document"),
        ),
        explanations=(
            stated.explanation(
                "text-recognition",
                "Are they errors of text recognition?",
                "fits in part" if found.confused else "does not fit",
                f"{found.confused:,} differences are such as text recognition makes, and are left out.",
            ),
            stated.explanation(
                "another-version",
                "Is the leaked document an earlier or later version of the original?",
                "cannot tell",
                "Only who keeps the original can say which versions there were.",
            ),
        ),
        verdicts={"differs from the original": 1},
        changes=found.changes,
        cannot_show=CANNOT_SHOW,
        why="differs from its original",
    )


_PLURAL = {
    "insertion": "insertions",
    "deletion": "deletions",
    "replacement": "replacements",
    "changed name": "changed names",
    "changed number": "changed numbers",
    "moved": "moved passages",
}

DETECTOR = Compare()

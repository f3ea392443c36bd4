"""A leak against the original: what was put in, left out or exchanged (the tainted leak)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from pydantic import Field

from tocsin.detect.leaks.base import Candidate, Detector, LeakTables, Parameters, Result
from tocsin.detect.leaks.differences import Differences, differences
from tocsin.detect.leaks.texts import flat
from tocsin.model.finding import Explanation
from tocsin.model.paper import Paper
from tocsin.progress import Progress
from tocsin.stats import stated

ID = "leaks.compare"
_RUN = 3  # words in a row by which an original is found
_NAMED = 10  # documents that are named where they cannot be compared

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
        leaked = [(place, paper) for place, top in enumerate(tables.papers) for paper in flat([top])]
        pairs = paired([paper for _, paper in leaked], originals, params.least_shared)
        candidates, same = [], 0
        progress.start(self.title, len(pairs))
        for n, match in sorted(pairs.items()):
            place, paper = leaked[n]
            found = compared(originals[match], paper)
            same += not found.changes
            if found.changes:
                candidates.append(_candidate(place, found))
            progress.advance()
        alone = [paper for n, (_, paper) in enumerate(leaked) if n not in pairs]
        measured = {
            "Leaked documents with an original": f"{len(pairs):,} of {len(leaked):,}",
            "Leaked documents whose words are those of the original": f"{same:,} of {len(pairs):,}",
            **_not_compared(alone),
        }
        return Result(tuple(sorted(candidates, key=lambda one: one.rows.tolist())), 0, measured=measured)


def _not_compared(alone: Sequence[Paper]) -> dict[str, str]:
    """What could not be compared, by reason, with the names of the documents."""
    empty = [paper.name for paper in alone if not any(page.strip() for page in paper.pages)]
    others = [paper.name for paper in alone if paper.name not in set(empty)]
    told = {
        "Leaked documents without text, such as scanned pictures: not compared": empty,
        "Leaked documents that share too few words in a row with any original (another document, a translation, or "
        "written anew): not compared": others,
    }
    return {what: _listed(names) for what, names in told.items() if names}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{len(names):,}: {', '.join(sorted(names)[:_NAMED])}{more}"


def compared(original: Paper, leaked: Paper) -> Differences:
    """What differs between a leaked document and its original, told by the page of the leaked one."""
    if original.sha256 == leaked.sha256:
        return Differences((), 0, 0)
    return differences(original.pages, leaked.pages)


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
    total = len(found.changes) - found.misspelt
    return Candidate(
        detector=ID,
        sign="document",
        table="papers",
        rows=np.array([place], np.int64),
        title=_title(found, total),
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
            *[stated.exact("Misspelt words", found.misspelt, "places", "as by a machine that read badly")]
            * bool(found.misspelt),
            stated.exact("Words compared", found.words, "words", "of the leaked document"),
        ),
        explanations=(
            _recognition(found, total),
            stated.explanation(
                "excerpt",
                "Is it a part of the original, with nothing else changed?",
                "fits" if found.excerpt else "does not fit",
                "All that differs is that words before its first or after its last are wanting."
                if found.excerpt
                else "More differs than that its beginning or end is wanting.",
            ),
            stated.explanation(
                "page-heads",
                "Are they lines that run along the top or foot of pages?",
                "does not fit",
                f"{found.heads:,} such lines were left out; where both texts have them and they differ, that is told.",
            ),
            stated.explanation(
                "another-version",
                "Is the leaked document an earlier or later version of the original?",
                "cannot tell",
                "Only who keeps the original can say which versions there were.",
            ),
        ),
        verdicts={"is a part of the original" if found.excerpt else "differs from the original": 1},
        changes=found.changes,
        cannot_show=CANNOT_SHOW,
        why="differs from its original",
    )


def _title(found: Differences, total: int) -> str:
    if found.excerpt:
        return "A leaked document is a part of its original"
    if not total:
        return "A leaked document differs from its original in spelling only, as when a machine reads badly"
    return f"A leaked document differs from its original in {total:,} place{'s' * (total > 1)}"


def _recognition(found: Differences, total: int) -> Explanation:
    """Whether text recognition accounts for what differs: for all of it where nothing else does."""
    left = f"{found.confused:,} words differ as look-alike letters do, and are left out"
    more = (
        f"; {found.misspelt:,} more are misspelt by a letter or two, as by a machine that reads badly, and stand last: "
        "a name altered by a letter cannot be told from these"
    )
    return stated.explanation(
        "text-recognition",
        "Are they errors of text recognition?",
        ("fits in part" if total else "fits")
        if found.misspelt
        else ("fits in part" if found.confused else "does not fit"),
        left + more * bool(found.misspelt) + ".",
    )


_PLURAL = {
    "insertion": "insertions",
    "deletion": "deletions",
    "replacement": "replacements",
    "changed name": "changed names",
    "changed number": "changed numbers",
    "moved": "moved passages",
    "spelling": "misspelt words",
}

DETECTOR = Compare()

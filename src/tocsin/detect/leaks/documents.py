"""What documents of a leak keep of their past: earlier states, signatures, tracked changes, facts that do not fit."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.detect.leaks.base import Candidate, Detector, LeakTables, Parameters, Result
from tocsin.detect.leaks.office import Marks, marks
from tocsin.detect.leaks.revisions import History, history
from tocsin.detect.leaks.stated_facts import contradictions, disagreements
from tocsin.detect.leaks.texts import flat
from tocsin.model.finding import Change, Explanation, Interval
from tocsin.model.paper import Paper
from tocsin.progress import Progress
from tocsin.sources.confined import Reader
from tocsin.sources.packed import LIMITS
from tocsin.stats import stated

ID = "leaks.documents"
PDF = "application/pdf"
_PAGES = 10  # that are named

CANNOT_SHOW = (
    "What a file says of itself (dates, names, programs) can be set at will: that it fits proves nothing.",
    "A file that was printed and scanned, or written anew, keeps nothing of its past.",
    "Whether a signature is valid, and whose it is, is not checked: only what its bytes cover.",
)


class DocumentParameters(Parameters):
    """There is nothing to choose."""


class Documents(Detector):
    """Documents one by one, and those inside them: nothing is compared between them."""

    id = ID
    title = "What documents keep of their past"
    params = DocumentParameters
    wants = ("papers",)

    def look(self, tables: LeakTables, params: DocumentParameters, progress: Progress) -> Result:
        """Look in `tables`."""
        candidates, counted = [], Counter[str]()
        papers = [(place, paper) for place, top in enumerate(tables.papers) for paper in flat([top])]
        progress.start(self.title, len(papers))
        with Reader(LIMITS) as reader:
            for place, paper in papers:
                candidate = _look(place, paper, tables, counted, reader)
                candidates += [candidate] if candidate else []
                progress.advance()
        measured = {what: f"{n:,} of {len(papers):,}" for what, n in sorted(counted.items())}
        return Result(tuple(sorted(candidates, key=_order)), 0, measured=measured)


def _order(candidate: Candidate) -> tuple[str, list[int]]:
    return candidate.title, candidate.rows.tolist()


def _look(place: int, paper: Paper, tables: LeakTables, counted: Counter[str], reader: Reader) -> Candidate | None:
    """What one document keeps; None where that is nothing."""
    pdf = paper.media_type == PDF or paper.data[:1024].find(b"%PDF-") >= 0
    past = history(paper.data, reader) if pdf else None
    kept = marks(paper.data) if paper.data[:2] == b"PK" else Marks()
    odd = contradictions(paper.metadata, paper.data if pdf else b"", tables.day)
    signs = _signs(past, kept, odd, disagreements(paper.metadata))
    for what in signs:
        counted[_COUNTED[what]] += 1
    if past and past.note:
        counted["PDF files whose past cannot be read"] += 1
    if not signs:
        return None
    lead = {"after-signing", "gap", "shared", "odd"} & signs.keys()
    changes = (past.after_signing or (_all(past) + past.filled) if past else ()) + kept.changes
    return Candidate(
        detector=ID,
        sign="document",
        table="papers",
        rows=np.array([place], np.int64),
        title=_TITLES[next(iter(signs))],
        sentence="Of the document: " + "; ".join(signs.values()) + ".",
        p=None,
        tests=(
            stated.test(
                "Does the file go together with what it says of itself, and with what was signed?",
                "reading of the file",
                "nothing was changed after signing, and no date is impossible",
                len(signs),
                0,
                None,
            ),
        ),
        effects=_effects(past, kept, changes),
        explanations=_explanations(past, kept),
        verdicts={_VERDICTS[bool(lead)]: 1},
        changes=changes,
        cannot_show=CANNOT_SHOW,
        why="; ".join(signs.values()),
        objects={place: hashlib.sha256(paper.data).hexdigest()[:16]},
        interest=not lead,
    )


def _signs(past: History | None, kept: Marks, odd: Sequence[str], apart: Sequence[str]) -> Mapping[str, str]:
    """What stands out, gravest first: code and words."""
    found: dict[str, str] = {}
    if past:
        if past.after_signing:
            found["after-signing"] = f"{len(past.after_signing):,} changes of visible text came after a signature"
        if past.gaps:
            found["gap"] = f"{past.gaps:,} signatures leave out more of the file than themselves"
        if past.shared and past.signed:
            found["shared"] = "what a form field shows stands elsewhere too, so filling in the form can change that"
    if odd:
        found["odd"] = "; ".join(odd)
    if past:
        if _all(past) and not past.after_signing:
            found["revised"] = f"{len(past.revisions):,} states of it are kept, between which visible text was changed"
        if past.filled:
            found["filled"] = f"{len(past.filled):,} entries of its form were made or changed after a signature"
        if past.covered:
            found["covered"] = (
                f"under boxes or pictures that cover it, text can still be read: {_on(past.covered)}; what it says is "
                "not shown here"
            )
        if past.invisible:
            found["invisible"] = f"it holds text that cannot be seen, such as white on white: {_on(past.invisible)}"
        if past.hidden:
            found["hidden"] = "it holds text that no page shows"
    if kept.hidden:
        found["unshown"] = f"it holds {kept.hidden:,} characters that are set not to be shown, or in black on black"
    if apart:
        found["apart"] = "; ".join(apart)
    if kept.changes:
        found["tracked"] = f"{len(kept.changes):,} changes were kept track of"
    if kept.comments:
        found["comments"] = f"{kept.comments:,} comments"
    return found


def _on(pages: Sequence[tuple[int, int]]) -> str:
    """How many characters, and on which pages."""
    named = ", ".join(f"{page:,}" for page, _ in pages[:_PAGES])
    more = f" and {len(pages) - _PAGES:,} more" if len(pages) > _PAGES else ""
    return f"{sum(count for _, count in pages):,} characters on page{'s' * (len(pages) > 1)} {named}{more}"


def _all(past: History) -> tuple[Change, ...]:
    return tuple(change for one in past.revisions for change in one.changes)


def _effects(past: History | None, kept: Marks, changes: Sequence[Change]) -> tuple[Interval, ...]:
    found = [stated.exact("Changes", len(changes), "places", "of visible text, between states that the file keeps")]
    if past:
        found.append(stated.exact("States", len(past.revisions), "states", "of the file, each with its own end mark"))
        found.append(stated.exact("Signatures", len(past.signed), "signatures", "ranges of bytes that are covered"))
    if kept.sessions:
        found.append(stated.exact("Editing sessions", kept.sessions, "sessions", "distinct revision ids (rsid)"))
    return tuple(found)


def _explanations(past: History | None, kept: Marks) -> tuple[Explanation, ...]:
    signing = bool(past and len(past.revisions) > 1 and not _all(past))
    return (
        stated.explanation(
            "signing",
            "Were states added only by signing, timestamps or forms?",
            "fits in part" if signing else "does not fit",
            "No state changes visible text." if signing else "Visible text was changed, or nothing was added.",
        ),
        stated.explanation(
            "editing",
            "Is it the ordinary history of a document that people worked on?",
            "cannot tell",
            f"{len(kept.changes):,} tracked changes and {kept.comments:,} comments; only its owner can say.",
        ),
        stated.explanation(
            "clock",
            "Was a clock wrong, or did a program keep dates of another file?",
            "cannot tell",
            "Programs that convert, sign or merge files keep dates and names of what they were made from.",
        ),
    )


_VERDICTS = {True: "does not go together", False: "keeps something of its past"}
_TITLES = {
    "after-signing": "Visible text of a document was changed after it was signed",
    "gap": "A signature of a document does not cover all of it",
    "shared": "A form of a signed document can change what stands outside of it",
    "odd": "What a document says of itself does not go together",
    "revised": "A document keeps earlier states with other text",
    "filled": "A form was filled in after it was signed",
    "covered": "Text that a document covers can still be read in it",
    "invisible": "A document holds text that cannot be seen",
    "hidden": "A document holds text that no page shows",
    "unshown": "A document holds text that is set not to be shown",
    "apart": "A document has two records of a time that differ",
    "tracked": "A document keeps tracked changes",
    "comments": "A document keeps comments",
}
_COUNTED = {
    "after-signing": "Documents changed after signing",
    "gap": "Documents with a signature that does not cover them",
    "shared": "Documents with a form that can change other parts",
    "odd": "Documents whose facts do not go together",
    "revised": "Documents with earlier states of other text",
    "filled": "Documents whose form was filled in after signing",
    "covered": "Documents with text that can be read under what covers it",
    "invisible": "Documents with text that cannot be seen",
    "hidden": "Documents with text that no page shows",
    "unshown": "Documents with text that is set not to be shown",
    "apart": "Documents with two records of a time that differ",
    "tracked": "Documents with tracked changes",
    "comments": "Documents with comments",
}

DETECTOR = Documents()

"""What the public site shows: every issue ever published, put together from the workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from tocsin.cases.acts import private_names
from tocsin.model.case import Case, Publication, PublicFinding, PublicLink, PublicTest
from tocsin.model.people import Preferences
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

State = Literal["published", "corrected", "withdrawn"]
OUTCOMES = ("domestic", "not shown", "out of scope")
_PAGE = 500


@dataclass(frozen=True)
class PublicCase:
    """A case with every issue of it, oldest first. `masked` has the numbers of those in which names of private persons,
    known as such only after publication, are replaced."""

    id: str
    issues: tuple[Publication, ...]
    masked: frozenset[int] = frozenset()

    @property
    def current(self) -> Publication:
        """The last issue: what the site now says."""
        return self.issues[-1]

    @property
    def state(self) -> State:
        """What became of the claim."""
        if self.current.issue == "withdrawal":
            return "withdrawn"
        return "corrected" if self.changes else "published"

    @property
    def changes(self) -> tuple[Publication, ...]:
        """Corrections and withdrawals, newest first."""
        return tuple(issue for issue in reversed(self.issues) if issue.issue != "claim")

    @property
    def path(self) -> str:
        """The page that always holds the last issue."""
        return f"cases/{self.id}.html"

    def path_of(self, issue: Publication) -> str:
        """The page of one issue; older ones keep a page of their own."""
        return self.path if issue.number == self.current.number else f"cases/{self.id}-{issue.number}.html"


@dataclass(frozen=True)
class Detector:
    """What the published findings of one detector state of it, each test and explanation once."""

    name: str
    version: str
    findings: int
    tests: tuple[PublicTest, ...]
    explanations: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """Everything the pages are rendered from. `closed` counts cases that ended without a publication by outcome."""

    id: str
    title: str
    began: datetime
    exercise: bool
    cases: tuple[PublicCase, ...]  # the last changed first
    closed: dict[str, int]
    roots: tuple[tuple[str, str], ...]  # of the journal: day, SHA-256 of its file in an export

    @cached_property
    def issues(self) -> tuple[tuple[PublicCase, Publication], ...]:
        """Every issue, newest first."""
        every = [(case, issue) for case in self.cases for issue in case.issues]
        return tuple(sorted(every, key=lambda one: (one[1].made, one[1].id), reverse=True))

    @property
    def corrections(self) -> tuple[tuple[PublicCase, Publication], ...]:
        """Every correction and withdrawal, newest first."""
        return tuple(one for one in self.issues if one[1].issue != "claim")

    @property
    def break_glass(self) -> tuple[tuple[PublicCase, Publication], ...]:
        """Every issue that was published before all gates were passed, newest first."""
        return tuple(one for one in self.issues if one[1].break_glass)

    @property
    def detectors(self) -> tuple[Detector, ...]:
        """Every detector and version that a published finding comes from, by name."""
        found: dict[tuple[str, str], dict[str, PublicFinding]] = defaultdict(dict)
        for _, issue in self.issues:
            for finding in issue.body.findings:
                found[finding.detector, finding.version].setdefault(finding.id, finding)
        return tuple(_detector(*key, tuple(found[key].values())) for key in sorted(found))


def read(workspace: Workspace) -> Site:
    """Read what is published, and nothing else of any case but how it was closed."""
    with workspace.read() as reader:
        issues: dict[str, list[Publication]] = defaultdict(list)
        after = ""
        while True:
            page = reader.page(Publication, order="made", after=after, limit=_PAGE)
            for one in page.items:
                issues[one.case].append(one)
            after = page.next
            if not after:
                break
        cases = [_case(reader, *one) for one in issues.items()]
        preferences = reader.find(Preferences, "workspace") or Preferences()
        closed = {o: reader.count(Case, where=_ended(o, preferences.exercise)) for o in OUTCOMES}
    cases.sort(key=lambda case: (case.current.made, case.id), reverse=True)
    began = workspace.journal.entries(limit=1)[0].time
    roots = {str(root.day): root.digest for root in workspace.journal.roots()}  # of one day the last
    return Site(workspace.id, workspace.title, began, preferences.exercise, tuple(cases), closed, tuple(roots.items()))


def _case(reader: Reader, id_: str, issues: list[Publication]) -> PublicCase:
    ordered = tuple(sorted(issues, key=lambda one: one.number))
    case = reader.find(Case, id_)
    if case is None or all(name.standing != "private" for name in case.names):
        return PublicCase(id_, ordered)
    shown = tuple(map(private_names(case).record, ordered))
    masked = frozenset(new.number for old, new in zip(ordered, shown, strict=True) if new != old)
    return PublicCase(id_, shown, masked)


def evidence(issue: Publication) -> tuple[PublicLink, ...]:
    """Every piece of evidence that an issue names, once, in the order of its claims."""
    return tuple({one.id: one for one in _links(issue)}.values())


def _links(issue: Publication) -> Iterator[PublicLink]:
    for claim in issue.body.claims:
        yield from claim.evidence
        yield from claim.harm_evidence
        for step in claim.steps:
            yield from step.evidence


def _ended(outcome: str, exercise: bool) -> dict[str, object]:
    """Cases of an exercise are no results, unless all is exercise."""
    return {"state": "closed", "outcome": outcome} | ({} if exercise else {"exercise": False})


def _detector(name: str, version: str, findings: tuple[PublicFinding, ...]) -> Detector:
    tests = {(t.question, t.name, t.null_model): t for one in findings for t in one.tests}
    explanations = {e.question: None for one in findings for e in one.explanations}
    return Detector(name, version, len(findings), tuple(tests.values()), tuple(explanations))

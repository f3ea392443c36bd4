"""Leads: findings taken in from a scan or typed in by hand, dismissed with a reason, or taken into a case.

A finding attaches by its id, a digest of all that decides it. Where a scan with the same pseudonyms was run again on
more posts, its finding has another id: it follows the lead with which it shares most of its accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import log
from pathlib import Path
from typing import NamedTuple

from tocsin.cases import acts, leaks
from tocsin.cases.compare import changes, successors
from tocsin.cases.scans import SUMMARY, ScanFolder, keep, read, record
from tocsin.cases.settle import save
from tocsin.errors import ConflictError, UsageError
from tocsin.model.case import Case, Change, Lead
from tocsin.model.finding import Finding
from tocsin.model.people import Actor, Role
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace

_ROLES: tuple[Role, ...] = ("analyst",)
_TITLE, _PLATFORMS = 300, 50  # characters, platforms
_AFTER = 2 * 10**15  # what is explained innocently stands after every lead


class Imported(NamedTuple):
    """What an import did: how many leads are new, changed, came back after being dismissed, or are as they were; how
    many findings name nobody and are no leads; how many leads of the same pseudonyms this scan does not show."""

    new: int
    changed: int
    returned: int
    same: int
    unnamed: int
    gone: int


def import_findings(ws: Workspace, actor: Actor, folder: Path) -> Imported:
    """Take in the findings of a scan folder and keep its files as evidence. Raises `WorkspaceError` for a folder that
    is no finished scan, `UsageError` for a scan whose accounts are not pseudonyms, `ForbiddenError` for one of a leak
    that is not kept here or has not passed (`cases.leaks`)."""
    scan = read(folder)
    with acts.gate(ws, actor, "import findings", "", _ROLES):
        with ws.read() as reader:
            of = leaks.of_scan(reader, scan.summary)
        files = keep(ws, scan)  # before the transaction: nobody waits for the copying
    stored = files[SUMMARY].sha256
    with acts.act(ws, actor, "import findings", stored, _ROLES) as w:
        record(w, actor, scan, files)
        known = _known(w, scan)
        by_finding = {lead.finding: lead for lead in known}
        unseen = [lead for lead in known if lead.finding not in scan.evidence]
        follows = successors([f for f in scan.findings if f.id not in by_finding], unseen)
        new, changed = [], []
        for finding in scan.findings:
            old = by_finding.get(finding.id) or follows.get(finding.id)
            lead = _lead(finding, scan, stored, actor).but(leaks=of)
            if old is None:
                new.append(lead)
            elif (update := _updated(old, lead)) != old:
                changed.append(update)
        w.put_many([*new, *changed])
        for case_id in sorted({lead.case for lead in changed if lead.case}):
            save(w, w.get(Case, case_id))  # what a review accepted may be another content now
        returned = sum(lead.state == "new" and bool(lead.reason) for lead in changed)
        same = len(scan.findings) - len(new) - len(changed)
        return Imported(len(new), len(changed), returned, same, scan.unnamed, len(unseen) - len(follows))


def add(
    ws: Workspace, actor: Actor, title: str, text: str, first: datetime, last: datetime, platforms: Iterable[str] = ()
) -> Lead:
    """Type in a lead by hand. Accounts of private persons belong in it as pseudonyms only."""
    if not title.strip() or not text.strip() or last < first:
        raise UsageError("a lead needs a title, a text, and a last moment not before the first", hint="correct it")
    lead = acts.checked(
        Lead,
        title=title,
        text=text,
        first=first,
        last=last,
        platforms=tuple(platforms),
        added_by=actor.id,
        updated=acts.now(),
    )
    with acts.act(ws, actor, "add lead", lead.id, _ROLES) as w:
        return w.put(lead)


def dismiss(ws: Workspace, actor: Actor, leads: Iterable[str], reason: str) -> list[Lead]:
    """Set leads aside, all with one reason. They come back by themselves only if their evidence changes."""
    if not reason.strip():
        raise UsageError("leads are dismissed for a reason", hint="say why they need no case")
    chosen = tuple(dict.fromkeys(leads))
    with acts.act(ws, actor, "dismiss leads", "", _ROLES, note=f"{len(chosen)} leads") as w:
        return _decided(w, actor, chosen, "new", state="dismissed", reason=reason)


def restore(ws: Workspace, actor: Actor, leads: Iterable[str]) -> list[Lead]:
    """Take back that leads were dismissed. Each keeps the reason, so that this can be taken back as well."""
    chosen = tuple(dict.fromkeys(leads))
    with acts.act(ws, actor, "restore leads", "", _ROLES, note=f"{len(chosen)} leads") as w:
        return _decided(w, actor, chosen, "dismissed", state="new")


def _decided(w: Writer, actor: Actor, leads: Iterable[str], now: str, **to: str) -> list[Lead]:
    found = [w.get(Lead, lead_id) for lead_id in leads]
    for lead in found:
        if lead.state != now:
            raise ConflictError(f"lead {lead.id} is {lead.state}", hint=f"choose leads that are {now}")
    return w.put_many(
        acts.checked(Lead, **{**dict(lead), **to, "decided_by": actor.id, "updated": acts.now()}) for lead in found
    )


def _known(reader: Reader, scan: ScanFolder) -> list[Lead]:
    """The leads that this scan can be about: with its pseudonyms, or with one of its findings."""
    same = {lead.id: lead for lead in acts.every(reader, Lead, {"origin": scan.origin})} if scan.origin else {}
    wanted = list(scan.evidence)
    for start in range(0, len(wanted), 200):
        for lead in acts.every(reader, Lead, {"finding": tuple(wanted[start : start + 200])}):
            same[lead.id] = lead
    return list(same.values())


def _lead(finding: Finding, scan: ScanFolder, stored: str, actor: Actor) -> Lead:
    return Lead(
        finding=finding.id,
        evidence_digest=scan.evidence[finding.id],
        origin=scan.origin,
        scan=stored,
        detector=finding.detector,
        standing=finding.standing,
        title=finding.title[:_TITLE],
        score=round(1000 * min(_strength(finding), 1e12)) - (0 if finding.standing == "lead" else _AFTER),
        first=finding.first,
        last=finding.last,
        platforms=tuple(platform[:_TITLE] for platform in finding.platforms[:_PLATFORMS]),  # the body has them all
        added_by=actor.id,
        updated=acts.now(),
        body=finding,
    )


def _strength(finding: Finding) -> float:
    """How strong the finding's first test is: the natural log of its e-value, else that of 1/q or 1/p (an e-value of
    1/p is the most that p allows); 0 where an exact rule decided."""
    if not finding.tests:
        return 0.0
    test = finding.tests[0]
    chance = test.p if test.q is None else test.q
    return test.log_e or (0.0 if chance is None else -log(max(chance, 1e-300)))


def _updated(old: Lead, seen: Lead) -> Lead:
    """The lead with what the rerun says; the same object where nothing changed. A dismissed one comes back only where
    its evidence changed, and keeps its reason."""
    assert old.body is not None
    assert seen.body is not None
    differ = changes(old.body, seen.body)
    moved = old.evidence_digest != seen.evidence_digest
    if not differ and not moved:
        return old
    state = old.state
    if old.state == "dismissed" and moved:
        state = "new"
        differ = (*differ, Change(field="state", before="dismissed", after="new: its evidence changed"))
    kept = {"id": old.id, "version": old.version, "case": old.case, "added_by": old.added_by}
    decided = {"state": state, "reason": old.reason, "decided_by": old.decided_by}
    return seen.but(**kept, **decided, changes=differ)

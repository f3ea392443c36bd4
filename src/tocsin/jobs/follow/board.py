"""The leads of a live desk: findings of one look after the other, known again by the accounts they share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from tocsin.errors import WorkspaceError
from tocsin.model.finding import Finding, Record
from tocsin.share.write import write_whole

LEADS, EVENTS = "leads.json", "events.jsonl"
SAME = 0.5  # share of the smaller group's members from which two findings are one lead
EVENTS_BYTES = 32 << 20  # from which the file of events is put aside; one such is kept
ENDED = 200  # ended leads that are remembered


class Lead(Record):
    """A group that was found: when it was raised, last changed, and ended (None: it still stands)."""

    lead: str
    finding: Finding
    raised: datetime
    changed: datetime
    ended: datetime | None = None


class Event(Record):
    """What a look brought: a lead that is new (or back, under its old name), changed, or ended."""

    time: datetime
    event: Literal["new", "changed", "ended"]
    lead: str
    finding: str
    standing: str
    title: str
    sentence: str
    members: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    last_evidence: datetime


class Leads(Record):
    """All that is kept of leads, and the length of the file of events that goes with it."""

    made: int = 0
    present: tuple[Lead, ...] = ()
    ended: tuple[Lead, ...] = ()
    events_bytes: int = 0


class Board:
    """Leads of a folder that is held; `back` is for how long an ended one is known again."""

    def __init__(self, out: Path, back: timedelta) -> None:
        self._out, self._back = out, back
        path = out / LEADS
        try:
            self.leads = Leads.model_validate_json(path.read_bytes()) if path.exists() else Leads()
        except ValidationError as error:
            raise WorkspaceError(f"{path} is damaged: {error}", hint="name another folder with --out") from error
        events = out / EVENTS
        if events.exists() and events.stat().st_size > self.leads.events_bytes:  # written, never confirmed
            os.truncate(events, self.leads.events_bytes)

    def compare(self, findings: Sequence[Finding], now: datetime) -> list[Event]:
        """Take over what a look found, append what is new, changed or ended to events.jsonl, and return it."""
        held = [*self.leads.present, *(one for one in self.leads.ended if one.ended and now - one.ended <= self._back)]
        pairs = _matched(held, findings)
        present, events, made = list[Lead](), list[Event](), self.leads.made
        for finding in sorted(findings, key=lambda finding: finding.id):
            known = pairs.get(finding.id)
            if known is None:
                made += 1
                known = Lead(lead=f"lead-{made}", finding=finding, raised=now, changed=now)
                events.append(_event("new", known, now))
            elif known.ended:
                known = Lead(lead=known.lead, finding=finding, raised=known.raised, changed=now)
                events.append(_event("new", known, now))
            else:
                told = _changed(known.finding, finding)
                changed = now if told else known.changed
                before, known = known, known.model_copy(update={"finding": finding, "changed": changed})
                if told:
                    events.append(_event("changed", known, now, before.finding))
            present.append(known)
        names = {lead.lead for lead in present}
        gone = [one.model_copy(update={"ended": now}) for one in self.leads.present if one.lead not in names]
        events += [_event("ended", one, now) for one in gone]
        ended = [one for one in self.leads.ended if one.lead not in names]
        self._keep(made, present, [*ended, *gone][-ENDED:], events)
        return events

    def _keep(self, made: int, present: list[Lead], ended: list[Lead], events: list[Event]) -> None:
        """First the events, then the leads with the length of their file: what is not confirmed is cut off later."""
        path = self._out / EVENTS
        if path.exists() and path.stat().st_size > EVENTS_BYTES:
            path.replace(path.with_name("events.1.jsonl"))
        if events:
            with path.open("ab") as file:
                file.writelines(event.model_dump_json().encode() + b"\n" for event in events)
                file.flush()
                os.fsync(file.fileno())
        size = path.stat().st_size if path.exists() else 0
        before = self.leads
        self.leads = Leads(made=made, present=tuple(present), ended=tuple(ended), events_bytes=size)
        if self.leads != before:
            write_whole(self._out / LEADS, lambda to: to.write(self.leads.model_dump_json().encode()))


def _matched(held: Sequence[Lead], findings: Sequence[Finding]) -> dict[str, Lead]:
    """Finding id -> its lead: the pairs that share most members first, each lead and finding once."""
    shared = []
    for finding in findings:
        members = set(finding.subjects)
        for lead in held:
            both = len(members.intersection(lead.finding.subjects))
            if both and both >= SAME * min(len(members), len(lead.finding.subjects)):
                shared.append((bool(lead.ended), -both, lead.lead, finding.id, lead))
    found: dict[str, Lead] = {}
    taken = set[str]()
    for _, _, name, finding_id, lead in sorted(shared, key=lambda row: row[:4]):
        if name not in taken and finding_id not in found:
            taken.add(name)
            found[finding_id] = lead
    return found


def _changed(before: Finding, after: Finding) -> bool:
    """Whether there is something to tell: other members, another standing or layer, evidence that was not there."""
    return (
        set(before.subjects) != set(after.subjects)
        or before.standing != after.standing
        or not set(after.layers) <= set(before.layers)
        or after.last > before.last
    )


def _event(what: Literal["new", "changed", "ended"], lead: Lead, now: datetime, before: Finding | None = None) -> Event:
    finding, known = lead.finding, set(before.subjects) if before else None
    return Event(
        time=now,
        event=what,
        lead=lead.lead,
        finding=finding.id,
        standing=finding.standing,
        title=finding.title,
        sentence=finding.sentence,
        members=len(finding.subjects),
        added=() if known is None else tuple(sorted(set(finding.subjects) - known)),
        removed=() if known is None else tuple(sorted(known - set(finding.subjects))),
        last_evidence=finding.last,
    )

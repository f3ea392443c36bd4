"""Dossiers in a workspace: begun from a case, kept with a journal entry, read by those who see the case's names."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.cases import acts
from tocsin.cases.sight import Look, look, need_open, sight
from tocsin.errors import NotFoundError, UsageError
from tocsin.model.case import Case, Claim, Link, Name
from tocsin.model.dossier import Act, Counter, Dossier, Hearing, Source
from tocsin.model.people import Actor, Role
from tocsin.respond.sanctions.reading import check
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

WRITERS: tuple[Role, ...] = ("analyst",)
READERS: tuple[Role, ...] = ("analyst", "reviewer", "publisher", "custodian")
#: What a case's kind of interference is called among the codes of conduct.
_CONDUCT = {
    "amplification": ("information",),
    "fabrication": ("information",),
    "leaks": ("information",),
    "funding": ("covert-funding",),
    "voting": ("election",),
}
_PERSONS = ("person", "candidate")


def from_case(ws: Workspace, actor: Actor, case_id: str, name: str) -> Dossier:
    """A dossier about a name that the case says did something, filled from its claims; not kept yet.

    What a case does not say stays empty, for a person to fill in: that the subject itself did it, where, the nexus,
    the identifiers. `NotFoundError` for a name that the case does not hold as named, `ForbiddenError` for whoever does
    not see its names.
    """
    with ws.read() as reader:
        need_open(reader, actor, reader.get(Case, case_id))
        whole = look(reader, actor, case_id)
    subject = next((n for n in whole.case.names if n.standing == "named" and name in (n.text, *n.also)), None)
    if subject is None:
        raise NotFoundError(f"case {case_id} does not name {name}", hint="name it in the case first, as named")
    cited = _Cited(whole)
    told = tuple(_act(claim, whole.case, cited) for claim in whole.claims if claim.made and claim.text)
    against = tuple(
        Counter(text=other.text, answer=other.rejected, sources=cited(other.evidence))
        for claim in whole.claims
        for other in claim.alternatives
    )
    return Dossier(
        name=subject.text,
        subject="Person" if subject.sort in _PERSONS else "Organization",
        also=subject.also,
        sources=tuple(cited.sources.values()),
        acts=told,
        counter=against,
        hearing=_hearing(whole, subject),
        tlp=whole.case.tlp,
        case=case_id,
    )


def keep(ws: Workspace, actor: Actor, dossier: Dossier) -> Dossier:
    """Keep a dossier, new or changed. `UsageError` where it refers to what is not there, `ConflictError` if somebody
    else changed it, `ForbiddenError` for whoever is no analyst or does not see the names of its case."""
    if faults := list(check(dossier)):
        raise UsageError(faults[0], hint=f"{len(faults)} such in all; correct the dossier")
    with acts.act(ws, actor, "keep dossier", dossier.id, WRITERS) as w:
        if dossier.case:
            need_open(w, actor, w.get(Case, dossier.case))
        authors = tuple(dict.fromkeys((*dossier.authors, actor.id)))
        return w.put(dossier.but(authors=authors, updated=acts.now()))


def dossier_of(ws: Workspace, actor: Actor, dossier_id: str) -> Dossier:
    """One dossier. `NotFoundError`; `ForbiddenError` as for `keep`, and that is kept in the journal."""
    with acts.gate(ws, actor, "read dossier", dossier_id, READERS), ws.read() as reader:
        found = reader.get(Dossier, dossier_id)
        if found.case:
            need_open(reader, actor, reader.get(Case, found.case))
        return found


def dossiers(ws: Workspace, actor: Actor, case_id: str = "") -> tuple[Dossier, ...]:
    """The dossiers the actor may read, of one case or all, the last changed first."""
    if not actor.roles.intersection(READERS):
        return ()
    with ws.read() as reader:
        found = list(acts.every(reader, Dossier, {"case": case_id} if case_id else {}))
        seen = {case: _sees(reader, actor, case) for case in {one.case for one in found}}
    return tuple(sorted((one for one in found if seen[one.case]), key=lambda one: str(one.updated), reverse=True))


def _sees(reader: Reader, actor: Actor, case_id: str) -> bool:
    return not case_id or sight(reader, actor, reader.get(Case, case_id)) == "open"


class _Cited:
    """The evidence of a case as sources of a dossier; each gets a short id when it is first cited."""

    def __init__(self, whole: Look) -> None:
        self.sources: dict[tuple[str, str], Source] = {}
        self._items = {item.id: item for item in whole.items}
        self._leads = {lead.id: lead for lead in whole.leads}

    def __call__(self, links: Iterable[Link]) -> tuple[str, ...]:
        found = [self._source(link) for link in links]
        return tuple(dict.fromkeys(source.id for source in found if source))

    def _source(self, link: Link) -> Source | None:
        key = (link.to, link.id)
        if key not in self.sources and (link.id in self._items or link.id in self._leads):
            self.sources[key] = self._new(link, f"s{len(self.sources) + 1}")
        return self.sources.get(key)

    def _new(self, link: Link, short: str) -> Source:
        grades = {"reliability": link.source, "information": link.information}
        if item := self._items.get(link.id):
            kept = {"sha256": item.sha256, "archived": item.captured, "item": item.id}
            return Source.model_validate(
                {"id": short, "title": item.name or item.id, "url": item.source, **kept, **grades}
            )
        lead = self._leads[link.id]
        origin = lead.detector or "typed in by a person"
        return Source.model_validate({"id": short, "title": lead.title, "origin": origin, **grades})


def _act(claim: Claim, case: Case, cited: _Cited) -> Act:
    """A claim as an act. Who did it is for a person to say, and so is conduct beyond the behaviour."""
    conduct = _CONDUCT.get(case.interference, ()) if claim.which == "behaviour" else ()
    return Act(
        id=claim.which,
        text=claim.text,
        first=case.first_day,
        last=case.last_day,
        own=False,
        conduct=conduct,
        sources=cited(claim.evidence),
    )


def _hearing(whole: Look, subject: Name) -> Hearing:
    asked = [reply for reply in whole.replies if reply.placeholder == subject.placeholder]
    if not asked:
        return Hearing()
    last = max(asked, key=lambda reply: reply.asked)
    if last.state == "waived":
        return Hearing(not_asked=last.reason)
    answered = last.answered.date() if last.answered else None
    return Hearing(asked=last.asked.date(), answered=answered, text=last.answer)

"""What a case tells a partner, before it is put into STIX: taken from the case, or from its publication alone.

Names of private persons are replaced in every text; what belongs to them is left out. Each record and field is
accounted for in the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tocsin.cases import acts
from tocsin.cases import leaks as leaked
from tocsin.cases.blinding import Blinder
from tocsin.cases.snapshot import claims_of
from tocsin.errors import NotFoundError
from tocsin.model.case import Body, Case, Claim, Lead, Link, Publication, Reply, Review
from tocsin.model.check import KeptLink
from tocsin.model.evidence import Item
from tocsin.model.exchange import Channel, Entity, Measure, Own
from tocsin.model.finding import Content, Finding, Record
from tocsin.model.grades import Grade, Tlp
from tocsin.share.stix.ledger import Ledger
from tocsin.store.records import Reader

PSEUDONYM = re.compile(r"acct_[0-9a-hjkmnp-tv-z]{12}").fullmatch
#: Fields that go out, by kind of record; each other one stays in the workspace.
SHARED: dict[str, str] = {
    "case": "title summary unknown interference election first_day last_day tlp outcome state exercise",
    "claim": "which made text basis grade evidence alternatives steps harm harm_note harm_evidence evidence_class",
    "lead": "title text first last body standing detector",
    "item": "sha256 size media_type captured how tool tool_version source",
    "reply": "whom answer answered state",
    "review": "decision decided",
    "entity": "sort stix_id name body",
    "publication": "body made issue number",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence by its digest, with how it was got and how the case grades it."""

    sha256: str
    size: int = 0
    media_type: str = ""
    captured: datetime | None = None
    how: str = ""
    tool: str = ""
    url: str = ""
    note: str = ""
    source: str = ""
    information: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A claim as it goes out."""

    which: str
    made: bool
    text: str
    basis: str
    grade: Grade
    evidence: tuple[Proof, ...]
    alternatives: tuple[tuple[str, str], ...]  # other explanation, why rejected
    steps: tuple[dict[str, Any], ...]
    harm: int
    harm_note: str
    evidence_class: str


@dataclass(frozen=True, slots=True)
class Found:
    """A lead as it goes out: a sentence, accounts as pseudonyms, what was seen of hosts (names that imitate, addresses
    that scan or attack), and fact-checks of the same thing: publisher, what the link rests on, address."""

    part: str
    title: str
    text: str
    first: datetime
    last: datetime
    posts: int
    accounts: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    checks: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """All that goes out of one case, besides what partners wrote."""

    title: str
    summary: str
    unknown: str
    interference: str
    election: str
    first_day: date | None
    last_day: date | None
    tlp: Tlp
    outcome: str
    state: str
    exercise: bool
    published: datetime | None = None
    claims: tuple[Said, ...] = ()
    parties: tuple[str, ...] = ()  # whom the attribution names; never a person
    found: tuple[Found, ...] = ()
    replies: tuple[tuple[str, str, str], ...] = ()  # part, whom, answer
    readings: tuple[tuple[str, str], ...] = ()  # part, decision of a second reader
    entities: tuple[tuple[Entity, Own], ...] = ()
    foreign: tuple[Entity, ...] = ()
    proofs: Mapping[str, Proof] = field(default_factory=dict)  # by "lead <id>" or "item <id>"

    @property
    def own(self) -> bool:
        """Whether anything was written here, beside what came with an import."""
        said = self.summary or self.claims or self.entities or self.found or self.replies
        return bool(said) or not self.foreign


def account(ledger: Ledger, name: str, record: Record, *, withheld: str = "") -> None:
    """Say in the ledger what becomes of a record of ours and of each field; `withheld` is why none of it goes out."""
    ledger.entered(name, dict(record))
    ledger.add(name, "", "withheld" if withheld else "mapped", withheld or "put into STIX")
    shared = () if withheld else SHARED[name.split()[0]].split()
    for one in type(record).model_fields:
        if one in shared:
            ledger.add(name, one, "mapped", "put into STIX", str(getattr(record, one)))
        else:
            ledger.add(name, one, "withheld", withheld or "stays in the workspace", str(getattr(record, one)))


def of_case(reader: Reader, case_id: str, ledger: Ledger) -> Told:
    """What a case tells, as it stands. Raises `NotFoundError`."""
    case = reader.get(Case, case_id)
    account(ledger, f"case {case_id}", case)
    hide = acts.private_names(case)
    claims = claims_of(reader, case_id)
    mine, theirs = _entities(reader, case_id, hide, ledger)
    proofs = _proofs(reader, claims, mine, hide, ledger)
    leads = list(acts.every(reader, Lead, {"case": case_id}))
    closed = {lead.id for lead in leads if leaked.closed(reader, lead)}
    for lead in leads:
        why = "from a leak that may not be shown further" if lead.id in closed else ""
        account(ledger, f"lead {lead.id}", lead, withheld=why)
    for claim in claims:
        account(ledger, f"claim {claim.which}", claim)
    attributed = any(claim.which == "attribution" and claim.made for claim in claims)
    return Told(
        hide.text(case.title), hide.text(case.summary), hide.text(case.unknown), case.interference,
        hide.text(case.election), case.first_day, case.last_day, case.tlp, case.outcome, case.state, case.exercise,
        claims=tuple(_claim(hide.record(claim), proofs) for claim in claims if claim.text),
        parties=tuple(
            name.text for name in case.names
            if attributed and name.standing == "named" and name.sort in ("party", "country", "organisation")
        ),
        found=tuple(_lead(reader, hide, lead) for lead in leads if lead.id not in closed),
        replies=tuple(_replies(reader, case_id, hide, ledger)),
        readings=tuple(_readings(reader, case_id, ledger)),
        entities=mine,
        foreign=theirs,
        proofs=proofs,
    )  # fmt: skip


def of_publication(reader: Reader, case_id: str, ledger: Ledger) -> Told:
    """What the newest publication of a case holds, and nothing else. `NotFoundError` if it was never published."""
    newest = reader.page(Publication, {"case": case_id}, order="-number", limit=1).items
    if not newest:
        raise NotFoundError(f"case {case_id} was never published", hint="publish it, or take another profile")
    issue, body = newest[0], newest[0].body
    account(ledger, f"publication {issue.id}", issue)
    for entity in acts.every(reader, Entity, {"case": case_id}):
        account(ledger, f"entity {entity.id}", entity, withheld="not in the publication")
    state = "withdrawn" if issue.issue == "withdrawal" else "published"
    proofs = {
        f"item {link.id}": Proof(link.sha256, note=link.note, source=link.source, information=link.information)
        for claim in body.claims
        for link in claim.evidence
        if link.to == "item"
    }
    return Told(
        body.title, body.summary, body.unknown, body.interference, body.election, body.first_day, body.last_day,
        "clear", "established", state, body.exercise, issue.made,
        claims=tuple(_public_claim(body)),
        found=tuple(
            Found(f"lead {f.id}", f.title, f.sentence, f.first, f.last, f.posts, ()) for f in body.findings
        ),
        replies=tuple((f"reply {n}", r.whom, r.answer) for n, r in enumerate(body.replies) if r.answer),
        proofs=proofs,
    )  # fmt: skip


def _public_claim(body: Body) -> Iterator[Said]:
    for c in body.claims:
        yield Said(
            c.which, c.made, c.text, c.basis, c.grade,
            tuple(Proof(e.sha256, note=e.note, source=e.source, information=e.information) for e in c.evidence),
            tuple((a.text, a.rejected) for a in c.alternatives), tuple(_step(s.level, s.shown, s.at) for s in c.steps),
            c.harm, c.harm_note, c.evidence_class,
        )  # fmt: skip


def _entities(
    reader: Reader, case_id: str, hide: Blinder, ledger: Ledger
) -> tuple[tuple[tuple[Entity, Own], ...], tuple[Entity, ...]]:
    """What was written here, with its content, and what came from partners."""
    mine: list[tuple[Entity, Own]] = []
    theirs: list[Entity] = []
    for entity in acts.every(reader, Entity, {"case": case_id}):
        if entity.origin:
            account(ledger, f"entity {entity.id}", entity)
            theirs.append(entity)
            continue
        own = entity.own()
        private = isinstance(own, Channel) and (own.private or hide.names_in(f"{own.url} {own.account}"))
        account(ledger, f"entity {entity.id}", entity, withheld="a private person's" if private else "")
        if not private:
            mine.append((entity.model_copy(update={"name": hide.text(entity.name)}), hide.record(own)))
    return tuple(mine), tuple(theirs)


def _proofs(
    reader: Reader, claims: tuple[Claim, ...], entities: tuple[tuple[Entity, Own], ...], hide: Blinder, ledger: Ledger
) -> dict[str, Proof]:
    """The items that a claim or an entity rests on; an address that holds a private person's name stays here."""
    links = [link for claim in claims for link in (*claim.evidence, *claim.harm_evidence)]
    links += [link for claim in claims for step in claim.steps for link in step.evidence]
    for _, own in entities:
        links += () if isinstance(own, Measure) else own.evidence
    found = {}
    for id_ in dict.fromkeys(link.id for link in links if link.to == "item"):
        item = reader.find(Item, id_)
        if item is None:
            continue
        account(ledger, f"item {id_}", item)
        web = item.source if item.source.startswith(("http://", "https://")) else ""
        found[f"item {id_}"] = Proof(
            item.sha256, item.size, item.media_type, item.captured, item.how,
            f"{item.tool} {item.tool_version}".strip(), web if web and not hide.names_in(web) else "",
        )  # fmt: skip
    return found


def _claim(claim: Claim, proofs: Mapping[str, Proof]) -> Said:
    return Said(
        claim.which, claim.made, claim.text, claim.basis, claim.grade, linked(claim.evidence, proofs),
        tuple((other.text, other.rejected) for other in claim.alternatives),
        tuple(_step(step.level, step.shown, step.at) for step in claim.steps),
        claim.harm, claim.harm_note, claim.evidence_class,
    )  # fmt: skip


def linked(links: Iterable[Link], proofs: Mapping[str, Proof]) -> tuple[Proof, ...]:
    """The items among some links, each as the link grades it."""
    return tuple(
        replace(proofs[f"item {link.id}"], note=link.note, source=link.source, information=link.information)
        for link in links
        if link.to == "item" and f"item {link.id}" in proofs
    )


def _step(level: int, shown: bool, at: datetime | None) -> dict[str, Any]:
    return {"level": level, "shown": shown} | ({"at": when(at)} if at else {})


def _lead(reader: Reader, hide: Blinder, lead: Lead) -> Found:
    body, hidden = lead.body, hide.record(lead)
    accounts = tuple(sorted(one for one in (body.subjects if body else ()) if PSEUDONYM(one)))
    text = hidden.body.sentence if hidden.body else hidden.text
    posts = len(body.evidence_posts) if body else 0
    hosts = tuple(one for one in _hosts(body) if not hide.names_in(one)) if body else ()
    checks = tuple(_checks(reader, hide, body.content)) if body and body.content else ()
    return Found(f"lead {lead.id}", hidden.title, text, lead.first, lead.last, posts, accounts, hosts, checks)


def _hosts(body: Finding) -> tuple[str, ...]:
    """Names and addresses that a finding is about."""
    if body.content:
        return tuple(dict.fromkeys(one.name for one in body.content.names))
    return body.subjects if body.targeting else ()


#: On what a link to a fact-check rests; one that a person rejected does not go out.
_STATES = {"suggested": "suggested by a machine, confirmed by nobody", "confirmed": "confirmed by a person"}


def _checks(reader: Reader, hide: Blinder, content: Content) -> Iterator[tuple[str, str, str]]:
    settled = _settled(reader, content) if content.claims else {}
    for link in content.claims:
        state = settled.get(link.claim, link.state)
        if state in _STATES and not hide.names_in(f"{link.url} {link.publisher}"):
            verdict = f"; the publisher's own verdict: {hide.text(link.verdict)}" if link.verdict else ""
            yield link.publisher, f"A check of a claim like it: {_STATES[state]}{verdict}", link.url


def _settled(reader: Reader, content: Content) -> dict[str, str]:
    """What people decided since on links between the wordings of a finding and claims, by claim."""
    from tocsin.detect.fabrication.check import subject_of  # with what compares texts, which takes a moment to load

    subjects = tuple(dict.fromkeys(subject_of(wording.text) for wording in content.wordings[:200]))
    every = acts.every(reader, KeptLink, {"subject": subjects}) if subjects else ()
    return {kept.link.claim: kept.state for kept in every if kept.state != "suggested"}


def _replies(reader: Reader, case_id: str, hide: Blinder, ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    for reply in acts.every(reader, Reply, {"case": case_id}):
        account(ledger, f"reply {reply.id}", reply, withheld="" if reply.answer else "not answered")
        if reply.answer:
            yield f"reply {reply.id}", hide.text(reply.whom), hide.text(reply.answer)


def _readings(reader: Reader, case_id: str, ledger: Ledger) -> Iterator[tuple[str, str]]:
    for review in acts.every(reader, Review, {"case": case_id}):
        account(ledger, f"review {review.id}", review, withheld="" if review.decision else "not decided")
        if review.decision:
            yield f"review {review.id}", review.decision


def stamp(time: datetime) -> str:
    """A time as STIX wants it of versions: to the millisecond."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def when(time: datetime) -> str:
    """Any other time: without digits that say nothing (section 3.2, no more precision than is needed)."""
    seconds, _, digits = stamp(time).removesuffix("Z").partition(".")
    kept = digits.rstrip("0")
    return f"{seconds}.{kept}Z" if kept else f"{seconds}Z"

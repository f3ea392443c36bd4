"""What a case says at one moment: its digest, which reviews and approvals are bound to, and its public body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.cases import acts
from tocsin.model.case import (
    WHICH,
    Body,
    Case,
    Claim,
    Lead,
    Link,
    PublicAlternative,
    PublicClaim,
    PublicEffect,
    PublicExplanation,
    PublicFinding,
    PublicGate,
    PublicLink,
    PublicReply,
    PublicStep,
    PublicTest,
    Reply,
)
from tocsin.model.evidence import Item
from tocsin.model.finding import Finding, Interval, Test
from tocsin.store.canonical import digest
from tocsin.store.records import Reader

_CASE = {
    "title", "interference", "election", "voting_day", "first_day", "last_day", "summary", "unknown", "scope", "names",
    "exercise",
}  # fmt: skip
_ASIDE = {"id", "version", "case", "authors", "updated", "second_reader"}


def claims_of(reader: Reader, case_id: str) -> tuple[Claim, ...]:
    """The claims of a case, in their fixed order."""
    found = {claim.which: claim for claim in acts.every(reader, Claim, {"case": case_id})}
    return tuple(found[which] for which in WHICH if which in found)


def links_of(claims: Iterable[Claim]) -> Iterator[Link]:
    """Every piece of evidence that the claims name, with repetitions."""
    for claim in claims:
        yield from claim.evidence
        yield from claim.harm_evidence
        for links in (*(step.evidence for step in claim.steps), *(other.evidence for other in claim.alternatives)):
            yield from links


def content(reader: Reader, case: Case) -> str:
    """Digest of all that a reviewer judges: the case, its claims, and the evidence of the leads they name."""
    claims = claims_of(reader, case.id)
    leads = sorted({link.id for link in links_of(claims) if link.to == "lead"})
    found = [reader.find(Lead, lead) for lead in leads]
    return digest(
        {
            "case": case.model_dump(mode="json", include=_CASE),
            "claims": [claim.model_dump(mode="json", exclude=_ASIDE) for claim in claims],
            "leads": [[lead.id, lead.evidence_digest] for lead in found if lead],
        }
    )


def body(reader: Reader, case: Case, gates: tuple[PublicGate, ...]) -> Body:
    """What would be published now."""
    claims = claims_of(reader, case.id)
    names = {"title", "interference", "election", "voting_day", "first_day", "last_day", "summary", "unknown"}
    return Body(
        **case.model_dump(include=names),
        case=case.id,
        exercise=case.exercise,
        claims=tuple(_claim(reader, claim) for claim in claims),
        replies=tuple(_reply(reply) for reply in latest_replies(reader, case.id)),
        findings=tuple(_findings(reader, claims)),
        gates=gates,
    )


def latest_replies(reader: Reader, case_id: str) -> tuple[Reply, ...]:
    """The last request to each named party, in the order of their placeholders."""
    found = sorted(acts.every(reader, Reply, {"case": case_id}), key=lambda reply: (reply.asked, reply.id))
    last = {reply.placeholder: reply for reply in found}
    return tuple(last[placeholder] for placeholder in sorted(last))


def _claim(reader: Reader, claim: Claim) -> PublicClaim:
    return PublicClaim(
        **claim.model_dump(include={"which", "made", "text", "basis", "harm", "harm_note", "evidence_class"}),
        grade=claim.grade,
        evidence=_links(reader, claim.evidence),
        harm_evidence=_links(reader, claim.harm_evidence),
        alternatives=tuple(PublicAlternative(text=a.text, rejected=a.rejected) for a in claim.alternatives),
        steps=tuple(
            PublicStep(level=s.level, shown=s.shown, at=s.at, note=s.note, evidence=_links(reader, s.evidence))
            for s in claim.steps
        ),
    )


def _links(reader: Reader, links: Iterable[Link]) -> tuple[PublicLink, ...]:
    return tuple(_link(reader, link) for link in links)


def _link(reader: Reader, link: Link) -> PublicLink:
    title, sha256 = "", ""
    if link.to == "lead" and (lead := reader.find(Lead, link.id)):
        title, sha256 = lead.title, lead.evidence_digest
    elif link.to == "item" and (item := reader.find(Item, link.id)):
        title, sha256 = item.name, item.sha256
    return PublicLink(**dict(link), title=title, sha256=sha256)


def _reply(reply: Reply) -> PublicReply:
    silent = reply.state == "asked" and acts.now() >= reply.due
    public = reply.model_dump(include={"whom", "asked", "due", "answer", "answered"})
    return PublicReply(**public, silent=silent, waived=reply.reason if reply.state == "waived" else "")


def _findings(reader: Reader, claims: Iterable[Claim]) -> Iterator[PublicFinding]:
    wanted = dict.fromkeys(link.id for link in links_of(claims) if link.to == "lead")
    for lead in (reader.find(Lead, lead) for lead in wanted):
        if lead and lead.body:
            yield _finding(lead.body)


def _finding(finding: Finding) -> PublicFinding:
    names = {"id", "detector", "version", "standing", "title", "sentence", "first", "last", "notes"}
    accounts, posts = _posted(finding)
    return PublicFinding(
        **finding.model_dump(include=names),
        accounts=accounts,
        posts=posts,
        tests=tuple(map(_test, finding.tests)),
        effects=tuple(map(_effect, finding.effects)),
        explanations=tuple(
            PublicExplanation(question=e.question, verdict=e.verdict, detail=e.detail) for e in finding.explanations
        ),
    )


def _posted(finding: Finding) -> tuple[int, int]:
    """How many accounts and posts it is about: none where it is about mails and documents."""
    if finding.leak and finding.leak.sign != "quoted":
        return 0, 0
    if finding.content:
        return finding.content.accounts, finding.content.posts
    return len(finding.subjects), len(finding.evidence_posts)


def _test(test: Test) -> PublicTest:
    figures = {name: _figure(getattr(test, name)) for name in ("observed", "expected", "p", "q", "log_e")}
    return PublicTest(**test.model_dump(include={"question", "name", "null_model", "note"}), **figures)


def _effect(effect: Interval) -> PublicEffect:
    figures = {name: _figure(getattr(effect, name)) for name in ("value", "low", "high", "level")}
    return PublicEffect(**effect.model_dump(include={"name", "unit", "meaning"}), **figures)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"

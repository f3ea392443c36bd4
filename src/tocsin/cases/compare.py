"""What a rerun changed in a finding, and which finding of it goes on with which lead."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tocsin.model.case import Change, Lead
from tocsin.model.finding import Finding

#: Share of accounts in common (Jaccard) from which a finding goes on with a lead: most of either are in both.
SAME_GROUP = 0.5
_MOST = 49  # changes that are listed


def successors(findings: Sequence[Finding], leads: Sequence[Lead]) -> dict[str, Lead]:
    """For findings with a new id, the lead that each goes on with: the one of the same detector with the most accounts
    in common, at least `SAME_GROUP`; each lead once, the closest pair first."""
    holders: dict[tuple[str, str], list[Lead]] = defaultdict(list)
    for lead in leads:
        for account in lead.body.subjects if lead.body else ():
            holders[lead.detector, account].append(lead)
    pairs = sorted(_pairs(findings, holders), key=lambda pair: (-pair[0], pair[1].id, pair[2].id))
    taken: set[str] = set()
    found: dict[str, Lead] = {}
    for _, finding, lead in pairs:
        if finding.id not in found and lead.id not in taken:
            found[finding.id] = lead
            taken.add(lead.id)
    return found


def _pairs(
    findings: Iterable[Finding], holders: dict[tuple[str, str], list[Lead]]
) -> Iterator[tuple[float, Finding, Lead]]:
    for finding in findings:
        near = {lead.id: lead for account in finding.subjects for lead in holders.get((finding.detector, account), ())}
        common = Counter(
            lead.id for account in finding.subjects for lead in holders.get((finding.detector, account), ())
        )
        for lead_id, both in common.items():
            body = near[lead_id].body
            assert body is not None
            share = both / (len(finding.subjects) + len(body.subjects) - both)
            if share >= SAME_GROUP:
                yield share, finding, near[lead_id]


def changes(old: Finding, new: Finding) -> tuple[Change, ...]:
    """What differs between two states of a finding, one line each."""
    found = [
        *_plain(old, new),
        *_members("accounts", old.subjects, new.subjects),
        *_members("posts", old.evidence_posts, new.evidence_posts),
        *_figures(old, new),
    ]
    rest = [name for name in Finding.model_fields if getattr(old, name) != getattr(new, name)]
    if rest and not found:
        found.append(Change(field="details", before="", after=", ".join(rest)[:300]))
    return tuple(found[:_MOST])


def _plain(old: Finding, new: Finding) -> Iterator[Change]:
    for name in ("version", "standing", "title", "first", "last"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(field=name, before=str(before)[:300], after=str(after)[:300])


def _members(field: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    joined, left = len(set(new) - set(old)), len(set(old) - set(new))
    if joined or left:
        yield Change(field=field, before=str(len(old)), after=f"{len(new)} (+{joined} −{left})")


def _figures(old: Finding, new: Finding) -> Iterator[Change]:
    before = {test.name: test for test in old.tests}
    for test in new.tests:
        if test.name in before and before[test.name] != test:
            was = before[test.name]
            yield Change(
                field=test.name[:300],
                before=f"{was.observed:.4g} observed, {was.expected:.4g} expected",
                after=f"{test.observed:.4g} observed, {test.expected:.4g} expected",
            )

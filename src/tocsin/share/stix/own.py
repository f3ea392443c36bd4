"""What a case itself says, as STIX objects: incident, campaign, claims, techniques, channels, narratives, evidence.

The mapping, part by part, is in docs/how-to/exchange.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

from tocsin.model.exchange import Channel, Entity, Measure, Narrative, Profile, Technique
from tocsin.model.grades import Breakout
from tocsin.share.disarm.identity import CAUTION, framework
from tocsin.share.stix.check import Stix
from tocsin.share.stix.extension import INCIDENT, handling, of_creator
from tocsin.share.stix.ids import observable_id
from tocsin.share.stix.minting import Mint
from tocsin.share.stix.scales import BREAKOUT, CONFIDENCE, TLP_IDS, confidence_of
from tocsin.share.stix.told import Found, Proof, Said, Told, linked, when

PLATFORMS = ("facebook", "skype", "twitter")  # of STIX's account types, those that are platforms
OPINIONS = {"accepted": "agree", "revise": "neutral", "rejected": "disagree"}
NO_OPERATION = ("domestic", "not shown", "out of scope")
MOST_OBSERVED = 999_999_999  # STIX 2.1, section 4.14


class Builder:
    """Puts what a case tells into objects of one profile. `objects` holds them in order, each id once."""

    def __init__(self, told: Told, mint: Mint, profile: Profile, producer: str, proof: Stix) -> None:
        self.objects: dict[str, Stix] = {}
        self.told, self.mint, self.profile, self.proof = told, mint, profile, proof
        content: Stix = {"name": producer, "identity_class": "organization"}
        self.creator = mint.id("producer", "identity")
        producer_object = mint.object("producer", "identity", {"created_by_ref": self.creator, **content})
        self.objects[self.creator] = producer_object
        self._main = ""

    def build(self) -> None:
        """All parts, the report last."""
        self._incident()
        for claim in self.told.claims:
            self._claim(claim)
        for entity, _ in self.told.entities:  # ids before contents: a measure refers to techniques
            given = entity.stix_id if self.profile == "core" else self._bare(entity)
            self.mint.id(f"entity {entity.id}", "", given)
        for entity, own in self.told.entities:
            self._entity(entity, own)
        for key, proof in self.told.proofs.items():
            self._item(key, proof)
        for found in self.told.found:
            self._lead(found)
        for part, whom, answer in self.told.replies:
            content = {"abstract": f"Reply of {whom}", "content": answer, "object_refs": [self._main]}
            self.add(part, "note", content)
        for part, decision in self.told.readings:
            said = "A second reader graded each claim without the names, then with them, and decided."
            content = {"opinion": OPINIONS[decision], "explanation": said, "object_refs": [self._main]}
            self.add(part, "opinion", content)

    def report(self) -> None:
        """A report that refers to everything: some readers know no other container."""
        told = self.told
        published = told.published or self.mint.created("report", "report")
        words = [told.summary, f"Not known: {told.unknown}" if told.unknown else ""]
        content = {
            "name": told.title,
            "description": "\n\n".join(filter(None, words)),
            "report_types": ["threat-report"],
            "published": when(published),
            "object_refs": sorted(id_ for id_ in self.objects if id_ != self.creator) or [self.creator],
        }
        self.add("report", "report", content)

    def add(self, part: str, kind: str, content: Stix, proof: Stix | None = None) -> str:
        """An object with versions, marked and with its creator; returns its id."""
        common: Stix = {"created_by_ref": self.creator, "object_marking_refs": [TLP_IDS[self.told.tlp]]}
        said = {name: value for name, value in content.items() if value not in ("", None, [], {})}
        obj = self.mint.object(part, kind, {**common, **said}, proof)
        self.objects[obj["id"]] = obj
        return str(obj["id"])

    def observe(self, obj: Stix) -> str:
        """An observable, under the id that its content decides; returns it."""
        whole: Stix = {"spec_version": "2.1", **obj, "object_marking_refs": [TLP_IDS[self.told.tlp]]}
        if self.profile in ("core", "public"):
            whole = of_creator(whole, self.creator)
        id_ = observable_id(whole)
        self.objects[id_] = {"type": whole["type"], "id": id_, **whole}
        return id_

    def relate(self, part: str, source: str, kind: str, target: str, **more: Any) -> str:
        """A relationship."""
        content = {"relationship_type": kind, "source_ref": source, "target_ref": target, **more}
        return self.add(part, "relationship", content)

    def _incident(self) -> None:
        told = self.told
        established, over = told.outcome == "established", told.state not in ("draft", "in review", "reply", "ready")
        determination = "successful-attempt" if established else "suspected"
        core = {
            "extension_type": "property-extension",
            "determination": "false-positive" if told.outcome in NO_OPERATION else determination,
            "investigation_status": "closed" if over else "open",
            "incident_types": ["disinformation"],
        }
        labels = [f"interference:{told.interference}"] if told.interference else []
        labels += ["exercise"] if told.exercise else []
        labels += [BREAKOUT[level] for level in self._breakout()]
        content = {"name": told.title, "description": told.summary, "labels": labels, "extensions": {INCIDENT: core}}
        incident = self.add("incident", "incident", content, self.proof) if self.profile != "misp" else ""
        self._main = incident or self.creator
        if told.outcome not in NO_OPERATION:
            seen = {"first_seen": _day(told.first_day, time.min), "last_seen": _day(told.last_day, time.max)}
            objective = {"objective": f"Election: {told.election}"} if told.election else {}
            text = {"name": told.title, "description": told.summary}
            proof = self.proof if not incident else None
            self._main = self.add("campaign", "campaign", {**text, **seen, **objective, "labels": labels}, proof)
            if incident:
                self.relate("campaign incident", self._main, "related-to", incident)

    def _breakout(self) -> list[Breakout]:
        """The highest step of the Breakout Scale that the case shows."""
        shown = [step["level"] for claim in self.told.claims for step in claim.steps if step["shown"]]
        return [max(shown)] if shown else []

    def _claim(self, claim: Said) -> None:
        parties = [self._party(name) for name in self.told.parties] if claim.which == "attribution" else []
        said = {
            "claim": claim.which,
            "made": claim.made,
            "grade": {name: value for name, value in dict(claim.grade).items() if value},
            "alternatives": [{"text": text, **({"rejected": why} if why else {})} for text, why in claim.alternatives],
            "steps": list(claim.steps),
            "harm": claim.harm or None,
            "evidence": _proofs(claim.evidence),
        }
        words = [claim.text, f"Basis: {claim.basis}" if claim.basis else ""]
        words += [f"Evidence class: {claim.evidence_class}" if claim.evidence_class else ""]
        words += [f"Harm: {claim.harm_note}" if claim.harm_note else ""]
        content: Stix = {
            "abstract": f"Claim: {claim.which}" + ("" if claim.made else " (not made)"),
            "content": "\n\n".join(filter(None, words)),
            "object_refs": [self._main, *parties],
            "confidence": confidence_of(claim.grade).value if claim.made else None,
            "extensions": handling(**said),
        }
        self.add(f"claim {claim.which}", "note", content)

    def _party(self, name: str) -> str:
        return self.add(f"party {name}", "identity", {"name": name, "identity_class": "organization"})

    def _entity(self, entity: Entity, own: Technique | Channel | Narrative | Measure) -> None:
        part = f"entity {entity.id}"
        if isinstance(own, Technique):
            self._technique(part, entity, own)
        elif isinstance(own, Channel):
            self._channel(part, entity, own)
        elif isinstance(own, Narrative):
            self._narrative(part, entity, own)
        else:
            self._measure(part, entity, own)

    def _bare(self, entity: Entity) -> str:
        """An id of its own in another profile, whose content differs, of the type it has there."""
        kind = entity.stix_id.split("--")[0]
        if entity.sort in ("channel", "narrative"):
            kind = {"opencti": entity.sort, "misp": "note"}.get(self.profile, kind)
        return f"{kind}--{uuid4()}"

    def _uses(self, part: str, target: str, note: str, evidence: Iterable[Proof], confidence: str = "") -> None:
        kind = "uses" if self._main.startswith("campaign--") and _usable(target, self.profile) else "related-to"
        sure = {"confidence": CONFIDENCE[confidence]} if confidence else {}  # type: ignore[index]
        extensions = handling(evidence=_proofs(evidence))
        self.relate(f"uses {part}", self._main, kind, target, description=note, extensions=extensions, **sure)

    def _technique(self, part: str, entity: Entity, own: Technique) -> None:
        made = framework()
        known = made.entries.get(own.disarm)
        content: Stix = {
            "name": entity.name,
            "external_references": [{"source_name": "DISARM", "external_id": own.disarm}],
            "kill_chain_phases": [
                {"kill_chain_name": "disarm", "phase_name": (made.phase(known) if known else "") or "unknown"}
            ],
            "extensions": handling(disarm=own.disarm, release=own.release),
        }
        if self.profile == "opencti":
            content["x_mitre_id"] = own.disarm
        target = self.add(part, "attack-pattern", content)
        self._uses(part, target, own.note, linked(own.evidence, self.told.proofs))

    def _channel(self, part: str, entity: Entity, own: Channel) -> None:
        said = {"platform": own.platform, "url": own.url, "account": own.account}
        said |= {"attribution": own.attribution, "basis": own.basis}
        said = {name: value for name, value in said.items() if value}
        seen = [self.observe({"type": "url", "value": own.url})] if own.url else []
        seen += [self.observe(_user_account(own))] if own.account else []
        evidence = linked(own.evidence, self.told.proofs)
        if self.profile == "misp":
            self._channel_note(part, entity, said, seen, evidence)
            return
        kind, join, content = "infrastructure", "consists-of", {"infrastructure_types": ["amplification"]}
        if self.profile == "opencti":
            kind, join, content = "channel", "related-to", {"channel_types": [own.platform or "channel"]}
        text = {"name": entity.name, "description": own.basis}
        target = self.add(part, kind, {**text, **content, "extensions": handling(channel=said)})
        for number, one in enumerate(seen):
            self.relate(f"seen {number} {part}", target, join, one)
        self._uses(part, target, "", evidence, own.confidence)

    def _channel_note(
        self, part: str, entity: Entity, said: dict[str, str], seen: list[str], evidence: Iterable[Proof]
    ) -> None:
        """A channel for MISP, which knows no infrastructure."""
        words = [entity.name, *(f"{name}: {value}" for name, value in said.items())]
        content = {"abstract": f"Channel: {entity.name}", "content": "\n".join(words)}
        extensions = handling(channel=said, evidence=_proofs(evidence))
        self.add(part, "note", {**content, "object_refs": [self._main, *seen], "extensions": extensions})

    def _narrative(self, part: str, entity: Entity, own: Narrative) -> None:
        said = handling(
            narrative={"name": entity.name} | ({"languages": list(own.languages)} if own.languages else {}),
            evidence=_proofs(linked(own.evidence, self.told.proofs)),
        )
        if self.profile == "opencti":
            content = {"name": entity.name, "description": own.text, "narrative_types": ["narrative"]}
            self._uses(part, self.add(part, "narrative", {**content, "extensions": said}), "", ())
        else:
            content = {"abstract": f"Narrative: {entity.name}", "content": own.text, "object_refs": [self._main]}
            self.add(part, "note", {**content, "extensions": said})

    def _measure(self, part: str, entity: Entity, own: Measure) -> None:
        taken = "Taken." if own.taken else "Proposed."
        content = {
            "name": entity.name,
            "description": " ".join(filter(None, (taken, own.note, CAUTION))),
            "external_references": [{"source_name": "DISARM", "external_id": own.disarm}],
        }
        target = self.add(part, "course-of-action", content)
        coded = {o.disarm: f"entity {e.id}" for e, o in self.told.entities if isinstance(o, Technique)}
        for number in own.against:
            if number in coded:
                kind = "mitigates" if framework().safe(own.disarm, number) else "related-to"
                technique = self.mint.id(coded[number], "attack-pattern")
                self.relate(f"against {number} {part}", target, kind, technique)

    def _item(self, key: str, proof: Proof) -> None:
        file: Stix = {"type": "file", "hashes": {"SHA-256": proof.sha256}}
        file |= {"size": proof.size} if proof.captured else {}
        refs = [self.observe(file)]
        refs += [self.observe({"type": "url", "value": proof.url})] if proof.url else []
        if proof.captured:
            at = when(proof.captured)
            content = {"first_observed": at, "last_observed": at, "number_observed": 1, "object_refs": refs}
            self.add(key, "observed-data", {**content, "extensions": handling(evidence=_proofs([proof]))})

    def _lead(self, found: Found) -> None:
        refs = [self._main]
        seen: list[Stix] = [{"type": "user-account", "user_id": one} for one in found.accounts]
        seen += [host for one in found.hosts if (host := _host(one))]
        if seen:
            observed = [self.observe(one) for one in seen]
            span = {"first_observed": when(found.first), "last_observed": when(found.last)}
            number = min(max(found.posts, 1), MOST_OBSERVED)
            content = {**span, "number_observed": number, "object_refs": observed}
            refs.append(self.add(f"observed {found.part}", "observed-data", content))
        note: Stix = {"abstract": f"Lead: {found.title}", "content": found.text or found.title, "object_refs": refs}
        references = [  # an address as id: as `url` it would need a hash of what is there (STIX 2.1, section 2.5.2)
            {"source_name": publisher, "description": said} | ({"external_id": url} if url else {})
            for publisher, said, url in found.checks
        ]
        self.add(found.part, "note", note | ({"external_references": references} if references else {}))


def _usable(target: str, profile: Profile) -> bool:
    return target.startswith(("attack-pattern--", "infrastructure--")) or profile == "opencti"


def _user_account(own: Channel) -> Stix:
    """The platform is part of the id: the same name elsewhere is another account."""
    if own.platform.lower() in PLATFORMS:
        return {"type": "user-account", "account_type": own.platform.lower(), "account_login": own.account}
    user = f"{own.platform}:{own.account}" if own.platform else own.account
    return {"type": "user-account", "user_id": user, "display_name": own.account}


def _host(text: str) -> Stix | None:
    """An address or a domain name as an observable; None for anything else, such as a token for an address."""
    try:
        return {"type": f"ipv{ip_address(text).version}-addr", "value": text}
    except ValueError:
        return {"type": "domain-name", "value": text} if "." in text and " " not in text else None


def _proofs(proofs: Iterable[Proof]) -> list[Stix]:
    return [
        {
            name: when(value) if isinstance(value, datetime) else value
            for name in Proof.__slots__
            if name != "url" and (value := getattr(proof, name)) not in ("", 0, None)
        }
        for proof in proofs
    ]


def _day(day: date | None, at: time) -> str:
    return when(datetime.combine(day, at, UTC)) if day else ""

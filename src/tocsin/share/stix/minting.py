"""STIX ids and versions of a case's parts: minted once, kept, and grown only when the content changes.

OASIS STIX 2.1, sections 2.9 and 3.6: created equals modified in the first version, modified strictly grows, the same id
and modified always mean the same content, and what is revoked stays so.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tocsin.cases import acts
from tocsin.model.exchange import Minted
from tocsin.share.stix.check import REQUIRED, Stix
from tocsin.share.stix.ids import canonical_text
from tocsin.share.stix.told import stamp
from tocsin.store.canonical import digest
from tocsin.store.records import Reader

#: What an object that is taken back still shows, beside what its type requires: nothing that says what it was about.
_KEPT = ("external_references", "kill_chain_phases", "report_types", "infrastructure_types", "identity_class")
_TEXTS = ("name", "content")
_HEAD = ("type", "spec_version", "id", "created_by_ref", "created", "modified", "name")
SHARED_PARTS = ("producer",)  # one for all cases and profiles


class Mint:
    """Gives the objects of one case in one profile their ids and versions."""

    def __init__(self, reader: Reader, case_id: str, profile: str, now: datetime) -> None:
        self.changed: dict[str, Minted] = {}
        self._case, self._profile = case_id, profile
        self._now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        where: tuple[dict[str, object], ...] = ({"case": case_id, "profile": profile}, {"case": "", "profile": ""})
        kept = [minted for condition in where for minted in acts.every(reader, Minted, condition)]
        self._known = {minted.part: minted for minted in kept if not minted.revoked}
        self._taken_back = [minted for minted in kept if minted.revoked]
        self._used: set[str] = set()

    def id(self, part: str, kind: str, given: str = "") -> str:
        """The id of a part, minted (or taken as `given`) the first time it is asked for."""
        self._used.add(part)
        if part not in self._known:
            shared = part in SHARED_PARTS
            self._known[part] = Minted(
                case="" if shared else self._case,
                profile="" if shared else self._profile,
                part=part,
                stix_id=given or f"{kind}--{uuid4()}",
                created=self._now,
                modified=self._now,
            )
        return self._known[part].stix_id

    def created(self, part: str, kind: str) -> datetime:
        """When the part was minted."""
        self.id(part, kind)
        return self._known[part].created

    def object(self, part: str, kind: str, content: Stix, proof: Stix | None = None) -> Stix:
        """The object of a part with id and versions. `proof` is what may differ without being a change: it stays as it
        was in the version it went out with."""
        id_ = self.id(part, kind)
        kept = self._known[part]
        whole: Stix = {"type": kind, "spec_version": "2.1", "id": id_, **content}
        found = digest(_texts(whole))
        if kept.digest == found:
            return _headed(json.loads(kept.body))
        modified = self._later(kept) if kept.digest else kept.modified
        made = _with_versions(whole | _merged(whole, proof), kept.created, modified)
        self._keep(part, kept.but(modified=modified, digest=found, body=canonical_text(made)))
        return made

    def revoked(self) -> list[Stix]:
        """What was exported before and is no longer told, taken back, with what was taken back earlier."""
        for part in sorted(self._known.keys() - self._used - set(SHARED_PARTS)):
            kept = self._known[part]
            if kept.digest:
                modified = self._later(kept)
                made = _with_versions(_emptied(json.loads(kept.body)), kept.created, modified) | {"revoked": True}
                self._keep(part, kept.but(modified=modified, body=canonical_text(made), revoked=True))
                self._taken_back.append(self.changed[part])
        return [_headed(json.loads(minted.body)) for minted in self._taken_back]

    def _later(self, kept: Minted) -> datetime:
        return max(self._now, kept.modified + timedelta(milliseconds=1))

    def _keep(self, part: str, minted: Minted) -> None:
        self._known[part] = self.changed[part] = minted


def _with_versions(obj: Stix, created: datetime, modified: datetime) -> Stix:
    return _headed({**obj, "created": stamp(created), "modified": stamp(modified)})


def _headed(obj: Stix) -> Stix:
    """The object with what says what it is first, for those who read it."""
    return {name: obj[name] for name in _HEAD if name in obj} | obj


def _merged(whole: Stix, proof: Stix | None) -> Stix:
    """The object's extensions with the proof's properties put into them."""
    extensions: dict[str, Any] = dict(whole.get("extensions", {}))
    for id_, said in (proof or {}).items():
        extensions[id_] = {**extensions.get(id_, {}), **said}
    return {"extensions": extensions} if extensions else {}


def _emptied(obj: Stix) -> Stix:
    needed = ("type", "spec_version", "id", "created_by_ref", "object_marking_refs", *REQUIRED.get(obj["type"], ()))
    found: Stix = {name: obj[name] for name in (*needed, *_KEPT) if name in obj}
    found |= {name: "Taken back" for name in _TEXTS if name in found}
    if "object_refs" in found:
        found["object_refs"] = [found["created_by_ref"]]
    return found


def _texts(value: Any) -> Any:
    """The value with floats as text, as the canonical form wants it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {name: _texts(part) for name, part in value.items()}
    return [_texts(part) for part in value] if isinstance(value, list) else value

"""Take back what an audience holds: a revocation where we made it, out of the collections where we did not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from tocsin.model.exchange import Derived, Version
from tocsin.share.redaction.ids import content, later
from tocsin.share.stix.check import REQUIRED, Stix
from tocsin.share.stix.extension import definitions
from tocsin.store.records import Writer

#: What stands in required properties that would tell something.
_TAKEN: dict[str, Any] = {
    "name": "Taken back",
    "content": "Taken back",
    "pattern": "[file:name = 'taken back']",
    "contents": {"en": {"taken_back": "Taken back"}},
}
_OURS_TO_EXPLAIN = {obj["id"] for obj in definitions()}
_HEAD = ("type", "spec_version", "id", "created_by_ref", "created", "modified", "object_marking_refs")


class Back(NamedTuple):
    """What was taken back: revocations, the ids of what leaves the collections without one, and the former as versions
    for the record of the release. `of_others` are those that only their creator can revoke."""

    objects: tuple[Stix, ...]
    left: tuple[str, ...]
    of_others: tuple[str, ...]
    versions: tuple[Version, ...]

    def ids(self) -> set[str]:
        """The ids of the revocations."""
        return {obj["id"] for obj in self.objects}


def take_back(w: Writer, case_id: str, held: Collection[Derived], us: str, now: datetime) -> Back:
    """Take back from an audience what it holds by this case and by no other."""
    alone = [one for one in held if one.cases == (case_id,)]
    for one in held:
        if one not in alone:
            w.put(one.but(cases=tuple(case for case in one.cases if case != case_id)))
    ours = [one for one in alone if one.modified and orjson.loads(one.body).get("created_by_ref") == us]
    kept = [w.put(_taken(one, now)) for one in ours]
    others = [one for one in alone if one not in ours]
    for one in others:
        w.remove(Derived, one.id)
    return Back(
        tuple(orjson.loads(one.body) for one in kept),
        tuple(one.object for one in others),
        tuple(one.object for one in others if one.modified and one.object not in _OURS_TO_EXPLAIN),
        tuple(version_of(one) for one in kept),
    )


def version_of(one: Derived) -> Version:
    """The version that an audience holds, for the record of a release."""
    return Version(
        original=one.original, object=one.object, modified=one.modified, content=one.content, revoked=one.revoked
    )


def _taken(one: Derived, now: datetime) -> Derived:
    if one.revoked:
        return one.but(cases=())
    new = revoked(orjson.loads(one.body), later(one.modified, now))
    said = {"modified": new["modified"], "content": content(new), "body": orjson.dumps(new).decode()}
    return one.but(cases=(), revoked=True, **said)


def revoked(obj: Stix, modified: str) -> Stix:
    """The last version of an object: revoked, and without what it said (STIX 2.1, section 3.6.1)."""
    found = {name: obj[name] for name in (*_HEAD, *REQUIRED.get(obj["type"], ())) if name in obj}
    found |= {name: value for name, value in _TAKEN.items() if name in found}
    if "object_refs" in found:
        found["object_refs"] = [obj["created_by_ref"]]
    return found | {"modified": modified, "revoked": True}

"""The ids by which an audience knows what was made for it, and the versions it was given."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from tocsin.model.exchange import Derived
from tocsin.share.stix.check import Stix

_TIMES = ("created", "modified")


def derived_id(secret: bytes, audience: str, original: str, generation: int = 0, kind: str = "") -> str:
    """The id of what an audience gets in place of an object: HMAC-SHA-256 (RFC 2104) under the workspace's secret, in
    the form of a UUIDv4, so that nobody without the secret can tell the ids of two audiences together."""
    message = "\0".join((audience, original, str(generation))).encode()
    uuid = UUID(bytes=hmac.digest(secret, message, "sha256")[:16], version=4)
    return f"{kind or original.partition('--')[0]}--{uuid}"


def content(obj: Stix) -> str:
    """Digest of an object apart from its times: the same for two versions that say the same."""
    said = {name: value for name, value in obj.items() if name not in _TIMES}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def stamp(time: datetime) -> str:
    """A time as STIX writes it, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Register:
    """What one audience holds, by original; `after` collects what it holds once it has the new view."""

    def __init__(self, audience: str, secret: bytes, known: Mapping[str, Derived], at: datetime) -> None:
        self._audience, self._secret, self._known, self._at = audience, secret, known, at
        self.after: list[Derived] = []

    def is_derived(self, original: str) -> bool:
        """Whether the audience holds it under an id of its own; it then keeps that."""
        held = self._known.get(original)
        return held is not None and held.object != original

    def id_of(self, original: str, revoked: bool, kind: str = "") -> str:
        """Its id for the audience: the one it holds, or a new one if that was revoked and the object is alive."""
        held, generation = self._known.get(original), 0
        if held is not None:
            if held.object != original and (revoked or not held.revoked):
                return held.object
            generation = held.generation + 1
        return derived_id(self._secret, self._audience, original, generation, kind)

    def keep(self, original: str, obj: Stix) -> Stix:
        """The version to give of an object with a new id: the one held where it says the same or was revoked, else one
        that is later."""
        held, digest = self._known.get(original), content(obj)
        if held is None or held.object != obj["id"]:
            created = modified = stamp(self._at)
        elif held.revoked or held.content == digest:
            obj, digest, created, modified = orjson.loads(held.body), held.content, held.created, held.modified
        else:
            created, modified = held.created, later(held.modified, self._at)
        times = {"created": created, "modified": modified}
        new = {name: times.get(name, value) for name, value in obj.items()}
        return self.hold(original, new, digest)

    def hold(self, original: str, obj: Stix, digest: str = "") -> Stix:
        """Note what the audience holds from now on."""
        held = self._known.get(original)
        generation = 0 if held is None else held.generation + (held.object != obj["id"])
        self.after.append(
            Derived(
                **({"id": held.id, "version": held.version, "cases": held.cases} if held else {}),  # type: ignore[arg-type]
                audience=self._audience,
                original=original,
                object=obj["id"],
                generation=generation,
                created=str(obj.get("created", "")),
                modified=str(obj.get("modified", "")),
                content=digest or content(obj),
                revoked=obj.get("revoked") is True,
                body=orjson.dumps(obj).decode(),
            )
        )
        return obj


def later(modified: str, at: datetime) -> str:
    """The time of a version after the one of `modified`: `at`, if that is later. "" for what has no versions."""
    if not modified:
        return ""
    least = datetime.fromisoformat(modified.replace("Z", "+00:00")) + timedelta(milliseconds=1)
    return stamp(max(least, at))

"""The view of one audience: a derivation of objects, in which nothing that is withheld leaves a trace.

An object that the view changes in any way is another object: it has an id of this audience alone, and we are its
creator (STIX 2.1, section 3.6.2). One by others that passes unchanged keeps id and creator. One of ours does so
only for an audience that may know origins, and not if it is a container: what it contains differs from audience to
audience, and its id must not say so. The id of an observable that follows from its content stays while that does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tocsin.model.exchange import Audience, Derived
from tocsin.model.grades import Tlp
from tocsin.share.redaction.account import account
from tocsin.share.redaction.credit import Credits
from tocsin.share.redaction.ids import Register
from tocsin.share.redaction.judge import META
from tocsin.share.redaction.paths import references
from tocsin.share.redaction.visible import seen
from tocsin.share.stix.check import Stix, is_observable
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.ids import CONTRIBUTING, observable_id
from tocsin.share.stix.ledger import Ledger

CONTAINERS = frozenset({"report", "grouping", "note", "opinion", "observed-data", "sighting"})
_NO_ENDS = META | {"relationship", "sighting", "language-content", "bundle"}
_NOTHING: Mapping[str, Derived] = {}


class View(NamedTuple):
    """What an audience gets: the objects, the account of what went in (ours to know), and what it holds from now on."""

    objects: tuple[Stix, ...]
    ledger: Ledger
    derived: tuple[Derived, ...]


def view(
    objects: Iterable[Stix],
    audience: Audience,
    secret: bytes,
    *,
    us: Stix,
    at: datetime,
    unmarked: Tlp = "red",
    known: Mapping[str, Derived] = _NOTHING,
    dead: Collection[str] = (),
) -> View:
    """The objects as this audience may see them. `us` is our identity, which everybody may see; `at` the time of new
    versions; `unmarked` the marking of the case, which objects without one have. `known` is what the audience holds, by
    original; `dead` are originals revoked towards any audience, whose own ids can not be used again.

    The same objects, audience, secret and `known` give the same view, and an object that is withheld changes nothing in
    it. The only reference that leads out is that of a `derived-from` relation, where the audience may know origins.
    """
    objects = list(objects)
    found = seen(objects, audience, unmarked, {us["id"]}, known.keys())
    register = Register(audience.id, secret, known, at)
    new = _new(found.before, found.after, audience, us["id"], register, dead)
    renamed = new & {id_ for id_, obj in found.after.items() if obj["type"] == "extension-definition"}
    after = {id_: obj for id_, obj in found.after.items() if id_ not in renamed}  # their names are in use elsewhere
    ids = {id_: register.id_of(id_, obj.get("revoked") is True) for id_, obj in after.items() if id_ in new}
    credits_ = Credits(found, us["id"])
    given = {
        id_: register.keep(id_, _renamed(credits_.put(obj), ids, us["id"]))
        if id_ in new
        else register.hold(id_, _replaced(obj, ids))
        for id_, obj in after.items()
    }
    made = list(given.values())
    if audience.may_know_origin:
        made += [register.keep(_key(id_), _origin(id_, obj, register, us["id"])) for id_, obj in _origins(made, ids)]
    if any(us["id"] in references(obj) for obj in made):
        given[us["id"]] = us
        made.insert(0, us)
    return View(tuple(made), account(objects, found, given), tuple(register.after))


def _new(
    before: Mapping[str, Stix],
    after: Mapping[str, Stix],
    audience: Audience,
    us: str,
    register: Register,
    dead: Collection[str],
) -> set[str]:
    """Which objects get a new id: those that changed, and so on to all that refer to one of them."""

    def alone(id_: str, obj: Stix) -> bool:
        ours = obj.get("created_by_ref") == us and obj["type"] not in META
        own = ours and (not audience.may_know_origin or obj["type"] in CONTAINERS)
        if is_observable(obj):
            return register.is_derived(id_) or (obj != before[id_] and not _is_of_content(obj))
        return own or obj != before[id_] or id_ in dead or register.is_derived(id_)

    users: dict[str, set[str]] = defaultdict(set)
    for id_, obj in after.items():
        for other in references(obj):
            users[other].add(id_)
    found = {id_ for id_, obj in after.items() if alone(id_, obj)}
    waiting = list(found)
    while waiting:
        changed = waiting.pop()
        more = {id_ for id_ in users[changed] - found if not _is_of_content(after[id_], changed)}
        found |= more
        waiting += more
    return found


def _is_of_content(obj: Stix, changed: str = "") -> bool:
    """Whether an object is an observable whose id follows from its content, which `changed` is no part of: the id is
    the same whoever computes it."""
    hashes = obj.get("hashes", {"": ""})
    if not is_observable(obj) or not isinstance(hashes, dict) or not hashes or observable_id(obj) != obj["id"]:
        return False
    return changed not in references({name: obj[name] for name in CONTRIBUTING[obj["type"]] if name in obj})


def _renamed(obj: Stix, ids: Mapping[str, str], us: str) -> Stix:
    """The object under its new id and ours as creator, all references led to the new ids."""
    new: Stix = _replaced(obj, ids)
    if not is_observable(obj) or "created_by_ref" in obj:
        new["created_by_ref"] = us
    if obj["type"] == "language-content":
        new.pop("object_modified", None)  # of another version line; without it the latest is meant
    return new


def _replaced(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {ids.get(key, key): _replaced(part, ids) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, ids) for part in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _origins(made: Iterable[Stix], ids: Mapping[str, str]) -> Iterator[tuple[str, Stix]]:
    """The originals that can be named as such. Not of observables: their ids can be computed from what they hold."""
    originals = {new: old for old, new in ids.items()}
    for obj in made:
        if obj["id"] in originals and obj["type"] not in _NO_ENDS and not is_observable(obj):
            yield originals[obj["id"]], obj


def _key(original: str) -> str:
    return f"derived-from {original}"


def _origin(original: str, obj: Stix, register: Register, us: str) -> Stix:
    """The relation from what was made to what it was made from, marked as the former is."""
    marked = {name: obj[name] for name in ("object_marking_refs",) if name in obj}
    if HANDLING in obj.get("extensions", {}):
        marked["extensions"] = {HANDLING: obj["extensions"][HANDLING]}
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": register.id_of(_key(original), False, "relationship"),
        "created_by_ref": us,
        "created": "",
        "modified": "",
        "relationship_type": "derived-from",
        "source_ref": obj["id"],
        "target_ref": original,
        **marked,
    }

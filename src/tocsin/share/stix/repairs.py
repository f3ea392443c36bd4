"""Repairs of objects that real exporters write: each a rule that changes one field and says so.

The object as it came is kept beside; what is repaired is only what is read from it and what the core profile sends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tocsin.share.stix.check import ID, ORDERED, TIMES, Stix, is_observable, is_time, moment_key
from tocsin.share.stix.scales import TLP1_IDS, TLP_IDS

_TO_THE_MILLISECOND = len("2024-01-01T00:00:00.000Z")


class Repair(NamedTuple):
    """A field that was changed; `after` is None where it was dropped."""

    field: str
    rule: str
    before: Any
    after: Any


def repaired(obj: Stix) -> tuple[Stix, list[Repair]]:
    """The object with everything repaired that has one obvious meaning, and what was done. The object given stays."""
    now, done = dict(obj), []
    for step in (_versions, _empty, _times, _order, _numbers, _shapes, _references, _markings):
        for repair in step(now):
            done.append(repair)
            if repair.after is None:
                now.pop(repair.field, None)
            else:
                now[repair.field] = repair.after
    return now, done


def _versions(obj: Stix) -> Iterator[Repair]:
    said = obj.get("spec_version")
    if said is None and not is_observable(obj):
        yield Repair("spec_version", "missing: taken for 2.1", None, "2.1")
    elif said is not None and said != "2.1":
        yield Repair("spec_version", "another version: read as 2.1", said, "2.1")


def _empty(obj: Stix) -> Iterator[Repair]:
    for name, value in list(obj.items()):
        kept = _filled(value)
        if kept is None:
            yield Repair(name, "null or empty: dropped", value, None)
        elif kept != value:
            yield Repair(name, "nulls and empty parts dropped", value, kept)


def _filled(value: Any) -> Any:
    """The value without nulls and empty lists or dictionaries, None if nothing is left."""
    if isinstance(value, dict):
        return {k: kept for k, part in value.items() if (kept := _filled(part)) is not None} or None
    if isinstance(value, list):
        return [kept for part in value if (kept := _filled(part)) is not None] or None
    return value


def _times(obj: Stix) -> Iterator[Repair]:
    for name in TIMES & obj.keys():
        value = obj[name]
        short = name in ("created", "modified") and len(str(value)) < _TO_THE_MILLISECOND
        if is_time(value) and not short:
            continue
        fixed = _time(value)
        rule = "time written in UTC to the millisecond" if fixed else "not a time: dropped"
        yield Repair(name, rule, value, fixed)
    if "modified" not in obj and "created" in obj and not is_observable(obj) and obj["type"] != "marking-definition":
        yield Repair("modified", "missing: taken from created", None, obj["created"])


def _time(value: Any) -> str | None:
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return None


def _order(obj: Stix) -> Iterator[Repair]:
    for early, late, same in ORDERED:
        first, last = obj.get(early), obj.get(late)
        if not isinstance(first, str) or not isinstance(last, str):
            continue
        one, other = moment_key(first), moment_key(last)
        if one == other and not same:
            yield Repair(late, f"equal to {early}: dropped", last, None)
        elif one > other and late == "modified":
            yield Repair(late, f"before {early}: taken from it", last, first)
        elif one > other:
            yield Repair(late, f"before {early}: dropped", last, None)


def _numbers(obj: Stix) -> Iterator[Repair]:
    value = obj.get("confidence")
    if value is not None and not (type(value) is int and 0 <= value <= 100):
        yield Repair("confidence", "not a whole number from 0 to 100: dropped", value, None)
    revoked = obj.get("revoked")
    if revoked is not None and type(revoked) is not bool:
        yield Repair("revoked", "not true or false: taken as true", revoked, True)


def _shapes(obj: Stix) -> Iterator[Repair]:
    extensions = obj.get("extensions")
    if extensions is not None:
        shaped = isinstance(extensions, dict)
        kept = {n: one for n, one in extensions.items() if isinstance(one, dict)} if shaped else None
        if kept != extensions:
            yield Repair("extensions", "what is no extension was dropped", extensions, kept or None)
    granular = obj.get("granular_markings")
    if granular is not None and not (isinstance(granular, list) and all(isinstance(one, dict) for one in granular)):
        yield Repair("granular_markings", "not a list of markings: dropped", granular, None)
        yield _as_red(obj)


def _as_red(obj: Stix) -> Repair:
    """A marking that cannot be read allows nothing."""
    refs = obj.get("object_marking_refs")
    usable = [one for one in refs if isinstance(one, str) and ID(one)] if isinstance(refs, list) else []
    usable = [one for one in usable if one.startswith("marking-definition--")]
    after = list(dict.fromkeys([*usable, TLP_IDS["red"]]))
    return Repair("object_marking_refs", "a marking that cannot be read: handled as TLP:RED", refs, after)


def _markings(obj: Stix) -> Iterator[Repair]:
    refs = obj.get("object_marking_refs", [])
    mapped = list(dict.fromkeys(TLP_IDS[TLP1_IDS[ref]] if ref in TLP1_IDS else ref for ref in refs))
    if mapped != refs:
        yield Repair("object_marking_refs", "TLP 1 read as TLP 2.0", refs, mapped)


def _references(obj: Stix) -> Iterator[Repair]:
    for name in [name for name in obj if name.endswith("_refs")]:
        ids = obj[name]
        usable = [one for one in ids if isinstance(one, str) and ID(one)] if isinstance(ids, list) else []
        if name == "object_marking_refs" and [one for one in usable if one.startswith("marking-definition--")] != ids:
            yield _as_red(obj)
        elif usable != ids:
            yield Repair(name, "what is no id was dropped", ids, usable or None)
    for name in [name for name in obj if name.endswith("_ref")]:
        if not (isinstance(obj[name], str) and ID(obj[name])):
            yield Repair(name, "no id: dropped", obj[name], None)

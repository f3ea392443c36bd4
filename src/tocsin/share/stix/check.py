"""What every STIX 2.1 object must hold, checked fast and one object at a time (OASIS STIX 2.1, sections 2, 3, 7, 11).

A type that is not in the specification is well-formed content: it is checked for what all objects share and is no
problem in itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

Stix = dict[str, Any]

MOST_DEPTH = 60  # levels of lists and dictionaries in one object
ID = re.compile(
    r"[a-z][a-z0-9-]{1,248}[a-z0-9]--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
).fullmatch
TYPE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*").fullmatch
NAME = re.compile(r"[a-z][a-z0-9_]{2,249}|id").fullmatch
KEY = re.compile(r"[a-zA-Z0-9_-]{1,250}").fullmatch
TIME = re.compile(
    r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?Z", re.ASCII
).fullmatch

#: Cyber-observable objects: no versions, `spec_version` optional.
SCO = frozenset(
    [
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    ]
)
#: Domain, relationship and meta objects with the properties each must have beside the common ones.
REQUIRED: dict[str, tuple[str, ...]] = {
    "attack-pattern": ("name",),
    "campaign": ("name",),
    "course-of-action": ("name",),
    "grouping": ("context", "object_refs"),
    "identity": ("name",),
    "incident": ("name",),
    "indicator": ("pattern", "pattern_type", "valid_from"),
    "infrastructure": ("name",),
    "intrusion-set": ("name",),
    "location": (),
    "malware": ("is_family",),
    "malware-analysis": ("product",),
    "note": ("content", "object_refs"),
    "observed-data": ("first_observed", "last_observed", "number_observed"),
    "opinion": ("opinion", "object_refs"),
    "report": ("name", "published", "object_refs"),
    "threat-actor": ("name",),
    "tool": ("name",),
    "vulnerability": ("name",),
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "language-content": ("object_ref", "contents"),
    "extension-definition": ("name", "schema", "version", "extension_types", "created_by_ref"),
    "marking-definition": (),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("protocols",),
    "software": ("name",),
    "url": ("value",),
}
TEXTS = frozenset(("name", "description", "content", "pattern", "value", "relationship_type", "context", "opinion"))
TIMES = frozenset(
    [
        "created",
        "modified",
        "published",
        "valid_from",
        "valid_until",
        "first_seen",
        "last_seen",
        "first_observed",
        "last_observed",
        "start_time",
        "stop_time",
        "object_modified",
        "submitted",
        "analysis_started",
        "analysis_ended",
    ]
)
#: Earlier, later, and whether both may be the same moment.
ORDERED = (
    ("created", "modified", True),
    ("first_seen", "last_seen", True),
    ("first_observed", "last_observed", True),
    ("start_time", "stop_time", False),
    ("valid_from", "valid_until", False),
)


def problems(obj: Stix) -> list[str]:
    """What is wrong with one object, in words that say where; [] for a well-formed one."""
    kind, id_ = obj.get("type"), obj.get("id")
    if not isinstance(kind, str) or not 3 <= len(kind) <= 250 or not TYPE(kind):
        return ["type: missing or not a lower-case name"]
    found = [] if isinstance(id_, str) and ID(id_) and id_.startswith(kind + "--") else [f"id: not {kind}--<UUID>"]
    found += _common(obj, kind)
    found += [f"{name}: required" for name in REQUIRED.get(kind, ()) if name not in obj]
    for name, value in obj.items():
        if not NAME(name):
            found.append(f"{name[:80]}: not a property name")
        elif name.endswith(("_ref", "_refs")):
            found += _references(name, value)
        elif name in TIMES and not is_time(value):
            found.append(f"{name}: not a time in RFC 3339 with Z")
        elif name in TEXTS and not isinstance(value, str):
            found.append(f"{name}: not a text")
    found += _empty(obj)
    return found + _order(obj) + _markings(obj)


def is_observable(obj: Stix) -> bool:
    """Whether the object is one without versions: of an observable type, or custom without `created`."""
    kind = obj.get("type")
    return kind in SCO or (kind not in REQUIRED and "created" not in obj and "modified" not in obj)


def moment_key(text: str) -> tuple[str, str]:
    """What times in RFC 3339 are ordered by, whatever their number of digits."""
    return text[:19], text[19:].strip(".Z").rstrip("0")


def _common(obj: Stix, kind: str) -> list[str]:
    found = []
    if not is_observable(obj):
        if obj.get("spec_version") != "2.1":
            found.append("spec_version: not 2.1")
        needed = ("created",) if kind == "marking-definition" else ("created", "modified")
        found += [f"{name}: required" for name in needed if name not in obj]
    elif "spec_version" in obj and obj["spec_version"] != "2.1":
        found.append("spec_version: not 2.1")
    if "confidence" in obj and not (type(obj["confidence"]) is int and 0 <= obj["confidence"] <= 100):
        found.append("confidence: not a whole number from 0 to 100")
    if "revoked" in obj and type(obj["revoked"]) is not bool:
        found.append("revoked: not true or false")
    if "extensions" in obj and not (
        isinstance(obj["extensions"], dict) and all(isinstance(one, dict) for one in obj["extensions"].values())
    ):
        found.append("extensions: not a dictionary of extensions")
    return found


def is_time(value: object) -> bool:
    """Whether it is a time in RFC 3339 with Z, on a day that there was."""
    if not isinstance(value, str) or not TIME(value) or value.startswith("0000"):
        return False
    if value[8:10] <= "28":
        return True
    try:
        datetime.strptime(value[:10], "%Y-%m-%d")
    except ValueError:
        return False
    return True


def _references(name: str, value: object) -> Iterator[str]:
    many = name.endswith("_refs")
    ids = value if many and isinstance(value, list) else [value]
    if many and not isinstance(value, list):
        yield f"{name}: not a list of ids"
        return
    wanted = {"created_by_ref": "identity--", "object_marking_refs": "marking-definition--"}.get(name, "")
    for one in ids:
        if not isinstance(one, str) or not ID(one) or not one.startswith(wanted):
            yield f"{name}: {str(one)[:80]!r} is not the id of an object that may stand there"
            return


def _order(obj: Stix) -> list[str]:
    found = []
    for early, late, same in ORDERED:
        first, last = obj.get(early), obj.get(late)
        if isinstance(first, str) and isinstance(last, str) and TIME(first) and TIME(last):
            one, other = moment_key(first), moment_key(last)
            if one > other or (one == other and not same):
                found.append(f"{late}: not after {early}")
    return found


def _empty(obj: Stix) -> list[str]:
    """Nulls, empty lists and dictionaries, keys that may not be, nesting without end."""
    found: list[str] = []
    left: list[tuple[str, object, int]] = [(name, value, 1) for name, value in obj.items()]
    while left:
        where, value, depth = left.pop()
        if value is None:
            found.append(f"{where}: null")
        elif isinstance(value, dict | list):
            if not value:
                found.append(f"{where}: empty")
            if depth > MOST_DEPTH:
                return [*found, f"{where}: nested more than {MOST_DEPTH} levels deep"]
            if isinstance(value, list):
                left += [(where, part, depth + 1) for part in value if part is None or isinstance(part, dict | list)]
            else:
                found += [f"{where}.{key[:80]}: not a key" for key in value if not KEY(key)]
                left += [(where, p, depth + 1) for p in value.values() if p is None or isinstance(p, dict | list)]
    return found


def _markings(obj: Stix) -> list[str]:
    found, own = [], obj.get("id") if obj["type"] == "marking-definition" else None
    if own and own in (obj.get("object_marking_refs") or ()):
        found.append("object_marking_refs: a marking marks itself")
    granular = obj.get("granular_markings", [])
    if not isinstance(granular, list):
        return [*found, "granular_markings: not a list"]
    for one in granular:
        selectors = one.get("selectors") if isinstance(one, dict) else None
        if not isinstance(selectors, list) or not (one.get("marking_ref") or one.get("lang")):
            found.append("granular_markings: needs selectors and marking_ref or lang")
            continue
        if own and one.get("marking_ref") == own:
            found.append("granular_markings: a marking marks itself")
        found += [f"granular_markings: {str(s)[:80]} selects nothing" for s in selectors if not selects(obj, s)]
    return found


def selects(obj: Stix, selector: object) -> bool:
    """Whether a selector of a granular marking names something in the object (STIX 2.1, section 7.2.3.1)."""
    here: Any = obj
    for part in str(selector).split("."):
        if part.startswith("[") and part.endswith("]") and part[1:-1].isdigit():
            if not isinstance(here, list) or len(part) > 12 or int(part[1:-1]) >= len(here):
                return False
            here = here[int(part[1:-1])]
        elif isinstance(here, dict) and part in here:
            here = here[part]
        else:
            return False
    return True

"""A partner's bundle into a draft case: each object kept as it came, with an account of every object and field.

Nothing well-formed stops it: unknown types, deep or large objects, versions of one object, references in circles. What
cannot be used is quarantined with its reason; the file itself is kept in the vault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from tocsin.cases import acts
from tocsin.errors import ConflictError, InputError, RefusedError
from tocsin.model.case import Case
from tocsin.model.exchange import BODY_CHARACTERS, Entity, Exchange, Sort
from tocsin.model.grades import Tlp, codes
from tocsin.model.people import Actor
from tocsin.share.disarm.identity import framework
from tocsin.share.stix.check import MOST_DEPTH, Stix, moment_key, problems
from tocsin.share.stix.ids import canonical_text
from tocsin.share.stix.ledger import Ledger, Outcome
from tocsin.share.stix.repairs import Repair, repaired
from tocsin.share.stix.scales import TLP_BY_ID
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

MOST_BYTES = 200 << 20
SORTS: dict[str, Sort] = {
    "channel": "channel", "infrastructure": "channel", "narrative": "narrative", "course-of-action": "measure",
    "relationship": "relation", "sighting": "relation",
}  # fmt: skip
TITLED = ("report", "grouping", "incident", "campaign", "intrusion-set")  # the first that has a name gives the title
SOURCES = ("DISARM", "disarm", "mitre-attack")  # under which partners give a technique's number


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a bundle: entities for a case, its title and marking, and the account."""

    records: list[Entity]
    ledger: Ledger
    title: str
    tlp: Tlp


def read_bundle(data: bytes) -> list[Any]:
    """The objects of a bundle, a TAXII envelope, a list or one object. `InputError` for what is no such JSON."""
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError:
        parsed = _read_slowly(data)
    if isinstance(parsed, dict) and ("objects" in parsed or parsed.get("type") == "bundle"):
        parsed = parsed.get("objects") or []
    elif isinstance(parsed, dict):
        parsed = [parsed]
    if not isinstance(parsed, list):
        raise InputError("no STIX objects in it", hint="a bundle is a JSON object with a list `objects`")
    return parsed


def _read_slowly(data: bytes) -> Any:
    """JSON that is well-formed but holds what orjson refuses: half surrogate pairs, a byte order mark."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError as error:
        raise InputError("the JSON is nested too deep", hint=f"objects may have {MOST_DEPTH} levels") from error
    except ValueError as error:
        raise InputError(f"not JSON: {error}", hint="export it again, in UTF-8") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")


def from_stix(objects: Sequence[Any], case_id: str, origin: str) -> Imported:
    """Entities of a case from STIX objects, each as it came, and the account of all objects and fields. `origin` is the
    id of the import's record."""
    ledger, taken = Ledger(), _newest(objects)
    records: list[Entity] = []
    for number, obj in enumerate(objects):
        name = obj["id"][:300] if isinstance(obj, dict) and isinstance(obj.get("id"), str) else f"#{number}"
        ledger.entered(name, obj)
        outcome, rule = _unusable(obj, number, taken)
        if outcome:
            _all_fields(ledger, name, obj, outcome, rule)
            continue
        fixed, repairs = repaired(obj)
        _account(ledger, name, obj, fixed, repairs)
        records.append(_entity(obj, fixed, case_id, origin))
    title = next((e.name for kind in TITLED for e in records if e.stix_id.startswith(f"{kind}--") and e.name), "")
    return Imported(records, ledger, title, _strictest(objects))


def _newest(objects: Sequence[Any]) -> dict[str, int]:
    """For each id the place of its newest version."""
    found: dict[str, int] = {}
    for number, obj in enumerate(objects):
        id_ = obj.get("id") if isinstance(obj, dict) else None
        if isinstance(id_, str) and (id_ not in found or _version(obj) > _version(objects[found[id_]])):
            found[id_] = number
    return found


def _version(obj: Stix) -> tuple[str, str]:
    return moment_key(str(obj.get("modified", obj.get("created", ""))))


def _unusable(obj: Any, number: int, taken: dict[str, int]) -> tuple[Outcome | None, str]:
    """Why an object is not taken in, and whether something stands for it; (None, "") for one that is."""
    if not isinstance(obj, dict):
        return "quarantined", "not an object"
    fatal = [problem for problem in problems(obj) if problem.startswith(("type:", "id:")) or "levels deep" in problem]
    if fatal:
        return "quarantined", fatal[0]
    if obj["id"] in TLP_BY_ID:
        return "mapped", f"the canonical marking TLP:{TLP_BY_ID[obj['id']].upper()} stands for it"
    try:
        size = len(canonical_text(obj).encode())
    except (UnicodeEncodeError, RecursionError):
        return "quarantined", "holds half a surrogate pair"
    if size > BODY_CHARACTERS:
        return "quarantined", f"larger than {BODY_CHARACTERS:,} characters"
    return (None, "") if taken[obj["id"]] == number else ("mapped", "another version of the same object is taken")


def _all_fields(ledger: Ledger, name: str, obj: Any, outcome: Outcome, rule: str) -> None:
    ledger.add(name, "", outcome, rule)
    for field in obj if isinstance(obj, dict) else ():
        ledger.add(name, str(field)[:300], outcome, rule)


def _account(ledger: Ledger, name: str, obj: Stix, fixed: Stix, repairs: Iterable[Repair]) -> None:
    """One row for the object, one for each field that came."""
    changed = {repair.field: repair for repair in repairs}
    left = problems(fixed)
    rule = "; ".join(dict.fromkeys([f"{r.field}: {r.rule}" for r in changed.values()] + left))[:500]
    ledger.add(name, "", "repaired" if changed else "kept", rule, obj, fixed if changed else obj)
    for field, value in obj.items():
        if field in changed:
            ledger.add(name, field, "repaired", changed[field].rule, value, changed[field].after)
        else:
            ledger.add(name, field, "kept", "", value, value)


def _entity(obj: Stix, fixed: Stix, case_id: str, origin: str) -> Entity:
    sort: Sort = SORTS.get(obj["type"], "object")
    if obj["type"] == "attack-pattern" and technique_in(fixed):
        sort = "technique"
    name = next((str(fixed[f]) for f in ("name", "title", "value", "abstract", "relationship_type") if f in fixed), "")
    return Entity(
        case=case_id, sort=sort, stix_id=obj["id"], name=" ".join(name.split())[:300], body=canonical_text(obj),
        origin=origin,
    )  # fmt: skip


def technique_in(obj: Stix) -> str:
    """The DISARM number of an attack-pattern, from its references, OpenCTI's property or its id; by name only where it
    has no number, which could be one of ATT&CK. "" if none."""
    references = obj.get("external_references")
    said = [
        str(reference.get("external_id", ""))
        for reference in (references if isinstance(references, list) else ())
        if isinstance(reference, dict) and reference.get("source_name") in SOURCES
    ]
    said.append(str(obj.get("x_mitre_id", "")))
    name = "" if any(said) else str(obj.get("name", ""))
    found = framework().technique(*filter(None, (*said, str(obj.get("id", "")), name)))
    return found.id if found else ""


def _strictest(objects: Sequence[Any]) -> Tlp:
    """The strictest TLP among the objects; amber where none says."""
    order = codes("tlp")
    refs = [
        ref
        for obj in objects
        if isinstance(obj, dict) and isinstance(obj.get("object_marking_refs"), list)
        for ref in obj["object_marking_refs"]
    ]
    found = [order.index(TLP_BY_ID[ref]) for ref in refs if isinstance(ref, str) and ref in TLP_BY_ID]
    tlp: Tlp = order[max(found)] if found else "amber"
    return tlp


def take_in(ws: Workspace, actor: Actor, path: Path) -> tuple[Case, Exchange, Ledger]:
    """Import a bundle from a file as a draft case. Raises `InputError` for what is no STIX, `RefusedError` over 200 MB,
    `ConflictError` for a file that was imported before."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RefusedError(f"{path.name} has more than {MOST_BYTES >> 20} MB", hint="import it in parts")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="name a file with a STIX bundle") from error
    return take_in_bytes(ws, actor, data, path.name)


def take_in_bytes(ws: Workspace, actor: Actor, data: bytes, name: str) -> tuple[Case, Exchange, Ledger]:
    """The same, from bytes; `name` is what to call them."""
    objects, now, origin, case_id = read_bundle(data), datetime.now(UTC), str(uuid4()), str(uuid4())
    if not objects:
        raise InputError(f"{name} holds no objects", hint="a bundle has a list `objects`")
    made = from_stix(objects, case_id, origin)
    bundle = ws.vault.put(data).sha256
    with acts.act(ws, actor, "import STIX", case_id, ("analyst",)) as w:
        _refuse_again(w, bundle)
        number = w.count(Exchange, {"direction": "import"}) + 1
        case = w.put(
            Case(
                id=case_id, title=made.title or name[:300], working_title=f"Import {number}", owner=actor.id,
                authors=(actor.id,), opened=now, updated=now, tlp=made.tlp,
            )
        )  # fmt: skip
        w.put_many(made.records)
        record = Exchange(
            id=origin, case=case_id, direction="import", at=now, by=actor.id, name=name[:300], sha256=bundle,
            ledger=ws.vault.put(made.ledger.csv()).sha256, objects=len(objects), **made.ledger.summary(),
        )  # fmt: skip
        record = w.put(record)
    return case, record, made.ledger


def _refuse_again(reader: Reader, sha256: str) -> None:
    for before in acts.every(reader, Exchange, {"direction": "import"}):
        if before.sha256 == sha256 and reader.find(Case, before.case):
            raise ConflictError(f"this file was imported on {before.at:%Y-%m-%d}", hint=f"see case {before.case}")

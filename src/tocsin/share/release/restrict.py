"""Parts of a case that are marked more strictly than the case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from tocsin.cases import acts
from tocsin.cases.release import WHO
from tocsin.cases.work import AUTHORS
from tocsin.errors import NotFoundError, UsageError
from tocsin.model.exchange import Pap, Profile, Restriction
from tocsin.model.grades import Tlp, steps_apart
from tocsin.model.people import Actor
from tocsin.share.stix.check import Stix, selects
from tocsin.share.stix.exporting import to_stix
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.scales import TLP_IDS
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

NEVER = ("id", "type", "object_marking_refs", "granular_markings", "extensions")


def restrict(
    ws: Workspace,
    actor: Actor,
    case_id: str,
    object_id: str,
    tlp: Tlp,
    field: str = "",
    pap: Pap | str = "",
    organisations: Sequence[str] = (),
    profile: Profile = "core",
) -> Restriction:
    """Mark one object of a case, or one field of it, more strictly than the case. `UsageError` for a marking that is
    less strict, or a field that is not there; `NotFoundError` for an object that the case is not exported as."""
    with acts.on_case(ws, actor, "restrict", case_id, (*AUTHORS, *WHO)) as (w, case):
        if (steps_apart("tlp", case.tlp, tlp) or 0) < 0:
            raise UsageError(
                f"TLP:{tlp.upper()} is less strict than the case, TLP:{case.tlp.upper()}",
                hint="mark the case by what everybody may see of it, and its parts more strictly",
            )
        bundle = to_stix(w, case_id, profile, ws.title)
        w.put_many(bundle.minted)
        found = next((obj for obj in bundle.objects if obj["id"] == object_id), None)
        if found is None:
            raise NotFoundError(f"case {case_id} holds no {object_id}", hint="see `tocsin release objects`")
        if field and (not selects(found, field) or field.split(".")[0] in NEVER or pap or organisations):
            raise UsageError(
                f"{field!r} cannot be marked by itself in {object_id}",
                hint="name a property as a STIX selector, with a TLP alone, or restrict the whole object",
            )
        return w.put(
            acts.checked(
                Restriction,
                case=case_id,
                object=object_id,
                field=field,
                tlp=tlp,
                pap=pap,
                organisations=tuple(organisations),
            )
        )


def objects_of(
    ws: Workspace, actor: Actor, case_id: str, profile: Profile
) -> tuple[tuple[Stix, ...], tuple[Restriction, ...]]:
    """What a case is exported as, before redaction, and its restrictions."""
    with acts.on_case(ws, actor, "look at objects", case_id, (*AUTHORS, *WHO)) as (w, _):
        bundle = to_stix(w, case_id, profile, ws.title)
        w.put_many(bundle.minted)
        return tuple(bundle.objects), restrictions_of(w, case_id)


def restrictions_of(reader: Reader, case_id: str) -> tuple[Restriction, ...]:
    """All of a case."""
    return tuple(acts.every(reader, Restriction, {"case": case_id}))


def restricted(objects: Iterable[Stix], restrictions: Iterable[Restriction]) -> list[Stix]:
    """The objects with their restrictions as markings. One whose field is gone since is restricted as a whole."""
    found = {obj["id"]: obj for obj in objects}
    for one in restrictions:
        if one.object in found:
            found[one.object] = _restricted(found[one.object], one)
    return list(found.values())


def _restricted(obj: Stix, one: Restriction) -> Stix:
    if one.field and selects(obj, one.field):
        marking = {"marking_ref": TLP_IDS[one.tlp], "selectors": [one.field]}
        return {**obj, "granular_markings": [*obj.get("granular_markings", []), marking]}
    others = [ref for ref in obj.get("object_marking_refs", []) if ref != TLP_IDS[one.tlp]]
    whole = {**obj, "object_marking_refs": [*others, TLP_IDS[one.tlp]]}
    before = obj.get("extensions", {})
    ours = {"extension_type": "property-extension", **before.get(HANDLING, {})}
    if one.pap:
        ours["pap"] = max(ours.get("pap", one.pap), one.pap, key=get_args(Pap).index)
    if one.organisations:  # the strictest of several: whom all of them name
        ours["organisations"] = [name for name in one.organisations if name in ours.get("organisations", [name])]
    return {**whole, "extensions": {**before, HANDLING: ours}} if len(ours) > 1 else whole

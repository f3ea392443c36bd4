"""The account of a view: what became of every object and field that went in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tocsin.share.redaction.visible import Seen
from tocsin.share.stix.check import Stix
from tocsin.share.stix.ledger import Ledger


def account(objects: Iterable[Stix], found: Seen, given: Mapping[str, Stix]) -> Ledger:
    """Rows for all of `objects`: kept, mapped (new ids, creators, times and the marking of the case) or withheld, whole
    or in part. `given` has what the audience gets, by original. Not for the audience: it tells what is missing."""
    ledger = Ledger()
    for n, obj in enumerate(objects):
        name = str(obj.get("id") or f"#{n}")
        ledger.entered(name, obj)
        if name in given and found.before.get(name, obj) is obj:
            _given(ledger, name, obj, found.after.get(name, obj), given[name])
        else:
            rule = (
                found.rules.get(name, "definition of another name")
                if found.before.get(name) is obj
                else "not the newest"
            )
            ledger.add(name, "", "withheld", rule, obj)
            for field, value in obj.items():
                ledger.add(name, field, "withheld", rule, value)
    return ledger


def _given(ledger: Ledger, name: str, before: Stix, left: Stix, after: Stix) -> None:
    same = before == after
    ledger.add(name, "", "kept" if same else "mapped", "" if same else "made for this audience", before, after)
    for field, value in before.items():
        if value == after.get(field):
            ledger.add(name, field, "kept", "", value, value)
        elif value == left.get(field) or field == "created_by_ref":
            ledger.add(name, field, "mapped", "made for this audience", value, after.get(field))
        else:
            ledger.add(name, field, "withheld", "marking, or refers to what is", value, after.get(field))

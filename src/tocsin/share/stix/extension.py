"""Our extensions of STIX 2.1 (section 7.3): what its own properties cannot say.

HANDLING goes on any object and says how it may be handled and how it can be checked. CREATOR lets an observable say who
put it into the bundle, as the interoperability rules want of every object. There is no type of our own: a reader that
takes nothing but the specification's types reads every object.
"""

from __future__ import annotations

from typing import Any

from tocsin.share.stix.check import Stix

TOCSIN = "identity--6caeedce-710f-48e3-99be-3bf5b981682f"
HANDLING = "extension-definition--67b68367-64e8-4e53-be84-1a1b0f948735"
CREATOR = "extension-definition--a2a61783-b149-4f76-8d81-8da4fee0ffb7"
#: Incident core of OASIS, draft of October 2023 (incident-core 2.0); its definition is not ours to send.
INCIDENT = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"

_MADE = "2026-11-23T00:00:00.000Z"
_SCHEMAS = {
    HANDLING: (
        "Tocsin handling and proof",
        "How an object may be handled, how what it says can be checked offline, and what STIX has no property for.",
        "pap: clear, green, amber or red (Permissible Actions Protocol). organisations: ids of the only identities "
        "that may hold it. evidence: list of {sha256, size, media_type, captured, how, tool, source, information, "
        "note}: the bytes it rests on, with their Admiralty grade. workspace, day, entries, root: the RFC 6962 root "
        "over that many entries of the producer's journal. grade: {source, information, likelihood, confidence}. "
        "claim, made, alternatives, steps, harm: the graded claim. disarm, release: a technique's number and the "
        "release it was coded in. channel: {platform, url, account, attribution, basis}, attribution being official, "
        "state-controlled, state-linked or state-aligned. narrative: {name, languages}. original_id, original_type, "
        "original: an object of a partner that this one was made from, its text exactly as it came.",
        ["property-extension"],
        [],
    ),
    CREATOR: (
        "Tocsin creator of an observable",
        "Who put an observable into this bundle.",
        "created_by_ref: id of an identity, as on versioned objects.",
        ["toplevel-property-extension"],
        ["created_by_ref"],
    ),
}


def definitions() -> list[Stix]:
    """The objects that explain our extensions, with the identity they are created by: the same in every bundle."""
    common = {"spec_version": "2.1", "created_by_ref": TOCSIN, "created": _MADE, "modified": _MADE}
    ours: Stix = {"type": "identity", "id": TOCSIN, **common, "name": "Tocsin", "identity_class": "system"}
    return [ours, *(_definition(id_, common) for id_ in _SCHEMAS)]


def _definition(id_: str, common: Stix) -> Stix:
    name, description, schema, types, properties = _SCHEMAS[id_]
    found: Stix = {"type": "extension-definition", "id": id_, **common, "name": name, "description": description}
    found |= {"schema": schema, "version": "1.0.0", "extension_types": types}
    return found | ({"extension_properties": properties} if properties else {})


def of_creator(obj: Stix, creator: str) -> Stix:
    """An observable that says who put it into the bundle. HANDLING goes with it, empty, because the OASIS validator
    wants an extension of that sort on observables that may have others."""
    extensions = {CREATOR: {"extension_type": "toplevel-property-extension"}}
    extensions[HANDLING] = {"extension_type": "property-extension"}
    return {**obj, "created_by_ref": creator, "extensions": {**obj.get("extensions", {}), **extensions}}


def handling(**said: Any) -> Stix:
    """The HANDLING extension with these values, those that are empty left out; {} if nothing is left."""
    kept = {name: value for name, value in said.items() if value not in ("", None, [], {}, ())}
    return {HANDLING: {"extension_type": "property-extension", **kept}} if kept else {}

"""Deterministic ids of observables: UUIDv5 over their contributing properties (OASIS STIX 2.1, section 2.9)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4, uuid5

from tocsin.share.stix.check import Stix

NAMESPACE = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
_HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-512")  # the first that is there, in the order of the specification

#: Properties that decide the id, from each type's section.
CONTRIBUTING: dict[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}


def observable_id(obj: Stix) -> str:
    """The id of an observable: the same for the same content, random where nothing contributes."""
    kind = obj["type"]
    values: dict[str, Any] = {name: obj[name] for name in CONTRIBUTING.get(kind, ()) if name in obj}
    if "hashes" in values:
        hashes = values["hashes"]
        name = next((name for name in _HASHES if name in hashes), min(hashes))
        values["hashes"] = {name: hashes[name]}
    if not values:
        return f"{kind}--{uuid4()}"
    return f"{kind}--{uuid5(NAMESPACE, canonical_text(values))}"


def canonical_text(value: object) -> str:
    """Canonical JSON (RFC 8785) of a value without numbers beyond the integers that STIX properties hold."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

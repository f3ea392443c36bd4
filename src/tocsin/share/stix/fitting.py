"""Properties fitted to the core profile: kept where the specification and its vocabularies have them, else left out."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from tocsin.share.stix.check import REQUIRED, SCO, Stix, is_time
from tocsin.share.stix.spec import LANGUAGES, NEEDED, PROPERTIES, UNSAID, VOCABULARIES

_NAMED = re.compile(r"[^A-Z_ ]*[a-z][^A-Z_ ]*").fullmatch  # lower case, hyphens between words
_HASH = {"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128}
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}", re.IGNORECASE | re.ASCII).fullmatch
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w.~!$&'()*+,;=:@%/-]*)?(\?[\w.~!$&'()*+,;=:@%/?-]*)?"
    r"(#[\w.~!$&'()*+,;=:@%/?-]*)?",
    re.ASCII,
).fullmatch
_MAIL = re.compile(r"[\w.+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", re.ASCII).fullmatch
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})").search


def fitted(obj: Stix) -> Stix | None:
    """The type's own properties, fitted; None where it cannot be sent so, or lacks what an exchange needs."""
    kind = obj["type"]
    if kind not in PROPERTIES:
        return None
    found: Stix = {}
    for name, sort in PROPERTIES[kind].items():
        if name in obj and (value := _FIT[sort](obj[name])) is not None:
            value = _worded(f"{kind}.{name}", value)
            if value is not None:
                found[name] = value
    found |= common(obj)
    for name, unsaid in UNSAID.get(kind, {}).items():
        found.setdefault(name, unsaid)
    needed = {*NEEDED.get(kind, ()), *REQUIRED.get(kind, ())} - {"created_by_ref"}
    return found if all(any(one in found for one in names.split("|")) for names in needed) else None


def common(obj: Stix) -> Stix:
    """The properties that all versioned objects share, fitted, without ids, versions, creator, markings, extensions."""
    found: Stix = {}
    if obj["type"] in SCO:
        return {"defanged": obj["defanged"]} if type(obj.get("defanged")) is bool else {}
    for name, sort in (("labels", "texts"), ("external_references", "references"), ("confidence", "number")):
        if name in obj and (value := _FIT[sort](obj[name])) is not None:
            found[name] = value
    if obj.get("lang") in LANGUAGES:
        found["lang"] = obj["lang"]
    if obj.get("revoked") is True:
        found["revoked"] = True
    return found


def _worded(key: str, value: Any) -> Any:
    words = VOCABULARIES.get(key)
    if words is None:
        return value
    if isinstance(value, list):
        return [one for one in value if one in words] or None
    return value if value in words else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> list[str] | None:
    return value if isinstance(value, list) and value and all(isinstance(one, str) for one in value) else None


def _number(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= 2**53 else None


def _flag(value: Any) -> bool | None:
    return value if type(value) is bool else None


def _time(value: Any) -> str | None:
    """A leap second is a time that some readers cannot take."""
    return value if is_time(value) and value[17:19] != "60" else None


def _phases(value: Any) -> list[Stix] | None:
    """Kill-chain phases whose names are as the specification wants them."""
    found = []
    for phase in value if isinstance(value, list) else ():
        chain, name = (phase.get("kill_chain_name"), phase.get("phase_name")) if isinstance(phase, dict) else ("", "")
        if isinstance(chain, str) and isinstance(name, str) and _NAMED(chain) and _NAMED(name):
            found.append({"kill_chain_name": chain, "phase_name": name})
    return found or None


def _references(value: Any) -> list[Stix] | None:
    """External references; an address without a hash says nothing that can be checked and is left out."""
    found = []
    for reference in value if isinstance(value, list) else ():
        if not isinstance(reference, dict) or reference.get("source_name") in (None, "", "cve", "capec"):
            continue
        names = ["source_name", "description", "external_id"]
        names += ["url", "hashes"] if _hashes(reference.get("hashes")) and _address(reference.get("url")) else []
        kept = {name: reference[name] for name in names if name in reference}
        texts = all(isinstance(part, str) for name, part in kept.items() if name != "hashes")
        listed = str(kept.get("external_id", "")).startswith(("CVE-", "CAPEC-"))
        if texts and len(kept) > 1 and not listed:
            found.append(kept)
    return found or None


def _hashes(value: Any) -> Stix | None:
    if not isinstance(value, dict):
        return None
    kept = {
        name: text
        for name, text in value.items()
        if isinstance(text, str) and re.fullmatch(rf"[0-9a-fA-F]{{{_HASH.get(name, 0)}}}", text) and text
    }
    return kept or None


def _ip(version: int) -> Callable[[Any], str | None]:
    def fit(value: Any) -> str | None:
        try:
            parsed = ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
        except ValueError:
            return None
        return str(value) if parsed and parsed.version == version else None

    return fit


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and _ADDRESS(value) and not _BAD_PERCENT(value) else None


def _domain(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) < 254 and _DOMAIN(value) else None


def _mail(value: Any) -> str | None:
    return value if isinstance(value, str) and _MAIL(value) else None


def _country(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch("[A-Z]{2}", value) else None


_FIT: dict[str, Callable[[Any], Any]] = {
    "text": _text, "texts": _texts, "number": _number, "flag": _flag, "time": _time, "phases": _phases,
    "references": _references, "hashes": _hashes, "ref": _text, "refs": _texts, "country": _country,
    "ipv4": _ip(4), "ipv6": _ip(6), "address": _address, "domain": _domain, "mail": _mail,
}  # fmt: skip

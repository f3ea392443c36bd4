"""Media types and encodings of requests (TAXII 2.1, sections 1.6.8 and 3.1; RFC 9110, section 12.5)."""

from __future__ import annotations

from email.message import Message

TAXII = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version="
RANGES = ("*/*", "application/*", "application/taxii+json")


def accepted(header: str | None) -> bool:
    """Whether TAXII 2.1 may be answered: it is named with or without its version, or a range that holds it is, and not
    refused by q=0. Without the header, everything is accepted."""
    return not (header or "").strip() or any(_takes(part) for part in (header or "").split(","))


def is_taxii(header: str | None) -> bool:
    """Whether a body says that it is TAXII 2.1."""
    name, version, _ = _parsed(header or "")
    return name == "application/taxii+json" and version in ("", "2.1")


def takes_gzip(header: str | None) -> bool:
    """Whether the client unpacks gzip."""
    named = [_parsed(f"x/{part.strip()}") for part in (header or "").split(",")]
    return any(name == "x/gzip" and quality > 0 for name, _, quality in named)


def _takes(part: str) -> bool:
    name, version, quality = _parsed(part)
    return name in RANGES and version in ("", "2.1") and quality > 0


def _parsed(text: str) -> tuple[str, str, float]:
    """Type, version and quality; an unreadable quality counts as full."""
    message = Message()
    message["Content-Type"] = " ".join(text.split())
    version, quality = message.get_param("version", ""), message.get_param("q", "1")
    try:
        weight = float(str(quality))
    except ValueError:
        weight = 1.0
    return message.get_content_type() if "/" in text else "", str(version).strip(), weight

"""Feeds of all that was published, corrections and withdrawals too: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

ATOM, JSON = "feed.atom", "feed.json"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_LANGUAGE, _BASE = ("{http://www.w3.org/XML/1998/namespace}" + name for name in ("lang", "base"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication. `id` is a UUID, `path` that of its page within the site, `updated` when it was made or, where
    a later one takes something back, when that was."""

    id: str
    title: str
    made: datetime
    updated: datetime
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Feed:
    """The site as a feed, newest entry first. `base` is its absolute address, ending in a slash, or nothing: links
    are then relative to the feed's own address."""

    id: str
    title: str
    subtitle: str
    language: str
    updated: datetime
    entries: tuple[Entry, ...]
    base: str = ""


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document (RFC 4287, section 4.1)."""
    root = ET.Element("feed", {"xmlns": _NAMESPACE, _LANGUAGE: feed.language})
    if feed.base:
        root.set(_BASE, feed.base)
        ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=urljoin(feed.base, ATOM))
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=urljoin(feed.base, "index.html"))
    author = ET.SubElement(root, "author")
    ET.SubElement(author, "name").text = feed.title
    _texts(root, id=_urn(feed.id), title=feed.title, subtitle=feed.subtitle, updated=_rfc3339(feed.updated))
    for one in feed.entries:
        entry = ET.SubElement(root, "entry")
        times = {"published": _rfc3339(one.made), "updated": _rfc3339(one.updated)}
        _texts(entry, id=_urn(one.id), title=one.title, content=one.text, **times)
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=urljoin(feed.base, one.path))
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return text + b"\n"


def json_feed(feed: Feed) -> bytes:
    """The feed as a JSON Feed, version 1.1."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.subtitle,
        "language": feed.language,
        "authors": [{"name": feed.title}],
    }
    if feed.base:
        document |= {"home_page_url": feed.base, "feed_url": urljoin(feed.base, JSON)}
    document["items"] = [
        {
            "id": _urn(one.id),
            "url": urljoin(feed.base, one.path),
            "title": one.title,
            "content_text": one.text,
            "date_published": _rfc3339(one.made),
            "date_modified": _rfc3339(one.updated),
        }
        for one in feed.entries
    ]
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


def _urn(uuid: str) -> str:
    """RFC 9562, section 4."""
    return f"urn:uuid:{uuid}"


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

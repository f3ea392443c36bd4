"""Links brought to one form, so that the same page is the same object."""

from __future__ import annotations

from importlib.resources import files
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyarrow as pa

from tocsin.model.arrow import Array, pc


def _words(name: str) -> frozenset[str]:
    text = (files(__package__) / "data" / name).read_text("utf-8")
    return frozenset(line for line in text.split() if not line.startswith("#"))


SHORTENERS = _words("shorteners.txt")
TRACKING = _words("tracking.txt")
_SHORT = r"^https?://(" + "|".join(sorted(host.replace(".", r"\.") for host in SHORTENERS)) + ")/"


def canonical(url: str) -> str:
    """Cut what does not change the page: scheme, `www.`, `m.`, `amp.`, port, fragment, tracking parameters, a slash
    at the end; sort the rest of the query; write youtu.be links long. Short links and what is no link stay as they are.
    """
    try:
        parts = urlsplit(url.strip())
        host = (
            (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.").removeprefix("amp.")
        )
    except ValueError:  # a broken bracket or port
        return url
    if not host or host in SHORTENERS:
        return url.strip()
    if host == "youtu.be" and len(parts.path) > 1:
        return f"youtube.com/watch?v={parts.path[1:].split('/')[0]}"
    kept = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in TRACKING and not key.lower().startswith("utm_")
    ]
    path = parts.path.removesuffix("/amp").rstrip("/")
    return f"{host}{path}" + (f"?{urlencode(sorted(kept))}" if kept else "")


def host_of(link: str) -> str:
    """The host of a canonical link; empty for a short link, which hides it."""
    host = link.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].lower()
    return "" if host in SHORTENERS or "." not in host else host


def short_links(links: Array) -> Array:
    """Booleans: which links are short links, most of what social posts hold; told apart in one pass."""
    return pc.match_substring_regex(links, _SHORT)


def canonical_values(links: Array) -> tuple[Array, int]:
    """Canonical forms of an array of distinct links, and how many are short links, which stay as they are."""
    other = pc.invert(short_links(links))
    changed = pa.array([canonical(link) for link in links.filter(other).to_pylist()], pa.string())
    return pc.replace_with_mask(links, other, changed), len(links) - len(changed)

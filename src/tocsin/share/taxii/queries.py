"""What a request asks for in its address: filters, page and place (TAXII 2.1, section 3.4)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from tocsin.errors import UsageError
from tocsin.store.exchange import EPOCH, Match, version_key

PAGE = 1000  # objects of a page, at most and where no limit is given
FIELDS = 1000
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):(\d\d)(?:\.(\d+))?Z", re.ASCII)
_CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)
_KNOWN = re.compile(r"limit|next|added_after|match\[(id|type|version|spec_version)\]")


@dataclass(frozen=True)
class Query:
    """A page that is asked for: what, after which date added (microseconds), and how many at most. `named` where
    versions were named."""

    match: Match
    after: int
    limit: int
    named: bool


def query(text: bytes) -> Query:
    """Read an address's query. Raises `UsageError` for a parameter that is malformed or given twice; others are
    ignored."""
    try:
        pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError as error:
        raise UsageError("the address cannot be read", hint="percent-encode it as UTF-8") from error
    known = [(name, value) for name, value in pairs if _KNOWN.fullmatch(name)]
    given = dict(known)
    if len(given) < len(known):
        raise UsageError("a parameter is given twice", hint="separate values by commas")
    after = microseconds(given["added_after"]) if "added_after" in given else -1
    after = max(after, place(given["next"]) if "next" in given else -1)
    return Query(_match(given), after, _limit(given), "match[version]" in given)


def cursor(added: int) -> str:
    """The text for `next`: where a page ended. It holds nothing else, so it can be used again and with other limits."""
    return base64.urlsafe_b64encode(str(added).encode()).decode().rstrip("=")


def place(text: str) -> int:
    """What a cursor holds. Raises `UsageError` for another text."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        found = ""
    if not _CURSOR.fullmatch(found):
        raise UsageError("next is not a text that this server gave", hint="begin without it")
    return int(found)


def microseconds(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 time in UTC; finer digits are cut off. Raises `UsageError`."""
    found = _TIME.fullmatch(text)
    try:
        if not found or int(found[2]) > 60:
            raise ValueError(text)
        minute = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) - EPOCH
        fraction = int((found[3] or "0")[:6].ljust(6, "0"))
    except ValueError as error:
        raise UsageError("added_after is no timestamp", hint="2026-01-01T00:00:00.000000Z") from error
    return minute // timedelta(microseconds=1) + int(found[2]) * 1_000_000 + fraction


def _limit(given: dict[str, str]) -> int:
    text = given.get("limit", str(PAGE))
    if not re.fullmatch(r"[0-9]+", text, re.ASCII) or not text.strip("0"):
        raise UsageError("limit is no positive integer", hint="limit=100")
    return min(int(text[-20:]), PAGE) if len(text.lstrip("0")) < 5 else PAGE


def _match(given: dict[str, str]) -> Match:
    values = {name: tuple(given.get(f"match[{name}]", "").split(",")) for name in ("id", "type", "spec_version")}
    named = {name: value if f"match[{name}]" in given else () for name, value in values.items()}
    return Match(named["id"], named["type"], named["spec_version"], versions(given.get("match[version]", "last")))


def versions(text: str) -> tuple[str, ...]:
    """The versions named in match[version]: words, or keys of times. Raises `UsageError` for anything else, and for
    "all" beside others."""
    words = text.split(",")
    found = tuple(word if word in ("first", "last", "all") else version_key(word) for word in words)
    if not all(found) or ("all" in found and len(found) > 1):
        raise UsageError(
            "match[version] is not first, last, times, or all alone", hint="match[version]=first,2026-01-01T00:00:00Z"
        )
    return found

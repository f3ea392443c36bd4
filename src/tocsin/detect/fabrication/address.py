"""The address of a page in a form in which two of them can be compared, and where checked claims name it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pyarrow as pa

from tocsin.model.finding import Lookalike
from tocsin.resolve.alike import lookalike
from tocsin.resolve.imitation import STRONG, match
from tocsin.sources.names import hosts

#: Parts of a query that say how a reader came, not what the page is.
_TRACKING = re.compile(
    r"(?i)^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|igsh|mc_[ce]id|_hsenc|_hsmi|mkt_tok|ref|refsrc"
    r"|ref_src|ref_url|source|src|share|shared|smid|cmpid|cmp|ocid|ns_\w+|at_\w+|xtor|spm|feature|si|s|t|amp|"
    r"__tn__|__cft__.*|eid|rdid|sfnsn|mibextid|twclid|ttclid|vero_\w+|oly_\w+_id|wt_\w+|pk_\w+|piwik_\w+)$"
)
#: Those of the names above that name the page on some sites (`viewtopic.php?t=7`) are cut where their value holds no
#: digit, and on sites where they are known to track.
_MAY_NAME = {"s", "t", "src", "source", "ref", "share", "shared", "si", "feature", "amp", "eid"}
_TRACKED = ("twitter.com", "x.com", "youtube.com", "youtu.be", "instagram.com", "facebook.com", "open.spotify.com")
#: The address of an account, which is no post, on sites that have both.
_ACCOUNT = re.compile(
    r"(?:twitter\.com|x\.com|facebook\.com|instagram\.com|t\.me|telegram\.me|tiktok\.com|threads\.(?:net|com)|truthsocial\.com"
    r"|gab\.com|bsky\.app/profile|linkedin\.com/(?:in|company))/(?:s/)?@?[\w.%+-]+|facebook\.com/profile\.php\?id=\d+"
    r"|youtube\.com/(?:@[^/?]+|(?:c|channel|user)/[^/?]+)|vk\.com/(?!wall|video|photo)[\w.]+",
    re.I,
)
_FOUND = re.compile(r"https?://[^\s<>\"'”’）)\]]+", re.I)
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.[^.])")


def links(text: str) -> list[str]:
    """The addresses in a text, as they stand."""
    return [link.rstrip(".,;:!?…") for link in _FOUND.findall(text)]


def is_link(text: str) -> bool:
    """Whether the text is an address and nothing else."""
    return bool(_FOUND.fullmatch(text.strip()))


def compared(link: str) -> str:
    """The address without scheme, www or mobile host, tracking parts, fragment and closing slash; "" for none.

    A page stored by an archive (web.archive.org, archive.today) counts as the page."""
    try:
        parts = urlsplit(_unwrapped(link.strip()))
        host = hosts.clean(pa.array([parts.hostname or ""]))[0].as_py()
    except ValueError:
        return ""
    if not host:
        return ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    place = _MOBILE.sub("", host)
    kept = [(name, value) for name, value in pairs if not _tracks(name, value, place)]
    path = re.sub(r"/(?:amp|index\.\w{3,5})?/*$", "", unquote(parts.path))
    return place + path + ("?" + urlencode(sorted(kept)) if kept else "")


def _tracks(name: str, value: str, place: str) -> bool:
    """Whether a part of a query says how a reader came, not what the page is."""
    if not _TRACKING.match(name):
        return False
    return name.lower() not in _MAY_NAME or place in _TRACKED or not re.search(r"\d", value)


def _unwrapped(link: str) -> str:
    """The page that an archive's address is of."""
    found = re.match(r"https?://web\.archive\.org/web/\w+/(https?:/{1,2}.+)$", link, re.I)
    found = found or re.match(r"https?://archive\.(?:today|is|ph|md|vn|li|fo)/\d+/(https?://.+)$", link, re.I)
    return re.sub(r"^(https?:)/(?=[^/])", r"\1//", found[1]) if found else link


class Places:
    """Where claims appeared, and where their reviews stand."""

    def __init__(self, claims: pa.Table) -> None:
        self._claims = claims

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, (own, places) in enumerate(
            zip(self._claims["url"].to_pylist(), self._claims["appearances"].to_pylist(), strict=True)
        ):
            for key in dict.fromkeys(_keys([own or "", *(places or ())])):
                found.setdefault(key, []).append(row)
        return found

    def rows(self, link: str) -> list[int]:
        """Claims that appeared at an address, or whose review stands there. An address that is a whole site or an
        account names no claim."""
        key = compared(link)
        named = ("/" in key or "?" in key) and not _ACCOUNT.fullmatch(key)
        return self._rows.get(key, []) if named else []


def _keys(places: list[str]) -> Iterator[str]:
    for place in places:
        if key := compared(place):
            yield key


def imitated(official: pa.Table, addresses: Iterable[str]) -> tuple[Lookalike, ...]:
    """Names in the addresses that resemble an official one (schema OFFICIAL): its label with another ending, below
    another name, with words added, or one letter away. How often chance makes such names stands in the note."""
    names = pa.array(sorted({name for name in hosts.clean(pa.array(list(addresses), pa.string())).to_pylist() if name}))
    if not (official.num_rows and len(names)):
        return ()
    rows, found = official.to_pylist(), match(official, names.cast(pa.string()))
    strong = (n for n in range(found.name.size) if int(found.kind[n]) in STRONG)
    return tuple(
        lookalike(found, n, [rows[row] for row in found.protected[found.word[n]].rows],
                  1 - min(1.0, float(found.rates[found.word[n], found.kind[n]])), None)
        for n in strong
    )  # fmt: skip

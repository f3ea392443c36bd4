"""Countries as registers write them, to ISO 3166-1 alpha-2 in lower case."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from tocsin.model.arrow import Array
from tocsin.sources.gifts.columns import text

_USUAL = {
    "uk": "gb",
    "u.k.": "gb",
    "england": "gb",
    "scotland": "gb",
    "wales": "gb",
    "northern ireland": "gb",
    "great britain": "gb",
    "großbritannien": "gb",
    "usa": "us",
    "u.s.a.": "us",
    "united states of america": "us",
    "deutschland": "de",
    "österreich": "at",
    "schweiz": "ch",
    "nederland": "nl",
    "russia": "ru",
    "holland": "nl",
}


def countries(values: Array) -> Array:
    """Codes and names (English, German, Dutch, French) as codes; null for what is no country."""
    return pa.array([_code(value) for value in text(values).to_pylist()], pa.string())


def _code(value: str | None) -> str | None:
    name = (value or "").strip().lower()
    return _names().get(name)


@cache
def _names() -> dict[str, str]:
    """Names of territories in the CLDR, as Babel has them."""
    from babel import Locale

    found: dict[str, str] = {}
    for language in ("fr", "nl", "de", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
                found[str(name).lower()] = code.lower()
                found[code.lower()] = code.lower()
    return {**found, **_USUAL}

"""Countries as registers write them, to ISO 3166-1 alpha-2 in lower case."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from tocsin.model.arrow import Array
from tocsin.sources.gifts.columns import text
from tocsin.sources.vocabulary import words


def countries(values: Array) -> Array:
    """Codes and names (English, German, Dutch, French) as codes; null for what is no country."""
    return pa.array([code_of(value) for value in text(values).to_pylist()], pa.string())


def code_of(name: str | None) -> str | None:
    """The code of one country, by its code, a name or what its people are called; None for what is none."""
    return _names().get((name or "").strip().lower())


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
    return {**found, **words("places")}

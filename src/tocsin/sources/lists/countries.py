"""Countries as lists write them, as ISO 3166-1 codes: names, official names, demonyms, codes."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

_JOINED = re.compile(r"\s*(?:[;,/|\n]|\band/or\b|\band\b|\bor\b|\([^)]*\))\s*")
_LEADING = re.compile(r"^(?:region: |of |allegedly |possibly |probably |formerly |dual )+")
_PLAIN = re.compile(r"[^a-z]+")


def country(text: object) -> str:
    """The code of one country in lower case; "" where the text names none (or more than one)."""
    words = _plain(str(text or "")[:200])
    return _codes().get(words) or _codes().get(words.removeprefix("the ")) or ""


def countries(text: object) -> list[str]:
    """The codes of all countries a text names, in order, each once."""
    whole = str(text or "")[:1_000]
    if code := country(whole):
        return [code]
    return list(dict.fromkeys(code for part in _JOINED.split(whole) if (code := country(part))))


def _plain(text: str) -> str:
    spelt = text.replace("’", "'").replace("&", " and ")
    letters = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode().lower()
    return _PLAIN.sub(" ", _LEADING.sub("", letters.strip())).strip()


@cache
def _codes() -> dict[str, str]:
    """Plain name -> code: the names of the Unicode CLDR in English, then those of `data/countries.json`."""
    from babel import Locale

    named = {code.lower(): name for code, name in Locale("en").territories.items() if re.fullmatch("[A-Z]{2}", code)}
    for group in ("eu", "ez", "un", "zz", "qo", "xa", "xb"):  # no countries
        named.pop(group, None)
    more = json.loads((files("tocsin.sources.lists") / "data" / "countries.json").read_text("utf-8"))
    found = {code: code for code in named}
    found |= {_plain(name): code for code, name in named.items()}
    return found | {_plain(name): code for code, names in more.items() for name in names}

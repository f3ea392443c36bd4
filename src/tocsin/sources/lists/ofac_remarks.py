"""The remarks of OFAC's legacy files: facts packed into one cell, each with its label, divided by semicolons.

Read from sdn.csv of January 2022: `DOB 10 Dec 1948; alt. DOB 1936; POB Tehran, Iran; nationality Iran; Gender Male;
Passport A10472263 (Malaysia); a.k.a. 'BNC'; Linked To: MAHAN AIR; Secondary sanctions risk: ...`.
"""

from __future__ import annotations

import re

from tocsin.sources.lists.countries import countries, country
from tocsin.sources.lists.days import partials
from tocsin.sources.lists.entries import Entry
from tocsin.sources.lists.numbers import imo, kind_of

LINKED = "linked-to"
_ALT = re.compile(r"^alt\.\s+", re.IGNORECASE)
_ALIAS = re.compile(r"^(a\.k\.a\.|f\.k\.a\.|n\.k\.a\.)\s*['\"]?(.+?)['\"]?$", re.IGNORECASE)
_LABELLED = re.compile(
    r"^(?P<label>[A-Za-z][^0-9(]*?(?:\([^)]*\)[^0-9(]*?)?)\s*[#:]?\s*(?P<number>[A-Z]{0,6}[ -]?\d[^()]*?)"
    r"(?:\s*\((?P<country>[A-Z][^)]*)\))?(?:\s+(?:issued|expires|Date of Issue|Issue Date)\b.*)?$"
)
_PREFIX = re.compile(r"^(?:ID|NO) ?")
_DOCUMENT = re.compile(r"\b(No|Number|Code|Card|Certificate|Permit|Document)\b")
_WALLET = re.compile(r"^Digital Currency Address - (\S+) (\S+)$")
_MEASURES = (
    "secondary sanctions risk",
    "additional sanctions information",
    "transactions prohibited",
    "executive order",
    "caatsa section",
    "ifca determination",
    "peesa information",
)
_NOT_NUMBERS = re.compile(
    r"^(Organization |Aircraft (Manufacture Date|Model|Mode |Operator)|Telephone|Phone|Fax|Email|Website|"
    r"(Other |Former )?Vessel (Flag|Type|Year|Owner|Call)|Effective Date|Listing Date|Purchase/Sales|Target Type|"
    r"Year|Issuer|Equity|Nationality of|All offices)",
    re.IGNORECASE,
)


def split_remarks(text: str) -> list[str]:
    """The facts of a remark, without `alt.` and the closing full stop."""
    parts = (part.strip() for part in text.strip().removesuffix(".").split(";"))
    return [_ALT.sub("", part) for part in parts if part]


def take_remarks(entry: Entry, text: str) -> list[str]:
    """Put the facts of a remark where they belong; returns the names after `Linked To:`. What has no column of its own
    (telephones, model of an aircraft) stays in the file."""
    linked: list[str] = []
    for part in split_remarks(text):
        label, _, rest = part.partition(" ")
        if label.upper() == "DOB":
            entry.birth_dates += partials(rest)
        elif label.upper() == "POB":
            entry.birth_places.append(rest)
        elif label.lower() in ("nationality", "citizen"):
            entry.countries += countries(rest)
        elif label == "Gender":
            entry.genders.append(rest.lower())
        elif part.startswith("Linked To:"):
            linked.append(part.removeprefix("Linked To:").strip())
        elif alias := _ALIAS.match(part):
            entry.add_name(alias[2], "former" if alias[1].lower() == "f.k.a." else "weak")
        elif part.lower().startswith(_MEASURES):
            entry.measures.append(part)
        elif not _NOT_NUMBERS.match(part):
            _take_number(entry, part)
    return linked


def _take_number(entry: Entry, part: str) -> None:
    if wallet := _WALLET.match(part):
        entry.add_number("wallet", wallet[2])
    elif entry.schema == "Person" and not re.search(r"[\d:]", part):
        entry.positions.append(part)
    elif found := _LABELLED.match(part):
        kind = kind_of(found["label"])
        if kind == "imo" or " IMO" in part:
            kind = "imo"
        if kind != "other" or _DOCUMENT.search(found["label"]):
            number = imo(part) if kind == "imo" else _PREFIX.sub("", found["number"].strip())
            entry.add_number(kind, number, country(found["country"]))

"""What the FEC's files have in common: entity types, transaction types, what memo texts say, places."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.gifts import names
from tocsin.sources.gifts.columns import on_unique

_ENTITIES = {
    "IND": "person",
    "CAN": "person",
    "PAC": "committee",
    "COM": "committee",
    "CCM": "committee",
    "PTY": "party",
}
#: FEC transaction types of receipts (FEC, Transaction type code descriptions) that are not plain gifts of money
_KINDS = {
    "in-kind": ("15Z", "24Z"),
    "loan": ("16C", "16F", "16G", "16H", "16J", "16K", "16L", "16R", "16U"),
    "transfer": ("18G", "18H", "18J", "18K", "18L", "18U", "24G", "24H"),
    "refund": (
        *(
            "17R",
            "17U",
            "17Y",
            "17Z",
            "20A",
            "20B",
            "20C",
            "20D",
            "20F",
            "20G",
            "20R",
            "20V",
            "20Y",
            "21Y",
            "22G",
            "22H",
        ),
        *(
            "22J",
            "22K",
            "22L",
            "22R",
            "22U",
            "22X",
            "22Y",
            "22Z",
            "23Y",
            "28L",
            "40T",
            "40Y",
            "40Z",
            "41T",
            "41Y",
            "41Z",
        ),
        *("42T", "42Y", "42Z"),
    ),
}
KINDS = {code: kind for kind, codes in _KINDS.items() for code in codes}
#: the intermediary's own report of an earmarked gift that it passes on: the committee in OTHER_ID got it
PASSED_ON = ("24I", "24T")
_STATES = (
    *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME"),
    *("MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA"),
    *("RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY"),
    *("DC", "PR", "GU", "VI", "AS", "MP", "AA", "AE", "AP"),
)
_REDESIGNATED = r"(?i)RE-?DESIG|RE-?ATTRIB"
_METHODS = (
    ("payroll", r"(?i)\bP/R\b|PAYROLL"),
    ("crypto", r"(?i)BITCOIN|\bBTC\b|ETHEREUM|CRYPTO"),
    ("prepaid card", r"(?i)PRE-?PAID CARD"),
    ("gift card", r"(?i)GIFT CARD"),
)


def coded(values: Array, codes: dict[str, str]) -> Array:
    """Each value's meaning; null where it has none."""
    table = pa.array(list(codes.values()), pa.string())
    return table.take(pc.index_in(values, pa.array(list(codes), pa.string())))


def donor_types(entity: Array, name: Array) -> Array:
    """Donor types from entity types; organisations by what their names say."""
    known = coded(pc.utf8_upper(entity), _ENTITIES)
    return pc.coalesce(known, names.organisation_type(pc.if_else(known.is_null(), name, pa.scalar(None, pa.string()))))


def country(region: Array) -> Array:
    """`us` for the states and territories, null for ZZ and what is no state."""
    return pc.if_else(pc.is_in(region, pa.array(_STATES)), "us", pa.scalar(None, pa.string()))


def methods(*texts: Array) -> Array:
    """How a gift was paid, where a text of the row says so."""
    return pc.coalesce(*[on_unique(_method, column) for column in texts])


def _method(texts: Array) -> Array:
    found = pa.nulls(len(texts), pa.string())
    for method, pattern in _METHODS:
        found = pc.if_else(pc.fill_null(pc.match_substring_regex(texts, pattern), False), method, found)
    return found


def kinds(kind: Array, memo_text: Array, amount: Array) -> Array:
    """The kind of each row: a redesignation where its text says so, money going back where the amount is below zero."""
    redesignated = on_unique(lambda texts: _says(texts, _REDESIGNATED), memo_text)
    in_kind = on_unique(lambda texts: _says(texts, r"(?i)IN[- ]KIND"), memo_text)
    kind = pc.if_else(pc.and_(pc.equal(kind, "money"), pc.fill_null(in_kind, False)), "in-kind", kind)
    back = pc.fill_null(pc.and_(pc.less(amount, 0), pc.not_equal(kind, "transfer")), False)
    return pc.if_else(pc.fill_null(redesignated, False), "redesignation", pc.if_else(back, "refund", kind))


def _says(texts: Array, pattern: str) -> Array:
    return pc.fill_null(pc.match_substring_regex(texts, pattern), False)


def money_back(kind: Array, amount: Array) -> Array:
    """Amounts below zero where the kind says that money went back."""
    return pc.if_else(pc.equal(kind, "refund"), pc.negate(pc.abs(amount)), amount)


def parts(donor_type: Array, name: Array) -> dict[str, Any]:
    """The parts of the names of persons; none of the others."""
    is_person = pc.fill_null(pc.equal(donor_type, "person"), False)
    return names.comma_person(pc.if_else(is_person, name, pa.scalar(None, pa.string())))


#: lines of the detailed summary pages by what stands on them; what is not here is money of another sort
_LINES = {
    "F3": {"11A": "money", "11B": "money", "11C": "money", "11D": "money", "12": "transfer", "13": "loan"},
    "F3X": {"11A": "money", "11B": "money", "11C": "money", "12": "transfer", "13": "loan"},
    "F3P": {"17A": "money", "17B": "money", "17C": "money", "17D": "money", "18": "transfer", "19": "loan"},
}


def kind_of_line(line: str | None, form: str = "F3") -> str:
    """The kind of a row of Schedule A by its line (`SA11AI`, `11AI`) and the form it belongs to."""
    bare = (line or "").strip().upper().removeprefix("SA")
    known = _LINES["F3P" if form.startswith("F3P") else "F3X" if form.startswith("F3X") else "F3"]
    return next((kind for start, kind in known.items() if bare.startswith(start)), "other" if bare else "money")

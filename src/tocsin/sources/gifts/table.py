"""Any delimited register, by a mapping of columns that is given or guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import pyarrow as pa

from tocsin.errors import UnknownFormat
from tocsin.model.arrow import Array, pc
from tocsin.sources.base import Head, Sniff
from tocsin.sources.generic import SAMPLE_ROWS, sample
from tocsin.sources.gifts import names
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.columns import Days, constant, on_unique, text
from tocsin.sources.gifts.guessing import ONE_VALUE, GiftGuess, guess_mapping, settle_mapping
from tocsin.sources.gifts.places import countries
from tocsin.sources.gifts.shaping import GiftShaper, empty_gifts, in_order
from tocsin.sources.records import Records, read_records, split_header
from tocsin.sources.shaping import Rows
from tocsin.sources.textual import Lines, decode_head

_NULL = pa.scalar(None, pa.string())
_SIGNS = {"£": "GBP", "€": "EUR"}
_KINDS = (
    ("loan", r"LOAN|DARLEHEN|LENING"),
    ("in-kind", r"IN[- ]?KIND|NON[- ]?CASH|NON[- ]?MONETARY|SERVICE|SACHSPENDE|VISIT"),
    ("refund", r"REFUND|RETURN|REPAY|CHARGE-?BACK"),
    ("transfer", r"TRANSFER"),
    ("redesignation", r"RE-?DESIGNAT|RE-?ATTRIBUT"),
)
_DONORS = (
    ("person", r"^IND|PERSON|NATURAL|^CAN"),
    ("union", r"UNION"),
    ("party", r"PARTY|PARTIES|^PTY"),
    ("committee", r"COMMITTEE|^PAC$|^COM$|^CCM$"),
    ("trust", r"TRUST|FOUNDATION"),
    ("association", r"ASSOCIATION|SOCIETY|VEREIN"),
    ("company", r"COMPANY|CORPORATION|BUSINESS|PARTNERSHIP|LLP|LLC"),
)


@dataclass(frozen=True, slots=True)
class TableOfGifts:
    """Delimited text by mapping."""

    id: str = "table"
    title: str = "a table by column names"

    def sniff(self, head: Head) -> Sniff | None:
        """Possible for any text whose first line has three cells or more."""
        text_ = decode_head(head.data)
        header, _ = split_header(text_)
        if len(header) < 3 or text_.lstrip()[:1] in ("{", "[", "<"):
            return None
        return Sniff(0.4, f"a table with {len(header)} columns")

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream by the mapping; see `GiftFormat.read`."""
        lines = Lines(stream, options.encoding)
        blocks = read_records(lines, name)
        if (first := next(blocks, None)) is None:
            return
        header, records = first
        rows = [{k: v or "" for k, v in row.items()} for row in sample(header, records)]
        guess = settle_mapping(header, rows, options.mapping, name)
        days = Days(options.date_order)
        shaper = GiftShaper(name, self.id, options.jurisdiction, _currency(guess, rows, options, name), days)
        read = (
            Rows(_gifts(_mapped(header, block, guess)), block.lines, block.text_of, block.rejected)
            for _, block in chain([first], blocks)
        )
        yield from map(shaper.shape, in_order(read, days, name))
        told = "columns: " + ", ".join(guess.reasons.values())
        yield GiftBatch(empty_gifts(), notes=[told, *lines.notes()])


def preview(data: bytes) -> tuple[list[str], list[dict[str, str]], GiftGuess]:
    """What guided mapping shows of a delimited file's first bytes: the columns, some rows, and the guess."""
    lines = Lines(_whole_lines(data))
    header, records = next(read_records(lines, ""))
    rows = [{k: v or "" for k, v in row.items()} for row in sample(header, records)[:SAMPLE_ROWS]]
    return header, rows, guess_mapping(header, rows)


def _mapped(header: list[str], block: Records, guess: GiftGuess) -> dict[str, Array]:
    made = {}
    for field, column in guess.mapping.items():
        value = column.removeprefix(ONE_VALUE)
        one = column.startswith(ONE_VALUE) and column not in header
        made[field] = constant(value, len(block.lines)) if one else block.columns[header.index(column)]
    return made


def _whole_lines(data: bytes) -> BinaryIO:
    import io

    end = data.rfind(b"\n") + 1
    return io.BytesIO(data[:end] if end else data)


def _currency(guess: GiftGuess, rows: list[dict[str, str]], options: GiftOptions, name: str) -> str:
    """The currency of the file: given, in a column, or shown by the amounts' sign. Raises `UnknownFormat`."""
    if options.currency or "currency" in guess.mapping:
        return options.currency
    column = guess.mapping["amount"]
    shown = {code for row in rows for sign, code in _SIGNS.items() if sign in row.get(column, column)}
    shown |= {found[0].upper() for found in [re.search(r"(?i)eur|usd|gbp|aud|cad", column)] if found}
    if len(shown) != 1:
        raise UnknownFormat(f"{name}: nothing says in which currency it is", hint="say it, for example --currency EUR")
    return shown.pop()


def _gifts(given: dict[str, Array]) -> dict[str, Array]:
    """Gift columns from those that the mapping names."""
    made = {field: column for field, column in given.items() if field not in ("amount", "memo", "kind", "donor_type")}
    made["amount_minor"] = given["amount"]
    if "memo" in given:
        made["memo"] = pc.fill_null(pc.is_in(pc.utf8_lower(text(given["memo"])), pa.array(_TRUE)), False)
    if "kind" in given:
        made["kind"] = pc.fill_null(on_unique(lambda values: _worded(values, _KINDS), text(given["kind"])), "money")
        went_back = pc.and_(pc.equal(made["kind"], "refund"), pc.invert(_below_zero(given["amount"])))
        minus = pc.binary_join_element_wise("-", pc.utf8_trim_whitespace(given["amount"]), "")
        made["amount_minor"] = pc.if_else(went_back, minus, given["amount"])
    if "country" in given:
        made["country"] = on_unique(countries, text(given["country"]))
    if "currency" in given:
        made["currency"] = pc.utf8_upper(text(given["currency"]))
    return {**made, **_donors(given)}


def _below_zero(amount: Array) -> Array:
    return pc.match_substring_regex(amount, r"^\s*[-(]")


_TRUE = ("x", "true", "yes", "y", "1", "memo")


def _donors(given: dict[str, Array]) -> dict[str, Array]:
    size = len(given["amount"])
    kind = (
        on_unique(lambda values: _worded(values, _DONORS), text(given["donor_type"])) if "donor_type" in given else None
    )
    if "donor_name" not in given:
        first = given.get("first_name", pa.nulls(size, pa.string()))
        parts = names.person(text(given["last_name"]), text(first))
        joined = names.together(parts)
        return {
            **parts,
            "donor_name": joined,
            "donor_type": pc.fill_null(kind, "person") if kind else _all("person", size),
        }
    name = text(given["donor_name"])
    said = names.organisation_type(name)
    guessed = pc.if_else(pc.or_(pc.not_equal(said, "other"), pc.equal(said, "")), said, "person")
    donor_type = pc.coalesce(kind, guessed) if kind is not None else guessed
    person = pc.if_else(pc.fill_null(pc.equal(donor_type, "person"), False), name, _NULL)
    parts = names.spaced_person(person)
    filed = {field: text(given[field]) for field in ("last_name", "first_name") if field in given}
    return {
        **parts,
        **{f: pc.coalesce(c, parts[f]) for f, c in filed.items()},
        "donor_name": name,
        "donor_type": donor_type,
    }


def _all(value: str, size: int) -> Array:
    return pa.repeat(value, size)


def _worded(values: Array, patterns: tuple[tuple[str, str], ...]) -> Array:
    found = pa.nulls(len(values), pa.string())
    for meaning, pattern in reversed(patterns):
        found = pc.if_else(pc.fill_null(pc.match_substring_regex(values, f"(?i){pattern}"), False), meaning, found)
    return found

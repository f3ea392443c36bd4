"""Registers of companies as tables: Companies House's basic data, and others with columns of the same meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.owner import ENTITIES
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts.columns import Days, constant, minor, on_unique, text
from tocsin.sources.gifts.guessing import plain
from tocsin.sources.gifts.places import countries
from tocsin.sources.owners.base import OwnerBatch
from tocsin.sources.records import Records, read_records, split_header
from tocsin.sources.shaping import REJECTED_CHARS
from tocsin.sources.textual import Lines, decode_head

#: field of ENTITIES -> names of columns, by `plain`
_COLUMNS = {
    "name": ("company_name", "name", "entity_name", "corporation_name", "business_name", "organisation_name"),
    "company_number": (
        "company_number",
        "number",
        "registration_number",
        "document_number",
        "entity_number",
        "file_number",
    ),
    "country": ("country_of_origin", "jurisdiction", "country", "country_of_incorporation"),
    "status": ("company_status", "status", "entity_status"),
    "formed": ("incorporation_date", "formed", "formation_date", "date_formed", "date_of_creation", "filing_date"),
    "dissolved": ("dissolution_date", "dissolved", "date_of_cessation"),
    "accounts": ("accounts_last_made_up_date", "last_accounts", "accounts"),
    "net_assets_minor": ("net_assets", "equity", "net_worth"),
    "profit_minor": ("profit", "profit_loss", "net_income"),
    "currency": ("currency",),
    "postcode": ("reg_address_post_code", "postcode", "post_code", "zip", "postal_code"),
    "agent": ("agent", "registered_agent", "registered_agent_name", "agent_name"),
    "officers": ("officers", "directors", "members", "managers"),
}
_ADDRESS = (
    *("reg_address_care_of", "reg_address_pobox", "reg_address_address_line1", "reg_address_address_line2"),
    *("reg_address_post_town", "reg_address_county", "reg_address_country", "address", "street", "city", "state"),
)
_DAYS, _MONEY = ("formed", "dissolved", "accounts"), ("net_assets_minor", "profit_minor")


@dataclass(frozen=True, slots=True)
class Companies:
    """One company a row."""

    id: str = "companies"
    title: str = "register of companies"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the columns are those of Companies House, likely where a number and day of formation are."""
        header = [plain(cell) for cell in split_header(decode_head(head.data))[0]]
        known = {field for field, names in _COLUMNS.items() if set(names) & set(header)}
        if not {"name", "company_number"} <= known or not known & {"formed", "status"}:
            return None
        return Sniff(0.9, "columns with a company's name, number and status or formation")

    def read(self, stream: BinaryIO, name: str) -> Iterator[OwnerBatch]:
        """Read a decompressed stream; see `OwnerFormat.read`."""
        lines, days = Lines(stream), Days()
        held: list[tuple[list[str], Records]] = []
        for header, records in read_records(lines, name):
            columns = dict(zip(reversed([plain(cell) for cell in header]), reversed(records.columns), strict=True))
            for field in _DAYS:
                if (column := _first(columns, field)) is not None:
                    days.learn(column)
            held.append((header, records))
            if not days.undecided:
                yield from (_batch(*item, days, name) for item in held)
                held = []
        if held:  # nothing showed the order of day and month: as in the register of the United Kingdom
            days.order = "DMY"
            yield from (_batch(*item, days, name) for item in held)
        assumed = ["days like 3/4/2016 read as day/month/year"] if held else []
        yield OwnerBatch(notes=[*lines.notes(), *assumed])


def _batch(header: list[str], records: Records, days: Days, name: str) -> OwnerBatch:
    columns = dict(zip(reversed([plain(cell) for cell in header]), reversed(records.columns), strict=True))
    size = len(records.lines)
    made: dict[str, Array] = {field.name: pa.nulls(size, field.type) for field in ENTITIES}
    for field in _COLUMNS:
        column = _first(columns, field)
        if column is not None and field != "name":
            made[field] = _read(field, text(column), days)
    company = _first(columns, "name")
    made["names"] = _lists(text(company) if company is not None else pa.nulls(size, pa.string()))
    parts = [pc.fill_null(text(columns[part]), "") for part in _ADDRESS if part in columns]
    if parts and size:
        joined = pc.binary_join_element_wise(*parts, ", ")
        made["address"] = text(pc.replace_substring_regex(pc.utf8_trim(joined, ", "), r"(, )+", ", "))
    made["kind"], made["file"], made["row"] = constant("company", size), constant(name, size), records.lines
    made["country"] = on_unique(countries, made["country"])
    made["entity"] = _ids(made, columns)
    batch = pa.RecordBatch.from_arrays([made[field] for field in ENTITIES.names], schema=ENTITIES)
    good = made["company_number"].is_valid()
    rejected = [
        Rejected(name, records.lines[at].as_py(), "no company number", records.text_of(at)[:REJECTED_CHARS])
        for at in pc.indices_nonzero(pc.invert(good)).to_pylist()
    ]
    whole = sorted([*records.rejected, *rejected], key=lambda bad: bad.row)
    return OwnerBatch(pa.Table.from_batches([batch.filter(good)], schema=ENTITIES), rejected=whole)


def _first(columns: dict[str, Array], field: str) -> Array | None:
    return next((columns[name] for name in _COLUMNS[field] if name in columns), None)


def _read(field: str, column: Array, days: Days) -> Array:
    if field in _DAYS:
        return days.read(column)
    if field in _MONEY:
        return minor(column)
    return _lists(column, ";") if field == "officers" else column


def _lists(column: Array, separator: str = "\0") -> Array:
    """One list a row, of the parts of its cell; an empty one where the cell is empty."""
    split = pc.split_pattern(pc.fill_null(column, ""), separator)
    items = [[part.strip() for part in row if part.strip()] for row in split.to_pylist()]
    return pa.array(items, pa.list_(pa.string()))


def _ids(made: dict[str, Array], columns: dict[str, Array]) -> Array:
    """`GB-COH-<number>` for Companies House, as other sources name its companies; else the number with the country."""
    number = pc.fill_null(made["company_number"], "")
    if "reg_address_post_town" in columns:
        return pc.binary_join_element_wise("GB-COH-", number, "")
    return pc.binary_join_element_wise(pc.utf8_upper(pc.fill_null(made["country"], "")), number, "-")

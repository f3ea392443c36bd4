"""Gifts to Dutch parties under the Wfpp, as a table with beneficial owners; some rows tell only the year."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.gifts import names
from tocsin.sources.gifts.columns import Days, on_unique, text, years
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister

_ADDRESS = r"^(?:(?P<street>.*\d.*),\s*)?(?P<postcode>\d{4}\s?[A-Z]{2})?\s*(?P<city>[^,\d]+)$"
_NULL = pa.scalar(None, pa.string())
_INITIALS = r"^((?:[A-Z][a-z]{0,2}\.\s?)+|[A-Z]\s)"


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    day = Days("DMY").read(text(raw["datum"]))
    begin, end = years(text(raw["year"]))
    gifts["date"], gifts["period_start"] = (
        pc.coalesce(day, end),
        pc.if_else(day.is_valid(), pa.scalar(None, pa.date32()), begin),
    )
    name = text(raw["naam_donateur"])
    said = on_unique(names.organisation_type, name)
    person = pc.and_(pc.equal(said, "other"), pc.fill_null(pc.match_substring_regex(name, _INITIALS), False))
    gifts["donor_type"] = pc.if_else(person, "person", said)
    gifts.update(names.of_donors(gifts["donor_type"], name))
    parts = pc.extract_regex(pc.coalesce(text(raw["adres_gever"]), ""), _ADDRESS)
    for field in ("street", "postcode", "city"):
        gifts[field] = pc.struct_field(parts, field)
    note = pc.coalesce(text(raw["toelichting"]), "")
    gifts["kind"] = pc.if_else(pc.match_substring(note, "natura", ignore_case=True), "in-kind", "money")
    owner = text(raw["ubo"])
    withheld = pc.match_substring_regex(owner, r"^\*+$")  # the register keeps the name back
    gifts["owner_name"] = pc.if_else(withheld, _NULL, owner)
    return gifts


NL = DelimitedRegister(
    id="nl-wfpp",
    title="gifts to Dutch parties",
    jurisdiction="nl",
    currency="EUR",
    signature=("year", "partij", "naam_donateur", "adres_gever", "ubo", "bedrag", "datum", "toelichting"),
    fields={
        "recipient": ("partij",),
        "recipient_name": ("partij",),
        "recipient_party": ("partij",),
        "recipient_type": ("neveninstelling",),
        "amount_minor": ("bedrag",),
        "aggregate_minor": ("totaal_donateur",),
        "donor_name": ("naam_donateur",),
        "owner_place": ("ubo_woonplaats",),
        "memo_text": ("toelichting",),
    },
    adjust=_adjust,
)

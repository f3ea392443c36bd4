"""Gifts that donors declare to the Australian Electoral Commission, for a financial year: its export, and tables."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.gifts import names
from tocsin.sources.gifts.columns import Days, on_unique, text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    first = pc.struct_field(pc.extract_regex(text(gifts["report"]), r"^(?P<year>\d{4})\s*[-/]"), "year")
    ends = pc.cast(pc.add(pc.cast(first, pa.int32()), 1), pa.string())
    day = Days("DMY").read(text(gifts["date"]))
    begin = Days().read(pc.binary_join_element_wise(first, "0701", ""))
    gifts["period_start"] = pc.if_else(day.is_valid(), pa.scalar(None, pa.date32()), begin)
    gifts["date"] = pc.coalesce(day, Days().read(pc.binary_join_element_wise(ends, "0630", "")))
    name, category = text(gifts["donor_name"]), pc.utf8_lower(text(raw["donor-category"]))
    said = on_unique(names.organisation_type, name)
    union = pc.fill_null(pc.equal(category, "unions"), False)
    person = pc.fill_null(pc.and_(pc.equal(category, "individual"), pc.equal(said, "other")), False)
    gifts["donor_type"] = pc.if_else(union, "union", pc.if_else(person, "person", said))
    gifts.update(names.of_donors(gifts["donor_type"], name))
    return gifts


AEC_EXPORT = DelimitedRegister(
    id="aec-export",
    title="donations made, of the Australian Electoral Commission's transparency register",
    jurisdiction="au",
    currency="AUD",
    signature=("financial year", "donor name", "donation made to"),
    fields={
        "recipient": ("donation made to",),
        "recipient_name": ("donation made to",),
        "date": ("date", "date of gift", "donation date"),
        "amount_minor": ("amount", "value"),
        "donor_name": ("donor name",),
        "donor_id": ("donor code", "donor id"),
        "report": ("financial year",),
    },
    adjust=_adjust,
)
AEC = DelimitedRegister(
    id="aec",
    title="donor declarations of the Australian Electoral Commission",
    jurisdiction="au",
    currency="AUD",
    signature=("donor-name", "value", "recipient-name", "period"),
    fields={
        "recipient": ("recipient-name",),
        "recipient_name": ("recipient-name",),
        "recipient_party": ("party-group",),
        "amount_minor": ("value",),
        "donor_name": ("donor-name",),
        "donor_id": ("donor-id",),
        "street": ("donor-address",),
        "region": ("donor-state",),
        "postcode": ("donor-postcode",),
        "report": ("period",),
    },
    adjust=_adjust,
)

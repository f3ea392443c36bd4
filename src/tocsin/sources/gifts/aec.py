"""Gifts that donors declare to the Australian Electoral Commission, as a table: a financial year and no day."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.gifts import names
from tocsin.sources.gifts.columns import Days, on_unique, text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    first = pc.struct_field(pc.extract_regex(text(raw["period"]), r"^(?P<year>\d{4})\s*[-/]"), "year")
    ends = pc.cast(pc.add(pc.cast(first, pa.int32()), 1), pa.string())
    gifts["period_start"] = Days().read(pc.binary_join_element_wise(first, "0701", ""))
    gifts["date"] = Days().read(pc.binary_join_element_wise(ends, "0630", ""))
    name = text(raw["donor-name"])
    said = on_unique(names.organisation_type, name)
    category = (
        pc.utf8_lower(text(raw["donor-category"])) if "donor-category" in raw else pa.nulls(len(name), pa.string())
    )
    union = pc.fill_null(pc.equal(category, "unions"), False)
    person = pc.fill_null(pc.and_(pc.equal(category, "individual"), pc.equal(said, "other")), False)
    gifts["donor_type"] = pc.if_else(union, "union", pc.if_else(person, "person", said))
    gifts.update(names.of_donors(gifts["donor_type"], name))
    return gifts


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

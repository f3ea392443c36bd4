"""Rows of the FEC's Schedule A as a table: exports of fec.gov, and tables made of filings with the same columns."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.gifts import fec, names
from tocsin.sources.gifts.columns import minor, on_unique, text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister

_NULL = pa.scalar(None, pa.string())


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    organisation = gifts.pop("organisation", None)
    gifts["donor_type"] = fec.donor_types(raw["entity_type"], _named(gifts, organisation))
    gifts.update(_names(gifts, organisation))
    gifts["memo"] = pc.fill_null(pc.equal(pc.utf8_upper(text(raw["memo_code"])), "X"), False)
    memo_text = text(gifts["memo_text"]) if "memo_text" in gifts else pa.nulls(len(gifts["memo"]), pa.string())
    gifts["method"] = fec.methods(memo_text)
    amount = minor(gifts["amount_minor"])
    kind = pc.fill_null(_kind(gifts.get("line"), len(amount)), "money")
    gifts["kind"] = fec.kinds(kind, memo_text, amount)
    gifts["amount_minor"] = fec.money_back(gifts["kind"], amount)
    if "region" in gifts:
        gifts["country"] = on_unique(fec.country, pc.utf8_upper(text(gifts["region"])))
    return gifts


def _kind(line: Array | None, size: int) -> Array:
    if line is None:
        return pa.nulls(size, pa.string())
    return on_unique(
        lambda lines: pa.array([fec.kind_of_line(value) for value in lines.to_pylist()], pa.string()), line
    )


def _named(gifts: Columns, organisation: Array | None) -> Array:
    known = [
        text(column) for column in (organisation, gifts.get("donor_name"), gifts.get("last_name")) if column is not None
    ]
    return pc.coalesce(*known)


def _names(gifts: Columns, organisation: Array | None) -> dict[str, Array]:
    """The parts of persons' names, and one name for everybody."""
    person = pc.fill_null(pc.equal(gifts["donor_type"], "person"), False)
    filed = gifts.get("donor_name")
    if "last_name" not in gifts:
        return fec.parts(gifts["donor_type"], text(gifts["donor_name"]))
    last = pc.if_else(person, text(gifts["last_name"]), _NULL)
    parts = {name: text(gifts[name]) for name in ("middle_name", "suffix") if name in gifts}
    made = names.person(last, pc.if_else(person, text(gifts["first_name"]), _NULL))
    carets = pc.fill_null(pc.match_substring(last, "^"), False)
    if pc.any(carets).as_py():
        packed = names.caret_person(last)
        made = {field: pc.if_else(carets, packed[field], made[field]) for field in made}
    made |= {field: pc.coalesce(parts[field], made[field]) for field in ("middle_name", "suffix") if field in parts}
    joined = names.together(made)
    others = pc.coalesce(*[text(column) for column in (organisation, filed, gifts["last_name"]) if column is not None])
    return {**made, "donor_name": pc.if_else(person, joined, others)}


_ADDRESS = {
    "street": ("street", "street_1", "contributor_street_1"),
    "city": ("city", "contributor_city"),
    "region": ("state", "contributor_state"),
    "postcode": ("zip", "zip_code", "contributor_zip", "contributor_zip_code"),
    "employer": ("employer", "contributor_employer"),
    "occupation": ("occupation", "contributor_occupation"),
}
FEC_TABLE = DelimitedRegister(
    id="fec-table",
    title="rows of Schedule A as a table",
    jurisdiction="us",
    currency="USD",
    signature=("committee_id", "transaction_id", "entity_type", "memo_code"),
    fields={
        "gift": ("transaction_id",),
        "recipient": ("committee_id",),
        "recipient_name": ("committee_name",),
        "date": ("date", "contribution_receipt_date", "contribution_date"),
        "amount_minor": ("amount", "contribution_receipt_amount", "contribution_amount"),
        "aggregate_minor": ("aggregate", "contributor_aggregate_ytd", "contribution_aggregate"),
        "organisation": ("organization_name", "contributor_organization_name"),
        "donor_name": ("contributor_name",),
        "donor_id": ("contributor_id",),
        "last_name": ("last_name", "contributor_last_name"),
        "first_name": ("first_name", "contributor_first_name"),
        "middle_name": ("middle_name", "contributor_middle_name"),
        "suffix": ("suffix", "contributor_suffix"),
        **_ADDRESS,
        "line": ("line", "line_number", "form_type"),
        "election": ("election_code", "fec_election_type_desc"),
        "memo_text": ("memo_text", "memo_text_description"),
        "back_reference": ("back_reference_transaction_id", "back_reference_tran_id_number"),
        "filing": ("file_number", "source_filing"),
        "other_id": ("donor_committee_fec_id", "conduit_committee_id"),
        "intermediary": ("conduit_committee_name", "conduit_name"),
        "amendment": ("amendment_indicator",),
    },
    adjust=_adjust,
)

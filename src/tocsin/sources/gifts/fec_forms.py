"""What the forms and schedules of FEC filings hold: which rows are gifts, and what their cells mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.gifts import fec, names
from tocsin.sources.gifts.columns import constant, minor, on_unique, text
from tocsin.sources.gifts.delimited import Columns

_NULL = pa.scalar(None, pa.string())
#: forms whose rows are gifts: 48-hour notices, contributors of others, inaugural donations and their refunds
_FORMS = ("F56", "F65", "F92", "F132", "F133")
#: lines of Schedule B on which contributions are refunded, by the form they belong to
_REFUNDS = {"F3X": "SB28", "F3P": "SB28", "F3": "SB20"}
#: gift field -> the cells that may hold it, {} being the role (contributor, payee, lender)
_CELLS = {
    "gift": ("transaction_id", "transaction_id_number"),
    "recipient": ("filer_committee_id_number",),
    "back_reference": ("back_reference_tran_id_number",),
    "city": ("{}_city",),
    "region": ("{}_state",),
    "postcode": ("{}_zip_code", "{}_zip"),
    "employer": ("{}_employer",),
    "occupation": ("{}_occupation",),
    "date": ("contribution_date", "expenditure_date", "loan_incurred_date_terms", "refund_date", "donation_date"),
    "amount_minor": (
        "contribution_amount",
        "expenditure_amount",
        "loan_amount_original",
        "refund_amount",
        "donation_amount",
    ),
    "aggregate_minor": ("contribution_aggregate", "donation_aggregate_amount"),
    "election": ("election_code",),
    "other_id": ("donor_committee_fec_id", "contributor_fec_id", "lender_committee_id_number"),
    "intermediary": ("conduit_name",),
    "rate": ("loan_interest_rate_terms",),
    "due": ("loan_due_date_terms",),
    "repaid_minor": ("loan_payment_to_date",),
    "line": ("form_type",),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover of a filing says of all its rows."""

    form: str  # F3, F3X, F3P, ...
    filer: str
    filer_name: str
    filing: str
    amends: str
    amendment: str  # N, A, T
    report: str

    @classmethod
    def read(cls, form: str, cells: dict[str, str], header: dict[str, str], filing: str) -> Cover:
        """From the cells of the cover record."""
        amendment = form[-1] if form[-1] in "NAT" else ""
        through = cells.get("coverage_through_date", "")
        year = re.search(r"(19|20)\d\d", through)
        report = f"{cells.get('report_code', '').strip()} {year[0] if year else ''}".strip()
        return cls(
            form=form[: len(form) - len(amendment)],
            filer=cells.get("filer_committee_id_number", "").strip(),
            filer_name=cells.get("committee_name", "").strip(),
            filing=filing,
            amends=header["amends"] if amendment == "A" else "",
            amendment=amendment,
            report=report,
        )


def wanted(form: str, cover: str) -> bool:
    """Whether rows of a form (as the row has it) are gifts, in a filing of that cover form."""
    if form.startswith("SB"):
        refunds = next((line for known, line in _REFUNDS.items() if cover.startswith(known)), "SB28")
        return form.startswith(refunds)
    if form.startswith("SA"):  # offsets, refunds and interest that a committee receives are no gifts
        return not form.startswith("SA3L") and fec.kind_of_line(form, cover) != "other"
    return form.startswith("SC/") or form in _FORMS


def gift_columns(raw: Columns, cover: Cover) -> Columns:
    """Gift columns from the cells of rows of one schedule."""
    role = next((role for role in ("payee", "lender") if f"{role}_city" in raw), "contributor")
    size = raw.size
    made = Columns({field: raw[cell] for field, cell in _found(raw, role).items()}, size)
    made["recipient"] = pc.coalesce(text(made["recipient"]), constant(cover.filer or None, size))
    made.update(_names(raw, role))
    made["street"] = _street(raw, role)
    made["country"] = on_unique(fec.country, pc.utf8_upper(text(made["region"])))
    made["memo"] = pc.fill_null(pc.equal(text(raw["memo_code"]), "X"), False)
    made["memo_text"] = _memo_text(raw)
    made["method"] = fec.methods(made["memo_text"])
    amount = minor(text(made["amount_minor"]))
    made["kind"] = fec.kinds(_kind(text(made["line"]), cover.form), made["memo_text"], amount)
    made["amount_minor"] = fec.money_back(made["kind"], amount)
    for field in ("filing", "amends", "amendment", "report"):
        made[field] = constant(getattr(cover, field) or None, size)
    made["recipient_name"] = constant(cover.filer_name or None, size)
    made["recipient_type"] = constant(cover.form, size)
    return made


def _found(raw: Columns, role: str) -> dict[str, str]:
    found = {}
    for field, cells in _CELLS.items():
        if cell := next((c for c in (cell.format(role) for cell in cells) if c in raw), None):
            found[field] = cell
    return found


def _names(raw: Columns, role: str) -> dict[str, Array]:
    """Parts of persons' names and one name for everybody: from fields of their own, or `Last^First^Prefix^Suffix`."""
    entity = pc.utf8_upper(text(raw["entity_type"]))
    whole = text(raw[f"{role}_name"])
    last = text(raw[f"{role}_last_name"])
    organisation = text(raw[f"{role}_organization_name"])
    carets = pc.fill_null(pc.match_substring(whole, "^"), False)
    person = pc.or_(
        pc.is_in(entity, pa.array(["IND", "CAN"])), pc.and_(entity.is_null(), pc.or_(carets, last.is_valid()))
    )
    first, middle = text(raw[f"{role}_first_name"]), text(raw[f"{role}_middle_name"])
    filed = names.person(pc.if_else(person, last, _NULL), pc.if_else(person, first, _NULL))
    filed["middle_name"] = pc.coalesce(middle, filed["middle_name"])
    filed["suffix"] = pc.coalesce(text(raw[f"{role}_suffix"]), filed["suffix"])
    packed = names.caret_person(pc.if_else(pc.and_(person, carets), whole, _NULL))
    spaced = names.spaced_person(pc.if_else(pc.and_(person, pc.invert(carets)), whole, _NULL))
    parts = {field: pc.coalesce(filed[field], packed[field], spaced[field]) for field in filed}
    name = pc.coalesce(names.together(parts), organisation, whole, last)
    donor_type = pc.if_else(person, "person", fec.donor_types(entity, pc.coalesce(organisation, whole, last)))
    return {**parts, "donor_name": name, "donor_type": donor_type}


def _street(raw: Columns, role: str) -> Array:
    first, second = (text(raw[f"{role}_street_{n}"]) for n in (1, 2))
    return pc.coalesce(pc.binary_join_element_wise(first, second, ", "), first, second)


def _memo_text(raw: Columns) -> Array:
    said = [text(raw[name]) for name in ("memo_text_description", "contribution_purpose_descrip")]
    said.append(text(raw["expenditure_purpose_descrip"]))
    both = pc.binary_join_element_wise(said[0], pc.coalesce(said[1], said[2]), "; ")
    return pc.coalesce(both, *said)


def _kind(line: Array, form: str) -> Array:
    def kinds(lines: Array) -> Array:
        return pa.array([_kind_of(value or "", form) for value in lines.to_pylist()], pa.string())

    return on_unique(kinds, line)


def _kind_of(line: str, form: str) -> str:
    upper = line.upper()
    if upper.startswith("SB") or upper == "F133":
        return "refund"
    if upper.startswith("SC"):
        return "loan"
    return fec.kind_of_line(upper, form) if upper.startswith("SA") else "money"

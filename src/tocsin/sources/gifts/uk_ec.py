"""Donations as the United Kingdom's Electoral Commission publishes them (CSV export of its register)."""

from __future__ import annotations

from tocsin.model.arrow import Array, pc
from tocsin.sources.gifts import fec, names
from tocsin.sources.gifts.columns import on_unique, text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister
from tocsin.sources.gifts.places import countries

_DONORS = {
    "individual": "person",
    "company": "company",
    "limited liability partnership": "company",
    "unincorporated association": "association",
    "friendly society": "association",
    "trade union": "union",
    "trust": "trust",
    "registered political party": "party",
}


def donor_types(status: Array) -> Array:
    """The Commission's status of a donor or lender as a donor type; what it does not name is `other`."""
    return pc.fill_null(fec.coded(pc.utf8_lower(text(status)), _DONORS), "other")


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    gifts["donor_type"] = donor_types(raw["donorstatus"])
    gifts["donor_name"] = text(raw["donorname"])
    gifts.update(names.of_donors(gifts["donor_type"], gifts["donor_name"]))
    nature = pc.coalesce(text(raw["donationtype"]), "")
    action = pc.coalesce(text(raw["donationaction"]), "")
    gone = pc.match_substring_regex(action, r"(?i)return|forfeit")  # the row itself tells that it went back
    gifts["kind"] = pc.if_else(gone, "refund", on_unique(_kinds, nature))
    if "country" in gifts:
        gifts["country"] = on_unique(countries, gifts["country"])
    return gifts


def _kinds(nature: Array) -> Array:
    in_kind = pc.match_substring_regex(nature, r"(?i)non[- ]cash|visit|sponsorship|exempt trust")
    return pc.if_else(in_kind, "in-kind", "money")


UK_DONATIONS = DelimitedRegister(
    id="uk-ec",
    title="donations of the UK Electoral Commission",
    jurisdiction="gb",
    currency="GBP",
    signature=("ecref", "regulatedentityname", "donorname", "donorstatus", "donationtype", "value"),
    fields={
        "gift": ("ecref",),
        "recipient": ("regulatedentityname",),
        "recipient_name": ("regulatedentityname",),
        "recipient_party": ("regulatedentityname",),
        "recipient_type": ("regulatedentitytype",),
        "date": ("receiveddate", "accepteddate", "reporteddate"),
        "amount_minor": ("value",),
        "donor_id": ("donorid",),
        "company_number": ("companyregistrationnumber",),
        "postcode": ("postcode",),
        "country": ("country",),
        "other_id": ("accountingunitname",),
        "memo_text": ("natureofdonation",),
        "report": ("reportingperiodname",),
        "line": ("donationtype",),
    },
    adjust=_adjust,
    date_order="DMY",
)

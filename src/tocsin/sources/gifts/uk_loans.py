"""Loans to parties as the United Kingdom's Electoral Commission registers them, with the terms: its export (CSV), and
the same collected from its pages."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import pc
from tocsin.sources.gifts import names
from tocsin.sources.gifts.columns import constant, on_unique, text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister
from tocsin.sources.gifts.places import countries
from tocsin.sources.gifts.uk_ec import donor_types


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    size = len(raw["value"])
    gifts["kind"] = constant("loan", size)
    gifts["donor_type"] = donor_types(raw["lendertype"])
    parts = names.person(text(raw["lenderlastname"]), text(raw["lenderfirstname"]))
    parts["middle_name"] = pc.coalesce(text(raw["lendermiddlename"]), parts["middle_name"])
    person = pc.fill_null(pc.equal(gifts["donor_type"], "person"), False)
    parts = {name: pc.if_else(person, column, pa.scalar(None, pa.string())) for name, column in parts.items()}
    gifts["donor_name"] = pc.coalesce(text(raw["lendername"]), names.together(parts), text(raw["lenderlastname"]))
    gifts["country"] = on_unique(countries, raw["lendercountry"])
    gifts.update(parts)
    return gifts


def _adjust_export(raw: Columns, gifts: Columns) -> Columns:
    gifts["kind"] = constant("loan", raw.size)
    gifts["donor_type"] = donor_types(raw["loanparticipanttype"])
    gifts.update(names.of_donors(gifts["donor_type"], text(raw["loanparticipantname"])))
    return gifts


UK_EC_LOANS = DelimitedRegister(
    id="uk-ec-loans",
    title="loans of the UK Electoral Commission, as exported",
    jurisdiction="gb",
    currency="GBP",
    signature=("ecref", "regulatedentityname", "loanparticipantname", "loanparticipanttype", "value", "startdate"),
    fields={
        "gift": ("ecref",),
        "recipient": ("regulatedentityname",),
        "recipient_name": ("regulatedentityname",),
        "recipient_party": ("regulatedentityname",),
        "recipient_type": ("regulatedentitytype",),
        "date": ("startdate", "dateeclastnotified"),
        "amount_minor": ("value",),
        "donor_id": ("loanparticipantid",),
        "donor_name": ("loanparticipantname",),
        "company_number": ("companyregistrationnumber",),
        "postcode": ("postcode",),
        "other_id": ("accountingunitname",),
        "line": ("loantype",),
        "rate": ("rateofinterestdescription", "rateofinterest"),
        "due": ("enddate",),
        "repaid_minor": ("amountrepaid",),
        "converted_minor": ("amountconverted",),
        "loan_status": ("loanstatus",),
        "report": ("reportingperiodname",),
    },
    adjust=_adjust_export,
    date_order="DMY",
)
UK_LOANS = DelimitedRegister(
    id="uk-loans",
    title="loans of the UK Electoral Commission",
    jurisdiction="gb",
    currency="GBP",
    signature=("ecreference", "lendertype", "lendername", "recipientname", "value", "startdate"),
    fields={
        "gift": ("ecreference",),
        "recipient": ("recipientname",),
        "recipient_name": ("recipientname",),
        "recipient_party": ("recipientname",),
        "recipient_type": ("recipienttype",),
        "date": ("startdate", "eclastnotifieddate"),
        "amount_minor": ("value",),
        "donor_id": ("lenderid",),
        "street": ("lenderaddress",),
        "postcode": ("lenderpostcode",),
        "company_number": ("lendercompanynumber",),
        "other_id": ("accountingunitname",),
        "line": ("type",),
        "rate": ("rate",),
        "due": ("enddate",),
        "repaid_minor": ("valuerepaid",),
        "converted_minor": ("valueconverted",),
        "loan_status": ("status",),
        "memo_text": ("repaymentterm",),
        "report": ("ecreleasetitle",),
    },
    adjust=_adjust,
    date_order="DMY",
)

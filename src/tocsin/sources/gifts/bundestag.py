"""Large gifts as the German Bundestag publishes them, as a table."""

from __future__ import annotations

from tocsin.model.arrow import pc
from tocsin.sources.gifts import fec, names
from tocsin.sources.gifts.columns import on_unique, parted, text
from tocsin.sources.gifts.delimited import Columns, DelimitedRegister
from tocsin.sources.gifts.places import countries

_DONORS = {"person": "person", "company": "company", "org": "association"}


def _adjust(raw: Columns, gifts: Columns) -> Columns:
    gifts["donor_type"] = pc.fill_null(fec.coded(pc.utf8_lower(text(raw["donortype"])), _DONORS), "other")
    gifts.update(names.of_donors(gifts["donor_type"], text(raw["donor"])))
    coded = pc.extract_regex(
        text(raw["city"]), r"^(?:[A-Z]{1,3}[- ])?(?P<postcode>\d{4,5}(?: [A-Z]{2})?)\s+(?P<city>.+)$"
    )
    gifts["postcode"] = pc.struct_field(coded, "postcode")
    gifts["city"] = pc.coalesce(pc.struct_field(coded, "city"), text(raw["city"]))
    country, _ = parted(raw["country"], ",")
    gifts["country"] = on_unique(countries, country)
    return gifts


BUNDESTAG = DelimitedRegister(
    id="bundestag",
    title="gifts published by the Bundestag",
    jurisdiction="de",
    currency="EUR",
    signature=("party", "donationeur", "donor", "donationdate"),
    fields={
        "recipient": ("party",),
        "recipient_name": ("party",),
        "recipient_party": ("party",),
        "date": ("donationdate", "reportingdate"),
        "amount_minor": ("donationeur",),
        "donor_name": ("donor",),
        "street": ("street",),
        "report": ("reportingdate",),
    },
    adjust=_adjust,
    date_order="DMY",
)

"""Schedule A of Californian local filings as NetFile's open data has it: an array of JSON objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.cells import scalar_text
from tocsin.sources.gifts import fec, names
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.columns import Days, on_unique, text
from tocsin.sources.gifts.shaping import GiftShaper, empty_gifts
from tocsin.sources.jsontext import Document, Found
from tocsin.sources.shaping import REJECTED_CHARS, Rows
from tocsin.sources.textual import decode_head

BATCH_ROWS = 16_384
_FIELDS = {
    "gift": "transactionId",
    "recipient": "fppcId",
    "recipient_name": "filerName",
    "recipient_type": "committeeType",
    "date": "date",
    "amount_minor": "amount",
    "city": "contributorCity",
    "region": "contributorState",
    "postcode": "contributorZip",
    "employer": "contributorEmployer",
    "occupation": "contributorOccupation",
    "other_id": "contributorCommitteeId",
    "memo_text": "description",
}
_REPORT = ("id", "reportNumber", "reportFromDate", "reportThruDate")
_OTHERS = ("filerName", "contributorType", "contributorLastName", "contributorFirstName", "contributorAddress1")
_INTERMEDIARY = ("intermediaryLastName", "intermediaryFirstName", "intermediaryEmployer")
_DONORS = {
    "individual": "person",
    "committee": "committee",
    "small-contributor-committee": "committee",
    "political-party": "party",
}


@dataclass(frozen=True, slots=True)
class NetFile:
    """Contributions to local committees."""

    id: str = "netfile"
    title: str = "NetFile contributions"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the first object names a filer and a contributor."""
        start = decode_head(head.data[:8192]).lstrip()
        known = all(f'"{name}"' in start for name in ("filerName", "contributorLastName", "contributorType"))
        return Sniff(0.95, "JSON objects with a filer and a contributor") if start[:1] == "[" and known else None

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream; see `GiftFormat.read`."""
        document = Document(stream, (("*",),), options.encoding)
        shaper = GiftShaper(name, self.id, options.jurisdiction or "us-ca", options.currency or "USD", Days("MDY"), ".")
        records = iter(document)
        while chunk := list(islice(records, BATCH_ROWS)):
            yield shaper.shape(_rows(chunk, name))
        yield GiftBatch(empty_gifts(), notes=document.notes())


def _rows(found: list[Found], name: str) -> Rows:
    good = [record for record in found if isinstance(record.value, dict)]
    rejected = [
        Rejected(name, record.number, record.reason or "not a JSON object", record.text[:REJECTED_CHARS])
        for record in found
        if not isinstance(record.value, dict)
    ]
    values = cast("list[dict[str, Any]]", [record.value for record in good])
    raw = {
        column: pa.array([scalar_text(value.get(column)) for value in values], pa.string())
        for column in (*_FIELDS.values(), *_REPORT, *_OTHERS, *_INTERMEDIARY)
    }
    numbers = pa.array([record.number for record in good], pa.int64())
    return Rows(_gifts(raw), numbers, lambda at: good[at].text, rejected)


def _gifts(raw: dict[str, Array]) -> dict[str, Array]:
    made = {field: raw[column] for field, column in _FIELDS.items()}
    made["recipient"] = pc.coalesce(text(raw["fppcId"]), text(raw["filerName"]))
    last, first = text(raw["contributorLastName"]), text(raw["contributorFirstName"])
    known = fec.coded(text(raw["contributorType"]), _DONORS)
    made["donor_type"] = pc.coalesce(known, on_unique(names.organisation_type, last))
    person = pc.fill_null(pc.equal(made["donor_type"], "person"), False)
    null = pa.scalar(None, pa.string())
    parts = names.person(pc.if_else(person, last, null), pc.if_else(person, first, null))
    made["donor_name"] = pc.coalesce(names.together(parts), last)
    made["street"] = raw["contributorAddress1"]
    made["country"] = on_unique(fec.country, text(raw["contributorState"]))
    brokers = {"last_name": text(raw["intermediaryLastName"]), "first_name": text(raw["intermediaryFirstName"])}
    made["intermediary"] = names.together({**brokers, "middle_name": pa.nulls(len(last), pa.string())})
    made["intermediary_employer"] = raw["intermediaryEmployer"]
    return {**made, **parts, **_filings(raw)}


def _filings(raw: dict[str, Array]) -> dict[str, Array]:
    """Which report a row stands in: number 0 is the original, the others amend it."""
    period, number = text(raw["reportThruDate"]), text(raw["reportNumber"])
    original = pc.binary_join_element_wise(period, "0", " #")
    amended = pc.fill_null(pc.not_equal(number, "0"), False)
    return {
        "gift": pc.coalesce(text(raw["transactionId"]), text(raw["id"])),
        "filing": pc.binary_join_element_wise(period, number, " #"),
        "amends": pc.if_else(amended, original, pa.scalar(None, pa.string())),
        "amendment": pc.if_else(amended, "A", "N"),
        "report": pc.binary_join_element_wise(text(raw["reportFromDate"]), period, " to "),
    }

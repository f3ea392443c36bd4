"""Contributions of the New York City Campaign Finance Board: 52 columns, with a header or without.

Source of the layout: Campaign Finance Board, Data Library, financial data file layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts import fec, names
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.columns import Days, minor, on_unique, text
from tocsin.sources.gifts.shaping import GiftShaper, empty_gifts
from tocsin.sources.records import Records, read_records, split_header
from tocsin.sources.shaping import Rows
from tocsin.sources.textual import Lines, decode_head

COLUMNS = [
    *("election", "officecd", "recipid", "canclass", "recipname", "committee", "filing", "schedule", "pageno"),
    *("sequenceno", "refno", "date", "refunddate", "name", "c_code", "strno", "strname", "apartment", "boroughcd"),
    *("city", "state", "zip", "occupation", "empname", "empstrno", "empstrname", "empcity", "empstate", "amnt"),
    *("matchamnt", "prevamnt", "pay_method", "intermno", "intermname", "intstrno", "intstrnm", "intaptno", "intcity"),
    *("intst", "intzip", "intempname", "intempstno", "intempstnm", "intempcity", "intempst", "intoccupa"),
    *("purposecd", "exemptcd", "adjtypecd", "rr_ind", "seg_ind", "int_c_code"),
]
_DONORS = {
    "IND": "person",
    "CAN": "person",
    "CAND": "person",
    "SPO": "person",
    "FAM": "person",
    "CORP": "company",
    "LLC": "company",
    "PART": "company",
    "EMPO": "union",
    "PCOMP": "committee",
    "PCOMC": "committee",
    "PCOMZ": "committee",
}
_KINDS = {"D": "in-kind", "G": "transfer", "H": "transfer", "I": "loan", "M": "refund"}
_METHODS = {"1": "cash", "2": "cheque", "4": "card", "5": "money order"}
_SAME = {
    "gift": "refno",
    "recipient": "recipid",
    "recipient_name": "recipname",
    "recipient_type": "officecd",
    "donor_name": "name",
    "city": "city",
    "region": "state",
    "postcode": "zip",
    "occupation": "occupation",
    "employer": "empname",
    "intermediary": "intermname",
    "intermediary_employer": "intempname",
    "line": "schedule",
    "election": "election",
    "report": "filing",
    "memo_text": "purposecd",
}


@dataclass(frozen=True, slots=True)
class NewYorkCity:
    """Contributions to candidates of the city."""

    id: str = "nyc-cfb"
    title: str = "contributions of the New York City Campaign Finance Board"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the header is the Board's, or the first row has its 52 cells with a day and a code in place."""
        cells, delimiter = split_header(decode_head(head.data[: 1 << 16]))
        if delimiter != "," or len(cells) != len(COLUMNS):
            return None
        if [cell.lower() for cell in cells[:5]] == COLUMNS[:5]:
            return Sniff(0.97, "the header is that of the Campaign Finance Board")
        fits = (
            cells[0].isdecimal() and (cells[14] in _DONORS or cells[14] in ("OTHR", "")) and cells[11].count("/") == 2
        )
        return Sniff(0.93, "52 cells with the election, a day and a contributor code in their places") if fits else None

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream; see `GiftFormat.read`."""
        lines = Lines(stream, options.encoding)
        days = Days("MDY")
        shaper = GiftShaper(name, self.id, options.jurisdiction or "us-ny-nyc", options.currency or "USD", days, ".")
        for header, records in read_records(_Headed(lines), name):
            raw = dict(zip([cell.lower() for cell in header], records.columns, strict=True))
            numbers = pc.subtract(records.lines, 1)  # the header is ours
            rows = _rows(raw, numbers, records)
            yield shaper.shape(rows)
        yield GiftBatch(empty_gifts(), notes=lines.notes())


def _rows(raw: dict[str, Array], numbers: Array, records: Records) -> Rows:
    """The rows without a header that the file itself may have; lines counted as the file has them."""
    kept = pc.not_equal(raw["election"], "ELECTION")
    places = pc.indices_nonzero(kept).to_pylist()
    rejected = [replace(bad, row=bad.row - 1) for bad in records.rejected]
    gifts = _gifts({column: cells.filter(kept) for column, cells in raw.items()})
    return Rows(gifts, numbers.filter(kept), lambda at: records.text_of(places[at]), rejected)


class _Headed(Lines):
    """Lines with our header before them."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[bytes]:
        first = ",".join(COLUMNS).encode() + b"\n"
        for block in self._lines:
            yield first + block
            first = b""
        self.cut, self.cut_reason = self._lines.cut, self._lines.cut_reason


def _gifts(raw: dict[str, Array]) -> dict[str, Array]:
    made: dict[str, Array] = {field: raw[column] for field, column in _SAME.items()}
    made["donor_type"] = pc.fill_null(fec.coded(text(raw["c_code"]), _DONORS), "other")
    made.update(names.of_donors(made["donor_type"], text(raw["name"])))
    made["date"] = pc.if_else(pc.equal(raw["refunddate"], ""), raw["date"], raw["refunddate"])
    schedule = text(raw["schedule"])
    amount = minor(text(raw["amnt"]))
    kind = pc.fill_null(fec.coded(schedule, _KINDS), "money")
    made["kind"] = pc.if_else(pc.fill_null(pc.less(amount, 0), False), "refund", kind)
    made["amount_minor"] = amount
    made["method"] = fec.coded(text(raw["pay_method"]), _METHODS)
    made["country"] = on_unique(fec.country, text(raw["state"]))
    made["street"] = _joined(raw, "strno", "strname", "apartment")
    made["intermediary_address"] = _joined(raw, "intstrno", "intstrnm", "intaptno", "intcity", "intst", "intzip")
    made["other_id"] = raw["committee"]
    return made


def _joined(raw: dict[str, Array], *columns: str) -> Array:
    parts = [pc.fill_null(text(raw[column]), "") for column in columns]
    return text(pc.binary_join_element_wise(*parts, " ")) if len(parts[0]) else pa.array([], pa.string())

"""The FEC's bulk file of contributions by individuals (itcont.txt, itoth.txt): 21 columns between bars, no header.

Source of the layout: FEC, Contributions by individuals file description.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.gifts import fec
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.columns import Days, constant, minor, on_unique
from tocsin.sources.gifts.shaping import GiftShaper, empty_gifts
from tocsin.sources.gifts.unquoted import LineBlock
from tocsin.sources.shaping import REJECTED_CHARS, Rows
from tocsin.sources.textual import Lines, decode_head

COLUMNS = (
    *("cmte_id", "amndt_ind", "rpt_tp", "transaction_pgi", "image_num", "transaction_tp", "entity_tp", "name", "city"),
    *("state", "zip_code", "employer", "occupation", "transaction_dt", "transaction_amt", "other_id", "tran_id"),
    *("file_num", "memo_cd", "memo_text", "sub_id"),
)
_HEADER = b"CMTE_ID|"
#: columns that go over as they are
_SAME = {
    "name": "donor_name",
    "city": "city",
    "state": "region",
    "zip_code": "postcode",
    "employer": "employer",
    "occupation": "occupation",
    "transaction_pgi": "election",
    "memo_text": "memo_text",
    "other_id": "other_id",
    "file_num": "filing",
    "amndt_ind": "amendment",
    "transaction_dt": "date",
}


@dataclass(frozen=True, slots=True)
class Itcont:
    """Bulk contributions; one line a transaction."""

    id: str = "fec-itcont"
    title: str = "FEC bulk file of contributions"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the first lines have 21 cells and start with a committee's id."""
        lines = [line for line in decode_head(head.data[: 1 << 16]).split("\n")[:20] if line][
            : None if head.whole else -1
        ]
        cells = [line.split("|") for line in lines if not line.startswith("CMTE_ID|")]
        alike = sum(len(row) == 21 and row[0][:1] == "C" and row[0][1:].isdigit() for row in cells)
        if not alike or alike * 2 < len(cells):
            return None
        return Sniff(0.97, f"{alike} of the first {len(cells)} lines have 21 cells and a committee's id")

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """Read a decompressed stream; see `GiftFormat.read`."""
        lines = Lines(stream, options.encoding)
        shaper = GiftShaper(
            name, self.id, options.jurisdiction or "us", options.currency or "USD", Days("MMDDYYYY"), "."
        )
        number = 1
        for data in lines:
            block = LineBlock(data, b"|", number)
            number += len(block.ends)
            yield shaper.shape(_rows(block, name))
        cut = [Rejected(name, number, f"the file breaks off in this row: {lines.cut_reason}", lines.cut.decode())]
        yield GiftBatch(empty_gifts(), cut if lines.cut else [], lines.notes())


def _rows(block: LineBlock, name: str) -> Rows:
    asked = ~block.blank & ~block.starts_with(_HEADER)
    good = np.flatnonzero(asked & (block.counts == len(COLUMNS) - 1))
    rejected = [
        Rejected(name, int(block.numbers[at]), _reason(int(block.counts[at])), block.line(at)[:REJECTED_CHARS])
        for at in np.flatnonzero(asked & (block.counts != len(COLUMNS) - 1)).tolist()
    ]
    columns = _gifts(block.columns(good, COLUMNS)) if len(good) else {}
    return Rows(columns, pa.array(block.numbers[good]), lambda at: block.line(int(good[at])), rejected)


def _reason(bars: int) -> str:
    return f"{bars + 1} cells where the format has {len(COLUMNS)}"


def _gifts(raw: dict[str, Array]) -> dict[str, Array]:
    """Columns of gifts from the columns of the file."""
    made = {field: raw[column] for column, field in _SAME.items()}
    line = made["line"] = raw["transaction_tp"]
    passed = pc.and_(pc.is_in(line, pa.array(fec.PASSED_ON)), raw["other_id"].is_valid())
    made["recipient"] = pc.if_else(passed, raw["other_id"], raw["cmte_id"])
    made["intermediary"] = pc.if_else(passed, raw["cmte_id"], pa.scalar(None, pa.string()))
    made["gift"] = pc.coalesce(raw["tran_id"], raw["sub_id"])
    made["donor_type"] = fec.donor_types(raw["entity_tp"], raw["name"])
    made.update(fec.parts(made["donor_type"], raw["name"]))
    made["country"] = on_unique(fec.country, raw["state"])
    made["memo"] = pc.fill_null(pc.equal(raw["memo_cd"], "X"), False)
    made["method"] = fec.methods(raw["memo_text"])
    amount = minor(raw["transaction_amt"])
    kind = pc.fill_null(fec.coded(line, fec.KINDS), "money")
    made["kind"] = fec.kinds(kind, raw["memo_text"], amount)
    made["amount_minor"] = fec.money_back(made["kind"], amount)
    made["report"] = pc.binary_join_element_wise(raw["rpt_tp"], _year(raw["transaction_dt"]), " ")
    return made


def _year(days: Array) -> Array:
    return pc.coalesce(pc.utf8_slice_codeunits(days, 4, 8), constant("", len(days)))

"""The FEC's committee master (cm.txt): names, parties and types of those who got the gifts of its other files.

Source of the layout: FEC, Committee master file description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.model.post import Rejected
from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Unopened, list_files, open_inputs
from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.shaping import empty_gifts
from tocsin.sources.gifts.unquoted import LineBlock
from tocsin.sources.shaping import REJECTED_CHARS
from tocsin.sources.textual import Lines, decode_head

COLUMNS = (
    *("cmte_id", "cmte_nm", "tres_nm", "cmte_st1", "cmte_st2", "cmte_city", "cmte_st", "cmte_zip", "cmte_dsgn"),
    *("cmte_tp", "cmte_pty_affiliation", "cmte_filing_freq", "org_tp", "connected_org_nm", "cand_id"),
)
_FIELDS = {"recipient_name": "cmte_nm", "recipient_party": "cmte_pty_affiliation", "recipient_type": "cmte_tp"}
_MOST_BYTES = 64 << 20  # the file of a cycle has 3 MB; larger files are not looked into for it


@dataclass(frozen=True, slots=True)
class CommitteeMaster:
    """No gifts, but what completes them; read before the files it stands beside."""

    id: str = "fec-committees"
    title: str = "FEC committee master"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain where the first lines have 15 cells and start with a committee's id."""
        lines = [line for line in decode_head(head.data[:4096]).split("\n")[:5] if line][: None if head.whole else -1]
        cells = [line.split("|") for line in lines if not line.startswith("CMTE_ID|")]
        alike = [len(row) == len(COLUMNS) and row[0][:1] == "C" and row[0][1:].isdigit() for row in cells]
        enough = alike and 2 * sum(alike) >= len(alike)
        return Sniff(0.97, "lines of 15 cells that start with a committee's id") if enough else None

    def read(self, stream: BinaryIO, name: str, options: GiftOptions) -> Iterator[GiftBatch]:
        """No gifts; a note of what the file holds, and the lines that are none of its."""
        rejected, found, first = list[Rejected](), 0, 1
        for data in Lines(stream):
            block = LineBlock(data, b"|", first)
            first += len(block.ends)
            found += int((block.counts == len(COLUMNS) - 1).sum())
            for at in ((block.counts != len(COLUMNS) - 1) & ~block.blank).nonzero()[0].tolist():
                reason = f"{int(block.counts[at]) + 1} cells where the format has {len(COLUMNS)}"
                rejected.append(Rejected(name, int(block.numbers[at]), reason, block.line(at)[:REJECTED_CHARS]))
        note = f"{found} committees: names, parties and types of recipients"
        yield GiftBatch(empty_gifts(), rejected, [note])


class Committees:
    """Names, parties and types by committee."""

    def __init__(self, columns: dict[str, Array]) -> None:
        self._columns = columns

    @classmethod
    def among(cls, paths: Iterable[str]) -> Committees:
        """From the committee masters among some files; of several that tell of a committee the last counts."""
        parts = [part for file in list_files(paths) for part in _master(file)]
        names = ("cmte_id", *_FIELDS.values())
        columns = {n: pa.chunked_array([p[n] for p in reversed(parts)], pa.string()).combine_chunks() for n in names}
        return cls(columns)

    def fill(self, gifts: pa.RecordBatch) -> pa.RecordBatch:
        """Gifts with what they do not say themselves of who got them."""
        ids = self._columns["cmte_id"]
        if not len(ids) or not len(gifts):
            return gifts
        at = pc.index_in(gifts.column("recipient"), ids)
        made = {name: gifts.column(name) for name in gifts.schema.names}
        for field, column in _FIELDS.items():
            made[field] = pc.coalesce(made[field], self._columns[column].take(at))
        return pa.RecordBatch.from_arrays(list(made.values()), schema=gifts.schema)


def _master(file: str) -> Iterator[dict[str, Array]]:
    path = Path(file)
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return
    with path.open("rb") as opened:
        start = opened.read(4096)
    packed = start[:2] in (b"PK", b"\x1f\x8b")
    if not packed and CommitteeMaster().sniff(Head(file, start, whole=len(start) < 4096)) is None:
        return
    for item in open_inputs([file]):
        if isinstance(item, Unopened):
            continue
        head = item.stream.peek(4096)
        if CommitteeMaster().sniff(Head(item.name, head, whole=len(head) < 4096)):
            yield from _parts(cast("BinaryIO", item.stream))
        item.close()


def _parts(stream: BinaryIO) -> Iterator[dict[str, Array]]:
    for data in Lines(stream):
        block = LineBlock(data, b"|", 1)
        good = (block.counts == len(COLUMNS) - 1) & ~block.starts_with(b"CMTE_ID|")
        if good.any():
            yield block.columns(good.nonzero()[0], COLUMNS)

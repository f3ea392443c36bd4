"""Where only the hash of the cast vote records is published: each card's record is sealed before the draw and opened if
the card is drawn, so that nobody can make it up afterwards.

seals.parquet has SHA-256 of each card's record with a number that only the salt gives; round-K/opened.csv gives these
numbers for the cards drawn. Those of cards whose votes are withheld stay secret.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet

from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.files import SALT, digest, round_folder
from tocsin.assure.audit.life.frame import Reading
from tocsin.assure.audit.life.readings import text_of
from tocsin.assure.audit.life.sample import Sample

SEALS, OPENED = "seals.parquet", "opened.csv"
COLUMNS = ("unit", "number")
SCHEMA = pa.schema([pa.field("sha256", pa.binary(32), nullable=False)])


def table(election: Election) -> pa.Table:
    """The seals of all records, in the order of cards.parquet."""
    machine = election.machine
    records = machine.read(machine.numbers)
    units = [(number, election.unit(number)) for number in machine.numbers.tolist()]
    made = [bytes.fromhex(_seal(unit, _number(election, unit), records[number])) for number, unit in units]
    return pa.table({"sha256": made}, schema=SCHEMA)


def rows(sample: Sample) -> Iterator[dict[str, str]]:
    """opened.csv of a round: the cards drawn so far."""
    for unit, _ in _opened(sample):
        yield {"unit": unit, "number": _number(sample.election, unit)}


def wrong(sample: Sample) -> list[str]:
    """The cards drawn whose records are not those that were sealed."""
    folder, machine = sample.election.folder, sample.election.machine
    numbers = {row["unit"]: row["number"] for row in folder.rows(f"{round_folder(sample.number)}/{OPENED}")}
    sealed = pa.parquet.read_table(io.BytesIO(folder.data(SEALS)))["sha256"].to_pylist()
    of_card = dict(zip(machine.numbers.tolist(), sealed, strict=True))
    return [
        unit
        for unit, record in _opened(sample)
        if of_card[sample.election.number(unit)].hex() != _seal(unit, numbers.get(unit, ""), record)
    ]


def _opened(sample: Sample) -> Iterator[tuple[str, Mapping[str, Reading]]]:
    for number, record in sample.machine.items():
        if (unit := sample.election.unit(number)) not in sample.election.withheld:
            yield unit, record


def _number(election: Election, unit: str) -> str:
    return digest(election.folder.data(SALT) + unit.encode())


def _seal(unit: str, number: str, record: Mapping[str, Reading]) -> str:
    texts = {contest: text_of(reading) for contest, reading in record.items() if reading.here}
    return digest(json.dumps([unit, number, texts], sort_keys=True, ensure_ascii=False).encode())

"""The folder of an audit: plain files, each written whole or not at all, and a log in which each line seals the last.

audit.json            what is audited and how
manifest.csv          containers of cards, in order; tallies.csv, cards.parquet, marks.parquet where there are any
private/              what is not published: whole cast vote records where those published lack rows; a salt
commitment.json       SHA-256 of all of these, before the seed
seed.json             the dice
round-1/              round.json, draw.csv, entries/NAME.csv, readings.csv, compared.csv, opened.csv, risk.json
report.json
log.jsonl             a line a confirmed step: files with their SHA-256, and the SHA-256 of the line before

Of a file under private/ the SHA-256 is of the salt and what it holds: else few votes could be found by trying all.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from pydantic import ValidationError

from tocsin.errors import NotFoundError, WorkspaceError
from tocsin.model.audit import AuditSetup, Commitment, LogLine, Round, RoundRisk, Seed
from tocsin.model.ballot import CARDS, MANIFEST, MARKS, TALLIES
from tocsin.model.finding import Record
from tocsin.store.files import write_file

SETUP, COMMITMENT, SEED, REPORT, LOG = "audit.json", "commitment.json", "seed.json", "report.json", "log.jsonl"
PRIVATE = "private"
SALT = f"{PRIVATE}/salt"
SALT_BYTES = 32
TABLES: dict[str, pa.Schema] = {
    "manifest.csv": MANIFEST,
    "tallies.csv": TALLIES,
    "cards.parquet": CARDS,
    "marks.parquet": MARKS,
}
Kept = TypeVar("Kept", bound=Record)


def now() -> datetime:
    """The time, in UTC and whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class AuditFolder:
    """The folder of one audit. Reading raises `NotFoundError` for what is not there, `WorkspaceError` for what is
    damaged; nothing here decides which step may come next."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.path / name).is_file()

    def data(self, name: str) -> bytes:
        """What a file holds."""
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise NotFoundError(
                f"{self.path / name} is not there", hint="name the folder of an audit; `tocsin audit new` makes one"
            ) from error

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place, whole and on the disk."""
        if name.startswith(f"{PRIVATE}/") and name != SALT and not self.has(SALT):
            self.write(SALT, secrets.token_bytes(SALT_BYTES))
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data)

    def fingerprint(self, name: str) -> str:
        """SHA-256 of a file; of one that is not published, of the salt and the file."""
        return digest((self.data(SALT) if name.startswith(f"{PRIVATE}/") else b"") + self.data(name))

    def now(self) -> datetime:
        """The time; where the clock was put back, that of the last confirmed step."""
        return max([now(), *(line.at for line in self.log()[-1:])])

    def read(self, name: str, kind: type[Kept]) -> Kept:
        """A record from its JSON file."""
        try:
            return kind.model_validate_json(self.data(name))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise WorkspaceError(
                f"{self.path / name}: {where}: {first['msg']}", hint="take the file as it was published"
            ) from error

    def put(self, name: str, record: Record) -> None:
        """Write a record as JSON."""
        self.write(name, record.model_dump_json(indent=1).encode() + b"\n")

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a small CSV file as text; [] where there is no such file."""
        if not self.has(name):
            return []
        return list(csv.DictReader(io.StringIO(self.data(name).decode(), newline="")))

    def put_rows(self, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write a small CSV file (RFC 4180, UTF-8, line feeds)."""
        self.write(name, csv_bytes(columns, rows))

    def table(self, name: str) -> pa.Table:
        """One of `TABLES`: from private/ where it is whole there, else as published; empty where there is none."""
        schema = TABLES[name]
        private = f"{PRIVATE}/{name}"
        where = private if self.has(private) else name
        if not self.has(where):
            return schema.empty_table()
        try:
            return read_table(self.data(where), where, schema)
        except (pa.ArrowException, KeyError) as error:
            raise WorkspaceError(f"{self.path / where}: {error}", hint="take the file as it was published") from error

    def put_table(self, name: str, table: pa.Table) -> None:
        """Write a table: CSV or Parquet, as its name says."""
        sink = pa.BufferOutputStream()
        if name.endswith(".csv"):
            pa.csv.write_csv(table, sink)
        else:
            pa.parquet.write_table(table, sink, compression="zstd")
        self.write(name, sink.getvalue().to_pybytes())

    @property
    def setup(self) -> AuditSetup:
        """What is audited and how."""
        return self.read(SETUP, AuditSetup)

    @property
    def commitment(self) -> Commitment | None:
        """The commitment, if it is made."""
        return self.read(COMMITMENT, Commitment) if self.has(COMMITMENT) else None

    @property
    def seed(self) -> Seed | None:
        """The dice thrown so far, if any."""
        return self.read(SEED, Seed) if self.has(SEED) else None

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds drawn so far."""
        found: list[Round] = []
        while self.has(name := f"{round_folder(len(found) + 1)}/round.json"):
            found.append(self.read(name, Round))
        return tuple(found)

    @property
    def risks(self) -> tuple[RoundRisk, ...]:
        """The risks computed so far."""
        found: list[RoundRisk] = []
        while self.has(name := f"{round_folder(len(found) + 1)}/risk.json"):
            found.append(self.read(name, RoundRisk))
        return tuple(found)

    def log(self) -> tuple[LogLine, ...]:
        """The confirmed steps. A last line without its end is of a process that was killed, and confirms nothing."""
        if not self.has(LOG):
            return ()
        lines = self.data(LOG).split(b"\n")[:-1]
        try:
            return tuple(LogLine.model_validate_json(line) for line in lines)
        except ValidationError as error:
            raise WorkspaceError(f"{self.path / LOG} is damaged", hint="take the file as it was published") from error

    def recover(self) -> None:
        """Confirm what a process wrote whole and was killed before it could confirm."""
        log = self.log()
        sealed = {name: sha256 for line in log for name, sha256 in line.files.items()}
        if self.seed and self.seed.complete and not any(line.step == "seed" for line in log):
            self.confirm("seed", [SEED])
        steps = [("commit", COMMITMENT)]
        for number in range(1, len(self.rounds) + 1):
            steps += [("draw", f"{round_folder(number)}/round.json"), ("risk", f"{round_folder(number)}/risk.json")]
        for step, last in [*steps, ("report", REPORT)]:
            if step == "risk" and last not in sealed:
                self._recover_entries(last, sealed)
            if self.has(last) and last not in sealed:
                self.confirm(step, [name for name in self.beside(step, last) if self.has(name)])

    def _recover_entries(self, last: str, sealed: Mapping[str, str]) -> None:
        for name in self.beside("risk", last):
            if "/entries/" in name and sealed.get(name) != self.fingerprint(name):
                self.confirm("entries", [name], self.rows(name)[0]["person"])

    def beside(self, step: str, last: str) -> list[str]:
        """The files that a step writes, of which `last` is the last one; the risk seals all that it rests on."""
        place = last.rpartition("/")[0]
        if step == "draw":
            return [f"{place}/draw.csv", last]
        if step != "risk":
            return [last]
        parts = [f"{where}{place}" for where in ("", f"{PRIVATE}/")]
        entries = [path for part in parts for path in sorted((self.path / part / "entries").glob("*.csv"))]
        found = [path.relative_to(self.path).as_posix() for path in entries]
        return [
            *found,
            *(f"{part}/readings.csv" for part in parts),
            f"{place}/compared.csv",
            f"{place}/opened.csv",
            last,
        ]

    def confirm(self, step: str, files: Iterable[str], by: str = "") -> LogLine:
        """Append the line that confirms a step with the files it wrote."""
        kept = self.data(LOG) if self.has(LOG) else b""
        lines = kept.split(b"\n")[:-1]
        line = LogLine(
            number=len(lines) + 1,
            at=self.now(),
            step=step,
            by=by,
            files={name: self.fingerprint(name) for name in files},
            previous=digest(lines[-1]) if lines else "0" * 64,
        )
        with (self.path / LOG).open("ab") as log:
            log.truncate(sum(len(one) + 1 for one in lines))  # what a kill left half written
            log.write(line.model_dump_json().encode() + b"\n")
            log.flush()
            os.fsync(log.fileno())
        return line


def round_folder(number: int) -> str:
    """The folder of a round."""
    return f"round-{number}"


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def read_table(data: bytes, name: str, schema: pa.Schema) -> pa.Table:
    """A table from the bytes of a CSV or Parquet file."""
    if name.endswith(".parquet"):
        return pa.parquet.read_table(pa.BufferReader(data)).select(schema.names).cast(schema)
    options = pa.csv.ConvertOptions(
        column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False, include_columns=schema.names
    )
    parsing = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(io.BytesIO(data), parse_options=parsing, convert_options=options).cast(schema)

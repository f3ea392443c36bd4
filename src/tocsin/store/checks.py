"""What a check looks at: the chain, its roots, each record against the journal, each file against its name."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, and_, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from tocsin.model.assessment import Answer
from tocsin.model.check import ClaimCollection
from tocsin.model.listing import ListEdition
from tocsin.model.record import Stored
from tocsin.store import merkle, schema
from tocsin.store.canonical import digest
from tocsin.store.fault import Fault
from tocsin.store.journal import FIRST, Change, Entry, Root, note_digest, root_text
from tocsin.store.records import row_digest, row_text
from tocsin.store.vault import Vault

SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
FILE_FIELD = "sha256"  # a record with this field names a file of the vault
BATCH = 500
ADDED_TO = ("journal", "change", "root")  # tables whose rows the database itself refuses to change
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgenabled <> 'D'",
}


def guarded(where: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults, and one more if the database gives up on the way."""
    try:
        yield from faults
    except DBAPIError as error:
        yield Fault(where, f"cannot be read: {str(error.orig).strip().splitlines()[0]}")


def check_database(connection: Connection) -> Iterator[Fault]:
    """Faults that SQLite finds in its file, tables of other columns, and guards that somebody took away."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        for problem in connection.execute(text("PRAGMA integrity_check")).scalars():
            if problem != "ok":
                yield Fault("records.sqlite", problem)
    present = set(connection.execute(text(TRIGGERS[dialect])).scalars())
    for name in sorted({f"{table}_no_{verb}" for table in ADDED_TO for verb in ("update", "delete")} - present):
        yield Fault(f"trigger {name}", "missing: somebody made the table open to changes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of types that were changed; the columns are looked at here
        found = inspect(connection).get_multi_columns()
    columns = {name: {one["name"] for one in listed} for (_, name), listed in found.items()}
    for table in schema.metadata.tables.values():
        if columns.get(table.name, set()) != set(table.columns.keys()):
            yield Fault(f"table {table.name}", "does not have the columns that it was made with")


def check_title(connection: Connection, title: str) -> Iterator[Fault]:
    """The fault of a title that is not the one the workspace was created with, unless that note was erased."""
    created = connection.execute(select(schema.note.c.note).where(schema.note.c.seq == 0)).scalar()
    if created not in (None, schema.clean(title)):
        yield Fault("workspace.json", "changed: the title is not the one in the note of journal entry 0")


def check_journal(connection: Connection, workspace: str, folder: Path) -> Iterator[Fault]:
    """Every fault of entries, changes, notes and roots."""
    hashes: list[str] = []
    times: list[str] = []
    yield from guarded("journal", _chain(connection, hashes, times))
    yield from guarded("journal notes", _notes(connection))
    yield from guarded("roots", _roots(connection, workspace, folder, hashes, times))


def _chain(connection: Connection, hashes: list[str], times: list[str]) -> Iterator[Fault]:
    """Faults of the entries, each against the one before and against its changes; collects hashes and times."""
    seq, last = -1, FIRST
    while True:
        table = schema.journal
        rows = connection.execute(select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(BATCH)).mappings()
        batch = rows.all()
        under = _changes(connection, seq, batch[-1]["seq"] if batch else schema.BIGGEST)
        for row in batch:
            for missing in range(seq + 1, row["seq"]):
                yield Fault(f"journal entry {missing}", "missing")
            seq = row["seq"]
            faults = _entry(row, last, times[-1] if times else "", under.pop(seq, []))
            yield from (Fault(f"journal entry {seq}", what) for what in faults)
            last = str(row["hash"])
            hashes.append(last)
            times.append(str(row["time"]))
        for stray in under:
            yield Fault(f"journal entry {stray}", "missing: changes are kept under it")
        if not batch:
            return


def _changes(connection: Connection, after: int, last: int) -> dict[int, list[Change]]:
    table, found = schema.change.c, defaultdict[int, list[Change]](list)
    chosen = select(table.seq, table.kind, table.id, table.version, table.row_digest)
    rows = connection.execute(chosen.where(table.seq > after, table.seq <= last).order_by(table.seq, table.number))
    for seq, *change in rows:
        found[seq].append(Change(*change))
    return found


def _entry(row: RowMapping, last: str, time: str, changes: list[Change]) -> Iterator[str]:
    try:
        entry = Entry.model_validate(dict(row))
    except ValidationError as error:
        yield f"cannot be read: {error.errors()[0]['loc'][0]}"
        return
    content = {name: row[name] for name in Entry.model_fields if name != "hash"}
    if digest(content) != entry.hash:
        yield "changed: its hash is not that of its fields"
    if entry.previous != last:
        yield "does not follow the entry before: its `previous` is not that one's hash"
    if row["time"] < time:
        yield "is dated before the entry before"
    if len(changes) != entry.changes or merkle.root([change.leaf() for change in changes]).hex() != entry.changes_root:
        yield "its changes are not those it was written with"


def _notes(connection: Connection) -> Iterator[Fault]:
    note, entry = schema.note.c, schema.journal.c
    chosen = select(note.seq, note.salt, note.note, entry.note_digest).order_by(note.seq)
    for seq, salt, kept, wanted in connection.execute(chosen.outerjoin_from(schema.note, schema.journal)):
        if note_digest(str(salt), str(kept)) != wanted:
            yield Fault(f"note of journal entry {seq}", "changed: it is not the note the entry was written with")


def _roots(
    connection: Connection, workspace: str, folder: Path, hashes: list[str], times: list[str]
) -> Iterator[Fault]:
    """Faults of the roots in the database and in files, against the entries."""
    said: list[tuple[str, Root]] = []
    yield from _stored_roots(connection, said)
    days = {str(root.day) for _, root in said}
    yield from _root_files(folder, said)
    for day in sorted(days - {path.stem for path in folder.glob("*.json")}):
        yield Fault(f"roots/{day}.json", "missing")
    trees = merkle.prefix_roots(map(_leaf, hashes), {root.entries for _, root in said})
    for where, root in said:
        if root.entries > len(hashes) and root.head in hashes:
            yield Fault(
                where, f"counts {root.entries} entries; its head is the hash of entry {hashes.index(root.head)}"
            )
        elif root.entries > len(hashes):
            yield Fault(f"journal entry {len(hashes)}", f"missing: {where} counts {root.entries} entries")
        elif root.entries < 1 or root.head != hashes[root.entries - 1]:
            yield Fault(where, f"its head is not the hash of journal entry {root.entries - 1}")
        elif root.root != trees[root.entries].hex():
            yield Fault(where, f"is not the root over journal entries 0 to {root.entries - 1}")
        elif times[root.entries - 1] >= str(root.day + timedelta(days=1)):
            yield Fault(where, "covers entries of a later day")
        if root.workspace != workspace:
            yield Fault(where, f"is of another workspace, {root.workspace}")


def _stored_roots(connection: Connection, said: list[tuple[str, Root]]) -> Iterator[Fault]:
    for row in connection.execute(select(schema.root).order_by(schema.root.c.day)).mappings():
        where = f"root of {row['day']} over {row['entries']} entries"
        try:
            said.append((where, Root.model_validate(dict(row))))
        except ValidationError as error:
            yield Fault(where, f"cannot be read: {error.errors()[0]['loc'][0]}")


def _root_files(folder: Path, said: list[tuple[str, Root]]) -> Iterator[Fault]:
    for path in sorted(folder.glob("*.json")):
        data = path.read_bytes()
        where = f"roots/{path.name}, bytes 0-{max(len(data) - 1, 0)}"
        try:
            root = Root.model_validate_json(data)
        except ValidationError:
            yield Fault(where, "changed: it is not a root any more")
            continue
        said.append((where, root))
        if data != root_text(root) or path.stem != str(root.day):
            yield Fault(where, "changed: it is not the text that was written for this day")


def _leaf(text: str) -> bytes:
    try:
        return merkle.leaf(bytes.fromhex(text))
    except ValueError:  # no hash any more: told at its entry
        return merkle.leaf(text.encode())


def check_records(connection: Connection, vault: Vault) -> Iterator[Fault]:
    """Every fault of the records against the journal, and of the vault's files against records and names."""
    files = {path.name for path in vault.files()}
    named: set[str] = set()
    for kind in schema.KINDS:
        yield from guarded(f"table {kind.kind}", _records(connection, kind, files, named))
        yield from guarded(f"table {kind.kind}", _missing(connection, kind))
    yield from guarded("vault", _files(connection, vault, named))


def _records(connection: Connection, kind: type[Stored], files: set[str], named: set[str]) -> Iterator[Fault]:
    table, leaf = schema.tables[kind.kind], schema.change.c
    written = and_(leaf.kind == kind.kind, leaf.id == table.c.id, leaf.version == table.c.version)
    later = schema.change.alias("later")
    newest = select(func.max(later.c.version)).where(later.c.kind == kind.kind, later.c.id == table.c.id)
    chosen = select(table, leaf.seq, leaf.row_digest, newest.scalar_subquery().label("newest")).order_by(table.c.id)
    rows = connection.execution_options(yield_per=BATCH).execute(
        chosen.select_from(table.outerjoin(schema.change, written))
    )
    for row in rows.mappings():
        faults = _record(row, kind, files, named)
        yield from (Fault(f"{kind.kind} {row['id']}", what) for what in faults)


def _record(row: RowMapping, kind: type[Stored], files: set[str], named: set[str]) -> Iterator[str]:
    named.update(files.intersection(SHA256.findall(str(row["body"]))))
    if row["seq"] is None or row["version"] != row["newest"]:
        yield f"has version {row['version']}; the journal's last is {row['newest'] or 'none'}"
        return
    try:
        if row_digest(row["nonce"], row_text(row["body"])) != row["row_digest"]:
            yield f"changed: it is not what journal entry {row['seq']} wrote"
        record = kind.model_validate_json(row["body"])
    except (ValueError, TypeError) as error:
        yield f"cannot be read: {str(error).splitlines()[0]}"
        return
    fields = {"id": schema.clean(record.id), "version": record.version}
    fields |= {field: schema.value(getattr(record, field)) for field in kind.indexed}
    for field in (field for field, value in fields.items() if row[field] != value):
        yield f"changed: its column {field} is not what the record says"
    for sha256 in _vault_files(record):
        if sha256 not in files:
            yield f"names vault file {sha256}, which is not there"


def _vault_files(record: Stored) -> list[str]:
    """The files of the vault without which a record is worth nothing."""
    if isinstance(record, ListEdition | ClaimCollection):
        return [file.sha256 for file in record.files]
    if isinstance(record, Answer):
        return list(record.evidence)
    return [getattr(record, FILE_FIELD)] if FILE_FIELD in type(record).model_fields else []


def _missing(connection: Connection, kind: type[Stored]) -> Iterator[Fault]:
    """Records that the journal has written last and not removed, and that are not there."""
    table, leaf, later = schema.tables[kind.kind], schema.change.c, schema.change.alias("later")
    overtaken = select(later.c.id).where(
        later.c.kind == leaf.kind, later.c.id == leaf.id, later.c.version > leaf.version
    )
    there = select(table.c.id).where(table.c.id == leaf.id)
    chosen = select(leaf.id, leaf.seq).where(leaf.kind == kind.kind, leaf.row_digest != "")
    for id_, seq in connection.execute(chosen.where(~overtaken.exists(), ~there.exists()).order_by(leaf.id)):
        yield Fault(f"{kind.kind} {id_}", f"missing: journal entry {seq} wrote it and none removed it")


def _files(connection: Connection, vault: Vault, named: set[str]) -> Iterator[Fault]:
    """Files that are changed, misplaced, or named by no record though another write came after them."""
    last = connection.execute(select(func.max(schema.journal.c.time))).scalar()
    for path in vault.files():
        where = path.relative_to(vault.folder.parent).as_posix()
        if not re.fullmatch("[0-9a-f]{64}", path.name) or path != vault.path(path.name):
            yield Fault(where, "is not a file of the vault")
            continue
        if fault := vault.check(path.name):
            yield fault
        kept = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if path.name not in named and schema.moment(kept) < str(last):
            yield Fault(where, "is named by no record")

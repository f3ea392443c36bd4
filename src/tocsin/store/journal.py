"""The journal: one entry for each write, each with the hash of the one before; a root over all of them for each day.

Entries, changes and roots are only added to; the database itself refuses anything else. An entry holds digests and no
contents, so that a record or a note can be erased and the chain stays whole.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AwareDatetime, PlainSerializer, ValidationError
from sqlalchemy import Connection, RowMapping, func, insert, select

from tocsin.errors import NotFoundError, UsageError, WorkspaceError
from tocsin.model.finding import Record
from tocsin.store import merkle, schema
from tocsin.store.canonical import canonical, digest
from tocsin.store.database import Database
from tocsin.store.fault import Fault
from tocsin.store.files import write_file

FIRST = "0" * 64  # what the first entry has for the hash of the one before
LIMIT = 10_000


class Entry(Record):
    """One entry. `hash` is the digest of all other fields; `note_digest` is "" where there is no note."""

    seq: int
    time: Annotated[AwareDatetime, PlainSerializer(schema.moment, when_used="json")]
    actor: str
    action: str
    subject: str
    note_digest: str
    changes: int
    changes_root: str
    previous: str
    hash: str

    def content(self) -> dict[str, Any]:
        """What the hash is of."""
        return self.model_dump(mode="json", exclude={"hash"})


class Change(NamedTuple):
    """A leaf under an entry's `changes_root`: a record written, or removed (`row_digest` is then "")."""

    kind: str
    id: str
    version: int
    row_digest: str

    def leaf(self) -> bytes:
        """Its hash as a leaf."""
        return merkle.leaf(canonical(list(self)))


class Root(Record):
    """The state of the journal at the end of a day, or so far: number of entries, hash of the last, Merkle root."""

    day: date
    workspace: str
    entries: int
    head: str
    root: str

    @property
    def digest(self) -> str:
        """What a timestamp authority stamps."""
        return digest(self.model_dump(mode="json"))


class Journal:
    """The journal of a workspace, to be read; entries are written by `Workspace.write` and `Workspace.note`."""

    def __init__(self, database: Database, workspace: str, folder: Path) -> None:
        self._database = database
        self._workspace = workspace
        self.folder = folder  # of the root files

    def head(self) -> Entry:
        """The last entry."""
        with self._database.read() as connection:
            entry = head(connection)
        assert entry is not None, "the first entry is written with the tables"
        return entry

    def entries(self, after: int = -1, limit: int = 100, subject: str = "") -> list[Entry]:
        """Entries after a number, in order; with `subject` those about it alone."""
        seq = schema.journal.c.seq
        chosen = select(schema.journal).where(seq > schema.value(after)).order_by(seq).limit(min(limit, LIMIT))
        if subject:
            chosen = chosen.where(schema.journal.c.subject == schema.clean(subject))
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(chosen).mappings()]

    def notes(self, entries: Iterable[Entry]) -> dict[int, str]:
        """The notes of entries by their number. One that was erased is not there."""
        numbers = [entry.seq for entry in entries]
        with self._database.read() as connection:
            chosen = select(schema.note.c.seq, schema.note.c.note).where(schema.note.c.seq.in_(numbers))
            return {row.seq: row.note for row in connection.execute(chosen)}

    def changes(self, seq: int) -> list[Change]:
        """The leaves under an entry's `changes_root`, in order."""
        with self._database.read() as connection:
            return changes(connection, seq)

    def roots(self) -> list[Root]:
        """Every root that was made, in the order of days and entries."""
        with self._database.read() as connection:
            return stored_roots(connection)

    def make_root(self, day: date) -> Root:
        """The root of a day, UTC. Before the day is over it covers what is there so far, and a later one covers more;
        both are kept. Raises `UsageError` for a day to come, `NotFoundError` for one before the first entry."""
        if day > datetime.now(UTC).date():
            raise UsageError(f"{day} has not begun", hint="make the root of a day that has")
        with self._database.write() as connection:
            entries = _until(connection, day)
            if not entries:
                raise NotFoundError(f"no entry up to {day}", hint="see the journal for its first day")
            hashes = list(_hashes(connection, entries))
            made = Root(
                day=day,
                workspace=self._workspace,
                entries=entries,
                head=hashes[-1],
                root=merkle.root([merkle.leaf(bytes.fromhex(text)) for text in hashes]).hex(),
            )
            if made not in stored_roots(connection):
                connection.execute(insert(schema.root), made.model_dump(mode="json"))
            write_file(self.folder / f"{day}.json", root_text(made))
        return made

    def check(self) -> list[Fault]:
        """Every fault of the chain and the roots."""
        from tocsin.store.checks import check_journal

        with self._database.inspect() as connection:
            return list(check_journal(connection, self._workspace, self.folder))


def root_text(root: Root) -> bytes:
    """What the file of a root holds."""
    return canonical(root.model_dump(mode="json")) + b"\n"


def head(connection: Connection) -> Entry | None:
    """The last entry; None in a journal without any."""
    last = select(schema.journal).order_by(schema.journal.c.seq.desc()).limit(1)
    row = connection.execute(last).mappings().first()
    return _entry(row) if row else None


def owner(connection: Connection) -> str | None:
    """Id of the workspace whose journal it is, as the first entry says; None where there is no entry."""
    return connection.execute(select(schema.journal.c.subject).where(schema.journal.c.seq == 0)).scalar()


def _entry(row: RowMapping) -> Entry:
    try:
        return Entry.model_validate(dict(row))
    except ValidationError as error:
        raise WorkspaceError(
            f"journal entry {row['seq']} cannot be read", hint="run `tocsin verify` on the workspace"
        ) from error


def changes(connection: Connection, seq: int) -> list[Change]:
    """The leaves of an entry, in order."""
    table = schema.change.c
    chosen = select(table.kind, table.id, table.version, table.row_digest).where(table.seq == seq)
    return [Change(*row) for row in connection.execute(chosen.order_by(table.number))]


def append(
    connection: Connection,
    last: Entry | None,
    actor: str,
    action: str,
    subject: str,
    note: str,
    leaves: Sequence[bytes],
) -> Entry:
    """Write the entry after `last`, with its note beside it."""
    salt, kept = secrets.token_hex(16), schema.clean(note)
    now = datetime.now(UTC)
    fields: dict[str, Any] = {
        "seq": last.seq + 1 if last else 0,
        "time": schema.moment(max(now, last.time) if last else now),  # a clock set back does not break days apart
        "actor": schema.clean(actor),
        "action": schema.clean(action),
        "subject": schema.clean(subject),
        "note_digest": note_digest(salt, kept) if kept else "",
        "changes": len(leaves),
        "changes_root": merkle.root(leaves).hex(),
        "previous": last.hash if last else FIRST,
    }
    row = {**fields, "hash": digest(fields)}
    connection.execute(insert(schema.journal), row)
    if kept:
        connection.execute(insert(schema.note), {"seq": row["seq"], "salt": salt, "note": kept})
    return Entry.model_validate(row)


def note_digest(salt: str, note: str) -> str:
    """What an entry holds of its note: SHA-256 over salt and note."""
    return hashlib.sha256((salt + note).encode()).hexdigest()


def stored_roots(connection: Connection) -> list[Root]:
    """Every root in the database."""
    rows: Iterable[RowMapping] = connection.execute(
        select(schema.root).order_by(schema.root.c.day, schema.root.c.entries)
    ).mappings()
    return [Root.model_validate(dict(row)) for row in rows]


def _until(connection: Connection, day: date) -> int:
    """Number of entries up to a day's end."""
    end = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1)
    chosen = select(func.count()).select_from(schema.journal).where(schema.journal.c.time < schema.moment(end))
    return connection.execute(chosen).scalar_one()


def _hashes(connection: Connection, entries: int) -> Iterator[str]:
    chosen = select(schema.journal.c.hash).order_by(schema.journal.c.seq).limit(entries)
    yield from connection.execute(chosen).scalars()

"""The workspace: one folder with the record database, the evidence vault, tables, roots and the journal over all.

workspace.json    id, title, which database
records.sqlite    records and journal (not with PostgreSQL)
vault/            evidence, each file under its SHA-256
tables/           Parquet
roots/            the journal's root of each day
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy import Connection, func, inspect, select

from tocsin import settings
from tocsin.errors import UsageError, WorkspaceError
from tocsin.model.finding import Record
from tocsin.store import database as databases
from tocsin.store import journal, schema
from tocsin.store.checks import check_database, check_journal, check_records, check_title, guarded
from tocsin.store.database import Database
from tocsin.store.exchange import check_objects
from tocsin.store.fault import Fault
from tocsin.store.files import write_file
from tocsin.store.journal import Journal
from tocsin.store.records import Reader, Writer
from tocsin.store.vault import Vault

CREATED = "workspace created"  # action of the first entry; its subject is the workspace's id
SQLITE_FILE = "records.sqlite"
COUNTED = {"entries": (schema.journal,), "roots": (schema.root,), "records": tuple(schema.tables.values())}


class About(Record):
    """What workspace.json holds."""

    format: Literal[1] = 1
    id: str
    title: str
    database: Literal["sqlite", "postgresql"]


class Workspace:
    """An open workspace. Safe to use from many threads; several processes may have it open."""

    def __init__(self, path: Path, about: About, database: Database) -> None:
        self.path = path
        self.id = about.id
        self.title = about.title
        self.vault = Vault(path / "vault")
        self.tables = path / "tables"
        self.journal = Journal(database, about.id, path / "roots")
        self._database = database
        self._turn = threading.Lock()  # writers of this process queue here, those of others at the database
        self._writing = 0  # thread that has the turn

    @classmethod
    def create(cls, path: Path, title: str, database: str = "") -> Workspace:
        """Make a workspace in a new or empty folder. `database` is a postgresql:// URL, which is not written down, or
        "" for a file in the folder. `UsageError` where the folder or the database already holds something."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(f"{path} is not an empty folder", hint="name a new one")
        about = About(id=str(uuid4()), title=title, database="postgresql" if database else "sqlite")
        for folder in ("vault", "tables", "roots"):
            (path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        opened = databases.postgresql(database) if database else databases.sqlite(path / SQLITE_FILE)
        with opened.write() as connection:
            if inspect(connection).get_table_names():
                raise UsageError(
                    f"{opened.name} already holds tables", hint="give each workspace a database of its own"
                )
            databases.migrate(connection)
            journal.append(connection, None, "", CREATED, about.id, title, ())
        write_file(
            path / "workspace.json", json.dumps(about.model_dump(), ensure_ascii=False, indent=1).encode() + b"\n"
        )
        return cls(path, about, opened)

    @classmethod
    def open(cls, path: Path, database: str = "") -> Workspace:
        """Open a workspace; `database` is its PostgreSQL URL if it has one, by default from TOCSIN_DATABASE. Brings the
        tables to this version and drops what a kill left. `WorkspaceError` where it is none, damaged or newer."""
        about = _about(path)
        opened = _database(path, about, database)
        with opened.read() as connection:
            ready = databases.up_to_date(connection)
        if not ready:
            with opened.write() as connection:
                databases.migrate(connection)
        workspace = cls(path, about, opened)
        with opened.read() as connection:
            ours = journal.owner(connection) == about.id
        if not ours:
            opened.close()
            raise WorkspaceError(
                f"{opened.name} is not the database of the workspace in {path}",
                hint="give the right database, or restore both from the same backup",
            )
        workspace.vault.sweep()
        return workspace

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Records as they are at one moment, for the length of the block; waits for no writer."""
        with self._database.read() as connection:
            yield Reader(connection)

    @contextmanager
    def write(self, actor: str, action: str, subject: str = "", note: str = "") -> Iterator[Writer]:
        """One transaction and one journal entry. If the block raises, neither is written. No private person's name goes
        into `action` or `subject`; a note can be erased. `WorkspaceError` if another writer holds on for long."""
        if self._writing == threading.get_ident():
            raise RuntimeError("a write inside a write of the same thread would wait for itself")
        with self._turn, self._database.write() as connection:
            self._writing = threading.get_ident()
            try:
                last = journal.head(connection)
                assert last is not None, "the first entry is written with the tables"
                writer = Writer(connection, last.seq + 1)
                yield writer
                journal.append(connection, last, actor, action, subject, note, writer.leaves)
            finally:
                self._writing = 0

    @contextmanager
    def state(self) -> Iterator[Connection]:
        """One transaction on what the program keeps for its own work and the journal does not cover: posts that wait,
        how far partners have read. Inside the store only."""
        with self._turn, self._database.write() as connection:
            yield connection

    def note(self, actor: str, action: str, subject: str, note: str = "") -> None:
        """A journal entry without a change of records: somebody opened, exported, shared or was refused something."""
        with self.write(actor, action, subject, note):
            pass

    def check(self) -> list[Fault]:
        """Read everything again and compare it with the journal: every fault, [] where there is none."""
        with self._database.inspect() as connection:
            return [
                *guarded("database", check_database(connection)),
                *guarded("workspace.json", check_title(connection, self.title)),
                *check_journal(connection, self.id, self.journal.folder),
                *check_records(connection, self.vault),
                *guarded("table exchange_object", check_objects(connection)),
            ]

    def counts(self) -> dict[str, int]:
        """How much a check reads: journal entries, roots, records, files of the vault. What a damaged database does not
        let count is left out."""
        found = {}
        for name, tables in COUNTED.items():
            with suppress(WorkspaceError), self._database.read() as connection:
                found[name] = sum(connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables)
        return {**found, "vault": sum(1 for _ in self.vault.files())}

    def close(self) -> None:
        """Close its connections."""
        self._database.close()


def _about(path: Path) -> About:
    try:
        return About.model_validate_json((path / "workspace.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkspaceError(f"{path} is not a workspace", hint="it would hold a file workspace.json") from error
    except ValidationError as error:
        raise WorkspaceError(
            f"{path / 'workspace.json'}: {error.errors()[0]['msg']}",
            hint="restore it from a backup, or use the version of Tocsin that wrote it",
        ) from error


def _database(path: Path, about: About, url: str) -> Database:
    if about.database == "postgresql":
        url = url or settings.load().database
        if not url:
            raise WorkspaceError(
                f"{path} keeps its records in PostgreSQL", hint="set TOCSIN_DATABASE to the URL of its database"
            )
        return databases.postgresql(url)
    if not (path / SQLITE_FILE).exists():
        raise WorkspaceError(f"{path / SQLITE_FILE} is missing", hint="restore it from a backup")
    return databases.sqlite(path / SQLITE_FILE)

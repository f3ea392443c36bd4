"""The record database: SQLite by default, PostgreSQL by URL. One writer at a time; readers see one state and wait for
nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from tocsin.errors import UsageError, WorkspaceError

WAIT_S = 30  # for another writer
LOCK = 0x746F6373  # advisory lock of the writer: "tocs"
POOL = {"pool_size": 10, "max_overflow": 50}
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Connections to one database. Safe to use from many threads."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self.name = name  # for messages: without a password

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of the workspace rather than a server."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One state of the database for the whole block."""
        with self._refusing_in_words(), self._engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, the only one that writes. `WorkspaceError` if another one holds on for `WAIT_S` seconds."""
        with self._refusing_in_words(), self._engine.connect() as connection:
            connection.execution_options(tocsin_write=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                yield connection

    @contextmanager
    def inspect(self) -> Iterator[Connection]:
        """Like `read`, for a database that may be damaged: SQLite's text that is not UTF-8 comes with marks in it."""
        with self.read() as connection:
            raw: Any = connection.connection.dbapi_connection
            if self.is_sqlite:
                raw.text_factory = lambda data: data.decode("utf-8", "replace")
            try:
                yield connection
            finally:
                raw.text_factory = str

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _refusing_in_words(self) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, NoConnectionError, UnicodeDecodeError) as error:
            if type(error) not in (DatabaseError, OperationalError, NoConnectionError, UnicodeDecodeError):
                raise  # a mistake of ours; text that is not UTF-8 comes from a damaged file
            said = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise WorkspaceError(
                f"{self.name}: {said}",
                hint="try again; if it stays so, run `tocsin verify` on the workspace or restore a backup",
            ) from error


def sqlite(path: Path) -> Database:
    """The database in a file, which is made if absent."""
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": WAIT_S}, **POOL)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return Database(engine, path.name)


def postgresql(url: str) -> Database:
    """The database of a PostgreSQL server. Raises `UsageError` for a text that is no such URL."""
    hint = "postgresql://user:password@host/database"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError("the database is not given as a URL", hint=hint) from error
    if parsed.get_backend_name() != "postgresql":
        raise UsageError(f"{parsed.drivername}: only PostgreSQL can be given by URL", hint=hint)
    engine = create_engine(parsed.set(drivername="postgresql+psycopg"), **POOL)
    return Database(engine, f"PostgreSQL database {parsed.database}")


def _set_up(connection: Any, _record: Any) -> None:
    """Set up a connection to SQLite: nothing confirmed is lost in a power cut, nothing erased stays in the file."""
    connection.isolation_level = None  # transactions begin by our own word
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("tocsin_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def up_to_date(connection: Connection) -> bool:
    """Whether the tables are those of this version of Tocsin; `WorkspaceError` if they are of a newer one."""
    from alembic.runtime.migration import MigrationContext

    steps = _steps()
    present = set(MigrationContext.configure(connection).get_current_heads())
    known = {step.revision for step in steps.walk_revisions()}
    if present - known:
        raise WorkspaceError(
            f"the tables are of a newer Tocsin (step {', '.join(sorted(present - known))})",
            hint="open the workspace with the newer version",
        )
    return present == set(steps.get_heads())


def migrate(connection: Connection) -> None:
    """Bring the tables to this version, inside the transaction that is open."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    steps = _steps()
    context = EnvironmentContext(
        Config(), steps, fn=lambda present, _: steps._upgrade_revs("head", present), destination_rev="head"
    )
    with context:
        context.configure(connection=connection)
        context.run_migrations()


def _steps() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS))

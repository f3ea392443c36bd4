"""The steps of migration end at the tables that the program works with, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.store.build import lead

from tocsin.errors import WorkspaceError
from tocsin.model import (
    assessment,
    case,
    check,
    confirmation,
    dossier,
    evidence,
    exchange,
    leak,
    listing,
    people,
    rumour,
)
from tocsin.model.record import Stored
from tocsin.store import database as databases
from tocsin.store import schema
from tocsin.store.workspace import Workspace

SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
POSTGRES = (
    "SELECT indexname, replace(indexdef, current_schema() || '.', ''), '' "
    "FROM pg_indexes WHERE schemaname = current_schema() UNION ALL "
    "SELECT table_name || '.' || column_name, data_type || is_nullable, collation_name "
    "FROM information_schema.columns WHERE table_schema = current_schema()"
)


def described(connection):
    """Every table, column and index as the database itself describes it."""
    sql = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    rows = [" ".join(map(str, row)) for row in connection.execute(text(sql))]
    return sorted(" ".join(row.split()) for row in rows if "alembic" not in row)


def test_the_steps_make_the_tables_of_the_classes(workspace, database, tmp_path, request):
    fresh = request.getfixturevalue("postgres")() if database else ""
    other = databases.postgresql(fresh) if fresh else databases.sqlite(tmp_path / "other.sqlite")
    with other.write() as connection:
        schema.metadata.create_all(connection)
        wanted = described(connection)
    with workspace._database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        assert described(connection) == wanted
        assert databases.up_to_date(connection)
    other.close()


def test_every_class_that_can_be_stored_has_a_table():
    modules = (assessment, case, check, confirmation, dossier, evidence, exchange, leak, listing, people, rumour)
    found = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    assert {one for one in found if issubclass(one, Stored) and one is not Stored} == set(schema.KINDS)


@pytest.mark.parametrize("table", ["journal", "change", "root"])
def test_the_database_itself_refuses_changes(workspace, table):
    with workspace.write("ada", "put") as w:
        w.put(lead())
    workspace.journal.make_root(workspace.journal.head().time.date())
    statements = [f"UPDATE {table} SET seq = seq" if table != "root" else "UPDATE root SET day = day"]
    statements.append(f"DELETE FROM {table}")
    if not workspace._database.is_sqlite:
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with workspace._database._engine.connect() as connection, pytest.raises(DBAPIError, match="only added to"):
            connection.execute(text(statement))
    assert workspace.check() == []


def test_tables_of_a_newer_version_are_left_alone(workspace, database, raw):
    raw("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WorkspaceError, match="of a newer Tocsin"):
        Workspace.open(workspace.path, database)


def test_tables_of_an_older_version_are_brought_up(tmp_path, database):
    """From no tables at all, the oldest there is."""
    opened = databases.postgresql(database) if database else databases.sqlite(tmp_path / "old.sqlite")
    with opened.write() as connection:
        assert not databases.up_to_date(connection)
        databases.migrate(connection)
    with opened.write() as connection:
        assert databases.up_to_date(connection)
        databases.migrate(connection)  # a second process that waited for the first finds nothing to do
    opened.close()

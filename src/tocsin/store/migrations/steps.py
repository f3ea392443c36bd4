"""What steps are made of: the table of a kind, tables that are only added to.

Steps that were released use these functions, so what they do must stay as it is; a new layout needs a new function.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def text(name: str, *, key: bool = False) -> sa.Column[str]:
    """A column of text in code point order."""
    return sa.Column(name, TEXT, nullable=False, primary_key=key)


def number(name: str, *, key: bool = False) -> sa.Column[int]:
    """A column of integers."""
    return sa.Column(name, NUMBER, nullable=False, primary_key=key, autoincrement=False)


def add_kind(kind: str, **fields: str) -> None:
    """Make the table of a kind. Each indexed field is said to be text, number, time, choice or flag."""
    columns = (number(field) if sort in ("number", "flag") else text(field) for field, sort in fields.items())
    op.create_table(kind, text("id", key=True), number("version"), text("nonce"), text("body"), *columns)
    for field in fields:
        op.create_index(f"{kind}_{field}", kind, [field, "id"])
    for narrow in (field for field, sort in fields.items() if sort in ("choice", "flag")):
        for order in (field for field, sort in fields.items() if sort in ("number", "time")):
            op.create_index(f"{kind}_{narrow}_{order}", kind, [narrow, order, "id"])


def only_added_to(table: str) -> None:
    """Let the database itself refuse to change or delete rows of the table."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only added to'; END $$"
    )
    for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_only_added_to()"
        )

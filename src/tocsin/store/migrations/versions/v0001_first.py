"""The first tables: every kind of record, the journal, its changes, notes and roots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tocsin.store.migrations.steps import add_kind, number, only_added_to, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "journal",
        number("seq", key=True),
        *(text(name) for name in ("time", "actor", "action", "subject", "note_digest")),
        number("changes"),
        *(text(name) for name in ("changes_root", "previous", "hash")),
    )
    op.create_index("journal_subject_seq", "journal", ["subject", "seq"])
    op.create_table(
        "change",
        number("seq", key=True),
        number("number", key=True),
        text("kind"),
        text("id"),
        number("version"),
        text("row_digest"),
    )
    op.create_index("change_kind_id_version", "change", ["kind", "id", "version"], unique=True)
    op.create_table(
        "note", number("seq", key=True), text("salt"), text("note"), sa.ForeignKeyConstraint(["seq"], ["journal.seq"])
    )
    op.create_table(
        "root", text("day", key=True), number("entries", key=True), text("workspace"), text("head"), text("root")
    )
    for table in ("journal", "change", "root"):
        only_added_to(table)
    _add_kinds()


def _add_kinds() -> None:
    add_kind(
        "lead",
        finding="text",
        origin="text",
        detector="text",
        standing="choice",
        state="choice",
        case="text",
        score="number",
        first="time",
        last="time",
        updated="time",
    )
    add_kind(
        "case",
        state="choice",
        outcome="choice",
        owner="text",
        interference="choice",
        exercise="flag",
        opened="time",
        updated="time",
    )
    add_kind("claim", case="text", which="choice", updated="time")
    add_kind("review", case="text", reviewer="text", state="choice", asked="time")
    add_kind("reply", case="text", state="choice", due="time", asked="time")
    add_kind("approval", subject="text", action="choice", by="text", given="time")
    add_kind("publication", case="text", number="number", issue="choice", made="time")
    add_kind("tip", state="choice", case="text", received="time", expires="time")
    add_kind("rules")
    add_kind(
        "item",
        sha256="text",
        media_type="text",
        name="text",
        captured="time",
        how="choice",
        case="text",
        derived_from="text",
        is_copy="flag",
    )
    add_kind("timestamp", state="choice")
    add_kind("person", login="text", active="flag")
    add_kind("credential", person="text", type="choice", key="text")
    add_kind("session", person="text", expires="time")
    add_kind("invitation", state="choice", expires="time")
    add_kind("preferences")

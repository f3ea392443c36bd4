"""What is exchanged with partners: entities of a case, STIX identities, imports and exports."""

from __future__ import annotations

from alembic import op

from tocsin.store.migrations.steps import add_kind, number, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their tables."""
    add_kind("entity", case="text", sort="choice", stix_id="text", origin="text")
    add_kind("minted", case="text", profile="text", stix_id="text", modified="time")
    add_kind("exchange", case="text", direction="choice", at="time")
    add_kind("collection", audience="text", created="time")
    add_kind("account", name="text", hashed="text", active="flag")
    add_kind("partner", name="text")
    add_kind("audience", name="text")
    add_kind("restriction", case="text")
    add_kind("derived", audience="text", original="text", object="text")
    add_kind("release", case="text", audience="text", act="choice", made="time")
    _add_objects()


def _add_objects() -> None:
    """What TAXII serves and takes in."""
    columns = ("collection", "id", "type", "spec", "version", "stamp")
    op.create_table(
        "exchange_object",
        number("added", key=True),
        *map(text, columns),
        number("newest"),
        *map(text, ("source", "nonce", "body")),
    )
    op.create_index("exchange_object_version", "exchange_object", ["collection", "id", "version"], unique=True)
    op.create_index("exchange_object_newest", "exchange_object", ["collection", "newest", "added", "type"])
    op.create_table("exchange_clock", number("id", key=True), number("last"))
    op.create_table(
        "exchange_post",
        text("id", key=True),
        *map(text, ("account", "collection", "received")),
        *map(number, ("pending", "success", "failure")),
        *map(text, ("failures", "body")),
    )
    op.create_index("exchange_post_pending", "exchange_post", ["pending", "received"])
    op.create_index("exchange_post_received", "exchange_post", ["received"])
    op.create_table(
        "exchange_served",
        *(text(name, key=True) for name in ("account", "collection")),
        *map(number, ("upto", "told")),
        *map(text, ("first", "last")),
    )

"""What is exchanged with partners: entities of a case, STIX identities, imports and exports."""

from __future__ import annotations

from tocsin.store.migrations.steps import add_kind

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their tables."""
    add_kind("entity", case="text", sort="choice", stix_id="text", origin="text")
    add_kind("minted", case="text", profile="text", stix_id="text", modified="time")
    add_kind("exchange", case="text", direction="choice", at="time")

"""Claims that somebody checked, as they were read, and the links to them that people confirm."""

from __future__ import annotations

from tocsin.store.migrations.steps import add_kind

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make their tables."""
    add_kind("claim_collection", name="text", digest="text", added="time")
    add_kind("claim_link", subject="text", state="choice", updated="time")

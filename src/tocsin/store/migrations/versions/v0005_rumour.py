"""Rumours about an election, with the evidence that is tied to them."""

from __future__ import annotations

from tocsin.store.migrations.steps import add_kind

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make their table."""
    add_kind("rumour", updated="time")

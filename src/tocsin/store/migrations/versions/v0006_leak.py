"""Leaks under custody: what is in them, the harm tests, who opened what."""

from __future__ import annotations

from tocsin.store.migrations.steps import add_kind

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make their tables."""
    add_kind("leak", received="time", by="text", digest="text")
    add_kind("leak_item", leak="text", sort="choice", item="text", number="number")
    add_kind("harm_test", leak="text", by="text", finds="choice")
    add_kind("leak_access", leak="text", by="text", at="time")

"""What money is followed with: editions of sanctions lists, rules that a person confirmed, dossiers."""

from __future__ import annotations

from tocsin.store.migrations.steps import add_kind

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make their tables."""
    add_kind("list_edition", list="text", published="text", digest="text", added="time")
    add_kind("rule_confirmation", rule="text", confirmed="time")
    add_kind("dossier", case="text", updated="time")

"""What an assessment keeps: catalogues, what is asked, who answers, answers, measures, figures of many offices."""

from __future__ import annotations

from tocsin.store.migrations.steps import add_kind

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make their tables."""
    add_kind("catalogue", title="text")
    add_kind("profile", title="text")
    add_kind("party", name="text", level="choice", parent="text")
    add_kind("product", vendor="text", name="text")
    add_kind("use", office="text", product="text")
    add_kind("answer", party="text", subject="text", question="text", at="time")
    add_kind("measure", party="text", question="text")
    add_kind("roll_up", made="time")
    add_kind("peer_figures", made="time")

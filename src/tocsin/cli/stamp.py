"""`tocsin stamp`: the journal's root of today, and a timestamp over it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def stamp(
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    authority: Annotated[str, typer.Option(help="Address of a timestamp authority (RFC 3161).")] = "",
    certificates: Annotated[
        list[Path] | None, typer.Option(help="Certificates of the authority, PEM; can be given again.")
    ] = None,
) -> None:
    """Make the journal's root of today and have it timestamped."""
    from tocsin.store import timestamps
    from tocsin.store.tokens import read_certificates
    from tocsin.store.workspace import Workspace

    trusted = read_certificates(certificates or ())
    with closing(Workspace.open(workspace)) as opened:
        root = opened.journal.make_root(datetime.now(UTC).date())
        asked = timestamps.stamp(opened, authority, trusted, by="") if authority else ()
    typer.echo(f"Root of {root.day} over {root.entries:,} entries: {root.root}")
    for one in asked:
        typer.echo(f"Timestamp of {one.day}: {one.state}" + (f", {one.reason}" if one.reason else ""))
    if any(one.state != "confirmed" for one in asked):
        raise typer.Exit(1)

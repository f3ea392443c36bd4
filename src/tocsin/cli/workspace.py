"""`tocsin workspace`: a new workspace, or scans into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def workspace(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of the workspace; made if it is not there.")],
    scan: Annotated[
        list[Path] | None, typer.Option(help="Folder of a finished scan, its findings to be leads; repeatable.")
    ] = None,
    title: Annotated[str, typer.Option(help="Title of a new workspace; default: the folder's name.")] = "",
    exercise: Annotated[bool, typer.Option("--exercise", help="Mark all of a new workspace as an exercise.")] = False,
) -> None:
    """Make a workspace, or take findings of scans into one."""
    from tocsin.jobs.intake import take_in
    from tocsin.jobs.intake import workspace as at

    with at(folder, title, exercise=exercise, database=ctx.obj.database) as place:
        typer.echo(f"{place.title}: {folder}")
        for path, found in take_in(place, scan or ()):
            typer.echo(
                f"{path}: {found.new:,} new leads, {found.changed:,} changed ({found.returned:,} back after they were "
                f"dismissed), {found.same:,} as before; {found.unnamed:,} findings name nobody."
            )
            if found.gone:
                typer.echo(f"{found.gone:,} leads with the same pseudonyms are not in this scan.")
    typer.echo(f"Open it: tocsin serve {folder}")

"""`tocsin publish`: the public site of a workspace."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer


def publish(
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    to: Annotated[Path, typer.Option(help="Folder of the site; what it holds is replaced if it is such a site.")],
    base_url: Annotated[
        str, typer.Option(help="Address under which the site will stand; without it all links are relative.")
    ] = "",
    exports_by: Annotated[
        str,
        typer.Option(
            help="Also write each case's export, with the whole journal (ids and times, no names or texts). "
            "Login of who answers for that: a custodian or publisher."
        ),
    ] = "",
    language: Annotated[str, typer.Option(help="Language of headings and words; texts stay as written.")] = "en",
) -> None:
    """Write the public site: published cases, corrections, feeds."""
    from tocsin.cli.people import actor_of
    from tocsin.inform.write import publish as write
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as opened:
        actor = actor_of(opened, exports_by) if exports_by else None
        site = write(opened, to, language=language, base_url=base_url, exports_by=actor)
    cases, issues = len(site.cases), len(site.issues)
    typer.echo(f"{cases:,} {'case' if cases == 1 else 'cases'} in {issues:,} {'issue' if issues == 1 else 'issues'}.")
    typer.echo(f"Site: {to / 'index.html'}")

"""`tocsin stix`: a partner's bundle into a draft case, or a case out as a bundle."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tocsin.share.stix.ledger import Ledger

SHOWN = 20  # rules in the summary


def stix(
    action: Annotated[Literal["import", "export"], typer.Argument(help="import or export.")],
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    what: Annotated[str, typer.Argument(help="import: file with a STIX 2.1 bundle. export: id of the case.")],
    by: Annotated[
        str, typer.Option(help="Login of who does it: an analyst imports; a custodian or publisher exports.")
    ],
    profile: Annotated[Literal["core", "opencti", "misp", "public"], typer.Option(help="export: for whom.")] = "core",
    out: Annotated[Path | None, typer.Option(help="export: file to write; default: <profile>.json.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="CSV file for the account of every object and field.")] = None,
) -> None:
    """Take a partner's STIX bundle in, or write a case as STIX."""
    from tocsin.cli.people import actor_of
    from tocsin.share.stix import exporting, importing
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as opened:
        actor = actor_of(opened, by)
        if action == "import":
            case, _, made = importing.take_in(opened, actor, Path(what))
            typer.echo(f"Case {case.id}, TLP:{case.tlp.upper()}: {case.title}")
        else:
            path = out or Path(f"{profile}.json")
            bundle, _ = exporting.export(opened, actor, what, profile, path)
            made = bundle.ledger
            typer.echo(f"{len(bundle.objects):,} objects in {path}")
    _summary(made)
    if ledger:
        ledger.write_bytes(made.csv())


def _summary(made: Ledger) -> None:
    for things, counted in (("objects", made.counts()), ("fields", made.counts(fields=True))):
        said = ", ".join(f"{count:,} {outcome}" for outcome, count in counted.items() if count)
        typer.echo(f"{sum(counted.values()):,} {things}: {said}")
    rules = made.rules().most_common()
    for (outcome, rule), count in rules[:SHOWN]:
        typer.echo(f"  {count:,} {outcome}: {rule}")
    if len(rules) > SHOWN:
        typer.echo(f"  and {len(rules) - SHOWN} more rules: --ledger writes every row")

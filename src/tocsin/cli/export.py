"""`tocsin export`: hand the evidence of a case over, with its proof."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tocsin.model.people import Actor
    from tocsin.model.record import Stored
    from tocsin.store.workspace import Workspace


def export(
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    case: Annotated[str, typer.Option(help="Id of the case.")],
    to: Annotated[Path, typer.Option(help="Zip file to write.")],
    by: Annotated[str, typer.Option(help="Login of who hands it over: a custodian or publisher.")],
    reason: Annotated[str, typer.Option(help="To whom and why; kept beside the journal.")],
) -> None:
    """Write a case's evidence and publications, with their proof."""
    from tocsin.cli.people import actor_of
    from tocsin.store import export as store
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as opened:
        actor = actor_of(opened, by)
        records = _records(opened, actor, case, reason)
        root = store.export(opened, to, records, by=actor.id, case=case)
    typer.echo(f"{len(records):,} {'record' if len(records) == 1 else 'records'} in {to}")
    typer.echo(f"Root: {root.root}. Tell it to the receiver by another way.")
    typer.echo("Originals hold what was captured, names too: not for publication.")


def _records(workspace: Workspace, actor: Actor, case: str, reason: str) -> list[Stored]:
    """The items and publications of a case, once the actor may hand them over; a refusal is kept in the journal."""
    from tocsin.cases import acts
    from tocsin.model.case import Claim, Publication
    from tocsin.model.evidence import Item

    with acts.on_case(workspace, actor, "hand over", case, ("custodian", "publisher"), reason) as (writer, _):
        linked = {
            link.id
            for claim in acts.every(writer, Claim, {"case": case})
            for link in claim.evidence
            if link.to == "item"
        }
        items = {item.id: item for item in acts.every(writer, Item, {"case": case})}
        items |= {id_: writer.get(Item, id_) for id_ in linked - items.keys()}
        return [*items.values(), *acts.every(writer, Publication, {"case": case})]

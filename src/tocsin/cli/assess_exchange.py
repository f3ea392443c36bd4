"""`tocsin assess card|admit|give|take|profile`: an assessment that goes between workspaces as signed files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.assess_common import By, Folder, PartyName, opened

File = Annotated[Path, typer.Argument(help="The file.")]


def card(folder: Folder, party: PartyName, file: File, by: By = "") -> None:
    """Write who a party of this workspace is, for the administrator of another."""
    from tocsin.assure.assessment import exchange

    with opened(folder, by) as desk:
        key = exchange.card(desk.ws, desk.party(party), file)
    typer.echo(f"Key {key}\nTell it by another way than the file, such as by telephone.")


def admit(
    folder: Folder,
    file: File,
    key: Annotated[str, typer.Option(help="The key that the party told you by another way.")],
    by: By = "",
) -> None:
    """Let a party of another workspace in by its card."""
    from tocsin.assure.assessment import exchange

    with opened(folder, by) as desk:
        found = exchange.admit(desk.ws, desk.actor, file, key)
    typer.echo(f"{found.level} {found.name} ({found.id})")


def give(
    folder: Folder,
    party: PartyName,
    to: Annotated[str, typer.Argument(help="The party that it is for: name or id.")],
    file: File,
    by: By = "",
) -> None:
    """Write a party's file for another: states only, no statement, evidence or person. Signed, not sealed."""
    from tocsin.assure.assessment import exchange
    from tocsin.share.words import count

    with opened(folder, by) as desk:
        made = exchange.give(desk.ws, desk.actor, desk.party(party), desk.party(to), file)
    figures = f", figures of {count(made.roll_up.offices, 'office')}" if made.roll_up else ""
    typer.echo(f"{count(len(made.answers), 'answer')}{figures}: {file}")


def take(folder: Folder, file: File, by: By = "") -> None:
    """Take over a file that another party has written for one of ours."""
    from tocsin.assure.assessment import exchange

    with opened(folder, by) as desk:
        taken = exchange.take(desk.ws, desk.actor, file)
    more = [name for name, there in (("a roll-up", taken.roll_up), ("figures of peers", taken.peers)) if there]
    typer.echo(f"{taken.party.name}: {', '.join([f'{taken.answers:,} answers new or withdrawn', *more])}")


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others of `tocsin assess`."""
    for verb in (card, admit, give, take):
        app.command()(verb)

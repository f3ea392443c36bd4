"""The verbs of `tocsin assess` about files: signed ones between workspaces, and OSCAL."""

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
    instead: Annotated[str, typer.Option(help="Id of the party whose key this one replaces.")] = "",
    by: By = "",
) -> None:
    """Let a party of another workspace in by its card."""
    from tocsin.assure.assessment import exchange

    with opened(folder, by) as desk:
        found = exchange.admit(desk.ws, desk.actor, file, key, instead)
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


def export(
    folder: Folder,
    party: PartyName,
    out: Annotated[Path, typer.Argument(help="Folder for the files.")],
    by: By = "",
) -> None:
    """Write a party's profile, answers, products and plan as OSCAL, for itself: with statements."""
    from tocsin.jobs.assess_oscal import export as write

    with opened(folder, by) as desk:
        for path in write(desk.ws, desk.actor, desk.party(party), out):
            typer.echo(path)


def load(
    folder: Folder,
    party: PartyName,
    file: File,
    by: By = "",
) -> None:
    """Take a party's answers or plan from an OSCAL file."""
    from tocsin.jobs.assess_oscal import load as take_in

    with opened(folder, by) as desk:
        found = take_in(desk.ws, desk.actor, desk.party(party), file)
    typer.echo(
        f"{found.answers:,} answers and {found.measures:,} measures taken, {found.same:,} answers as before; left out: "
        f"{found.others:,} answers that are not this party's, {found.files:,} files of evidence that are not here"
    )


def profile(folder: Folder, file: File, by: By = "") -> None:
    """Ask another profile from now on: an OSCAL profile, or a catalogue of questions."""
    from tocsin.jobs.assess_oscal import load_profile

    with opened(folder, by) as desk:
        found = load_profile(desk.ws, desk.actor, file)
    typer.echo(f"{found.title}: {len(found.questions):,} questions")


def catalogue(
    folder: Folder,
    file: File,
    key: Annotated[str, typer.Argument(help="Its short id here, such as cis-v8.")],
    column: Annotated[
        list[str] | None, typer.Option(help="Column of a table, such as id=Number; repeatable.", metavar="FIELD=NAME")
    ] = None,
    by: By = "",
) -> None:
    """Keep a catalogue of controls that you may use and Tocsin may not ship: OSCAL, or a table."""
    from tocsin.cli.scan import mapping
    from tocsin.jobs.assess_oscal import load_catalogue

    with opened(folder, by) as desk:
        found = load_catalogue(desk.ws, desk.actor, file, key, mapping(column or [], "id=Number"))
    typer.echo(f"{found.title}: {len(found.controls):,} controls")


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others of `tocsin assess`."""
    for verb in (card, admit, give, take, export, load, profile, catalogue):
        app.command()(verb)

"""`tocsin check`: does this message repeat something already checked?"""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.model.check import CheckAnswer, ClaimMatch, Marked


def check(
    message: Annotated[str, typer.Argument(help="A text, an address, or the path of a picture, a page or a text.")],
    claims: Annotated[
        list[str] | None,
        typer.Option(help="File of claims, or folder made by tocsin claims read; repeatable.", metavar="FILE"),
    ] = None,
    workspace: Annotated[Path | None, typer.Option(help="Workspace that keeps claims.")] = None,
    page: Annotated[Path | None, typer.Option(help="Saved page of the address.")] = None,
    official: Annotated[
        list[str] | None, typer.Option(help="Official names of outlets and offices; repeatable.", metavar="FILE")
    ] = None,
    opinions: Annotated[
        list[str] | None,
        typer.Option(help="List of domains, told as somebody's opinion; repeatable.", metavar="NAME[@DAY]=FILE"),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Login of who asks: keeps suggestions in the workspace.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Look a message up among claims that were checked.

    Never a verdict by machine: what the publisher of a claim says is shown in its own words.
    """
    from tocsin.cli.people import actor_of
    from tocsin.cli.progress import Bars
    from tocsin.jobs.check import check as run
    from tocsin.jobs.check import check_in, message_of
    from tocsin.jobs.sites import Lists
    from tocsin.store.workspace import Workspace

    if bool(claims) == bool(workspace):
        raise UsageError("claims come from files or from a workspace", hint="give --claims or --workspace, one of both")
    lists = Lists(tuple(official or ()), tuple(map(opinion, opinions or ())))
    asked = message_of(message, page)
    with Bars() as bars:
        if workspace:
            actor = None
            if by:
                with closing(Workspace.open(workspace)) as ws:
                    actor = actor_of(ws, by)
            found = check_in(workspace, asked, actor, lists, bars)
        else:
            found = run(asked, tuple(claims or ()), lists, bars)
    typer.echo(found.model_dump_json(indent=2)) if json else _show(found)


def opinion(text: str) -> tuple[str, date | None, str]:
    """Whose, of which day, and the file of NAME[@DAY]=FILE."""
    name, sign, path = text.partition("=")
    who, at, day = name.partition("@")
    try:
        when = date.fromisoformat(day) if at else None
    except ValueError:
        sign, when = "", None
    if not (sign and who.strip() and path):
        raise UsageError(
            f"--opinions {text!r} is not NAME[@DAY]=FILE", hint="such as 'Some list@2024-05-01=domains.csv'"
        )
    return who.strip(), when, path


def _show(found: CheckAnswer) -> None:
    typer.echo(f"{found.answer.capitalize()}. {found.sentence}")
    for match in found.matches:
        _match(match)
    for step in found.steps:
        typer.echo(f"  {step}")
    for one in found.imitated:
        typer.echo(f"  {one.name} resembles {one.imitated} ({one.office}): {one.note}")
    for text in found.opinions:
        typer.echo(f"  {text}")
    how = f" by {', '.join(found.compared)}" if found.compared else ""
    typer.echo(f"{found.claims:,} claims were searched{how}.")


def _match(match: ClaimMatch) -> None:
    link = match.link
    when = f", {link.date:%Y-%m-%d}" if link.date else ""
    said = f": {link.verdict}" if link.verdict else ""
    typer.echo(f"  {link.publisher or 'publisher not told'}{when}{said}")
    typer.echo(f"    {link.url}" if link.url else "    no address told")
    typer.echo(f"    claim {link.claim}, {link.state}, found by {match.how}" + _chance(match))
    if match.claim:
        typer.echo(f"    message: {_marked(match.message)}")
        typer.echo(f"    claim:   {_marked(match.claim)}")
    else:
        typer.echo(f"    claim:   {link.text}")
    for note in match.notes:
        typer.echo(f"    {note}")
    if match.others:
        typer.echo(f"    and {match.others:,} further reviews of it by the same publisher")


def _chance(match: ClaimMatch) -> str:
    return f"; probability that both state the same {match.link.probability:.2f}" if match.how == "meaning" else ""


def _marked(pieces: tuple[Marked, ...]) -> str:
    """The text on one line, with what differs in brackets."""
    told = (f"[{' '.join(one.text.split())}] " if one.differs else one.text for one in pieces)
    return " ".join("".join(told).split())

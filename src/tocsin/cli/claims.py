"""`tocsin claims`: claims that were checked, read and kept; the links from messages to them, settled by people."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from typing import Literal

    from tocsin.sources.claims import ClaimsFile

SHOWN = 50
Place = Annotated[Path, typer.Option(help="Workspace that keeps claims.")]
Who = Annotated[str, typer.Option("--by", help="Login of who does it.")]
Why = Annotated[str, typer.Option(help="The reason, in a sentence.")]
Link = Annotated[str, typer.Argument(help="Id of the link, or its beginning.")]

claims = typer.Typer(
    name="claims",
    help="Checked claims: read, list, and the links people confirm.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@claims.command()
def read(
    files: Annotated[
        list[str], typer.Argument(help="ClaimReview (pages, JSON, feeds), Fact Check Tools answers, tables.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for the claims and their index.")] = None,
    workspace: Annotated[Path | None, typer.Option(help="Keep them in this workspace instead.")] = None,
    by: Who = "",
    name: Annotated[str, typer.Option(help="Name of the collection in the workspace.")] = "",
    kind: Annotated[str, typer.Option(help="What all of them are: check, official, open or own.")] = "",
    publisher: Annotated[str, typer.Option(help="Who checked, where a row does not say.")] = "",
    format: Annotated[str, typer.Option(help="Format, if it is not told from the file.")] = "",  # noqa: A002
    map: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option("--map", help="Which column is what, such as text=claim.", metavar="FIELD=COLUMN"),
    ] = None,
) -> None:
    """Read claims that were checked, and make the index that messages are looked up in."""
    from tocsin.cli.people import actor_of
    from tocsin.cli.progress import Bars
    from tocsin.jobs.claims import ClaimsRequest, add_claims, write_claims
    from tocsin.store.workspace import Workspace

    if bool(out) == bool(workspace):
        raise UsageError("claims go into a folder or into a workspace", hint="give --out or --workspace, one of both")
    request = ClaimsRequest(tuple(files), format, dict(map_ for map_ in map_pairs(map or [])), kind, publisher)
    with Bars() as bars:
        if out:
            found = write_claims(request, out, bars)
        else:
            assert workspace is not None
            with closing(Workspace.open(workspace)) as ws:
                _, found = add_claims(ws, actor_of(ws, by), request, name or Path(files[0]).stem, bars)
    _show(found)
    typer.echo(f"Check a message: tocsin check TEXT --{'claims' if out else 'workspace'} {out or workspace}")


def map_pairs(given: list[str]) -> list[tuple[str, str]]:
    """Field and column of each FIELD=COLUMN."""
    parted = [text.partition("=") for text in given]
    if wrong := next(("".join(one) for one in parted if not (one[0] and one[2])), ""):
        raise UsageError(f"--map {wrong!r} is not FIELD=COLUMN", hint="such as text=claim")
    return [(one[0], one[2]) for one in parted]


@claims.command()
def sites(
    workspace: Place,
    by: Who,
    official: Annotated[
        list[str] | None, typer.Option(help="Official names of outlets and offices; repeatable.", metavar="FILE")
    ] = None,
    opinions: Annotated[
        list[str] | None,
        typer.Option(help="List of domains, told as somebody's opinion; repeatable.", metavar="NAME[@DAY]=FILE"),
    ] = None,
) -> None:
    """Keep lists of sites, in which every check in the workspace looks up links."""
    from tocsin.cli.check import opinion
    from tocsin.cli.people import actor_of
    from tocsin.cli.progress import Bars
    from tocsin.jobs.sites import Lists, add_sites
    from tocsin.store.workspace import Workspace

    lists = Lists(tuple(official or ()), tuple(map(opinion, opinions or ())))
    with Bars() as bars, closing(Workspace.open(workspace)) as ws:
        kept = add_sites(ws, actor_of(ws, by), lists, bars)
    for one in kept:
        typer.echo(f"{one.name} ({one.holds}): {one.claims:,} rows, {one.rejected:,} set aside")


@claims.command("list")
def show(workspace: Place) -> None:
    """List the collections of a workspace."""
    from tocsin.store.claims import collections
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as ws:
        kept = collections(ws)
        listed = [*collections(ws, "official"), *collections(ws, "opinions")]
    for one in kept:
        typer.echo(f"{one.added:%Y-%m-%d %H:%M} {one.name}: {one.claims:,} claims, {one.rejected:,} rows set aside")
    for one in listed:
        typer.echo(f"{one.added:%Y-%m-%d %H:%M} {one.name} ({one.holds}): {one.claims:,} rows")
    typer.echo(f"{len(kept):,} collections, {sum(one.claims for one in kept):,} claims")


@claims.command()
def links(
    workspace: Place, state: Annotated[str, typer.Option(help="Only suggested, confirmed or rejected ones.")] = ""
) -> None:
    """List the links from messages to claims, with their state."""
    from tocsin.jobs.claims import links_in
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as ws:
        kept = links_in(ws, state)
    for one in kept[:SHOWN]:
        settled = f" ({one.why})" if one.why else ""
        typer.echo(
            f"{one.id[:8]} {one.state}{settled}: {one.text[:100]!r} and claim {one.link.claim}: {one.link.text[:100]!r}"
        )
    if len(kept) > SHOWN:
        typer.echo(f"and {len(kept) - SHOWN:,} more")
    typer.echo(f"{len(kept):,} links")


@claims.command()
def confirm(link: Link, workspace: Place, by: Who, why: Why) -> None:
    """Sign that a message and a claim say the same."""
    _settle(workspace, link, by, why, "confirmed")


@claims.command()
def reject(link: Link, workspace: Place, by: Who, why: Why) -> None:
    """Sign that a message and a claim do not say the same."""
    _settle(workspace, link, by, why, "rejected")


def _settle(folder: Path, link: str, by: str, why: str, state: Literal["confirmed", "rejected"]) -> None:
    from tocsin.cli.people import actor_of
    from tocsin.jobs.claims import link_of, settle
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(folder)) as ws:
        kept = settle(ws, actor_of(ws, by), link_of(ws, link).id, state, why)
    typer.echo(f"{kept.id[:8]} {kept.state}")


def _show(found: ClaimsFile) -> None:
    for file in found.inputs:
        typer.echo(
            f"{file.file}: {file.posts:,} claims, {file.rejected:,} set aside, {file.duplicates:,} twice; {file.reason}"
        )
    for one in found.rejected[:5]:
        typer.echo(f"  {one.file}, {one.row}: {one.reason}")
    typer.echo(f"{found.table.num_rows:,} claims")

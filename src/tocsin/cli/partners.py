"""`tocsin partners`: exchange with partners by TAXII 2.1 or by signed files, and let partners in."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

if TYPE_CHECKING:
    from tocsin.model.people import Actor
    from tocsin.share.taxii.partners import Moved
    from tocsin.store.workspace import Workspace

Action = Literal["list", "add", "pull", "push", "key", "collection", "admit", "shut", "probe"]
SHOWN = 20  # refusals told one by one


def partners(
    action: Annotated[Action, typer.Argument(help=", ".join(get_args(Action)) + ".")],
    place: Annotated[str, typer.Argument(help="Folder of the workspace; for probe the server's address.")],
    name: Annotated[str, typer.Argument(help="Partner, or the title of a new collection.")] = "",
    url: Annotated[str, typer.Argument(help="add: address of TAXII discovery or of an API root.")] = "",
    collection: Annotated[
        list[str] | None,
        typer.Option(help="add: REMOTE, REMOTE=LOCAL or =LOCAL. admit: a collection to read. Ids; repeatable."),
    ] = None,
    write: Annotated[list[str] | None, typer.Option(help="admit: a collection to write to; repeatable.")] = None,
    audience: Annotated[str, typer.Option(help="collection: id of the audience it is for.")] = "",
    writable: Annotated[bool, typer.Option("--writable", help="collection: partners may be let write to it.")] = False,
    key: Annotated[str, typer.Option(help="add: the partner's public key, for files.")] = "",
    to: Annotated[Path | None, typer.Option(help="push: write signed files into this folder instead.")] = None,
    from_: Annotated[Path | None, typer.Option("--from", help="pull: read signed files from this folder.")] = None,
    by: Annotated[str, typer.Option(help="Login of who does it; not needed for list, key and probe.")] = "",
) -> None:
    """Exchange with partners by TAXII or files, and let partners in."""
    from tocsin.cli.people import actor_of
    from tocsin.share.taxii import accounts
    from tocsin.share.taxii import partners as known
    from tocsin.store import signing
    from tocsin.store.workspace import Workspace

    if action == "probe":
        _probe(place, name)
        return
    with closing(Workspace.open(Path(place))) as workspace:
        if action == "list":
            _list(workspace)
        elif action == "key":
            typer.echo(signing.public_key(workspace))
        elif action == "pull":
            _told(_pull(workspace, actor_of(workspace, by), name, from_))
        elif action == "push":
            _told(_push(workspace, actor_of(workspace, by), name, to))
        elif action == "add":
            secret = _secret(name) if url else ""
            made = known.add(workspace, actor_of(workspace, by), name, url, key, collection or (), secret)
            for link in made.links:
                typer.echo(f"{link.remote or 'files'} goes with {link.local} here")
        elif action == "collection":
            opened = accounts.open_collection(workspace, actor_of(workspace, by), name, audience, writable=writable)
            typer.echo(opened.id)
        elif action == "admit":
            reads, writes = tuple(collection or ()), tuple(write or ())
            account, token = accounts.open_account(workspace, actor_of(workspace, by), name, reads, writes)
            typer.echo(f"Name {account.name}, token {token}\nIt is shown this once. Give it by another way than mail.")
        else:
            accounts.close_account(workspace, actor_of(workspace, by), name)


def _secret(name: str) -> str:
    """How we sign in at a partner: from the environment, or asked for at a terminal; kept nowhere."""
    from tocsin.share.taxii.client import credentials, variable

    found = credentials(name)
    if not found and sys.stdin.isatty():
        found = typer.prompt(f"{variable(name)} (user:password or a token; empty: none)", default="", hide_input=True)
    return found


def _pull(workspace: Workspace, actor: Actor, name: str, folder: Path | None) -> Moved:
    from tocsin.cli.progress import Bars
    from tocsin.share.taxii import drop, sync

    secret = "" if folder else _secret(name)
    with Bars() as bars:
        if folder:
            return drop.read(workspace, actor, name, folder, bars)
        return sync.pull(workspace, actor, name, secret, bars)


def _push(workspace: Workspace, actor: Actor, name: str, folder: Path | None) -> Moved:
    from tocsin.cli.progress import Bars
    from tocsin.share.taxii import drop, sync

    secret = "" if folder else _secret(name)
    with Bars() as bars:
        if folder:
            return drop.write(workspace, actor, name, folder, bars)
        return sync.push(workspace, actor, name, secret, bars)


def _told(moved: Moved) -> None:
    typer.echo(f"{moved.new:,} new, {moved.same:,} as before, {len(moved.refused):,} refused.")
    for line in moved.refused[:SHOWN]:
        typer.echo(f"Refused: {line}")
    if moved.refused:
        raise typer.Exit(1)


def _list(workspace: Workspace) -> None:
    from tocsin.model.exchange import Account, Collection, Partner
    from tocsin.store import exchange, posts

    with workspace.read() as reader:
        names = {one.id: one.name for one in reader.page(Account, limit=1000).items}
        for partner in reader.page(Partner, order="name", limit=1000).items:
            typer.echo(f"Partner {partner.name}: {partner.url or 'files only'}")
            for link in partner.links:
                typer.echo(f"  {link.remote or 'files'} = {link.local}: pulled to {link.pulled or 'nothing'}")
        for account in reader.page(Account, {"active": True}, order="name", limit=1000).items:
            typer.echo(f"Admitted {account.name}: reads {len(account.reads)}, writes {len(account.writes)}")
        for one in reader.page(Collection, order="created", limit=1000).items:
            typer.echo(f"Collection {one.id}: {one.title}, {exchange.count(reader, one.id):,} versions of objects")
            for served in posts.fetched(reader, one.id):
                typer.echo(f"  {names.get(served.account, served.account)} has read up to {served.upto.isoformat()}")


def _probe(url: str, name: str) -> None:
    from tocsin.share.taxii import conformance
    from tocsin.share.taxii.client import auth_of

    found = list(conformance.run(url, auth_of(_secret(name or "probe"))))
    for one in found:
        typer.echo(f"{one.number:2} {one.outcome}  {one.title}" + (f"\n        {one.detail}" if one.detail else ""))
    if any(one.outcome == "fail" for one in found):
        raise typer.Exit(1)

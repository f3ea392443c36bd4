"""`tocsin leak take|list|weigh|show|access`: a leak under custody in a workspace. Nothing is shown before two persons
found that the public interest outweighs the harm, but to those who weigh it; every opening is kept."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.model.leak import Finds, Leak
    from tocsin.store.workspace import Workspace

SHOWN = 200  # things of a leak that are shown

Where = Annotated[Path, typer.Option("--workspace", help="Folder of the workspace.")]
By = Annotated[str, typer.Option("--by", help="Login of who does it.")]

intake = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@intake.command()
def take(
    paths: Annotated[list[str], typer.Argument(help="Files and folders of the leak.", metavar="PATH...")],
    workspace: Where,
    title: Annotated[str, typer.Option(help="Title that everybody here may see: no name, nothing of the content.")],
    by: By = "",
    how: Annotated[str, typer.Option(help="How it came, in words.")] = "",
    received: Annotated[datetime | None, typer.Option(help="When, in UTC.", formats=["%Y-%m-%d"])] = None,
    weigher: Annotated[list[str] | None, typer.Option(help="Login of who weighs it too; repeatable.")] = None,
) -> None:
    """Take a leak in: originals unchanged into the vault, a list of what is in them. Nothing is shown."""
    from tocsin.cli.people import actor_of
    from tocsin.cli.progress import Bars
    from tocsin.jobs.leak_intake import Origin
    from tocsin.jobs.leak_intake import take as run

    with closing(_opened(workspace)) as ws:
        actor = actor_of(ws, by)
        when = (received or datetime.now(UTC)).replace(tzinfo=UTC)
        weighers = tuple(actor_of(ws, login).id for login in weigher or ())
        with Bars() as bars:
            leak = run(ws, actor, paths, Origin(title, how, when, weighers), bars)
    typer.echo(f"{leak.id}: {_counts(leak)}")
    typer.echo("Nothing of it is shown but to its weighers, until two persons have weighed it.")


@intake.command("list")
def list_leaks(
    workspace: Where,
    leak: Annotated[str, typer.Argument(help="Id of a leak, to list what is in it.")] = "",
    by: By = "",
) -> None:
    """List the leaks, or what is in one; names only for those who may open it."""
    from tocsin.cases.acts import every
    from tocsin.cli.people import actor_of
    from tocsin.jobs.leak_access import weighed
    from tocsin.model.leak import Leak, LeakItem

    with closing(_opened(workspace)) as ws, ws.read() as reader:
        actor = actor_of(ws, by)
        if not leak:
            for one in every(reader, Leak):
                typer.echo(f"{one.id}  {one.received:%Y-%m-%d}  {weighed(reader, actor, one).state:6}  {one.title}")
            return
        found = reader.get(Leak, leak)
        names = weighed(reader, actor, found).may_open
        typer.echo(f"{found.title}. {_counts(found)}.")
        for thing in reader.page(LeakItem, {"leak": leak}, "number", limit=SHOWN).items:
            told = (f"  {thing.name}" + (f", {thing.row}" if thing.row else "")) if names else ""
            typer.echo(
                f"  {thing.id}  {thing.sort:8}  {thing.size:>11,}  {thing.media_type}{told}  {thing.reason}".rstrip()
            )
        if (total := reader.count(LeakItem, {"leak": leak})) > SHOWN:
            typer.echo(f"  and {total - SHOWN:,} more")


@intake.command()
def weigh(
    leak: Annotated[str, typer.Argument(help="Id of the leak.")],
    workspace: Where,
    by: By = "",
    finds: Annotated[str, typer.Option(help="What outweighs: interest, harm, or unclear.")] = "",
    reason: Annotated[str, typer.Option(help="Why, and what may be shown further.")] = "",
    answer: Annotated[
        list[str] | None, typer.Option(help="Answer to a question; repeatable.", metavar="QUESTION=TEXT")
    ] = None,
) -> None:
    """Weigh the public interest of a leak against the harm; without an answer, show what is asked."""
    from tocsin.cli.people import actor_of
    from tocsin.jobs.leak_access import weigh as run
    from tocsin.jobs.leak_access import weighed
    from tocsin.model.leak import QUESTIONS, Leak

    if not answer:
        for name, text in QUESTIONS.items():
            typer.echo(f"{name}: {text}")
        return
    given = dict(text.partition("=")[::2] for text in answer)
    if unknown := sorted(given.keys() - QUESTIONS):
        raise UsageError(f"no question {', '.join(unknown)}", hint=f"questions: {', '.join(QUESTIONS)}")
    if finds not in ("interest", "harm", "unclear"):
        raise UsageError(f"--finds {finds!r}", hint="say interest, harm or unclear: what outweighs the other")
    with closing(_opened(workspace)) as ws:
        actor = actor_of(ws, by)
        run(ws, actor, leak, given, cast("Finds", finds), reason)
        with ws.read() as reader:
            typer.echo(f"Kept. The leak {STATES[weighed(reader, actor, reader.get(Leak, leak)).state]}.")


STATES = {
    "waits": "waits for two persons who find that the interest outweighs the harm",
    "passed": "may be shown to those who work with evidence here",
    "held": "stays closed: one person found that the harm outweighs the interest",
}


@intake.command()
def show(
    item: Annotated[str, typer.Argument(help="Id of a mail or document of the leak.")],
    workspace: Where,
    why: Annotated[str, typer.Option(help="What it is opened for; kept in the journal.")] = "",
    by: By = "",
    out: Annotated[Path | None, typer.Option(help="File to write the working copy to.")] = None,
) -> None:
    """Show the working copy of a mail or document, without metadata. The opening is kept."""
    from tocsin.cli.people import actor_of
    from tocsin.jobs.leak_access import open_item, text_of
    from tocsin.model.leak import LeakItem
    from tocsin.store.files import write_file

    with closing(_opened(workspace)) as ws:
        with ws.read() as reader:
            leak = reader.get(LeakItem, item).leak
        _, copy = open_item(ws, actor_of(ws, by), leak, item, why)
        if out:
            with ws.vault.open(copy.sha256) as file:
                write_file(out, file.read())
        text = text_of(ws, copy)
    typer.echo(f"Working copy: {out}" if out else text or f"It is {copy.media_type}: write it to a file with --out.")


@intake.command()
def access(
    leak: Annotated[str, typer.Argument(help="Id of the leak.")],
    workspace: Where,
) -> None:
    """Show who opened what of a leak, when and what for."""
    from tocsin.jobs.leak_access import accesses
    from tocsin.model.leak import Leak
    from tocsin.model.people import Person

    with closing(_opened(workspace)) as ws, ws.read() as reader:
        reader.get(Leak, leak)
        found = accesses(reader, leak)
        for one in found:
            person = reader.find(Person, one.by)
            before = "  before the test had passed" if one.before else ""
            typer.echo(
                f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {person.login if person else one.by}  {one.thing}{before}  {one.why}"
            )
    if not found:
        typer.echo("Nothing of it was opened.")


def _opened(folder: Path) -> Workspace:
    from tocsin.store.workspace import Workspace

    return Workspace.open(folder)


def _counts(leak: Leak) -> str:
    return (
        f"{leak.originals:,} originals with {leak.messages:,} mails and {leak.documents:,} documents; "
        f"{leak.aside:,} things could not be read"
    )

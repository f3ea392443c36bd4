"""`tocsin targets rumour`: what is said of an election, and the evidence that bears on it. It gives no verdict."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tocsin.assure.rumour import Columns
    from tocsin.jobs.rumour import EvidenceFiles
    from tocsin.model.rumour import Rumour, RumourKind, Tie

SHOWN = 20  # ties that are shown
Several = list[str] | None


def rumour(
    text: Annotated[str, typer.Argument(help="What is said.")],
    audit: Annotated[Several, typer.Option(help="Folder of an audit; repeatable.", metavar="FOLDER")] = None,
    scan: Annotated[Several, typer.Option(help="Scan of `tocsin targets scan`; repeatable.", metavar="FOLDER")] = None,
    counts: Annotated[
        Several, typer.Option(help="Table that sets two counts against each other; repeatable.", metavar="FILE")
    ] = None,
    left: Annotated[str, typer.Option(help="Column of the first count.", metavar="COLUMN[=WORDS]")] = "",
    right: Annotated[str, typer.Option(help="Column of the second count.", metavar="COLUMN[=WORDS]")] = "",
    by_place: Annotated[str, typer.Option(help="Column of the place.", metavar="COLUMN")] = "",
    by_hand: Annotated[bool, typer.Option("--by-hand", help="The second count was made by hand.")] = False,
    items: Annotated[
        Several, typer.Option(help="Evidence that an office wrote down itself, JSON; repeatable.", metavar="FILE")
    ] = None,
    place: Annotated[Several, typer.Option(help="Where it is said to have happened; repeatable.")] = None,
    contest: Annotated[str, typer.Option(help="In which contest.")] = "",
    source: Annotated[str, typer.Option(help="Where it was read or heard.")] = "",
    seen: Annotated[datetime | None, typer.Option(help="When, in UTC.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])] = None,
    kind: Annotated[str, typer.Option(help="Of which kind it is, if not the one suggested first.")] = "",
    out: Annotated[Path | None, typer.Option(help="Page to write: .html or .md.")] = None,
    workspace: Annotated[Path | None, typer.Option(help="Keep it in this workspace.")] = None,
    by: Annotated[str, typer.Option("--by", help="Login of who does it.")] = "",
) -> None:
    """Show the evidence that bears on a rumour, and what it cannot show. People conclude."""
    from tocsin.assure.rumour import kind_of, ties
    from tocsin.jobs.rumour import Counts, EvidenceFiles, read_evidence
    from tocsin.model.rumour import Rumour

    if out and out.suffix.lower() not in (".html", ".md"):
        raise UsageError(f"{out} is neither .html nor .md", hint="end its name with one of them")
    table = Counts(tuple(counts or ()), *_columns(by_place, left, right), by_hand)
    files = EvidenceFiles(tuple(audit or ()), tuple(scan or ()), table if counts else None, tuple(items or ()))
    when = seen.replace(tzinfo=UTC) if seen else None
    said = Rumour(id="", text=text, places=tuple(place or ()), contest=contest, seen=when, source=source)
    suggested = _suggested(text)
    if workspace and not kind:
        _kept(workspace, by, said, files, "")
        typer.echo("No kind was chosen: choose it in the workbench, or give --kind.")
        return
    chosen = kind_of(_first(kind, suggested))
    found = (
        _kept(workspace, by, said, files, chosen.id)
        if workspace
        else ties(said, chosen, read_evidence(files, said.places))
    )
    _show(chosen, found)
    if out:
        _write(out, said, chosen, found)
    if not found and (audit or scan or counts or items):
        wanted = ", ".join(bearing.evidence for bearing in chosen.bearings)
        raise NotFoundError("none of the evidence bears on it", hint=f"on {chosen.id} bear: {wanted}")


def _suggested(text: str) -> list[str]:
    """The kinds that the words tell, said on the way."""
    from tocsin.assure.rumour import suggest

    found = suggest(text)
    for one in found:
        typer.echo(f"Suggested: {one.kind} ({one.score:.0%}), by the words {', '.join(one.words)}")
    return [one.kind for one in found]


def _columns(place: str, left: str, right: str) -> tuple[Columns, tuple[str, str]]:
    """Columns and words of COLUMN[=WORDS]."""
    from tocsin.assure.rumour import Columns

    (one, _, first), (two, _, second) = left.partition("="), right.partition("=")
    return Columns(place, one, two), (first, second)


def _first(given: str, suggested: list[str]) -> str:
    """The kind that is told, else the one suggested first."""
    from tocsin.assure.rumour import kinds

    if not given and not suggested:
        known = ", ".join(one.id for one in kinds())
        raise UsageError("its words tell no kind that is known", hint=f"choose with --kind: {known}")
    return given or suggested[0]


def _kept(folder: Path, by: str, said: Rumour, files: EvidenceFiles, kind: str) -> tuple[Tie, ...]:
    """Keep the rumour with the evidence in the files and in the workspace; its ties."""
    from tocsin.assure.rumour import keeping
    from tocsin.cases.acts import checked
    from tocsin.cli.people import actor_of
    from tocsin.jobs.rumour import add_files, gather, read_evidence
    from tocsin.model.rumour import KeptRumour
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(folder)) as ws:
        actor = actor_of(ws, by)
        read_evidence(files, said.places)  # nothing is kept where a file cannot be read
        fields = said.model_dump(exclude={"id"})
        kept = keeping.add(ws, actor, checked(KeptRumour, **fields))
        if kind:
            keeping.choose(ws, actor, kept.id, kind)
        add_files(ws, actor, kept.id, files)
        for fault in gather(ws, actor, kept.id).faults:
            typer.echo(f"Not read: {fault}")
        with ws.read() as reader:
            kept = reader.get(KeptRumour, kept.id)
        typer.echo(f"Kept as {kept.id} with {len(kept.items):,} pieces of evidence")
        return keeping.ties_of(kept)


def _show(kind: RumourKind, ties: Iterable[Tie]) -> None:
    found = list(ties)
    typer.echo(f"{kind.title}. {kind.question}")
    for tie in found[:SHOWN]:
        typer.echo(f"  {tie.item.kind}: {tie.item.title}")
        typer.echo(f"    {tie.item.says}")
        typer.echo(f"    Bears on it: {tie.bears}")
        typer.echo(f"    Cannot show: {'; '.join(text.rstrip('.') for text in tie.cannot_show)}")
    if len(found) > SHOWN:
        typer.echo(f"  and {len(found) - SHOWN:,} more")
    held = {tie.item.kind for tie in found}
    for bearing in (one for one in kind.bearings if one.evidence not in held):
        typer.echo(f"  Not here: {bearing.evidence}: {bearing.bears}")
    typer.echo("Whether it is so, people conclude.")


def _write(out: Path, said: Rumour, kind: RumourKind, ties: Iterable[Tie]) -> None:
    from tocsin.assure.rumour.answer import answer, html, markdown
    from tocsin.store.files import write_file

    page = answer(said, kind, ties, datetime.now(UTC))
    text = html(page) if out.suffix.lower() == ".html" else markdown(page)
    write_file(out, text.encode("utf-8", "replace"))
    typer.echo(f"Page: {out}")

"""`tocsin vocab`: what an id, name or tag of the DISARM framework means; a data file from a copy of the framework."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tocsin.share.disarm.identity import Framework, Match


def vocab(
    action: Annotated[Literal["show", "import"], typer.Argument(help="show or import.")],
    what: Annotated[
        str,
        typer.Argument(
            help="show: an id, name or tag, or a scale (tlp, pap, admiralty, icd203, confidence, breakout, "
            "channels, abcde). import: folder with the framework's tables."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="import: file to write; default: the one this user's Tocsin reads.")
    ] = None,
) -> None:
    """Show what a DISARM id or name means, or import the framework."""
    if action == "import":
        _import(Path(what), out)
    else:
        _show(what)


def _import(folder: Path, out: Path | None) -> None:
    from tocsin.share.disarm import build
    from tocsin.share.disarm.identity import Framework, own_file

    content = build.build(folder)
    path = out or own_file()
    build.write(content, path)
    made = Framework(content)
    counts = {
        sort: sum(e.sort == sort for e in made.entries.values()) for sort in ("tactic", "technique", "countermeasure")
    }
    gone = sum(e.sort == "technique" and e.last_release != made.releases[-1] for e in made.entries.values())
    same, other, lost = made.link_counts()
    typer.echo(
        f"{path}: {counts['tactic']} tactics, {counts['technique']} techniques over {len(made.releases)} releases "
        f"({gone} not in the newest), {counts['countermeasure']} countermeasures."
    )
    typer.echo(
        f"Links of countermeasures: {same} safe, {other} proposals (name changed), {lost} to numbers that are gone."
    )
    typer.echo("\n".join(made.attribution))


def _show(what: str) -> None:
    from tocsin.errors import NotFoundError
    from tocsin.share.disarm.identity import framework
    from tocsin.share.stix.scales import tables

    if scale := tables().get(what.lower()):
        typer.echo(f"{what.lower()}: {scale.source}")
        typer.echo("\n".join(f"  {name}: {meaning}" for name, meaning in scale.rows))
        if scale.lost:
            typer.echo(f"  Lost: {scale.lost}")
        return
    made = framework()
    found = made.find(what)
    if not found:
        raise NotFoundError(
            f"{what!r} is nothing of DISARM", hint="an id such as T0049, a name, a STIX id, a tag; or a scale"
        )
    for id_ in dict.fromkeys(match.entry.id for match in found):
        typer.echo("\n".join(_lines(made, [match for match in found if match.entry.id == id_])))
    typer.echo("\n".join(made.attribution))


def _lines(made: Framework, matches: list[Match]) -> list[str]:
    from tocsin.share.disarm.identity import CAUTION

    entry = matches[0].entry
    lines = [f"{entry.id}  {entry.name}  ({entry.sort}; found by {', '.join(match.by for match in matches)})"]
    if entry.tactic in made.entries:
        lines.append(f"  tactic: {entry.tactic} {made.entries[entry.tactic].name}")
    lines += [f"  {', '.join(was.releases)}: {was.name}  {was.stix_id}" for was in entry.history]
    lines += [f"  OpenCTI: {id_}" for id_ in entry.opencti_ids]
    lines += [f"  MISP: {entry.misp_uuid} {entry.misp_tag}"] if entry.misp_uuid else []
    lines += [f"  Warning: {warning}" for warning in made.warnings(entry)]
    safe, proposed = made.countermeasures(entry.id)
    lines += [f"  countermeasure: {one.id} {one.name}" for one in safe]
    lines += [f"  proposal only, the technique was renamed: {one.id} {one.name}" for one in proposed]
    return [*lines, f"  {CAUTION}"] if safe or proposed or entry.sort == "countermeasure" else lines

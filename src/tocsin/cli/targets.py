"""`tocsin targets`: who imitates, scans or attacks election offices, whether results hold together, what is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli import targets_rumour
from tocsin.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from tocsin.model.finding import ScanSummary
    from tocsin.model.posture import PosturePoint

SHOWN = 40  # findings, names that are shown

targets = typer.Typer(
    name="targets",
    help="Election offices: look-alikes, scans, results, rumours.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@targets.command()
def scan(
    out: Annotated[Path, typer.Option(help="Folder for all that comes out.")],
    official: Annotated[
        list[str] | None, typer.Option(help="File of official names of offices, outlets, parties; repeatable.")
    ] = None,
    observed: Annotated[
        list[str] | None,
        typer.Option(help="File of names seen: certificate feed, zone, passive DNS, any list; repeatable."),
    ] = None,
    logs: Annotated[
        list[str] | None,
        typer.Option(
            help="Log of a web server, of sign-ins, Suricata, Zeek or testssl; repeatable.", metavar="[OFFICE=]FILE"
        ),
    ] = None,
    results: Annotated[list[str] | None, typer.Option(help="Results by polling station; repeatable.")] = None,
    rules: Annotated[
        list[str] | None, typer.Option(help="File or folder of Sigma rules, beside our own; repeatable.")
    ] = None,
    map: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option("--map", help="Which column is what, such as logs.source=client.", metavar="PART.FIELD=COLUMN"),
    ] = None,
    timezone: Annotated[str, typer.Option(help="Of times in logs that name none.")] = "UTC",
) -> None:
    """Find look-alike names, scans, break-in attempts, outages, and results that ask for a hand count."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.targets import TargetsRequest, scan_targets

    request = TargetsRequest(
        out,
        tuple(official or ()),
        tuple(observed or ()),
        tuple(_of_office(text) for text in logs or ()),
        tuple(results or ()),
        tuple(rules or ()),
        _mapping(map or ()),
        timezone,
    )
    with Bars() as bars:
        summary = scan_targets(request, bars)
    _show(summary, out)


@targets.command()
def posture(
    out: Annotated[Path, typer.Option(help="Folder for points.csv.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="What checkdmarc, drheader or pysecuritytxt saved.", metavar="[FILE]...")
    ] = None,
    ask: Annotated[str, typer.Option(help="File of official names to ask the tools about.")] = "",
    network: Annotated[bool, typer.Option("--network", help="Asking over the network is allowed.")] = False,
) -> None:
    """Show whether mail, pages and contacts of offices' own names are protected, and what is not met."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.posture import POINTS
    from tocsin.jobs.posture import posture as run

    if ask and not network:
        raise RefusedError("asking about names needs the network", hint="allow it with --network, or read saved files")
    with Bars() as bars:
        found = run(tuple(files or ()), out, ask=ask, network=network, progress=bars)
    _show_points(found.points)
    if found.rejected:
        first = found.rejected[0]
        typer.echo(f"{len(found.rejected):,} records were set aside; {first.file}, {first.row}: {first.reason}")
    typer.echo(f"Points: {out / POINTS}")


targets.command("rumour")(targets_rumour.rumour)


def _show_points(points: tuple[PosturePoint, ...]) -> None:
    from tocsin.model.posture import CHECKS

    checks = {check.id: check for check in CHECKS}
    names: dict[str, list[PosturePoint]] = {}
    for point in points:
        names.setdefault(point.name, []).append(point)
    for name, held in list(names.items())[:SHOWN]:
        typer.echo(name)
        for point in held:
            typer.echo(f"  {point.check:12} {point.state:9} {' '.join(point.detail.split())[:150]}")
        for point in (one for one in held if one.state in ("not met", "partly")):
            check = checks[point.check]
            typer.echo(f"  {point.state.capitalize()}: {check.question} Controls: {', '.join(check.controls)}")
    if len(names) > SHOWN:
        typer.echo(f"and {len(names) - SHOWN:,} names more")
    lacking = sum(any(one.state == "not met" for one in held) for held in names.values())
    typer.echo(f"Names: {len(names):,}; with something not met: {lacking:,}")


def _of_office(text: str) -> tuple[str, str]:
    """Office and path of `OFFICE=FILE`; a path that is there may hold an equals sign."""
    office, sign, path = text.partition("=")
    return (office, path) if sign and not Path(text).exists() else ("", text)


def _mapping(given: list[str] | tuple[()]) -> dict[str, dict[str, str]]:
    """Part -> field -> column."""
    from tocsin.jobs.targets import PARTS

    found: dict[str, dict[str, str]] = {}
    for text in given:
        name, sign, column = text.partition("=")
        part, dot, field = name.partition(".")
        if not (sign and dot and field and column) or part not in PARTS:
            raise UsageError(
                f"--map {text!r} is not PART.FIELD=COLUMN",
                hint=f"parts: {', '.join(PARTS)}; such as logs.source=client",
            )
        found.setdefault(part, {})[field] = column
    return found


def _show(summary: ScanSummary, out: Path) -> None:
    from tocsin.share.targets import view
    from tocsin.share.targets.page import headline
    from tocsin.share.targets.words import standing

    assert summary.watch is not None
    typer.echo(f"{headline(summary)}. Looked at: {view.scope(summary.watch)}.")
    found = view.leads(summary)
    for finding, _ in found[:SHOWN]:
        typer.echo(f"  {standing(finding)}: {finding.title}")
    if len(found) > SHOWN:
        typer.echo(f"  and {len(found) - SHOWN:,} more")
    for name, why in summary.watch.skipped.items():
        typer.echo(f"  Not run: {name}, since {why}")
    aside = sum(file.rejected for file in summary.inputs)
    if aside:
        typer.echo(f"{aside:,} rows were set aside: {out / 'quarantine.csv'}")
    typer.echo(f"Report: {out / 'report.html'}")

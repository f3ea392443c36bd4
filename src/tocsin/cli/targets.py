"""`tocsin targets`: who imitates, scans or attacks election offices, and whether results hold together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.model.finding import ScanSummary

SHOWN = 40  # findings that are named

targets = typer.Typer(
    name="targets",
    help="Election offices: look-alike names, scans, results.",
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

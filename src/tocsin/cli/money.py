"""`tocsin money`: leads in donation registers, names against sanctions lists, and what the lists leave open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.options import DateOrder
from tocsin.errors import UnknownFormat, UsageError

if TYPE_CHECKING:
    from tocsin.jobs.editions import Editions
    from tocsin.jobs.money import MoneyRequest
    from tocsin.model.finding import ScanSummary
    from tocsin.model.post import Rejected
    from tocsin.respond.sanctions.lags import Lag
    from tocsin.settings import Settings

SHOWN = 20  # rows set aside that are named

money = typer.Typer(
    name="money",
    help="Donations and sanctions: scan, screen, lists, gap, package.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)

Lists = Annotated[list[str] | None, typer.Option("--lists", help="File or folder of sanctions lists; repeatable.")]
Kept = Annotated[Path | None, typer.Option("--workspace", help="Workspace whose lists are used instead.")]
Day = Annotated[datetime | None, typer.Option("--on", help="As published on this day.", formats=["%Y-%m-%d"])]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="Which column is what, such as donor_name=Donor.", metavar="FIELD=COLUMN"),
]


@money.command()
def scan(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Donation registers.", metavar="FILE...")],
    out: Annotated[Path, typer.Option(help="Folder for all that comes out.")],
    owners: Annotated[list[str] | None, typer.Option(help="File of who owns which company; repeatable.")] = None,
    lists: Lists = None,
    workspace: Kept = None,
    format: Annotated[str, typer.Option(help="Format of the registers, where it is not told.")] = "",  # noqa: A002
    map: Map = None,  # noqa: A002
    jurisdiction: Annotated[str, typer.Option(help="Whose law holds, such as us or gb.")] = "",
    currency: Annotated[str, typer.Option(help="Currency of the amounts, such as EUR.")] = "",
    date_order: DateOrder = None,
    names: Annotated[
        bool, typer.Option("--names", help="Keep the names of private donors; a workspace refuses such a scan.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="Where donors are paired, such as sc://host:15002 or embedded; by default in memory.")
    ] = "",
    tables: Annotated[str, typer.Option(help="Folder or URL for the tables of the engine.")] = "",
) -> None:
    """Find leads in donation registers."""
    from tocsin.cli.scan import mapping
    from tocsin.jobs.money import MoneyRequest

    request = MoneyRequest(
        tuple(paths),
        out,
        tuple(owners or ()),
        tuple(lists or ()),
        workspace,
        format,
        mapping(map or [], "donor_name=Donor"),
        jurisdiction,
        currency,
        date_order,
        names,
        engine,
        tables,
    )
    _show(_scan(request, ctx.obj), out)


def _scan(request: MoneyRequest, settings: Settings) -> ScanSummary:
    """Scan; where the columns cannot be told and someone sits at the terminal, ask and scan again."""
    from dataclasses import replace

    from tocsin.cli.mapping import ask, of_gifts
    from tocsin.cli.progress import Bars
    from tocsin.cli.scan import askable
    from tocsin.jobs.money import scan_money
    from tocsin.model.gift import GIFT_FIELDS

    try:
        with Bars() as bars:
            return scan_money(request, bars, settings)
    except UnknownFormat as error:
        if not askable(error):
            raise
        told = ask(of_gifts(request), GIFT_FIELDS, ("recipient", "date", "amount"), str(error))
    request = replace(request, mapping={**request.mapping, **told})
    typer.echo(f"The same without questions: {request.command()}")
    with Bars() as bars:
        return scan_money(request, bars, settings)


def _show(summary: ScanSummary, out: Path) -> None:
    """Print what was read, what was left out before any flag, what was found, and where the report is."""
    from tocsin.share.words import clean, count

    ledger = summary.money
    assert ledger is not None
    for file in summary.inputs:
        taken = f"{file.format} ({file.reason})" if file.format else "no format"
        rows = f"{count(file.posts, 'gift')}, {file.rejected:,} set aside"
        typer.echo(clean("\n  ".join([f"{file.file}: {taken}: {rows}", *file.notes])))
    kinds = ", ".join(f"{rows:,} {standing}" for standing, rows in ledger.standings.items() if rows)
    typer.echo(f"In all {count(ledger.gifts, 'gift')} by {count(ledger.donors, 'donor')}: {kinds}.")
    for flag, why in ledger.skipped.items():
        typer.echo(f"{flag} was not computed: {why}")
    for warning in summary.warnings:
        typer.echo(f"Note: {warning}")
    standings = [finding.standing for finding in summary.findings]
    explained = standings.count("explained")
    typer.echo(f"Found: {count(standings.count('lead'), 'lead')}, {explained:,} with an innocent explanation.")
    typer.echo(f"Report: {out / 'report.html'}")


@money.command()
def screen(
    paths: Annotated[list[str], typer.Argument(help="Tables of names, or registers.", metavar="FILE...")],
    out: Annotated[Path, typer.Option(help="CSV file for the hits.")],
    lists: Lists = None,
    workspace: Kept = None,
    on: Day = None,
    threshold: Annotated[float, typer.Option(help="Lowest probability shown.", min=0.001, max=0.999)] = 0.3,
    map: Map = None,  # noqa: A002
) -> None:
    """Look names up in sanctions lists; a hit is a question, not an answer."""
    from tocsin.cli.progress import Bars
    from tocsin.cli.scan import mapping
    from tocsin.jobs.screening import screen_names

    with Bars() as bars:
        found = _lists(lists, workspace, bars)
        hits, names, aside = screen_names(
            paths, found.on(_day(on)), out, mapping(map or [], "name=Donor"), threshold, bars
        )
    _read(found)
    _aside(aside)
    typer.echo(f"{names:,} names, {hits:,} hits: {out}")


@money.command("lists")
def lists_(
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    paths: Annotated[list[str] | None, typer.Argument(help="Files or folders to add.", metavar="FILE...")] = None,
    by: Annotated[str, typer.Option(help="Login of who adds them, an analyst.")] = "",
    published: Annotated[
        datetime | None, typer.Option(help="Day of publication, where the files do not say.", formats=["%Y-%m-%d"])
    ] = None,
    changes: Annotated[str, typer.Option(help="Show what changed in this list, with --since and --until.")] = "",
    since: Annotated[datetime | None, typer.Option(help="First of the two days.", formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(help="Second of the two days.", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Add editions of sanctions lists to a workspace, show them, or what changed between two days."""
    from contextlib import closing

    from tocsin.cli.people import actor_of
    from tocsin.cli.progress import Bars
    from tocsin.jobs.editions import add_editions
    from tocsin.store.lists import editions, history_of
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as opened:
        if paths:
            with Bars() as bars:
                for kept, rejected in add_editions(
                    opened, actor_of(opened, by), paths, published.date() if published else None, bars
                ):
                    typer.echo(f"{kept.list} of {kept.published}: {kept.entries:,} entries, {rejected:,} set aside")
        elif changes:
            if not (since and until):
                raise UsageError("changes are between two days", hint="give --since and --until")
            for row in history_of(opened).changes(changes, since.date(), until.date()).to_pylist():
                what = f"{row['field']}: {row['before']} -> {row['after']}" if row["field"] else ""
                typer.echo(f"{row['change']} {row['entry']} {row['name']} {what}".replace("\n", "; ").rstrip())
        else:
            for one in editions(opened):
                typer.echo(f"{one.list} of {one.published}: {one.entries:,} entries, {one.rejected:,} set aside")


@money.command()
def gap(
    out: Annotated[Path, typer.Option(help="Folder for the table, the charts and the page.")],
    lists: Lists = None,
    workspace: Kept = None,
    on: Day = None,
    since: Annotated[
        datetime | None, typer.Option(help="Lags over listings since this day only.", formats=["%Y-%m-%d"])
    ] = None,
    programme: Annotated[
        list[str] | None, typer.Option(help="Only programmes that fit, such as 'RUSSIA-*'; repeatable.")
    ] = None,
    owners: Annotated[list[str] | None, typer.Option(help="File of who owns which company; repeatable.")] = None,
) -> None:
    """Line up sanctions lists: who is listed where, who is not, since when."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.editions import confirmed_in
    from tocsin.jobs.sanctions import gap_of
    from tocsin.respond.sanctions.export import write_gap

    with Bars() as bars:
        found = _lists(lists, workspace, bars)
        made = gap_of(
            found,
            _day(on),
            bars,
            since.date() if since else None,
            owners or (),
            programme or (),
            confirmed_in(workspace),
        )
        write_gap(made, out)
    _read(found)
    places = ", ".join(place.upper() for place in made.jurisdictions)
    typer.echo(f"{made.clusters:,} persons and organisations on the lists of {places}, as of {made.day}.")
    for lag in made.lags:
        typer.echo(_lag(lag))
    typer.echo(f"Page: {out / 'report.html'}")


@money.command()
def package(
    dossier: Annotated[Path, typer.Argument(help="Dossier that a person wrote: TOML or JSON.", metavar="FILE")],
    out: Annotated[Path, typer.Option(help="Folder for package.md and package.html.")],
    regime: Annotated[list[str] | None, typer.Option(help="Regime to hold it against; repeatable.")] = None,
    lists: Lists = None,
    workspace: Kept = None,
    on: Day = None,
) -> None:
    """Hold a dossier against the criteria and the test of each sanctions regime, and draft the reasons."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.editions import confirmed_in
    from tocsin.jobs.sanctions import write_package_of

    with Bars() as bars:
        found = _lists(lists, workspace, bars)
        made = write_package_of(dossier, out, regime or (), found, _day(on), bars, confirmed_in(workspace))
    for one in made.assessments:
        missing = "; ".join(one.missing)
        typer.echo(f"{one.regime.id}: {'every requirement is met' if one.met else f'not enough yet: {missing}'}")
    typer.echo(f"A draft for people to decide on: {out / 'package.html'}")


def _lag(lag: Lag) -> str:
    """A pair of places in one sentence."""
    first, second = lag.first.upper(), lag.second.upper()
    spread = f"middle half {lag.low:g} to {lag.high:g}, {lag.n:,} pairs, {lag.same_day:,} on the same day"
    return f"{second} lists {lag.median:g} days after {first} ({spread})"


def _lists(paths: list[str] | None, workspace: Path | None, bars: Any) -> Editions:
    from tocsin.jobs.editions import lists_from

    return lists_from(paths or (), workspace, progress=bars)


def _day(on: datetime | None) -> Any:
    from datetime import UTC

    return on.date() if on else datetime.now(UTC).date()


def _read(found: Editions) -> None:
    """Say which editions were read."""
    for files, one in found.read:
        edition = one.edition
        aside = f", {edition.rejected:,} set aside" if edition.rejected else ""
        typer.echo(f"{edition.list} of {edition.published}: {edition.entries:,} entries{aside} ({', '.join(files)})")
    _aside(found.rejected)


def _aside(rows: list[Rejected]) -> None:
    for row in rows[:SHOWN]:
        typer.echo(f"  set aside: {row.file}, row {row.row}: {row.reason}")
    if len(rows) > SHOWN:
        typer.echo(f"  and {len(rows) - SHOWN:,} more rows")

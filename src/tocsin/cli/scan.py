"""`tocsin scan`: from files to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import (
    DateOrder,
    Declared,
    Encoding,
    Engine,
    Format,
    Layers,
    Map,
    Memory,
    Out,
    Paths,
    Platform,
    Tables,
    Timezone,
    Windows,
    limited,
)
from tocsin.errors import UnknownFormat, UsageError

if TYPE_CHECKING:
    from tocsin.jobs.request import Request
    from tocsin.model.finding import InputFile, ScanSummary
    from tocsin.settings import Settings


def scan(
    ctx: typer.Context,
    paths: Paths,
    out: Out,
    format: Format = None,  # noqa: A002
    map: Map = None,  # noqa: A002
    window: Windows = None,
    layer: Layers = None,
    timezone: Timezone = "UTC",
    date_order: DateOrder = None,
    encoding: Encoding = None,
    platform: Platform = None,
    alpha: Annotated[float | None, typer.Option(help="Level of the tests; by default the detector's.")] = None,
    declared: Declared = None,
    keep_accounts: Annotated[bool, typer.Option("--keep-accounts", help="Do not use pseudonyms.")] = False,
    engine: Engine = None,
    tables: Tables = None,
    memory: Memory = None,
) -> None:
    """Find groups of accounts that act together."""
    from tocsin.jobs.request import Request
    from tocsin.sources.base import ReadOptions

    params: dict[str, object] = {"windows_s": tuple(window or ()), "layers": tuple(layer or ()), "alpha": alpha}
    request = Request(
        tuple(paths),
        out,
        ReadOptions(mapping(map or []), timezone, date_order, encoding, platform),
        format,
        {name: value for name, value in params.items() if value},
        declared,
        keep_accounts,
        engine,
        tables,
    )
    settings = limited(ctx.obj, memory)
    show(_scan(request, settings), request)


def mapping(given: list[str], example: str = "account=author_id") -> dict[str, str]:
    """Field -> column, from what stood behind each --map."""
    pairs = [text.partition("=") for text in given]
    for name, sign, column in pairs:
        if not (name and sign and column):
            raise UsageError(f"--map {name}{sign}{column}: not FIELD=COLUMN", hint=f"for example --map {example}")
    return {name: column for name, _, column in pairs}


def _scan(request: Request, settings: Settings) -> ScanSummary:
    """Scan; where the columns cannot be told and someone sits at the terminal, ask and scan again."""
    from dataclasses import replace

    from tocsin.cli.progress import Bars
    from tocsin.jobs.scan import scan as run

    try:
        with Bars() as bars:
            return run(request, settings, bars)
    except UnknownFormat as error:
        if not askable(error):
            raise
        from tocsin.cli.mapping import ask, of_posts
        from tocsin.model.post import POST_FIELDS

        told = ask(of_posts(request), POST_FIELDS, ("account", "time"), str(error))
    options = replace(request.options, mapping={**request.options.mapping, **told})
    request = replace(request, options=options)
    typer.echo(f"The same without questions: {request.command()}")
    with Bars() as bars:
        return run(request, settings, bars)


def askable(error: UnknownFormat) -> bool:
    """Whether columns are the question, and someone sits at the terminal to answer it."""
    import sys

    return "--map" in error.hint and sys.stdin.isatty() and sys.stdout.isatty()


def show(summary: ScanSummary, request: Request) -> None:
    """Print what was read, what was found, and where the report is."""
    from tocsin.share.words import count

    for file in summary.inputs:
        typer.echo(_told(file))
    typer.echo(f"In all {count(summary.posts, 'post')} by {count(summary.accounts, 'account')}.")
    for warning in summary.warnings:
        typer.echo(f"Note: {warning}")
    standings = [finding.standing for finding in summary.findings]
    found = (
        count(standings.count("lead"), "lead"),
        count(standings.count("explained"), "explained group"),
        count(standings.count("interest"), "community of interest", "communities of interest"),
    )
    typer.echo(f"Found: {', '.join(found)}.")
    typer.echo(f"Report: {request.out / 'report.html'}")


def _told(file: InputFile) -> str:
    from tocsin.share.words import clean, count

    taken = f"{file.format} ({file.reason})" if file.format else "no format"
    rows = f"{count(file.posts, 'post')}, {file.rejected:,} set aside, {count(file.duplicates, 'duplicate')}"
    return clean("\n  ".join([f"{file.file}: {taken}: {rows}", *file.notes]))

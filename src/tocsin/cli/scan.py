"""`tocsin scan`: from files to findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tocsin.errors import UnknownFormat, UsageError

if TYPE_CHECKING:
    from tocsin.jobs.request import Request
    from tocsin.model.finding import InputFile, ScanSummary
    from tocsin.settings import Settings


def scan(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files or folders; - is standard input.", metavar="FILE...")],
    out: Annotated[Path, typer.Option(help="Folder for all that comes out; the same again goes on where it stopped.")],
    format: Annotated[str | None, typer.Option(help="Format of the files, where it is not told.")] = None,  # noqa: A002
    map: Annotated[  # noqa: A002
        list[str] | None, typer.Option(help="Which column is what, such as account=author_id.", metavar="FIELD=COLUMN")
    ] = None,
    window: Annotated[list[float] | None, typer.Option(help="Window in seconds; may be repeated.")] = None,
    layer: Annotated[list[str] | None, typer.Option(help="Only this layer; may be repeated.")] = None,
    timezone: Annotated[str, typer.Option(help="Zone of times that carry none, such as Europe/Kyiv.")] = "UTC",
    date_order: Annotated[Literal["MDY", "DMY"] | None, typer.Option(help="How to read dates like 3/4/2016.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the files, such as windows-1251.")] = None,
    platform: Annotated[str | None, typer.Option(help="Platform of posts that do not say theirs.")] = None,
    alpha: Annotated[float | None, typer.Option(help="Level of the tests; by default the detector's.")] = None,
    declared: Annotated[
        Path | None, typer.Option(help="File of accounts that openly act together, one a line.")
    ] = None,
    keep_accounts: Annotated[bool, typer.Option("--keep-accounts", help="Do not use pseudonyms.")] = False,
    engine: Annotated[
        str | None, typer.Option(help="Where the work is done, if not in memory: embedded, or sc://host:port.")
    ] = None,
    tables: Annotated[
        str | None, typer.Option(help="Folder or URL of the engine's tables; it and its workers must reach it.")
    ] = None,
    memory: Annotated[
        int | None, typer.Option(help="Memory in MB for counting, over TOCSIN_MEMORY_MB.", min=256)
    ] = None,
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
    settings = ctx.obj if memory is None else ctx.obj.model_copy(update={"memory_mb": memory})
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

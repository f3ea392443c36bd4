"""`tocsin narratives`: what is said again, shown again or imitated, and what rises."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import DateOrder, Encoding, Out, Platform, Timezone
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.jobs.narratives import Listed
    from tocsin.model.finding import ScanSummary

SHOWN = 40  # findings that are shown


def narratives(
    out: Out,
    posts: Annotated[
        list[str] | None, typer.Argument(help="Files or folders of posts; - is standard input.", metavar="[POSTS]...")
    ] = None,
    claims: Annotated[
        list[str] | None, typer.Option(help="Claims that were checked: ClaimReview, a feed, a table; repeatable.")
    ] = None,
    official: Annotated[
        list[str] | None, typer.Option(help="File of official names; those of outlets may be imitated; repeatable.")
    ] = None,
    observed: Annotated[
        list[str] | None,
        typer.Option(help="File of names seen: certificate feed, zone, passive DNS, any list; repeatable."),
    ] = None,
    opinions: Annotated[
        list[str] | None,
        typer.Option(help="List of domains, whose opinion it is, and its day; repeatable.", metavar="NAME[@DAY]=FILE"),
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder of pictures; pictures.csv (post,file) says which post shows which.")
    ] = None,
    format: Annotated[str | None, typer.Option(help="Format of the posts, where it is not told.")] = None,  # noqa: A002
    map: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option("--map", help="Which column is what, such as claims.text=claim.", metavar="[PART.]FIELD=COLUMN"),
    ] = None,
    timezone: Timezone = "UTC",
    date_order: DateOrder = None,
    encoding: Encoding = None,
    platform: Platform = None,
    engine: Annotated[str | None, typer.Option(help="Engine for near copies: embedded, or sc://host:port.")] = None,
    tables: Annotated[str | None, typer.Option(help="Folder or URL of its tables; workers reach it too.")] = None,
) -> None:
    """Find what is said or shown again, imitated outlets, bursts."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.narratives import NarrativesRequest, scan_narratives
    from tocsin.sources.base import ReadOptions

    of_posts, of_parts = _mapping(map or ())
    request = NarrativesRequest(
        out=out,
        posts=tuple(posts or ()),
        options=ReadOptions(of_posts, timezone, date_order, encoding, platform),
        format=format,
        claims=tuple(claims or ()),
        official=tuple(official or ()),
        observed=tuple(observed or ()),
        opinions=tuple(_listed(text) for text in opinions or ()),
        pictures=pictures,
        mapping=of_parts,
        engine=engine,
        tables=tables,
    )
    with Bars() as bars:
        summary = scan_narratives(request, bars)
    _show(summary, out)


def _listed(text: str) -> Listed:
    """The list of `NAME[@DAY]=FILE`."""
    from tocsin.jobs.narratives import Listed

    name, sign, path = text.partition("=")
    source, at, day = name.partition("@")
    try:
        when = date.fromisoformat(day) if at else None
    except ValueError:
        when, sign = None, ""
    if not (sign and source.strip() and path):
        raise UsageError(
            f"--opinions {text!r} is not NAME[@DAY]=FILE",
            hint="a list says whose opinion it is, such as CRED-1@2025-03-01=cred1.tsv",
        )
    return Listed(source.strip(), path, when)


def _mapping(given: list[str] | tuple[()]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Field -> column of the posts, and part -> field -> column of all else."""
    from tocsin.jobs.narratives import PARTS

    of_posts: dict[str, str] = {}
    of_parts: dict[str, dict[str, str]] = {}
    for text in given:
        name, sign, column = text.partition("=")
        part, dot, field = name.partition(".")
        if not (sign and name and column) or (dot and (part not in PARTS or not field)):
            raise UsageError(
                f"--map {text!r} is not [PART.]FIELD=COLUMN",
                hint=f"account=author_id for posts; parts: {', '.join(PARTS)}, such as claims.text=claim",
            )
        if dot:
            of_parts.setdefault(part, {})[field] = column
        else:
            of_posts[name] = column
    return of_posts, of_parts


def _show(summary: ScanSummary, out: Path) -> None:
    from tocsin.share.narratives import view
    from tocsin.share.narratives.page import headline
    from tocsin.share.narratives.words import standing
    from tocsin.share.words import clean

    assert summary.reading is not None
    typer.echo(f"{headline(summary)}. Looked at: {view.scope(summary, summary.reading)}.")
    found = view.leads(summary)
    for finding, _ in found[:SHOWN]:
        typer.echo(clean(f"  {standing(finding)}: {finding.title}"))
    if len(found) > SHOWN:
        typer.echo(f"  and {len(found) - SHOWN:,} more")
    for name, why in summary.reading.skipped.items():
        typer.echo(f"  Not run: {name}, since {why}")
    for warning in summary.warnings:
        typer.echo(f"Note: {warning}")
    aside = sum(file.rejected for file in summary.inputs)
    if aside:
        typer.echo(f"{aside:,} rows were set aside: {out / 'quarantine.csv'}")
    typer.echo(f"Report: {out / 'report.html'}")

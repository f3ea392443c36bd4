"""`tocsin leak`: what of a leak holds, what was altered, who quotes it; and the leak under custody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.leak_intake import intake

if TYPE_CHECKING:
    from tocsin.model.finding import ScanSummary

SHOWN = 40  # findings that are shown

leak = typer.Typer(
    name="leak",
    help="Leaks: scan, mail, compare, trace, keys; take, weigh, show.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)
leak.registered_commands += intake.registered_commands

Leaked = Annotated[list[str], typer.Argument(help="Files, folders or archives of the leak.", metavar="LEAK...")]
Out = Annotated[Path, typer.Option(help="Folder for all that comes out.")]
Keys = Annotated[list[str] | None, typer.Option(help="File of keys that domains published; repeatable.")]
Originals = Annotated[
    list[str] | None, typer.Option(help="File or folder of the documents as their owner has them; repeatable.")
]
Posts = Annotated[list[str] | None, typer.Option(help="File or folder of posts, older ones too; repeatable.")]
Public = Annotated[
    datetime | None,
    typer.Option(
        help="When the leak became public, in UTC: earlier posts cannot quote it.",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
    ),
]
Map = Annotated[
    list[str] | None, typer.Option("--map", help="Which column of the posts is what.", metavar="FIELD=COLUMN")
]
Format = Annotated[str | None, typer.Option(help="Format of the posts, where it is not told.")]


@leak.command()
def scan(
    leaked: Leaked,
    out: Out,
    originals: Originals = None,
    keys: Keys = None,
    posts: Posts = None,
    public: Public = None,
    map: Map = None,  # noqa: A002
    format: Format = None,  # noqa: A002
) -> None:
    """Judge mails, read what documents keep of their past, hold them against originals, trace quotes."""
    from tocsin.sources.base import ReadOptions

    options = ReadOptions(_mapping(map or []))
    _run(out, leaked, originals=originals, keys=keys, posts=posts, public=public, options=options, format=format)


@leak.command()
def mail(leaked: Leaked, out: Out, keys: Keys = None) -> None:
    """Judge every mail as of its day: verified, verifiable, contradicted, unknown."""
    _run(out, leaked, keys=keys, chosen=("leaks.mail",), verb="mail")


@leak.command()
def compare(leaked: Leaked, out: Out, originals: Originals = None) -> None:
    """Show what differs between leaked documents and their originals, and what the files keep of their past."""
    from tocsin.errors import UsageError

    if not originals:
        raise UsageError("there is nothing to compare with", hint="give the originals with --originals")
    _run(out, leaked, originals=originals, chosen=("leaks.compare", "leaks.documents"), verb="compare")


@leak.command()
def trace(
    leaked: Leaked,
    out: Out,
    posts: Posts = None,
    public: Public = None,
    map: Map = None,  # noqa: A002
    format: Format = None,  # noqa: A002
) -> None:
    """Find quotes of the leak in posts, with a false-alarm rate from posts that are older than it."""
    from tocsin.errors import UsageError
    from tocsin.sources.base import ReadOptions

    if not posts:
        raise UsageError("there are no posts to look in", hint="give files of posts, older ones too, with --posts")
    options = ReadOptions(_mapping(map or []))
    chosen = ("leaks.tracing",)
    _run(out, leaked, posts=posts, public=public, options=options, format=format, chosen=chosen, verb="trace")


@leak.command()
def keys(
    leaked: Leaked,
    out: Annotated[Path, typer.Option(help="File to write the keys to (JSON), as --keys reads it.")],
    known: Annotated[
        list[str] | None, typer.Option("--keys", help="File of keys that are known already; repeatable.")
    ] = None,
) -> None:
    """Recover public keys from two and more mails that one key signed."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.leak import recover_keys

    with Bars() as bars:
        found = recover_keys(tuple(leaked), tuple(known or ()), out, bars)
    for key in found:
        typer.echo(f"  {key.selector}._domainkey.{key.domain}: {key.origin}")
    typer.echo(f"Keys recovered: {len(found):,}; one key signed these mails, which does not show whose it was.")
    typer.echo(f"Keys: {out}")


def _run(out: Path, leaked: list[str], **given: Any) -> None:
    from tocsin.cli.progress import Bars
    from tocsin.jobs.leak import LeakRequest, scan_leak

    public = given.pop("public", None)
    if public is not None and public.tzinfo is None:
        public = public.replace(tzinfo=UTC)
    lists: dict[str, Any] = {name: tuple(given.pop(name, None) or ()) for name in ("originals", "keys", "posts")}
    with Bars() as bars:
        summary = scan_leak(LeakRequest(out, tuple(leaked), public=public, **lists, **given), bars)
    _show(summary, out)


def _mapping(given: list[str]) -> dict[str, str]:
    """Field of a post -> column."""
    from tocsin.errors import UsageError

    found = {}
    for text in given:
        name, sign, column = text.partition("=")
        if not (sign and name and column):
            raise UsageError(f"--map {text!r} is not FIELD=COLUMN", hint="such as account=author_id")
        found[name] = column
    return found


def _show(summary: ScanSummary, out: Path) -> None:
    from tocsin.share.leaks import view
    from tocsin.share.leaks.page import headline
    from tocsin.share.leaks.words import standing
    from tocsin.share.words import clean

    assert summary.reading is not None
    typer.echo(f"{headline(summary)}. Looked at: {view.scope(summary, summary.reading)}.")
    found = view.leads(summary)
    for finding, _ in found[:SHOWN]:
        typer.echo(clean(f"  {standing(finding)}: {finding.title}"))
    if len(found) > SHOWN:
        typer.echo(f"  and {len(found) - SHOWN:,} more")
    verdicts = summary.reading.verdicts
    if verdicts:
        typer.echo("Mails: " + ", ".join(f"{verdict} {n:,}" for verdict, n in verdicts.items()))
    for name, why in summary.reading.skipped.items():
        typer.echo(f"  Not run: {name}, since {why}")
    for what, told in summary.reading.measured.items():
        if "not compared" in what:
            typer.echo(clean(f"  {what}: {told}"))
    for warning in summary.warnings:
        typer.echo(f"Note: {warning}")
    typer.echo(f"Report: {out / 'report.html'}")

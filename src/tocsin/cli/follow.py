"""`tocsin follow`: a live desk over a growing folder or a stream."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from tocsin.cli.options import DateOrder, Declared, Format, Map, Out, Platform, Timezone
from tocsin.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def follow(
    ctx: typer.Context,
    where: Annotated[str, typer.Argument(help="Folder that grows, or ws:// address.", metavar="FOLDER|ADDRESS")],
    out: Out,
    format: Format = None,  # noqa: A002
    map: Map = None,  # noqa: A002
    timezone: Timezone = "UTC",
    date_order: DateOrder = None,
    platform: Platform = None,
    span: Annotated[str, typer.Option(help="How far back posts are compared: 90s, 15m, 1h.")] = "15m",
    every: Annotated[str, typer.Option(help="How often to look.")] = "20s",
    keep: Annotated[str, typer.Option(help="How long posts are kept: 24h, 7d, or none for ever.")] = "24h",
    declared: Declared = None,
) -> None:
    """Follow a growing folder or a stream: who acts together now."""
    from tocsin.cli.scan import mapping
    from tocsin.jobs.follow import Following
    from tocsin.jobs.follow import follow as run
    from tocsin.share.words import count
    from tocsin.sources.base import ReadOptions

    request = Following(
        where,
        out,
        ReadOptions(mapping(map or []), timezone, date_order, None, platform),
        format,
        _seconds("--span", span),
        _seconds("--every", every),
        None if keep == "none" else _seconds("--keep", keep),
        declared,
    )
    typer.echo(f"Page: {out / 'index.html'}. Ctrl-C ends it; the same command goes on.")
    state = run(request, ctx.obj, _Lines(), _stopped())
    typer.echo(
        f"Taken: {count(state.posts, 'post')}; {state.rejected:,} rows set aside, {state.duplicates:,} duplicates, "
        f"{state.late:,} too late."
    )


class _Lines:
    """Progress as lines: a live desk has no end to show bars for."""

    def start(self, step: str, total: int | None = None) -> None:
        """Ignore."""

    def advance(self, amount: int = 1) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Print a line."""
        from tocsin.share.words import clean

        typer.echo(clean(text), err=True)


def _stopped() -> Any:
    """Says whether SIGINT or SIGTERM came; a second one ends the process at once."""
    import signal

    came: list[int] = []

    def take(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, take)
    signal.signal(signal.SIGTERM, take)
    return lambda: bool(came)


def _seconds(option: str, text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if not found:
        raise UsageError(f"{option} {text}: not a length of time", hint="such as 90s, 15m, 24h or 7d")
    return float(found[1]) * _UNITS[found[2]]

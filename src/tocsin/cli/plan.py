"""`tocsin plan`: what a scan would count, hold and cost, before it runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.options import (
    DateOrder,
    Encoding,
    Engine,
    Format,
    Layers,
    Map,
    Memory,
    Paths,
    Platform,
    Tables,
    Timezone,
    Windows,
    limited,
)

if TYPE_CHECKING:
    from tocsin.jobs.plan import Outcome, Plan
    from tocsin.stats.growth import Estimate


def plan(
    ctx: typer.Context,
    paths: Paths,
    format: Format = None,  # noqa: A002
    map: Map = None,  # noqa: A002
    window: Windows = None,
    layer: Layers = None,
    timezone: Timezone = "UTC",
    date_order: DateOrder = None,
    encoding: Encoding = None,
    platform: Platform = None,
    engine: Engine = None,
    tables: Tables = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the scan to come, which then does not read the files again.")
    ] = None,
    memory: Memory = None,
    calibrate: Annotated[bool, typer.Option("--calibrate", help="Measure this machine again.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Tell what a scan would cost before it runs."""
    from tocsin.cli.progress import Bars
    from tocsin.cli.scan import mapping
    from tocsin.jobs.plan import plan as run
    from tocsin.jobs.request import Request
    from tocsin.sources.base import ReadOptions

    given: dict[str, Any] = {"windows_s": tuple(window or ()), "layers": tuple(layer or ())}
    params = {name: value for name, value in given.items() if value}
    options = ReadOptions(mapping(map or []), timezone, date_order, encoding, platform)
    settings = limited(ctx.obj, memory)
    with TemporaryDirectory() as folder, Bars() as bars:
        where = out or Path(folder) / "scan"
        request = Request(tuple(paths), where, options, format, params, engine=engine, tables=tables)
        made = run(request, settings, bars, anew=calibrate)
    if json:
        from pydantic import TypeAdapter

        from tocsin.jobs.plan import Plan

        typer.echo(TypeAdapter(Plan).dump_json(made, indent=1).decode())
    else:
        _show(made)


def _show(made: Plan) -> None:
    from rich.console import Console

    from tocsin.share.words import count

    console = Console()
    asked = made.outcomes[0]
    typer.echo(f"{count(made.posts, 'post')} by {count(made.accounts, 'account')}.\n")
    console.print(_layers(made))
    if asked.seen.refused:
        typer.echo(f"The scan would be refused. {asked.seen.refused}.\n")
    if asked.cpu_s is not None:
        console.print(_stages(asked))
        typer.echo(_memory(made, asked))
    console.print(_windows(made))
    typer.echo(
        f"Pairs of posts are exact, shared objects of pairs an upper bound, all else estimates with 90 % intervals: "
        f"from this machine as measured on {made.calibrated} UTC"
        + (f" and scans of {', '.join(f'{n:,}' for n in made.pilot_posts)} of the posts" if made.pilot_posts else "")
        + f". This plan took {made.spent_cpu_s:,.0f} CPU-seconds."
    )


def _layers(made: Plan) -> Any:
    asked = made.outcomes[0].seen
    rows = []
    for one in made.layers:
        within = [window for window in one.windows if window.window_s in asked.windows_s]
        edges = asked.edges.get(one.layer)
        for k, window in enumerate(within):
            told = f"{edges[k]:,}" if edges else "-"
            named = (one.layer, f"{one.shares:,}") if not k else ("", "")
            rows.append((*named, f"{window.window_s:g}", f"{window.row_pairs:,}", f"{window.pair_objects:,}", told))
    head = ("layer", "shares", "window s", "pairs of posts", "shared by pairs, at most", "edges, about")
    return _table("What would be counted", head, rows, left=1)


def _stages(asked: Outcome) -> Any:
    rows = [(one.name, *_told(one.cpu_s), "measured" if one.measured else "") for one in asked.stages]
    assert asked.cpu_s is not None
    rows.append(("In all", *_told(asked.cpu_s), ""))
    return _table("CPU-seconds", ("step", "about", "90 % interval", ""), rows, left=1)


def _memory(made: Plan, asked: Outcome) -> str:
    rounds = asked.seen.rounds
    counting = asked.seen.bytes / 2**20
    told = f"Counting holds at most {counting:,.0f} MiB of the {made.memory_mb:,} MB allowed, in {rounds:,} "
    told += "round. " if rounds == 1 else "rounds. "
    if asked.memory_mib is not None:
        low, high = asked.memory_mib.low, asked.memory_mib.high
        told += f"The whole process: about {asked.memory_mib.value:,.0f} MiB ({low:,.0f} to {high:,.0f}). "
    return told + f"On an engine counting would move at most {made.shuffled_bytes / 1e6:,.0f} MB between its parts.\n"


def _windows(made: Plan) -> Any:
    rows = list[tuple[str, ...]]()
    for one in made.outcomes:
        edges = sum(sum(of_layer) for of_layer in one.seen.edges.values())
        cost = _told(one.cpu_s) if one.cpu_s else ("refused", "")
        windows = ", ".join(f"{window:g}" for window in one.seen.windows_s)
        edges_told, rounds = ("-", "-") if one.seen.refused else (f"{edges:,}", str(one.seen.rounds))
        rows.append((windows, f"{one.seen.row_pairs:,}", edges_told, rounds, *cost))
    head = ("windows s", "pairs of posts", "edges, about", "rounds", "CPU-s, about", "90 % interval")
    return _table("The same with other windows", head, rows, left=1)


def _told(cost: Estimate) -> tuple[str, str]:
    digits = 0 if cost.value >= 10 else 1
    return f"{cost.value:,.{digits}f}", f"{cost.low:,.{digits}f} to {cost.high:,.{digits}f}"


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], left: int) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    cells = list(rows)
    for k, column in enumerate(head):
        widest = max((len(row[k]) for row in cells), default=0)  # a heading may be broken, a figure may not
        table.add_column(column, justify="left" if k < left else "right", min_width=widest)
    for row in cells:
        table.add_row(*row)
    return table

"""`tocsin demo`: the whole of it on a simulated election."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pyarrow as pa


def demo(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for the simulation and its scan.")] = Path("demo"),
    posts: Annotated[int, typer.Option(help="Posts by ordinary users.")] = 200_000,
) -> None:
    """Simulate, scan, compare found with planted."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.demo import demo as run
    from tocsin.jobs.parameters import checked
    from tocsin.simulate.election import ElectionParams

    params = checked(ElectionParams, {"posts": posts})
    with Bars() as bars:
        summary, found = run(params, out, ctx.obj, bars)
    _show(found)
    typer.echo(f"{summary.posts:,} posts by {summary.accounts:,} accounts.")
    typer.echo(f"Report: {out / 'scan' / 'report.html'}")
    typer.echo(f"The findings wait as leads; open the workbench: {_program()} serve {out / 'workspace'}")


def _program() -> str:
    """How this program was called: its name where the shell finds it, else its path."""
    called = Path(sys.argv[0])
    found = shutil.which(called.name)
    if found and Path(found).samefile(called):
        return called.name
    return os.path.relpath(called) if called.is_absolute() else str(called)


def _show(found: pa.Table) -> None:
    from rich.console import Console

    rows = found.to_pylist()
    console = Console()
    console.print(_table("Planted operations, and what was found", [r for r in rows if r["role"] == "operation"]))
    console.print(_table("Innocent groups: a lead here is wrong", [r for r in rows if r["role"] == "decoy"]))
    ordinary = rows[-1]
    typer.echo(
        f"Of {ordinary['members']:,} ordinary accounts {ordinary['right']:,} are named in one; "
        f"leads name {ordinary['named']:,} accounts in all."
    )


def _table(title: str, rows: list[dict[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    for column in ("group", "strength", "within s", "standing", "found", "others"):
        left = column in ("group", "strength", "standing")
        table.add_column(column, justify="left" if left else "right", no_wrap=True)
    for row in rows:
        found, others = f"{row['right']} of {row['members']}", str(row["named"] - row["right"])
        table.add_row(row["unit"], row["strength"], f"{row['jitter_s']:g}", row["standing"], found, others)
    return table

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

    from tocsin.jobs.demo_content import Content
    from tocsin.jobs.demo_voting import Voting


def demo(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for the simulation and its scan.")] = Path("demo"),
    posts: Annotated[int, typer.Option(help="Posts by ordinary users.")] = 200_000,
) -> None:
    """Simulate, scan, compare found with planted."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.demo import SCANS
    from tocsin.jobs.demo import demo as run
    from tocsin.jobs.parameters import checked
    from tocsin.simulate.election import ElectionParams

    params = checked(ElectionParams, {"posts": posts})
    with Bars() as bars:
        found = run(params, out, ctx.obj, bars)
    _show(found.groups, found.schemes)
    _show_voting(found.voting)
    _show_content(found.content)
    ledger = found.gifts.money
    assert ledger is not None
    typer.echo(f"{found.posts.posts:,} posts by {found.posts.accounts:,} accounts; {ledger.gifts:,} rows of donations.")
    typer.echo("Reports: " + ", ".join(str(out / folder / "report.html") for folder in SCANS))
    typer.echo(f"The audit's notebook: {out / 'workspace' / 'audits' / 'simulated' / 'index.html'}")
    typer.echo(f"The findings wait as leads; open the workbench: {_program()} serve {out / 'workspace'}")


def _program() -> str:
    """How this program was called: its name where the shell finds it, else its path."""
    called = Path(sys.argv[0])
    found = shutil.which(called.name)
    if found and Path(found).samefile(called):
        return called.name
    return os.path.relpath(called) if called.is_absolute() else str(called)


def _show(groups: pa.Table, schemes: pa.Table) -> None:
    from rich.console import Console

    rows, gifts = groups.to_pylist(), schemes.to_pylist()
    console = Console()
    console.print(_groups("Planted operations, and what was found", [r for r in rows if r["role"] == "operation"]))
    console.print(_groups("Innocent groups: a lead here is wrong", [r for r in rows if r["role"] == "decoy"]))
    ordinary = rows[-1]
    typer.echo(
        f"Of {ordinary['members']:,} ordinary accounts {ordinary['right']:,} are named in one; "
        f"leads name {ordinary['named']:,} accounts in all.\n"
    )
    console.print(_gifts("Planted schemes of covert money, and what was found", [r for r in gifts if r["difficulty"]]))
    console.print(_gifts("Lawful groups of donors: a lead here is wrong", [r for r in gifts if r["role"] == "decoy"]))
    lawful = gifts[-1]
    typer.echo(f"Of {lawful['gifts']:,} lawful gifts {lawful['right']:,} are in a lead.")


def _show_voting(found: Voting) -> None:
    from rich.console import Console

    from tocsin.share.targets.view import scope

    rows = found.units.to_pylist()
    console = Console()
    console.print(_units("Planted around election offices, and what was found", [r for r in rows if r["difficulty"]]))
    console.print(
        _units("Lawful things around election offices: a lead here is wrong", [r for r in rows if r["role"] == "decoy"])
    )
    ordinary = rows[-1]
    assert found.watch.watch is not None
    typer.echo(f"Looked at: {scope(found.watch.watch)}.")
    typer.echo(f"Of {ordinary['items']:,} ordinary names, clients and stations {ordinary['right']:,} are in a lead.")
    for one in found.audit.risks[-1].contests:
        reached = "confirmed" if one.reached else "not confirmed: count all ballots by hand"
        typer.echo(f"Audit of {one.contest}: risk {one.risk:.2g} after {one.cards:,} cards, {reached}.")
    failed = [check for check in found.checks if check.outcome == "failed"]
    typer.echo(f"Checked again from the audit's folder: {len(found.checks)} checks, {len(failed)} failed.\n")


def _show_content(found: Content) -> None:
    from rich.console import Console

    rows = found.units.to_pylist()
    console = Console()
    console.print(
        _units("Planted claims, outlets, pictures, leak: what was found", [r for r in rows if r["difficulty"]])
    )
    console.print(_units("Innocent content: a lead here is wrong", [r for r in rows if r["role"] == "decoy"]))
    ordinary = rows[-1]
    said, leak = found.said.reading, found.leak.reading
    assert said is not None
    assert leak is not None
    typer.echo(f"Texts were compared by: {', '.join(said.encoders)}.")
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in leak.verdicts.items())
    typer.echo(f"Of {leak.messages:,} leaked mails: {told}; {leak.documents:,} documents.")
    typer.echo(f"Of {ordinary['items']:,} ordinary posts, names and pictures {ordinary['right']:,} are in a lead.\n")


def _units(title: str, rows: list[dict[str, Any]]) -> Any:
    head = ("group", "level", "standing", "found", "others")
    return _table(title, head, [(r["unit"], str(r["difficulty"] or ""), *_found(r, "items")) for r in rows])


def _groups(title: str, rows: list[dict[str, Any]]) -> Any:
    head = ("group", "strength", "within s", "standing", "found", "others")
    return _table(title, head, [(r["unit"], r["strength"], f"{r['jitter_s']:g}", *_found(r, "members")) for r in rows])


def _gifts(title: str, rows: list[dict[str, Any]]) -> Any:
    head = ("group", "level", "standing", "found", "others")
    return _table(title, head, [(r["unit"], str(r["difficulty"] or ""), *_found(r, "gifts")) for r in rows])


def _found(row: dict[str, Any], of: str) -> tuple[str, str, str]:
    return row["standing"], f"{row['right']} of {row[of]}", str(row["named"] - row["right"])


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    for column in head:
        left = column in ("group", "strength", "standing")
        table.add_column(column, justify="left" if left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table

"""`tocsin simulate`: an election to practise on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the posts and the truth.")],
    posts: Annotated[int, typer.Option(help="Posts by ordinary users.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Decides every random draw.")] = 1,
    operations: Annotated[Literal["demo", "none"], typer.Option(help="Operations to plant.")] = "demo",
    format: Annotated[  # noqa: A002
        Literal["csv", "jsonl", "parquet"], typer.Option(help="Format of the posts.")
    ] = "csv",
) -> None:
    """Write a simulated election and its truth."""
    from tocsin.cli.progress import Bars
    from tocsin.jobs.parameters import checked
    from tocsin.simulate.election import ElectionParams
    from tocsin.simulate.write import write_simulation

    params = checked(ElectionParams, {"posts": posts, "seed": seed, "operations": operations})
    with Bars() as bars:
        path = write_simulation(params, out, format, bars)
    typer.echo(f"Posts: {path}\nTruth: {out / 'truth.csv'}, {out / 'units.csv'}, {out / 'README.md'}")

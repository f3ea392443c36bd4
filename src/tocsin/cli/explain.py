"""`tocsin explain`: findings in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from rich.console import Console

    from tocsin.model.finding import Finding, ScanSummary


def explain(
    scan: Annotated[Path, typer.Option(help="Folder of the scan.")],
    finding: Annotated[str | None, typer.Argument(help="Id of the finding, or its beginning; none: list all.")] = None,
) -> None:
    """Show one finding and the evidence behind it."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from rich.console import Console

    from tocsin.share.explain import explain as show
    from tocsin.share.write import load_summary

    summary = load_summary(scan)
    if finding is None:
        _list(summary, Console())
        return
    chosen = _choose(summary, finding)
    path = scan / "evidence.parquet"
    try:
        evidence = pq.read_table(path, filters=[("finding", "=", chosen.id)])
    except (OSError, pa.ArrowException) as error:
        raise WorkspaceError(f"{path} cannot be read: {error}", hint="run the scan again") from error
    show(chosen, evidence, Console())


def _choose(summary: ScanSummary, start: str) -> Finding:
    """The one finding whose id begins so."""
    found = [finding for finding in summary.findings if finding.id.startswith(start)]
    if len(found) == 1:
        return found[0]
    among = ", ".join(finding.id for finding in found or summary.findings[:10]) or "none"
    problem = "more than one finding begins so" if found else "no such finding"
    raise UsageError(f"{start}: {problem}", hint=f"findings: {among}")


def _list(summary: ScanSummary, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from tocsin.share import view
    from tocsin.share.words import clip

    if not summary.findings:
        console.print("No group stands out.")
        return
    table = Table("finding", "standing", "title", box=None, padding=(0, 2, 0, 0))
    for finding in view.ranked(summary):
        table.add_row(Text(clip(finding.id, 80)), view.standing(finding), Text(clip(finding.title, 200)))
    console.print(table)

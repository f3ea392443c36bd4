"""One finding in the terminal: the same words as the report, readable without colour and at 80 columns."""

from __future__ import annotations

import pyarrow as pa
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from tocsin.model.finding import Finding
from tocsin.share import moments, view, words
from tocsin.share.view import Table

_ROWS = 20
_OBJECT = 22  # columns: a link is unreadable in fewer
_BLOCKS = " ▁▂▃▄▅▆▇█"


def explain(finding: Finding, evidence: pa.Table, console: Console) -> None:
    """Print `finding` with its posts from `evidence` (schema EVIDENCE; rows of other findings are left out)."""
    rows = moments.of_finding(evidence, finding.id)
    _head(finding, console)
    _times(finding, rows, console)
    _table(console, view.objects(finding))
    _samples(rows, console)
    _table(console, view.tests(finding))
    _table(console, view.intervals("Effects", finding.effects))
    _table(console, view.intervals("Windows", finding.windows))
    _table(console, view.explanations(finding))
    _table(console, view.members(finding))
    _table(console, view.breakout(finding))
    if finding.notes:
        _title(console, "Notes")
    for note in finding.notes:
        console.print(Text(f"- {words.clip(note, 1_000)}"))
    console.print()
    console.print(Text("Nothing here says who is behind an account. A lead is a question for people to look into."))


def _head(finding: Finding, console: Console) -> None:
    console.print(Text(words.clip(finding.title, 200), style="bold"))
    console.print(Text(words.clip(finding.sentence, 1_000)))
    meaning = words.vocabulary()["standing"][finding.standing]["meaning"]
    console.print(Text(f"{view.standing(finding)}: {meaning}"))
    console.print()
    grid = RichTable.grid(padding=(0, 2))
    for name, value in view.facts(finding):
        grid.add_row(Text(name, style="bold"), Text(value))
    console.print(grid)


def _times(finding: Finding, rows: pa.Table, console: Console) -> None:
    shown = moments.timeline(rows, None)
    if shown:
        _title(console, f"Joint posts over time, in steps of {words.duration(shown.width_s)}")
        console.print(Text(_spark(shown.joint), no_wrap=True, overflow="crop"))
        console.print(Text(f"from {words.moment(shown.time(0))} to {words.moment(shown.time(len(shown.joint)))} UTC"))
    if finding.hours:
        _title(console, "Joint posts by hour of day (UTC)")
        console.print(Text(_spark(finding.hours)))
        console.print(Text("0     6     12    18"))


def _spark(counts: list[int] | tuple[int, ...]) -> str:
    most = max(counts, default=0) or 1
    return "".join(_BLOCKS[-(-n * 8 // most)] for n in counts)


def _samples(rows: pa.Table, console: Console) -> None:
    accounts, shown = moments.side_by_side(rows)
    if not shown:
        return
    _title(console, "The same things side by side")
    for sample in shown:
        console.print(Text(f"{words.clip(sample.object, 160)} ({words.clip(sample.layer, 60)})", style="bold"))
        posts = [(account, post) for account, post in zip(accounts, sample.posts, strict=True) if post]
        for account, (after, time, text) in sorted(posts, key=lambda item: item[1][0]):
            gap = "first" if after == 0 else f"+{words.duration(after)}"
            console.print(Padding(Text(f"{gap}, {words.moment(time)} UTC, {words.clip(account, 60)}"), (0, 0, 0, 2)))
            console.print(Padding(Text(words.clip(text, 300) or "(no text)"), (0, 0, 0, 4)))


def _table(console: Console, table: Table) -> None:
    if not table.rows:
        return
    _title(console, table.caption)
    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for i, column in enumerate(table.columns):
        drawn.add_column(
            Text(column.title),
            justify="right" if column.kind == "number" else "left",
            overflow="fold",
            min_width=_OBJECT if i == 0 and column.kind == "quote" else None,
        )
    for row in table.rows[:_ROWS]:
        drawn.add_row(*(Text(cell) for cell in row))
    console.print(drawn)
    if len(table.rows) > _ROWS:
        console.print(Text(f"{len(table.rows) - _ROWS:,} more rows in the report."))
    if table.rest:
        console.print(Text(table.rest))


def _title(console: Console, title: str) -> None:
    console.print()
    console.print(Rule(Text(title, style="bold"), align="left", characters="-"))

"""Progress: bars on a terminal, plain lines elsewhere."""

import io

from rich.console import Console

from tocsin.cli.progress import Bars
from tocsin.progress import Progress


def work(progress: Progress):
    progress.start("Reading [red]files", 2)
    progress.advance()
    progress.note("a.csv: taken as CSV")
    progress.advance()
    progress.start("Counting")
    progress.advance(5)


def shown(**more):
    file = io.StringIO()
    with Bars(Console(file=file, width=100, **more)) as bars:
        work(bars)
    return file.getvalue()


def test_lines_where_there_is_no_terminal():
    assert shown(force_terminal=False).splitlines() == ["Reading [red]files (2)", "a.csv: taken as CSV", "Counting"]


def test_bars_on_a_terminal_end_full():
    text = shown(force_terminal=True, color_system=None)
    assert "a.csv: taken as CSV" in text
    reading = [line for line in text.splitlines() if "Reading [red]files" in line]
    counting = [line for line in text.splitlines() if "Counting" in line]
    assert "2/2" in reading[-1]
    assert "5/5" in counting[-1]


def test_an_error_passes_through_and_leaves_the_terminal_usable():
    console = Console(file=io.StringIO(), force_terminal=True)
    try:
        with Bars(console) as bars:
            bars.start("Reading", 10)
            raise ValueError("x")
    except ValueError:
        console.print("after")
    assert console.file.getvalue().rstrip().endswith("after")

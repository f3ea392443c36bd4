import io

import build
import pytest
from rich.cells import cell_len
from rich.console import Console

from tocsin.share.explain import explain


@pytest.mark.parametrize("hostile", [False, True])
def test_the_terminal_shows_all_of_a_finding_within_80_columns(hostile):
    scan = build.scan(2, hostile=hostile)
    stream = io.StringIO()
    explain(scan.summary.findings[1], scan.evidence, Console(file=stream, width=80, no_color=True))
    text = stream.getvalue()
    assert max(map(cell_len, text.splitlines())) <= 80
    for part in ("Shared objects", "side by side", "Tests", "Innocent explanations", "Members", "Breakout", "Notes"):
        assert part in text
    assert "does not fit" in text
    assert "\x1b" not in text
    assert "Nothing here says who is behind an account." in text


def test_markup_in_a_post_is_not_obeyed():
    scan = build.scan(1, text="[bold red]not markup[/] [link=https://example.org]x[/link]")
    stream = io.StringIO()
    explain(
        scan.summary.findings[0], scan.evidence, Console(file=stream, width=100, force_terminal=True, no_color=True)
    )
    assert "[bold red]not markup[/]" in stream.getvalue()
    assert "\x1b]8" not in stream.getvalue()


def test_a_finding_without_evidence_rows_is_still_explained():
    stream = io.StringIO()
    explain(build.finding(5), build.EVIDENCE.empty_table(), Console(file=stream, width=80))
    assert "Shared objects" in stream.getvalue()

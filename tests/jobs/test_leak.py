"""The scan of a leak, from files to the folder."""

import csv
from datetime import UTC, datetime

import pytest
from tests.detect.leaks.test_tracing import PUBLIC, made
from tests.jobs.leak_files import files, scanned

from tocsin.cases import scans
from tocsin.errors import InputError, UsageError
from tocsin.jobs.leak import LeakRequest, scan_leak
from tocsin.share.write import load_summary


def test_a_tainted_document_is_told_side_by_side(tmp_path):
    out = scanned(tmp_path)
    summary = load_summary(out)
    (finding,) = summary.findings
    assert [(one.kind, one.before, one.after) for one in finding.leak.changes] == [
        ("changed number", "400", "40,000"),
        ("insertion", "", "Ltd"),
    ]
    with (out / "changes.csv").open(encoding="utf-8-sig") as rows:
        assert [row["after"] for row in csv.DictReader(rows)] == ["40,000", "Ltd"]
    page = (out / "report.html").read_text()
    assert "side by side" in page
    assert "changed number" in page
    assert "The sum of <del>400</del> pounds was paid by the Harbour" in page
    assert "The sum of <ins>40,000</ins> pounds was paid by the Harbour" in page
    assert scans.read(out).findings == summary.findings


def test_what_is_wanting_is_said(tmp_path):
    leaked, _ = files(tmp_path)
    with pytest.raises(UsageError, match="could be read"):
        scan_leak(LeakRequest(tmp_path / "a", (leaked,), posts=("p.csv",)))
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match="no mail and no document"):
        scan_leak(LeakRequest(tmp_path / "b", (str(tmp_path / "nothing"),)))


def test_the_command_repeats_the_scan(tmp_path):
    public = datetime(2024, 5, 1, tzinfo=UTC)
    request = LeakRequest(tmp_path, ("a b",), ("o",), ("k",), ("p.csv",), public, verb="trace", format="csv")
    assert request.command() == (
        f"tocsin leak trace 'a b' --originals o --keys k --posts p.csv --public 2024-05-01T00:00:00+00:00 "
        f"--format csv --out {tmp_path}"
    )


@pytest.mark.slow
def test_quotes_are_traced_and_accounts_that_quote_together_are_looked_at(tmp_path):
    tables, planted = made(1, quoted=40)
    leak = tmp_path / "leak"
    leak.mkdir()
    for paper in tables.papers:
        (leak / f"{paper.name}.txt").write_text(paper.pages[0])
    (leak / "mail.eml").write_bytes(
        b"From: a@b.example\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n" + tables.messages[0].raw
    )
    posts = tmp_path / "posts.csv"
    with posts.open("w") as out:
        rows = csv.writer(out)
        rows.writerow(["post", "account", "time", "text"])
        for row in tables.posts.select(["post", "account", "time", "text"]).to_pylist():
            rows.writerow([row["post"], row["account"], row["time"].isoformat(), row["text"]])
    summary = scan_leak(LeakRequest(tmp_path / "scan", (str(leak),), posts=(str(posts),), public=PUBLIC))
    with (tmp_path / "scan/quotes.csv").open(encoding="utf-8-sig") as rows:
        found = {row["post"] for row in csv.DictReader(rows)}
    assert len(found & set(planted)) >= 36
    assert summary.pseudonymised
    assert not any(
        row["account"] in str(summary.findings)
        for row in tables.posts.slice(0, 5).to_pylist()
        if len(row["account"]) > 3
    )

"""`tocsin simulate` and `tocsin demo` as a user runs them."""

import pytest
from tests.jobs.commands import summary, tocsin


def test_simulate_writes_posts_and_truth(tmp_path):
    words = ["simulate", "--posts", 1000, "--seed", 4, "--operations", "none", "--format", "jsonl", "--out", "made"]
    done = tocsin(*words, cwd=tmp_path)
    names = {"posts.jsonl", "truth.csv", "units.csv", "README.md"}
    assert {path.name for path in (tmp_path / "made").iterdir()} == names
    assert done.stdout.startswith("Posts: made/posts.jsonl\n")
    assert "operation" not in (tmp_path / "made" / "truth.csv").read_text()
    assert "posts: " in tocsin("simulate", "--posts", 3, "--out", "few", cwd=tmp_path, code=2).stderr


@pytest.mark.slow
def test_demo_compares_found_with_planted(tmp_path):
    done = tocsin("demo", "--posts", 4000, cwd=tmp_path)
    told = summary(tmp_path / "demo" / "scan")
    assert told["command"] == "tocsin scan demo/posts.csv --out demo/scan"
    line = next(line for line in done.stdout.splitlines() if "operation-3-repost" in line)
    assert line.split()[-2] == "30" or "not found" in line
    assert any("lead" in line and "operation-" in line for line in done.stdout.splitlines())
    assert "ordinary accounts" in done.stdout
    assert "Reports: demo/scan/report.html, demo/money/scan/report.html" in done.stdout
    assert "not confirmed: count all ballots by hand" in done.stdout
    assert " 0 failed" in done.stdout
    assert done.stdout.endswith("serve demo/workspace\n")

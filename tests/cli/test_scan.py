"""`tocsin scan` and `tocsin explain` as a user runs them."""

import json
import os
import pty
import random
import re
import signal
import subprocess
import time

import pytest
from tests.jobs.commands import HEADER, TOCSIN, rows, summary, table, tocsin, unpacked, zipped

OUTPUTS = {
    *(f"{name}.{kind}" for name in ("findings", "members", "edges", "evidence") for kind in ("csv", "parquet")),
    *("quarantine.csv", "network.gexf", "network.graphml", "report.html", "scan.json", "manifest.jsonl", "key"),
}
LITTLE = ["--layer", "text", "--window", "60"]


def scan(*words, cwd, **more):
    return tocsin("scan", *words, *LITTLE, cwd=cwd, **more)


@pytest.fixture(scope="module")
def election(tmp_path_factory):
    """A small simulated election, scanned."""
    folder = tmp_path_factory.mktemp("election")
    tocsin("simulate", "--posts", 5000, "--seed", 1, "--out", "made", cwd=folder)
    done = tocsin("scan", "made/posts.csv", "--out", "out", cwd=folder)
    return folder, done


def test_from_file_to_report(election):
    folder, done = election
    assert {path.name for path in (folder / "out").iterdir() if path.is_file()} == {*OUTPUTS, ".tocsin-lock"}
    told = summary(folder / "out")
    assert told["command"] == "tocsin scan made/posts.csv --out out"
    assert told["pseudonymised"] is True
    assert any(finding["standing"] == "lead" for finding in told["findings"])
    assert f"{told['posts']:,} posts, 0 set aside, 0 duplicates" in done.stdout
    assert "made/posts.csv: csv (CSV or TSV by column names: a table with 13 columns" in done.stdout
    assert done.stdout.endswith("Report: out/report.html\n")


def test_no_account_of_the_input_is_in_what_comes_out(election):
    folder, _ = election
    truth = (folder / "made" / "truth.csv").read_text().splitlines()[1:]
    accounts = {line.split(",")[0].strip('"').lower() for line in truth}
    assert len(accounts) > 1000
    for path, text in unpacked(folder / "out"):
        assert not accounts.intersection(re.findall(r"[\w.]+", text.lower())), path


@pytest.mark.slow
def test_a_rerun_reads_nothing_and_gives_the_same(election):
    folder, _ = election
    before = summary(folder / "out")
    done = tocsin("scan", "made/posts.csv", "--out", "out", cwd=folder)
    assert "read before and unchanged: 1 of 1 files" in done.stderr
    assert "reading made" not in done.stderr
    after = summary(folder / "out")
    for changing in ("made", "seconds"):
        before.pop(changing)
        after.pop(changing)
    assert after == before


def test_explain_lists_and_shows(election):
    folder, _ = election
    findings = summary(folder / "out")["findings"]
    listed = tocsin("explain", "--scan", "out", cwd=folder).stdout
    assert [finding["id"] for finding in findings if finding["id"] not in listed] == []
    lead = next(finding for finding in findings if finding["standing"] == "lead")
    shown = tocsin("explain", lead["id"][:12], "--scan", "out", cwd=folder).stdout
    assert lead["title"] in shown
    assert "side by side" in shown
    missing = tocsin("explain", "nonesuch", "--scan", "out", cwd=folder, code=2)
    assert f"nonesuch: no such finding\nfindings: {findings[0]['id']}" in missing.stderr
    if len(findings) > 1:
        assert "more than one" in tocsin("explain", "coord-", "--scan", "out", cwd=folder, code=2).stderr
    assert "no scan.json" in tocsin("explain", "--scan", "made", cwd=folder, code=5).stderr


def test_good_and_bad_files_stdin_and_zip(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    table(folder / "good.csv", 0, 50)
    bad_row = "\n".join([HEADER, "x1,Handle_9,never,square,hello", *rows(50, 20)])
    zipped(folder / "more.zip", some=bad_row)
    (folder / "notes.md").write_text("nothing to see")
    (folder / "broken.parquet").write_bytes(b"PAR1broken")
    piped = "\n".join([HEADER, *rows(60, 20)])
    done = scan("in", "-", "missing.csv", "--out", "out", cwd=tmp_path, input=piped)
    told = {file["file"]: file for file in summary(tmp_path / "out")["inputs"]}
    assert {name: file["posts"] for name, file in told.items() if file["posts"]} == {
        "in/good.csv": 50,
        "in/more.zip!some.csv": 20,
        "standard input": 10,
    }
    assert told["standard input"]["duplicates"] == 10
    assert "not read: missing.csv: no such file or folder" in done.stdout
    assert "Not read, or not to the end: 3 of the files" in done.stdout
    aside = (tmp_path / "out" / "quarantine.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(aside) == 2
    assert aside[1].startswith('"in/more.zip!some.csv",2,')
    assert "Handle_9" not in aside[1]


@pytest.mark.slow
def test_a_scan_folder_is_no_input(tmp_path):
    table(tmp_path / "posts.csv", 0, 30)
    for _ in range(2):
        scan(".", "--out", "out", cwd=tmp_path)
        assert [file["file"] for file in summary(tmp_path / "out")["inputs"]] == ["posts.csv"]


@pytest.mark.slow
def test_accounts_are_kept_where_asked_and_declared_ones_found(tmp_path):
    table(tmp_path / "posts.csv", 0, 60)
    (tmp_path / "ours.txt").write_text("@handle_3\nHandle_4\n\nnobody\n")
    for extra in ([], ["--keep-accounts"]):
        scan("posts.csv", "--declared", "ours.txt", "--out", "out", *extra, cwd=tmp_path)
        told = summary(tmp_path / "out")
        assert told["warnings"][0] == "Of 3 declared accounts 2 occur in the posts."
        declared = told["parameters"]["amplification.coordination.declared"]
        assert all(name.startswith("acct_") for name in declared) is not bool(extra)
    assert declared == ["Handle_3", "Handle_4"]
    assert any("Handle_7" in text for _, text in unpacked(tmp_path / "out" / "posts"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["posts.csv", "--out", "posts.csv"], 5, "cannot be used"),
        (["posts.csv", "--out", "."], 5, "is not a scan folder"),
        (["posts.csv", "--out", "out", "--window", "0"], 2, "windows_s: windows are more than 0"),
        (["posts.csv", "--out", "out", "--layer", "colour"], 2, "layers: "),
        (["posts.csv", "--out", "out", "--alpha", "2"], 2, "alpha: "),
        (["posts.csv", "--out", "out", "--map", "account"], 2, "--map account: not FIELD=COLUMN"),
        (["posts.csv", "--out", "out", "--map", "account=who"], 4, "has no column 'who'"),
        (["posts.csv", "--out", "out", "--format", "stone"], 2, "no format 'stone'"),
        (["posts.csv", "--out", "out", "--timezone", "Mars"], 2, "unknown time zone 'Mars'"),
        (["posts.csv", "--out", "out", "--encoding", "rot26"], 2, "unknown encoding 'rot26'"),
        (["posts.csv", "--out", "out", "--declared", "none.txt"], 2, "none.txt: cannot be read"),
        (["none.csv", "--out", "out"], 4, "none.csv: no such file"),
        (["posts.csv", "--out", "out", "--map", "time=text"], 4, "no post could be read; 5 rows were set aside"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_said(tmp_path, words, code, said):
    table(tmp_path / "posts.csv", 0, 5)
    done = tocsin("scan", *words, cwd=tmp_path, code=code)
    assert said in done.stderr


@pytest.mark.slow
def test_the_mapping_is_asked_for_at_a_terminal(tmp_path):
    lines = [line.split(",", 1)[1] for line in rows(0, 30)]
    (tmp_path / "odd.csv").write_text("\n".join(["wer,wann,netz,was", *lines]) + "\n")
    here, there = pty.openpty()
    command = [TOCSIN, "scan", "odd.csv", "--out", "out", *LITTLE]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=there, stdout=there, stderr=subprocess.DEVNULL)
    os.close(there)
    os.write(here, b"\nwer\n2\n-\nwas\n" + b"\n" * 9)
    said = b""
    try:
        while more := os.read(here, 4096):
            said += more
    except OSError:  # the terminal is gone
        pass
    os.close(here)
    assert process.wait(60) == 0, said
    assert summary(tmp_path / "out")["posts"] == 30
    assert b"--map account=wer --map time=wann --map text=was" in said


@pytest.mark.slow
def test_killed_at_any_moment_a_scan_can_be_finished(tmp_path):
    for n in range(12):
        table(tmp_path / f"{n:02}.csv", 150 * n, 200)
    files = [f"{n:02}.csv" for n in range(12)]
    chance = random.Random(1)
    command = [TOCSIN, "scan", *files, "--out", "out", "--keep-accounts", *LITTLE]
    for _ in range(6):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.4, 2.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    scan(*files, "--out", "out", "--keep-accounts", cwd=tmp_path)
    scan(*files, "--out", "whole", "--keep-accounts", cwd=tmp_path)
    left, right = summary(tmp_path / "out"), summary(tmp_path / "whole")
    same = ("inputs", "posts", "accounts", "findings", "layers", "warnings")
    assert json.dumps([left[name] for name in same]) == json.dumps([right[name] for name in same])
    assert list((tmp_path / "out").rglob(".*.part")) == []
    posts = [[text for _, text in unpacked(tmp_path / out / "posts")] for out in ("out", "whole")]
    assert posts[0] == posts[1]

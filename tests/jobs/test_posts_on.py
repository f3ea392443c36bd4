"""A scan on an engine gives what one in memory gives, from files and from shared storage."""

import shutil
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.conformance.test_detectors import made_posts

from tocsin.errors import InputError, UsageError
from tocsin.jobs.request import Request
from tocsin.jobs.scan import scan
from tocsin.settings import Settings
from tocsin.sources.shared import list_shared

PARAMS = {"layers": ("hashtag", "text"), "windows_s": (60.0,)}
SAME = ("findings.csv", "members.csv", "edges.csv", "edges.parquet")


def table(posts):
    """The posts as somebody's own table, ten years earlier: times to come are refused."""
    columns = ["post", "account", "time", "platform", "text", "language", "hashtags"]
    earlier = pc.subtract(posts["time"], pa.scalar(timedelta(days=3653)))
    return posts.set_column(2, "time", earlier).select(columns).rename_columns(["id", *columns[1:]])


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    """Files of posts: two halves, one with copies and bad rows, one that is damaged; and a scan of them in memory."""
    folder = tmp_path_factory.mktemp("storage")
    (folder / "in").mkdir()
    posts = table(made_posts())
    half = posts.num_rows // 2
    pq.write_table(posts.slice(half), folder / "in" / "1.parquet")
    pq.write_table(posts.slice(0, half), folder / "in" / "2.parquet")
    bad = posts.slice(5, 4)
    bad = bad.set_column(1, "account", pa.array([None, *bad["account"].to_pylist()[1:]], pa.string()))
    bad = bad.set_column(4, "text", pa.array([*bad["text"].to_pylist()[:3], "something else"]))
    pq.write_table(bad, folder / "in" / "3.parquet")
    (folder / "in" / "4.parquet").write_bytes((folder / "in" / "1.parquet").read_bytes()[:5000] + b"cut")
    summary = scan(Request((str(folder / "in"),), folder / "mem", params=PARAMS), Settings())
    assert summary.findings
    return folder, summary


def scanned(storage, out, paths, tables):
    """A scan on the embedded engine with the pseudonyms of the one in memory."""
    folder, _ = storage
    if not out.exists():
        out.mkdir()
        for name in ("key", ".tocsin-lock"):
            shutil.copy(folder / "mem" / name, out)
    return scan(Request(paths, out, params=PARAMS, engine="embedded", tables=tables), Settings())


def told(summary):
    facts = [
        (file.file.rpartition("/")[2], file.posts, file.rejected, file.duplicates, file.sha256, file.size)
        for file in summary.inputs
    ]
    return facts, summary.posts, summary.accounts, summary.first, summary.last, summary.warnings, summary.findings


@pytest.mark.parametrize("shared", [pytest.param(False, marks=pytest.mark.slow), True], ids=["files", "URL"])
def test_the_same_as_in_memory(storage, tmp_path, shared):
    folder, expected = storage
    given = (folder / "in").as_uri() if shared else str(folder / "in")
    summary = scanned(storage, tmp_path / "out", (given,), str(tmp_path / "tables"))
    assert told(summary) == told(expected)
    for name in SAME:
        assert (tmp_path / "out" / name).read_bytes() == (folder / "mem" / name).read_bytes(), name
    rows = pq.read_table(tmp_path / "out" / "evidence.parquet").to_pylist()
    for row, one in zip(rows, pq.read_table(folder / "mem" / "evidence.parquet").to_pylist(), strict=True):
        assert row["file"] == (f"file://{one['file']}" if shared else one["file"])
        assert {**row, "file": ""} == {**one, "file": ""}
    aside = (tmp_path / "out" / "quarantine.csv").read_text()
    assert "no account" in aside
    assert "was already read with other content" in aside
    assert "something else" not in aside
    assert [file.notes[-1].split(":")[0] for file in summary.inputs][-1] == "not read"


@pytest.mark.slow
def test_what_was_read_is_not_read_again(storage, tmp_path):
    folder, expected = storage
    url = (folder / "in").as_uri()
    scanned(storage, tmp_path / "out", (url,), str(tmp_path / "tables"))
    before = (tmp_path / "tables" / "posts.parquet").stat().st_mtime_ns
    again = scanned(storage, tmp_path / "out", (url,), str(tmp_path / "tables"))
    assert told(again) == told(expected)
    assert (tmp_path / "tables" / "posts.parquet").stat().st_mtime_ns == before


def test_what_cannot_be_done_is_said(storage, tmp_path):
    folder, _ = storage
    url = (folder / "in").as_uri()
    with pytest.raises(UsageError, match="files and URLs in one scan"):
        scanned(storage, tmp_path / "both", (url, str(folder / "in")), None)
    with pytest.raises(InputError, match="cannot be listed"):
        scanned(storage, tmp_path / "none", ((folder / "mem" / "posts.none").as_uri(),), None)
    with pytest.raises(UsageError, match="must carry no credentials"):
        list_shared("s3://user:word@bucket/posts")
    with pytest.raises(UsageError, match="where are its tables") as caught:
        scan(Request(("a.csv",), tmp_path / "far", engine="sc://127.0.0.1:1"), Settings())
    assert "--tables" in caught.value.hint
    with pytest.raises(UsageError, match="a URL is read on an engine"):
        scan(Request((url,), tmp_path / "here"), Settings())

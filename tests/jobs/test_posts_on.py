"""Posts are the same on an engine as in memory, from files and from shared storage, and so is a scan of them."""

import shutil
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.conformance.test_detectors import made_posts

from tocsin.engine.embedded import Embedded
from tocsin.errors import InputError, UsageError
from tocsin.jobs.folder import held
from tocsin.jobs.posts import read_posts
from tocsin.jobs.posts_on import posts_on
from tocsin.jobs.request import Request
from tocsin.jobs.scan import scan
from tocsin.jobs.supply import Here
from tocsin.progress import Silent
from tocsin.settings import Settings
from tocsin.sources.shared import list_shared

SAME = ("findings.csv", "members.csv", "edges.csv", "edges.parquet")
LITTLE = {"layers": ("hashtag", "text"), "windows_s": (60.0,)}


def table(posts):
    """The posts as somebody's own table, ten years earlier: times to come are refused."""
    columns = ["post", "account", "time", "platform", "text", "language", "hashtags"]
    earlier = pc.subtract(posts["time"], pa.scalar(timedelta(days=3653)))
    return posts.set_column(2, "time", earlier).select(columns).rename_columns(["id", *columns[1:]])


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    """Files of posts: two halves, one with copies and bad rows, one that is damaged."""
    folder = tmp_path_factory.mktemp("storage")
    posts = table(made_posts())
    half = posts.num_rows // 2
    pq.write_table(posts.slice(half), folder / "1.parquet")
    pq.write_table(posts.slice(0, half), folder / "2.parquet")
    bad = posts.slice(5, 4)
    bad = bad.set_column(1, "account", pa.array([None, *bad["account"].to_pylist()[1:]], pa.string()))
    bad = bad.set_column(4, "text", pa.array([*bad["text"].to_pylist()[:3], "something else"]))
    pq.write_table(bad, folder / "3.parquet")
    (folder / "4.parquet").write_bytes((folder / "1.parquet").read_bytes()[:5000] + b"cut")
    return folder


@pytest.fixture(scope="module")
def read(storage, tmp_path_factory):
    """The same posts as a scan in memory reads them, and its folder."""
    out = tmp_path_factory.mktemp("here") / "out"
    with held(out):
        parts, _ = read_posts(Request((str(storage),), out), Silent())
    return Here(parts), parts.posts(), out


def like(out, to):
    """A scan folder with the pseudonyms of another."""
    to.mkdir()
    for name in ("key", ".tocsin-lock"):
        shutil.copy(out / name, to)
    return to


def told(supply, posts):
    files = [
        (file.file.rpartition("/")[2], file.posts, file.rejected, file.duplicates, file.sha256, file.size)
        for file in supply.inputs
    ]
    return files, supply.failed, supply.extent(), sorted(supply.distinct("account")), posts


def rows(posts):
    return sorted(({**row, "file": row["file"].removeprefix("file://")} for row in posts.to_pylist()), key=repr)


@pytest.mark.parametrize("shared", [False, True], ids=["files", "URL"])
def test_the_same_posts(storage, read, tmp_path, shared, monkeypatch):
    here, posts, out = read
    request = Request((storage.as_uri() if shared else str(storage),), like(out, tmp_path / "out"))
    with Embedded(tmp_path / "tables", partitions=5) as engine:
        there, _ = posts_on(request, engine, Silent())
        assert told(there, rows(engine.collect(engine.scan("posts")))) == told(here, rows(posts))
        accounts = posts["account"].to_pylist()[:2]
        assert sorted(map(repr, there.times(accounts).to_pylist())) == sorted(
            map(repr, here.times(accounts).to_pylist())
        )
        aside = (tmp_path / "out" / "quarantine.csv").read_text()
        assert "no account" in aside
        assert "was already read with other content" in aside
        assert "something else" not in aside, "the text of a row can name accounts"
        assert there.inputs[-1].notes[-1].startswith("not read: ")
        for name in ("put", "write"):  # what stands there is not made again
            monkeypatch.setattr(engine, name, None)
        again, _ = posts_on(request, engine, Silent())
        assert again.inputs[-1].sha256 == there.inputs[-1].sha256


def test_what_cannot_be_done_is_said(storage, tmp_path):
    url = storage.as_uri()
    with pytest.raises(UsageError, match="files and URLs in one scan"):
        scan(Request((url, str(storage)), tmp_path / "both", engine="embedded"), Settings())
    with pytest.raises(InputError, match="cannot be listed"):
        list_shared(f"{url}/none")
    with pytest.raises(UsageError, match="must carry no credentials"):
        list_shared("s3://user:word@bucket/posts")
    with pytest.raises(UsageError, match="where are its tables") as caught:
        scan(Request(("a.csv",), tmp_path / "far", engine="sc://127.0.0.1:1"), Settings())
    assert "--tables" in caught.value.hint
    with pytest.raises(UsageError, match="a URL is read on an engine"):
        scan(Request((url,), tmp_path / "here"), Settings())


def test_files_are_named_as_urls_and_one_named_twice_counts_once(storage, tmp_path):
    folder = tmp_path / "a b"
    folder.mkdir()
    one = next(file for file in sorted(storage.rglob("*.parquet")) if file.stat().st_size > 1_000)
    (folder / "x #1.parquet").write_bytes(one.read_bytes())
    (found,) = list_shared(folder.as_uri())
    assert found.url == (folder / "x #1.parquet").as_uri()
    request = Request((folder.as_uri(), folder.as_uri()), tmp_path / "out", keep_accounts=True)
    request.out.mkdir()
    with Embedded(tmp_path / "tables") as engine:
        there, _ = posts_on(request, engine, Silent())
        posts = engine.collect(engine.scan("posts")).num_rows
    assert [file.posts for file in there.inputs] == [posts, 0]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["embedded", "sail"])
def test_the_same_scan(storage, read, tmp_path, where, request):
    expected = scan(Request((str(storage),), tmp_path / "mem", params=LITTLE), Settings())
    assert expected.findings
    address = where if where == "embedded" else request.getfixturevalue(where)
    asked = Request(
        (storage.as_uri(),),
        like(tmp_path / "mem", tmp_path / "out"),
        params=LITTLE,
        engine=address,
        tables=str(tmp_path / "tables"),
    )
    found = scan(asked, Settings())
    assert (found.findings, found.warnings, found.layers) == (expected.findings, expected.warnings, expected.layers)
    for name in SAME:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "mem" / name).read_bytes(), name
    evidence = [pq.read_table(tmp_path / folder / "evidence.parquet") for folder in ("mem", "out")]
    files = pc.replace_substring(evidence[1]["file"], "file://", "")
    at = evidence[1].column_names.index("file")
    assert evidence[1].set_column(at, evidence[1].schema.field("file"), files).equals(evidence[0])

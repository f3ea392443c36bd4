import csv
import json

import pyarrow.parquet as pq
import pytest

from tocsin.errors import UsageError
from tocsin.simulate.election import ElectionParams, simulate
from tocsin.simulate.write import write_simulation
from tocsin.sources.base import Batch, ReadOptions
from tocsin.sources.reading import read_posts

HEADERS = ["id", "account", "time", "platform", "text", "language", "client", "repost_of", "reply_to"]
HEADERS += ["urls", "hashtags", "mentions", "media_hash"]
PARAMS = ElectionParams(posts=1_500, days=2, seed=9)


@pytest.fixture(scope="module")
def posts():
    return simulate(PARAMS).posts.to_pylist()


def test_csv_holds_the_posts_as_a_user_would_have_them(tmp_path, posts):
    path = write_simulation(PARAMS, tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == HEADERS
    assert len(rows) == len(posts)
    for row, post in zip(rows, posts, strict=True):
        assert row["id"] == post["post"]
        assert row["time"] == post["time"].strftime("%Y-%m-%dT%H:%M:%SZ")
        assert row["text"] == post["text"]
        assert row["repost_of"] == (post["repost_of"] or "")
        assert row["hashtags"].split() == post["hashtags"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_scan_reads_every_column(form, tmp_path, posts):
    path = write_simulation(PARAMS, tmp_path, form)
    batches = [item for item in read_posts([str(path)], ReadOptions()) if isinstance(item, Batch)]
    read = [post for batch in batches for post in batch.posts.to_pylist()]
    for column in set(posts[0]) - {"objects", "file", "row"}:
        assert sum(bool(post[column]) for post in read) == sum(bool(post[column]) for post in posts) > 0, column


def test_jsonl_and_parquet_hold_the_same(tmp_path, posts):
    lines = write_simulation(PARAMS, tmp_path, "jsonl").read_text("utf-8").splitlines()
    table = pq.read_table(write_simulation(PARAMS, tmp_path, "parquet"))
    assert table.column_names == HEADERS
    for line, row, post in zip(map(json.loads, lines), table.to_pylist(), posts, strict=True):
        assert list(line) == HEADERS
        assert row["time"] == post["time"]
        post["media_hash"] = post["media"]
        same = [name for name in HEADERS if name not in ("id", "time")]
        assert [line[name] for name in same] == [row[name] for name in same] == [post[name] for name in same]


def test_truth_units_and_a_readme_lie_beside_it(tmp_path):
    write_simulation(PARAMS, tmp_path / "new" / "folder")
    simulation = simulate(PARAMS)
    with (tmp_path / "new" / "folder" / "truth.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == simulation.truth.to_pylist()
    with (tmp_path / "new" / "folder" / "units.csv").open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    assert [row["layers"].split() for row in units] == simulation.units.column("layers").to_pylist()
    readme = (tmp_path / "new" / "folder" / "README.md").read_text("utf-8")
    assert all(row["unit"] in readme for row in units)
    assert PARAMS.model_dump_json() in readme


def test_the_files_are_the_same_each_time(tmp_path):
    for folder in ("a", "b"):
        write_simulation(PARAMS, tmp_path / folder)
    for name in ("posts.csv", "truth.csv", "units.csv", "README.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_parameters_in_the_readme_repeat_it(tmp_path):
    write_simulation(PARAMS, tmp_path)
    readme = (tmp_path / "README.md").read_text("utf-8")
    line = next(line for line in readme.splitlines() if line.startswith("    {"))
    assert ElectionParams.model_validate_json(line) == PARAMS


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot write the simulation"):
        write_simulation(PARAMS, tmp_path / "file")


def test_progress_adds_up(tmp_path, posts):
    class Count:
        done = 0

        def start(self, step, total=None):
            self.total = total

        def advance(self, amount=1):
            self.done += amount

        def note(self, text):
            raise AssertionError(text)

    count = Count()
    write_simulation(PARAMS, tmp_path, progress=count)
    assert count.done == count.total == len(posts)

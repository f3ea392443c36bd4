"""What a user is shown of a table before saying which column is what."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.sources.containers import list_files
from tocsin.sources.preview import preview

ROWS = [{"wer": f"a{n}", "wann": f"2024-03-04T00:00:0{n}Z", "text": "x" if n else ""} for n in range(3)]


def csv(path):
    lines = ["wer,wann,text", *(",".join(row.values()) for row in ROWS)]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))


def jsonl(path):
    path.write_text("".join(str(row).replace("'", '"') + "\n" for row in ROWS))


def parquet(path):
    pq.write_table(pa.Table.from_pylist(ROWS), path)


@pytest.mark.parametrize("write", [csv, jsonl, parquet])
def test_columns_with_their_cells_and_a_guess(tmp_path, write):
    (tmp_path / "0-notes.md").write_text("no table")
    write(tmp_path / "1-posts")
    shown = preview(str(tmp_path))
    assert shown.name.endswith("1-posts")
    assert {name: cells[:2] for name, cells in shown.columns.items()} == {
        "wer": ["a0", "a1"],
        "wann": ["2024-03-04T00:00:00Z", "2024-03-04T00:00:01Z"],
        "text": ["x", "x"],
    }
    assert shown.guess.mapping == {"text": "text"}


def test_nothing_to_show(tmp_path):
    assert preview(str(tmp_path)) is None
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.bin").write_bytes(b"\x00\x01")
    (tmp_path / "c.parquet").write_bytes(b"PAR1damaged")
    assert preview(str(tmp_path)) is None


def test_files_are_listed_as_they_are_opened(tmp_path):
    for name in ("b", "a/x", "a/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "empty").mkdir()
    given = ["-", str(tmp_path), str(tmp_path / "empty"), "missing"]
    assert list(list_files(given)) == [
        "-",
        str(tmp_path / "a/x"),
        str(tmp_path / "b"),
        str(tmp_path / "empty"),
        "missing",
    ]

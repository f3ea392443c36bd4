"""A growing folder gives what the sources read of the whole files, however the files grow."""

import io
import json
import os
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from tocsin.model.post import POSTS
from tocsin.plugins import load
from tocsin.simulate.stream import Chatter, StreamParams
from tocsin.sources.base import ReadOptions
from tocsin.sources.stream.folder import FolderFeed

CSV = "id;author_id;created_at;text\n"
CSV += '1;ann;2024-03-04T10:00:00Z;"two\nlines; ""quoted"""\n2;bob;2024-03-04T10:00:01Z;plain\n'
CSV += "3;cat;never;bad time\n" + "".join(f"{n};dan;2024-03-04T10:01:{n:02}Z;text {n}\n" for n in range(4, 40))


def objects():
    """JSON lines of which only the first has every member."""
    for n in range(60):
        row = {
            "id": str(n),
            "user": {"id": f"u{n % 7}"},
            "created_at": f"2024-03-04T10:{n:02}:00Z",
            "text": f"text {n}",
        }
        yield row | ({"hashtags": ["vote"], "lang": "en"} if n % 9 == 0 else {})


def jsonl():
    lines = [json.dumps(row) for row in objects()]
    lines[20] = '{"id": "20", broken'
    return "".join(line + "\n" for line in lines)


def jetstream():
    return b"".join(
        event + b"\n" for _, event in Chatter(StreamParams(rate=80, accounts=500)).second(1_700_000_000_000_000)
    )


def whole(data, source, options):
    """Posts and rejected rows as the source reads them in one piece."""
    batches = list(load("sources")[source].read(io.BytesIO(data), "x", options))
    posts = pa.Table.from_batches([b.posts for b in batches if len(b.posts)], POSTS)
    return posts.drop_columns(["file"]).to_pylist(), [(r.row, r.reason) for b in batches for r in b.rejected]


def taken(chunks):
    posts = pa.concat_tables(chunk.posts for chunk in chunks).drop_columns(["file"])
    return posts.to_pylist(), [(r.row, r.reason) for chunk in chunks for r in chunk.rejected]


def drain(feed):
    chunks = []
    while (chunk := feed.take(0)) is not None:
        chunks.append(chunk)
    return chunks


@pytest.mark.parametrize(
    ("name", "data", "source"),
    [("a.csv", CSV.encode(), "csv"), ("a.jsonl", jsonl().encode(), "jsonl"), ("a.json", jetstream(), "jetstream")],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_pieces_give_what_the_whole_gives(tmp_path, name, data, source, seed):
    rng, options = np.random.default_rng(seed), ReadOptions()
    head = data.index(b"\n", data.index(b"\n") + 1) + 30  # what the format is told from
    cuts = [0, head, *sorted(rng.integers(head, len(data), 12).tolist()), len(data)]
    chunks, position = [], None
    for begin, end in pairwise(cuts):
        with (tmp_path / name).open("ab") as file:
            file.write(data[begin:end])
        feed = FolderFeed(tmp_path, options, None, position)  # each time as after a restart
        chunks += drain(feed)
        position = json.loads(json.dumps(chunks[-1].position)) if chunks else None
    assert taken(chunks) == whole(data, source, options)
    assert len(taken(chunks)[0]) > 30


def test_a_last_line_waits_but_a_whole_object_does_not(tmp_path):
    lines = jsonl().encode().splitlines(keepends=True)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(lines[:3]) + lines[3][:20])
    feed = FolderFeed(tmp_path, ReadOptions(), None, None)
    assert len(taken(drain(feed))[0]) == 3
    path.write_bytes(b"".join(lines[:4]).rstrip(b"\n"))
    assert [post["post"] for post in taken(drain(feed))[0]] == ["3"]
    path.write_bytes(b"".join(lines[:6]))
    assert [(post["post"], post["row"]) for post in taken(drain(feed))[0]] == [("4", 5), ("5", 6)]


def test_rotated_truncated_and_foreign_files_are_told(tmp_path):
    lines = jsonl().encode().splitlines(keepends=True)
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"".join(lines[:5]))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0\0")
    (tmp_path / ".hidden").write_bytes(b"".join(lines[:5]))
    feed = FolderFeed(tmp_path, ReadOptions(), None, None)
    first = drain(feed)
    assert len(taken(first)[0]) == 5
    assert any("picture.png: does not grow by lines" in note for chunk in first for note in chunk.notes)
    path.rename(tmp_path / "posts.jsonl.1")
    with (tmp_path / "posts.jsonl.1").open("ab") as file:
        file.write(lines[5])
    path.write_bytes(lines[6] + lines[7])
    assert [post["post"] for post in taken(drain(feed))[0]] == ["5", "6", "7"]
    path.write_bytes(lines[8])
    again = drain(feed)
    assert [post["post"] for post in taken(again)[0]] == ["8"]
    assert any("truncated" in note for chunk in again for note in chunk.notes)


def test_old_files_are_read_to_their_end_before_newer_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("tocsin.sources.stream.folder.READ_BYTES", 400)
    monkeypatch.setattr("tocsin.sources.stream.folder.CHUNK_ROWS", 3)
    lines = [line for n, line in enumerate(jsonl().encode().splitlines(keepends=True)) if n != 20]
    for name, part, age in (("new.jsonl", lines[30:], 10), ("old.jsonl", lines[:30], 99)):
        (tmp_path / name).write_bytes(b"".join(part))
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    chunks = drain(FolderFeed(tmp_path, ReadOptions(), None, None))
    assert [post["post"] for post in taken(chunks)[0]] == [str(n) for n in range(60) if n != 20]
    assert len(chunks) > 5
    assert chunks[0].waiting > 0


def test_a_bad_first_line_of_a_piece_costs_no_other(tmp_path):
    events = jetstream().splitlines(keepends=True)
    for bad in (b"junk\n", b"[1]\n", b"\xff\xfe\n"):
        path = tmp_path / "a.json"
        path.write_bytes(events[0])
        feed = FolderFeed(tmp_path, ReadOptions(), None, None)
        drain(feed)
        with path.open("ab") as file:
            file.write(bad + b"".join(events[1:]))
        posts, rejected = taken(drain(feed))
        assert len(posts) == len(events) - 1
        assert [row for row, _ in rejected] == [2]
        path.unlink()


def test_long_lines_are_told_and_a_chunk_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("tocsin.sources.stream.folder.READ_BYTES", 4_000)
    monkeypatch.setattr("tocsin.sources.stream.folder.LINE_BYTES", 8_000)
    monkeypatch.setattr("tocsin.sources.stream.folder.CHUNK_BYTES", 3_000)
    good = jsonl().encode()
    (tmp_path / "first.jsonl").write_bytes(b'{"id":"' + b"x" * 9_000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(good)
    feed = FolderFeed(tmp_path, ReadOptions(), None, None)
    chunks = drain(feed)
    assert any("first line is too long" in note for chunk in chunks for note in chunk.notes)
    assert len(chunks) > 1
    with path.open("ab") as file:
        file.write(b'{"id":"' + b"x" * 8_100)  # its end has not come, what is read of it already counts
    chunks = drain(feed)
    assert [row for _, rows in [taken(chunks)] for row, _ in rows] == [61]
    with path.open("ab") as file:
        file.write(b'"}\n' + good.splitlines(keepends=True)[3])
    posts, rejected = taken(drain(feed))
    assert [post["post"] for post in posts] == ["3"]
    assert len(rejected) == 1


def test_names_that_are_no_text_members_in_members_and_files_that_cannot_be_read(tmp_path):
    row = {"id": "1", "author": "a", "when": "2024-03-04T10:00:00Z"}
    lines = [json.dumps(row), json.dumps(row | {"author": {"name": "b"}})]
    with open(bytes(tmp_path) + b"/\xff.jsonl", "w") as file:  # noqa: PTH123 - a name in bytes
        file.write("".join(line + "\n" for line in lines))
    options = ReadOptions(mapping={"text": "author", "account": "author.name", "time": "when"})
    packed = tmp_path / "a.gz"
    packed.write_bytes(b"\x1f\x8b")
    feed = FolderFeed(tmp_path, options, None, None)
    first = drain(feed)
    posts, rejected = taken(first)
    assert [post["account"] for post in posts] == ["b"]
    assert [row for row, _ in rejected] == [1]
    packed.write_bytes(b"\x1f\x8b more")
    assert drain(feed) == []  # told once, not each time that it grows
    assert sum("a.gz" in note for chunk in first for note in chunk.notes) == 1


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_the_order_of_dates_is_kept_from_the_first_lines(tmp_path, name):
    def line(n, time):
        values = {"id": str(n), "user": "ann", "created_at": time}
        return json.dumps(values) if name == "a.jsonl" else ",".join(values.values())

    path = tmp_path / name
    header = "" if name == "a.jsonl" else "id,user,created_at\n"
    path.write_text(header + line(1, "31/01/2024 10:00") + "\n" + line(2, "31/01/2024 10:01") + "\n")
    feed = FolderFeed(tmp_path, ReadOptions(), None, None)
    position = json.loads(json.dumps(drain(feed)[-1].position))
    with path.open("a") as file:
        file.write(line(3, "01/02/2024 10:00") + "\n")
    posts, rejected = taken(drain(FolderFeed(tmp_path, ReadOptions(), None, position)))
    assert [(post["time"].month, post["time"].day) for post in posts] == [(2, 1)]
    assert rejected == []

"""From paths to posts: packing, folders, digests, what was seen before, which format and why."""

import gzip
import hashlib
import io
import random
import sys
import time

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from tests.sources import samples
from tests.sources.broken.files import HEAD, good, row, rows, zipped
from tests.sources.reads import read

from tocsin.errors import UnknownFormat, UsageError
from tocsin.model.post import POSTS
from tocsin.sources.base import Batch, Head, ReadOptions, Sniff
from tocsin.sources.duplicates import Seen
from tocsin.sources.reading import recognise


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstd"])
def test_packed_whatever_the_name_and_hashed_as_it_lies(tmp_path, pack):
    path = tmp_path / "posts.txt"
    path.write_bytes(pack(good()))
    found = read(path)
    assert len(found.posts) == 5
    assert found.only.input.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.only.input.size == path.stat().st_size


def test_a_zip_of_several_formats(tmp_path):
    path = tmp_path / "all.zip"
    path.write_bytes(
        zipped(("a/posts.csv.gz", gzip.compress(good())), ("b/result.json", samples.telegram()), (".hidden", b"x"))
    )
    found = read(path)
    assert [outcome.input.format for outcome in found.outcomes] == ["csv", "telegram"]
    assert [outcome.input.file for outcome in found.outcomes] == [f"{path}!a/posts.csv.gz", f"{path}!b/result.json"]
    assert {outcome.input.sha256 for outcome in found.outcomes} == {hashlib.sha256(path.read_bytes()).hexdigest()}


def test_parquet_in_a_zip(tmp_path):
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"user_id": ["a"], "ts": [1700000000]}), out)
    (tmp_path / "a.zip").write_bytes(zipped(("a.parquet", out.getvalue())))
    assert len(read(tmp_path / "a.zip").posts) == 1


def test_folders_are_read_in_order_and_bad_paths_reported(tmp_path):
    for name in ("b/2.csv", "a/1.csv", "c.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / "b/2.csv").write_bytes(good())
    (tmp_path / "a/1.csv").write_bytes((HEAD + rows(10, 11)).encode())
    (tmp_path / "empty").mkdir()
    found = read(tmp_path, tmp_path / "empty", tmp_path / "missing")
    assert [outcome.input.file.rsplit("/", 1)[1] for outcome in found.outcomes] == [
        "1.csv",
        "2.csv",
        "empty",
        "missing",
    ]
    assert [str(outcome.error).rsplit(": ", 1)[1] for outcome in found.outcomes[2:]] == [
        "the folder holds no files",
        "no such file or folder",
    ]


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": io.BytesIO(gzip.compress(good()))}))
    found = read("-")
    assert (len(found.posts), found.only.input.file) == (5, "standard input")


def test_the_same_post_in_two_files(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + rows(1, 2))
    (tmp_path / "b.csv").write_text(HEAD + rows(2, 3) + row(1, "changed"))
    found = read(tmp_path / "a.csv", tmp_path / "b.csv")
    assert [post["post"] for post in found.posts] == ["p1", "p2", "p3"]
    assert found.outcomes[1].input.duplicates == 1
    assert f"{tmp_path / 'a.csv'}, row 2" in found.rejected[0].reason


def test_a_copy_in_a_batch_of_another_shape_is_a_copy(tmp_path):
    header = "id,account,time,text,repost_of,hashtags\n"
    copied = "1,ann,2020-01-01 00:00:00,hello,,\n"
    (tmp_path / "a.csv").write_text(header + copied + "2,bob,2020-01-01 00:00:01,RT,1,tag\n")
    (tmp_path / "b.csv").write_text(header + copied)
    found = read(tmp_path / "a.csv", tmp_path / "b.csv")
    assert (len(found.posts), found.rejected, found.outcomes[1].input.duplicates) == (2, [], 1)


def test_a_named_format_is_taken_and_a_wrong_one_said(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(samples.twitter_io())
    assert read(path, form="twitter-io").only.input.reason.endswith("named by the user")
    assert "lacks" in str(read(path, form="clemson").only.error)
    with pytest.raises(UsageError, match="no format"):
        read(path, form="nonsense")


def test_a_platform_given_by_the_user(tmp_path):
    (tmp_path / "a.csv").write_bytes(good())
    assert {post["platform"] for post in read(tmp_path / "a.csv", platform="vk").posts} == {"vk"}


class Says:
    def __init__(self, name, confidence):
        self.id = self.title = name
        self.confidence = confidence

    def sniff(self, head):
        return Sniff(self.confidence, f"it looks like {self.id}")


def test_two_that_are_about_as_sure_are_a_question():
    head = Head("f", b"x", whole=True)
    sure = {"a": Says("a", 0.9), "b": Says("b", 0.4)}
    assert recognise(head, sure)[0].id == "a"
    with pytest.raises(UnknownFormat, match=r"a \(it looks like a\); b"):
        recognise(head, {"a": Says("a", 0.9), "b": Says("b", 0.85)})


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_small_blocks_and_batches_change_nothing(tmp_path, monkeypatch, name):
    """Every cut between blocks falls somewhere new, and the posts stay the same."""
    from tocsin.sources import jsontext, textual

    path = tmp_path / "x"
    path.write_bytes(samples.SAMPLES[name][0]())
    whole = read(path)
    for size in (64, 257):
        monkeypatch.setattr(textual.Lines.__init__, "__defaults__", (None, size))
        monkeypatch.setattr(jsontext, "CHUNK_BYTES", size)
        parts = read(path, batch_rows=2)
        assert parts.posts == whole.posts
        assert parts.rejected == whole.rejected


def test_clean_and_careful_reading_agree(tmp_path):
    """The same rows, once clean and once with a stray quote that sends the block the careful way."""
    chance = random.Random(3)
    cells = ["plain", '"a, b"', '"x ""y"" z"', '"two\nlines"', "שלום", '""', "a'b"]
    body = "".join(row(i, chance.choice(cells)) for i in range(300))
    (tmp_path / "clean.csv").write_text(HEAD + body)
    (tmp_path / "stray.csv").write_text(HEAD + body + row(999, 'a " b'))
    clean, stray = read(tmp_path / "clean.csv").posts, read(tmp_path / "stray.csv").posts
    plain = [{k: v for k, v in post.items() if k != "file"} for post in clean]
    assert plain == [{k: v for k, v in post.items() if k != "file"} for post in stray[:-1]]
    assert stray[-1]["text"] == 'a " b'


def test_line_numbers_point_at_the_line(tmp_path):
    text = HEAD + '\np1,u1,2024-03-01 10:00:01,"a\nb"\n' + row(2) + "p3,u3\n" + row(4)
    (tmp_path / "a.csv").write_text(text)
    found = read(tmp_path / "a.csv")
    lines = text.split("\n")
    assert [lines[post["row"] - 1].split(",")[0] for post in found.posts] == ["p1", "p2", "p4"]
    assert lines[found.rejected[0].row - 1] == "p3,u3" == found.rejected[0].text


def posts(ids, texts):
    size = len(ids)
    base = {
        "post": ids,
        "account": ["a"] * size,
        "time": [1] * size,
        "text": texts,
        "file": ["f"] * size,
        "row": list(range(size)),
    }
    columns = [pa.array(base.get(field.name, [None] * size), field.type) for field in POSTS]
    return Batch(pa.RecordBatch.from_arrays(columns, schema=POSTS))


def test_seen_agrees_with_a_plain_dictionary():
    chance = np.random.default_rng(5)
    seen, plain = Seen(), {}
    for _ in range(40):
        ids = [str(i) for i in chance.integers(0, 900, 100)]
        texts = [str(t) for t in chance.integers(0, 3, 100)]
        kept, equal, conflicts = [], 0, 0
        for id_, text in zip(ids, texts, strict=True):
            if id_ not in plain:
                plain[id_] = text
                kept.append(id_)
            elif plain[id_] == text:
                equal += 1
            else:
                conflicts += 1
        fresh, dropped, _ = seen.filter(posts(ids, texts))
        assert (fresh.posts["post"].to_pylist(), dropped, len(fresh.rejected)) == (kept, equal, conflicts)


def test_seen_is_cheap():
    size = 200_000
    batches = [
        posts([f"{i:019d}" for i in range(start, start + 50_000)], ["x" * 90] * 50_000)
        for start in range(0, size, 50_000)
    ]
    seen, start = Seen(), time.process_time()
    for batch in batches:
        seen.filter(batch)
    assert time.process_time() - start < 1.0  # about 0.1 when the machine is quiet


@pytest.mark.parametrize(
    "data",
    [
        HEAD.encode() + b"".join(row(i, '"oops').encode() for i in range(10_000)),
        b"[" + b",".join(b'{"id": %d, x}' % i for i in range(10_000)) + b"]",
        b"[" + b'{"a":[ ' * 100_000,
        b"[" + b"},{" * 20_000,
    ],
)
def test_hostile_files_cost_no_more_than_their_size(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    start = time.process_time()
    read(tmp_path / "x")
    assert time.process_time() - start < 8  # each under 1 when the machine is quiet


def test_options_are_checked(tmp_path):
    (tmp_path / "a.csv").write_bytes(good())
    with pytest.raises(UsageError, match="unknown encoding"):
        read(tmp_path / "a.csv", encoding="klingon")
    with pytest.raises(UsageError, match="unknown time zone"):
        read(tmp_path / "a.csv", timezone="Nowhere")
    assert ReadOptions().batch_rows == 65_536


def test_a_named_encoding(tmp_path):
    (tmp_path / "a.csv").write_bytes((HEAD + row(1, "привет")).encode("cp1251"))
    assert read(tmp_path / "a.csv", encoding="windows-1251").posts[0]["text"] == "привет"

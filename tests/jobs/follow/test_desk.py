"""The live desk, end to end on folders: all posts once, the same findings as at once, through any stop."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.cases.scans import read
from tocsin.detect.amplification.live.detector import Parameters, batch
from tocsin.errors import UsageError, WorkspaceError
from tocsin.jobs.follow import Following, follow
from tocsin.jobs.follow.board import Board
from tocsin.jobs.follow.kept import Kept
from tocsin.jobs.follow.recent import Recent
from tocsin.model.finding import Finding
from tocsin.model.post import POSTS, Rejected
from tocsin.progress import Silent
from tocsin.settings import load
from tocsin.simulate.served import Log, grow, serve
from tocsin.simulate.stream import Chatter, StreamParams

SECONDS = 150


def stream(folder, seconds=SECONDS, rate=40):
    """A folder with the stream of the last minutes."""
    made = Chatter(StreamParams(rate=rate, accounts=2_000, plant_every_s=70))
    start = int((time.time() - 600) // 60 * 60 * 1e6)
    grow(made, folder, start, seconds, file_s=60)
    return made


def turns(number):
    """Stops after so many chunks were asked for."""
    left = iter(range(number))
    return lambda: next(left, None) is None


def kept(out):
    return pa.concat_tables(pq.read_table(path) for path in sorted((out / "posts").iterdir()))


def findings(out):
    return json.loads((out / "scan.json").read_text())["findings"]


def test_all_posts_once_and_the_findings_of_all_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("tocsin.jobs.follow.desk.BATCH_S", 0.01)
    monkeypatch.setattr("tocsin.sources.stream.folder.CHUNK_ROWS", 1_500)
    monkeypatch.setattr("tocsin.sources.stream.folder.READ_BYTES", 300_000)
    made = stream(tmp_path / "in")
    out = tmp_path / "out"
    request = Following(str(tmp_path / "in"), out)
    follow(request, load(), Silent(), turns(2))  # stopped in the middle, and again
    follow(request, load(), Silent(), turns(1))
    files = sorted((tmp_path / "in").iterdir())
    with (tmp_path / "in" / "again.jsonl").open("wb") as file:
        file.write(b"".join(files[-1].read_bytes().splitlines(keepends=True)[:50]) + b"no json\n")
    state = follow(request, load(), Silent(), turns(12))
    posts = kept(out)
    assert posts.num_rows == len(set(posts["post"].to_pylist())) == state.posts == SECONDS * 40
    assert (state.duplicates, state.rejected, state.late) == (50, 1, 0)
    assert "not a JSON value" in next((out / "quarantine").iterdir()).read_text()
    whole = batch(posts, Parameters())
    assert findings(out) == [json.loads(finding.model_dump_json()) for finding in whole.findings]
    assert len(whole.findings) == sum(group.last_us < state.newest_us for group in made.truth) == 2
    page = (out / "index.html").read_text()
    assert f"{len(whole.findings)} leads" in page
    assert "http" not in page.replace("http-equiv", "").replace("https://news.example", "")
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events].count("new") == len(whole.findings)
    assert len(read(out).findings) == len(whole.findings)  # as a workspace takes it in
    with pytest.raises(WorkspaceError, match="follows"):
        follow(Following(str(tmp_path / "in" / ".." / "else"), out), load(), Silent(), turns(1))


def post(n, ago_s):
    time_of = (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat()
    return json.dumps({"id": str(n), "user": f"u{n % 5}", "created_at": time_of, "text": f"text {n}"}) + "\n"


def test_a_post_of_a_wrong_clock_does_not_end_the_span_for_the_others(tmp_path):
    (tmp_path / "in").mkdir()
    path, request = tmp_path / "in" / "a.jsonl", Following(str(tmp_path / "in"), tmp_path / "out")
    path.write_text("".join(post(n, 600 - n) for n in range(50)) + post(50, -1_800) + post(51, -60))
    state = follow(request, load(), Silent(), turns(2))
    assert (state.posts, state.rejected) == (51, 1)
    with path.open("a") as file:
        file.write("".join(post(n, 600 - n) for n in range(52, 100)))
    state = follow(request, load(), Silent(), turns(2))
    assert (state.posts, state.late) == (99, 0)


def test_files_of_others_beside_the_parts_and_events_that_were_moved(tmp_path, monkeypatch):
    monkeypatch.setattr("tocsin.jobs.follow.board.EVENTS_BYTES", 10)
    for folder in ("posts", "quarantine"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".DS_Store").write_bytes(b"x")
    kept = Kept(tmp_path, "x")
    kept.commit(rows(3, 0), [Rejected("f", 1, "wrong")], kept.state)
    assert Kept(tmp_path, "x").state.number == 1
    board, now = Board(tmp_path, timedelta(minutes=15)), datetime(2024, 3, 4, tzinfo=UTC)
    board.compare([finding("f1", ("a", "b", "c"))], now)
    (tmp_path / "events.jsonl").rename(tmp_path / "events.1.jsonl")  # and killed before that was confirmed
    before = (tmp_path / "events.1.jsonl").read_bytes()
    assert [event.event for event in Board(tmp_path, timedelta(minutes=15)).compare([], now)] == ["ended"]
    assert (tmp_path / "events.1.jsonl").read_bytes() == before
    assert (
        json.loads((tmp_path / "leads.json").read_text())["events_bytes"] == (tmp_path / "events.jsonl").stat().st_size
    )


def test_wrong_options(tmp_path):
    (tmp_path / "in").mkdir()
    for wrong, told in (
        ({"span_s": 10}, "span_s"),
        ({"keep_s": 60}, "two spans"),
        ({"format": "none"}, "no format"),
        ({"where": str(tmp_path / "absent")}, "no such folder"),
        ({"out": tmp_path / "in" / "desk"}, "is inside"),
    ):
        given = {"where": str(tmp_path / "in"), "out": tmp_path / "out" / told, **wrong}
        with pytest.raises(UsageError, match=told):
            follow(Following(**given), load(), Silent(), turns(1))
    assert not (tmp_path / "in" / "desk").exists()


def rows(n, start, first=0):
    values = {
        "post": [f"p{first + i}" for i in range(n)],
        "account": ["a"] * n,
        "time": [start + i for i in range(n)],
        "file": ["f"] * n,
        "row": list(range(n)),
    }
    return pa.table([values.get(f.name, [None] * n) for f in POSTS], schema=POSTS)


def test_what_was_not_confirmed_goes_and_old_parts_too(tmp_path):
    kept = Kept(tmp_path, "x")
    for number in range(5):
        rejected = [Rejected("f", 1, "wrong")]
        kept.commit(rows(10, number * 1_000_000, number * 10), rejected, kept.state.model_copy(update={"posts": 10}))
    wanted = np.array([3, 17, 18, 49])
    assert kept.fetch(wanted)["post"].to_pylist() == ["p3", "p17", "p18", "p49"]
    kept.release(2_000_000)
    assert kept.fetch(np.array([22, 49, 20]))["post"].to_pylist() == ["p22", "p49", "p20"]
    (tmp_path / "posts" / "000000006-9000000.parquet").write_bytes(b"cut off")
    (tmp_path / "quarantine" / "000000006.csv").write_bytes(b"cut off")
    again = Kept(tmp_path, "x")
    assert again.state.number == 5
    assert [p["post"][0].as_py() for p in again.recall(3_000_000)] == ["p30", "p40"]
    assert again.forget(4_000_000) == 4
    assert [path.name for path in (tmp_path / "posts").iterdir()] == ["000000005-4000009.parquet"]


def test_recent_is_a_set_of_a_span(monkeypatch):
    monkeypatch.setattr("tocsin.jobs.follow.recent._RUN", 64)
    rng, recent, known = np.random.default_rng(1), Recent(), set()
    for turn in range(40):
        table = rows(30, turn * 100).set_column(
            0, POSTS.field(0), pa.array([f"p{n}" for n in rng.integers(0, 900, 30)])
        )
        told = []
        for post in table["post"].to_pylist():
            told.append(post not in known)
            known.add(post)
        assert recent.fresh(table).tolist() == told
    recent.forget(10_000)
    assert recent.fresh(rows(3, 0)).all()


def finding(name, members, last=0, standing="lead"):
    moment = datetime(2024, 3, 4, tzinfo=UTC)
    return Finding(
        id=name, detector="amplification.live", version="1", kind="x", standing=standing, title=name, sentence="s",
        subjects=members, first=moment, last=moment + timedelta(seconds=last), tests=(), effects=(), explanations=(),
        members=(), objects=(),
    )  # fmt: skip


def test_leads_are_known_again_by_their_members(tmp_path):
    board, now = Board(tmp_path, timedelta(minutes=15)), datetime(2024, 3, 4, tzinfo=UTC)

    def look(minute, *found):
        events = board.compare(found, now + timedelta(minutes=minute))
        return [(event.event, event.lead, event.added, event.removed) for event in events]

    assert look(0, finding("f1", ("a", "b", "c")), finding("g1", ("x", "y", "z"))) == [
        ("new", "lead-1", (), ()),
        ("new", "lead-2", (), ()),
    ]
    assert look(1, finding("f1", ("a", "b", "c")), finding("g1", ("x", "y", "z"))) == []
    assert look(2, finding("f2", ("a", "b", "d", "e")), finding("g1", ("x", "y", "z"))) == [
        ("changed", "lead-1", ("d", "e"), ("c",))
    ]
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b"of a look that was never confirmed\n")
    board = Board(tmp_path, timedelta(minutes=15))
    assert look(3, finding("g2", ("x", "y", "z"), last=5)) == [
        ("changed", "lead-2", (), ()),
        ("ended", "lead-1", (), ()),
    ]
    assert look(9, finding("f3", ("a", "b", "c"))) == [("new", "lead-1", (), ()), ("ended", "lead-2", (), ())]
    assert look(60, finding("g3", ("x", "y", "z"))) == [("new", "lead-3", (), ()), ("ended", "lead-1", (), ())]
    events = [json.loads(line)["event"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert events == ["new", "new", "changed", "changed", "ended", "new", "ended", "new", "ended"]


@contextmanager
def grown(data, folder):
    """A folder to which the events are appended, an eighth at each turn."""
    pieces = np.array_split(np.frombuffer(b"".join(line + b"\n" for _, line in data), np.uint8), 8)
    folder.mkdir()

    def turn():
        if pieces:
            with (folder / "events.jsonl").open("ab") as file:
                file.write(pieces.pop(0).tobytes())

    yield str(folder), turn


@contextmanager
def streamed(data, _folder):
    """A WebSocket that has all events, and sends so many a second."""
    log, ports, loop = Log(kept_s=1e9), [], asyncio.new_event_loop()
    log.add(data)
    task = loop.create_task(serve(log, 0, ports.append, rate=500))
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.gather(task, return_exceptions=True)))
    thread.start()
    while not ports:
        time.sleep(0.01)
    yield f"ws://127.0.0.1:{ports[0]}/subscribe?cursor=0", lambda: None
    loop.call_soon_threadsafe(task.cancel)
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("way", [grown, streamed])
def test_killed_at_any_moment(tmp_path, way):
    """kill -9 at random moments while posts come: the same posts and findings as without."""
    rng = np.random.default_rng(int(os.environ.get("TOCSIN_SEED", "1")))
    made = Chatter(StreamParams(rate=40, accounts=2_000, plant_every_s=70))
    data = [event for second in made.seconds(int((time.time() - 600) * 1e6), 240) for event in second]
    out = tmp_path / "out"
    with way(data, tmp_path / "in") as (where, turn):
        command = [Path(sys.executable).with_name("tocsin"), "follow", where, "--out", out, "--every", "1s"]

        def run():
            turn()
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        for _ in range(8):
            process = run()
            time.sleep(rng.uniform(2.0, 6.0))
            process.kill()
            process.wait()
        begun = time.time()
        process, until = run(), time.monotonic() + 180
        while time.monotonic() < until and (taken(out) < len(data) or not looked(out, begun)):
            time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    posts = kept(out)
    assert posts.num_rows == len(set(posts["post"].to_pylist())) == taken(out) == len(data)
    expected = [json.loads(one.model_dump_json()) for one in batch(posts, Parameters(every_s=1)).findings]
    assert findings(out) == expected
    assert expected


def looked(out, since):
    figures = out / "figures.jsonl"
    return figures.exists() and figures.stat().st_mtime > since


def taken(out):
    return json.loads((out / "follow.json").read_text())["posts"] if (out / "follow.json").exists() else 0

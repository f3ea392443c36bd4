"""Following a stream over a real WebSocket, with breaks."""

import asyncio
import json
import threading
import time
from contextlib import contextmanager

import pytest

from tocsin.errors import PartnerError, UsageError
from tocsin.simulate.served import Log, serve
from tocsin.simulate.stream import Chatter, StreamParams
from tocsin.sources.base import ReadOptions
from tocsin.sources.stream.jetstream import JetstreamFeed

START = 1_700_000_000_000_000


@contextmanager
def served(log, port=0):
    """The log on a port of this machine, in a thread."""
    ports, loop = [], asyncio.new_event_loop()
    task = loop.create_task(serve(log, port, ports.append))

    def run():
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    while not ports:
        time.sleep(0.01)
    yield ports[0]
    loop.call_soon_threadsafe(task.cancel)
    thread.join()


def taken(feed, wanted, limit_s=15.0):
    chunks, until = [], time.monotonic() + limit_s
    while time.monotonic() < until and len({p for c in chunks for p in c.posts["post"].to_pylist()}) < wanted:
        chunk = feed.take(0.1)
        chunks += [chunk] if chunk else []
    return chunks


def test_a_break_loses_nothing_and_a_gap_is_told():
    chatter = Chatter(StreamParams(rate=100, accounts=500))
    events = [event for second in chatter.seconds(START, 30) for event in second]
    log = Log(kept_s=1e9)
    log.add(events[:1500])
    with served(log) as port:
        feed = JetstreamFeed(f"ws://127.0.0.1:{port}/subscribe?cursor=1", ReadOptions(), None)
        first = taken(feed, 1500)
    assert sum(chunk.events for chunk in first) == 1500
    log.add(events[1500:2000])
    with served(log, port):
        second = taken(feed, 500 + 500)  # five seconds come again
        notes = [note for chunk in second for note in chunk.notes]
        assert notes[0].startswith("the connection broke")
        assert "connected again" in notes
        assert not any("missing" in note for note in notes)
    ids = [post for chunk in first + second for post in chunk.posts["post"].to_pylist()]
    assert len(set(ids)) == 2000
    assert len(ids) - 2000 == pytest.approx(500, abs=5)
    feed.close()
    late = Log(kept_s=1e9)
    late.add(events[2500:])
    with served(late) as port:
        position = json.loads(json.dumps(second[-1].position))
        feed = JetstreamFeed(f"ws://127.0.0.1:{port}/subscribe", ReadOptions(), position)
        third = taken(feed, 500)
        assert any("posts may be missing" in note for chunk in third for note in chunk.notes)
        feed.close()


def test_a_message_that_is_no_event_or_of_a_wrong_clock_costs_no_other():
    chatter = Chatter(StreamParams(rate=100, accounts=500))
    events = list(chatter.second(START))
    wrong = json.loads(events[0][1]) | {"time_us": int((time.time() + 86_400 * 3) * 1e6)}
    log = Log(kept_s=1e9)
    log.add([(events[0][0], b"junk"), *events, (events[-1][0], json.dumps(wrong).encode())])
    with served(log) as port:
        feed = JetstreamFeed(f"ws://127.0.0.1:{port}/subscribe?cursor=1", ReadOptions(), None)
        chunks = taken(feed, len(events))
        while sum(chunk.events for chunk in chunks) < len(events) + 2:
            chunks += [chunk for chunk in [feed.take(0.1)] if chunk]
        feed.close()
    assert sum(chunk.posts.num_rows for chunk in chunks) == len(events)
    rejected = [row.row for chunk in chunks for row in chunk.rejected]
    assert rejected == [1, len(events) + 2]
    assert chunks[-1].position["cursor"] == events[-1][0]


def test_what_cannot_be_followed():
    with pytest.raises(UsageError, match="password"):
        JetstreamFeed("ws://me:secret@127.0.0.1:1/x", ReadOptions(), None)
    with pytest.raises(PartnerError):
        JetstreamFeed("ws://127.0.0.1:1/x", ReadOptions(), None)

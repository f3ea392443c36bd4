"""Our server against every point of the black-box check, one test each."""

import pytest
from tests.share.taxii.conftest import instance

from tocsin.share.taxii import conformance
from tocsin.share.taxii.probe import Probe, Violation


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    """Our server with a collection of each kind of rights."""
    with instance(tmp_path_factory.mktemp("served") / "w") as made:
        ids = [made.collection(read, write) for read, write in ((True, True), (True, False), (False, True))]
        name, _, token = made.admit("checker", ids, ids).partition(":")
        probe = Probe(made.url, (name, token))
        probe.discover()
        yield probe
        assert made.workspace.check() == []
        probe.client.close()


def test_there_are_as_many_checks_as_points():
    assert len(conformance.CHECKS) == 21


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.__name__)
def test_our_server_conforms(probe, check):
    check(probe)


def test_a_server_that_does_not_is_found_out(probe, monkeypatch):
    """The check can fail: the same server behind a client that spoils its answers."""
    get = Probe.get

    def spoilt(self, url, **options):
        answer = get(self, url, **options)
        answer.headers.pop("x-taxii-date-added-last", None)
        answer.headers["content-type"] = "application/json"
        return answer

    monkeypatch.setattr(Probe, "get", spoilt)
    for check in (conformance.date_headers, conformance.success_type, conformance.paging):
        with pytest.raises(Violation):
            check(probe)


def test_a_run_says_what_of_each_point_and_leaves_nothing(one):
    collection = one.collection()
    name, _, token = one.admit("checker", [collection], [collection]).partition(":")
    results = list(conformance.run(one.url, (name, token)))
    assert [result.number for result in results] == list(range(1, 22))
    assert {result.outcome for result in results if result.number != 8} == {"pass"}
    assert results[7].outcome == "skip"
    assert one.held(collection) == []

"""What every registered detector of voting must do, whoever wrote it."""

import random
import socket

import numpy as np
import pytest
from tests.detect.voting.made import scan, sign_ins, stations, tables, visitors

from tocsin import plugins
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.run import detectors, look
from tocsin.model.tables import EVIDENCE
from tocsin.model.targets import OBSERVED, OFFICIAL

DETECTORS = {name: detector for name, detector in plugins.load("detectors").items() if detector.reads == "targets"}
each = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
OFFICIAL_NAMES = ["aldercountyvotes.example", "birchcountyvotes.example", "cedarcountyvotes.example"]
SEEN = [f"{word}-{n}.example" for n in range(60) for word in ("garden", "bakery", "football", "choir")]
IMITATIONS = ["aldercountyvotes.top", "aldercountyvotes-login.example"]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a detector must not use the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)


def names(schema, values, **more):
    rows = [{"name": name, "file": "names", "row": n, **more} for n, name in enumerate(values, 1)]
    return schema.empty_table().from_pylist(rows, schema=schema)


@pytest.fixture(scope="module")
def given():
    made = tables(visitors(1), sign_ins(1), scan("203.0.113.9"), stations=[stations(1, size=900, invented=100)])
    made.official = names(OFFICIAL, OFFICIAL_NAMES, office="Alder County", kind="office", jurisdiction="zz", brands=[])
    made.observed = names(OBSERVED, SEEN + IMITATIONS, how="list")
    return made


@pytest.fixture(scope="module")
def found(given):
    return look(given, lambda _: "somebody")


def test_all_are_found():
    assert detectors() == DETECTORS
    assert set(DETECTORS) == {f"voting.{name}" for name in ("break_in", "lookalike", "outages", "results", "scans")}


@each
def test_nothing_in_nothing_out(detector):
    result = detector.run(VotingTables(), detector.params())
    assert (result.candidates, result.tested) == ((), 0)
    assert result.skipped


@each
def test_candidates_stand_in_the_input(detector, given):
    result = detector.run(given, detector.params())
    assert result.tested or result.skipped
    for one in result.candidates:
        assert one.detector == detector.id
        assert (np.diff(one.rows) > 0).all()
        assert one.rows.size
        assert one.rows[0] >= 0
        assert one.rows[-1] < given.rows(one.table, one.contest).num_rows
        assert one.p is None or 0 <= one.p <= 1
        assert one.tests
        assert one.cannot_show
        assert "203.0.113.9" not in one.title + one.sentence


def test_the_made_tables_raise_findings(found):
    assert {one.targeting.sign for one in found.findings} >= {"scan", "results"}
    assert len({one.id for one in found.findings}) == len(found.findings)
    standings = [one.standing for one in found.findings]
    assert standings == sorted(standings, key=["lead", "explained"].index)


def test_evidence_stands_in_the_input(given, found):
    assert found.evidence.schema.equals(EVIDENCE)
    stood = {("log", row) for row in given.events["row"].to_pylist()}
    stood |= {("names", row) for row in given.observed["row"].to_pylist()}
    stood |= {("results.csv", row) for row in given.stations[0]["row"].to_pylist()}
    shown = {(row["file"], row["row"]) for row in found.evidence.to_pylist()}
    assert shown
    assert shown <= stood
    assert set(found.evidence["finding"].to_pylist()) == {one.id for one in found.findings}


def test_it_answers_the_same_twice_and_in_any_order(given, found):
    def moved(table):
        order = list(range(table.num_rows))
        random.Random(1).shuffle(order)
        return table.take(order)

    tables_ = [moved(one) for one in (given.official, given.observed, given.events)]
    again = VotingTables(*tables_, (moved(given.stations[0]),), day=given.day)
    assert [one.model_dump_json() for one in look(again, lambda _: "somebody").findings] == [
        one.model_dump_json() for one in found.findings
    ]


def test_only_clients_of_leads_are_shown(given, found):
    leads = {source for one in found.findings if one.standing == "lead" for source in one.subjects}
    others = set(given.events["source"].to_pylist()) - leads
    text = "".join(one.model_dump_json() for one in found.findings) + repr(found.evidence.to_pylist())
    assert others
    assert not [source for source in others if f'"{source}"' in text or f"'{source}'" in text]

"""What every registered detector of leaks must do, whoever wrote it."""

import random
import socket
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from tests.detect.leaks.test_documents import objects, paper, pdf, stream
from tests.detect.leaks.test_tracing import PUBLIC, made

from tocsin import plugins
from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.run import detectors, look
from tocsin.model.tables import EVIDENCE

DETECTORS = {name: detector for name, detector in plugins.load("detectors").items() if detector.reads == "leak"}
each = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
ORIGINAL = "The sum of 400 pounds was paid to the harbour fund before the end of last May."


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a detector must not use the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)


@pytest.fixture(scope="module")
def given():
    tables, _ = made(1)
    data, start = pdf("The sum is 400 pounds")
    later, _ = objects(stream("The sum is 40000 pounds"), before=data, previous=start)
    tainted = ORIGINAL.replace("400", "40,000")
    tables.papers = (*tables.papers, paper(later), paper(tainted.encode(), "t", "text/plain", pages=(tainted,)))
    tables.originals = (paper(ORIGINAL.encode(), "o", "text/plain", pages=(ORIGINAL,)),)
    tables.messages = (*tables.messages, replace(tables.messages[0], raw=b"From: a@b.example\r\n\r\nhello", row=2))
    tables.day = datetime(2026, 1, 1, tzinfo=UTC)
    return tables


@pytest.fixture(scope="module")
def found(given):
    return look(given)


def test_all_are_found():
    assert detectors() == DETECTORS
    assert set(DETECTORS) == {f"leaks.{name}" for name in ("compare", "documents", "mail", "tracing")}


@each
def test_nothing_in_nothing_out(detector):
    result = detector.run(LeakTables(), detector.params())
    assert (result.candidates, result.tested) == ((), 0)
    assert result.skipped


@each
def test_candidates_stand_in_the_input(detector, given):
    result = detector.run(given, detector.params())
    for one in result.candidates:
        assert one.detector == detector.id
        assert one.rows.size
        assert (np.diff(one.rows) > 0).all()
        assert 0 <= one.rows[0] <= one.rows[-1] < given.count(one.table)
        assert one.p is None or 0 <= one.p <= 1
        assert one.cannot_show


def test_the_made_tables_raise_findings(found):
    assert {one.leak.sign for one in found.findings} >= {"document", "quoted"}
    assert len({one.id for one in found.findings}) == len(found.findings)
    standings = [one.standing for one in found.findings]
    assert standings == sorted(standings, key=["lead", "explained", "interest"].index)
    assert all(one.subjects for one in found.findings)


def test_evidence_stands_in_the_input(given, found):
    assert found.evidence.schema.equals(EVIDENCE)
    stood = {("f", row) for row in given.posts["row"].to_pylist()} | {(one.name, 1) for one in given.papers}
    stood |= {(one.file, one.row) for one in given.messages}
    shown = {(row["file"], row["row"]) for row in found.evidence.to_pylist()}
    assert shown
    assert shown <= stood
    assert set(found.evidence["finding"].to_pylist()) == {one.id for one in found.findings}


def test_it_answers_the_same_in_any_order(given, found):
    order = list(range(given.posts.num_rows))
    random.Random(1).shuffle(order)
    again = LeakTables(
        given.messages[::-1],
        given.papers[::-1],
        given.originals,
        given.posts.take(pa.array(order)),
        given.keys,
        PUBLIC,
        given.day,
    )
    assert [one.model_dump_json() for one in look(again).findings] == [one.model_dump_json() for one in found.findings]


def test_titles_hold_nothing_of_the_leak(found):
    told = " ".join(one.title + one.sentence for one in found.findings)
    assert not [one.after for finding in found.findings for one in finding.leak.changes if one.after in told]

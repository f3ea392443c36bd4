"""What every registered detector that reads gifts must do, and what they give together."""

import random
import socket

import numpy as np
import pyarrow as pa
import pytest
from tests.detect.funding.made import simulated

from tocsin import plugins
from tocsin.detect.funding.base import MoneyTables
from tocsin.detect.funding.run import flags, look
from tocsin.model.gift import SETTLED
from tocsin.model.rules import Rules
from tocsin.model.tables import EVIDENCE

DETECTORS = {name: detector for name, detector in plugins.load("detectors").items() if detector.reads == "gifts"}
each = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)


def label(donor):
    return f"donor {donor}"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a detector must not use the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)


@pytest.fixture(scope="module")
def register():
    return simulated(gifts=2_000)


@pytest.fixture(scope="module")
def outcome(register):
    return look(register, label)


def test_all_are_found():
    assert flags() == DETECTORS
    assert sorted(int(detector.flag[1:]) for detector in DETECTORS.values()) == list(range(1, 19))


@each
def test_nothing_in_nothing_out(detector):
    empty = MoneyTables(SETTLED.empty_table(), pa.array([], pa.int64()), Rules.load())
    result = detector.run(empty, detector.params())
    assert result.candidates == ()
    assert result.tested == 0
    assert result.skipped


@each
def test_candidates_stand_in_the_input(detector, register):
    result = detector.run(register, detector.params())
    assert result.tested >= 0
    for candidate in result.candidates:
        assert candidate.flag == detector.id
        assert candidate.rows.size
        assert (np.diff(candidate.rows) > 0).all()
        assert candidate.rows[0] >= 0
        assert candidate.rows[-1] < register.gifts.num_rows
        assert candidate.p is None or 0 <= candidate.p <= 1
        assert candidate.tests
        assert candidate.effects


@each
def test_a_flag_that_cannot_be_computed_says_for_want_of_what(detector):
    row = {
        "gift": "1",
        "register": "r",
        "jurisdiction": "zz",
        "recipient": "c",
        "currency": "EUR",
        "kind": "money",
        "amount_minor": 100_00,
        "date": 12_000,
        "memo": False,
        "file": "f",
        "row": 1,
        "standing": "counted",
    }
    table = pa.table([pa.array([row.get(field.name)], field.type) for field in SETTLED], schema=SETTLED)
    result = detector.run(MoneyTables(table, pa.array([0]), Rules.load()), detector.params())
    assert result.candidates == ()
    assert result.skipped or result.tested <= 1


def comparable(outcome):
    findings = sorted(finding.model_dump_json() for finding in outcome.findings)
    return findings, sorted(map(repr, outcome.evidence.to_pylist())), outcome.ledger.model_dump_json()


def test_the_made_register_raises_findings(outcome):
    assert outcome.findings
    assert {finding.standing for finding in outcome.findings} <= {"lead", "explained"}
    assert len({finding.id for finding in outcome.findings}) == len(outcome.findings)
    for finding in outcome.findings:
        detector = DETECTORS[finding.detector]
        assert (finding.version, finding.money.flag) == (detector.version, detector.flag)
        assert finding.money.gifts == len(finding.money.rows)


def test_leads_come_first(outcome):
    standings = [finding.standing for finding in outcome.findings]
    assert standings == sorted(standings, key=["lead", "explained"].index)


def test_it_answers_the_same_twice(register, outcome):
    again = MoneyTables(
        register.gifts, register.donor, register.rules, register.entities, register.holdings, listed=register.listed
    )
    assert comparable(look(again, label)) == comparable(outcome)


def test_the_order_of_rows_does_not_matter(register, outcome):
    order = list(range(register.gifts.num_rows))
    random.Random(1).shuffle(order)
    moved = MoneyTables(
        register.gifts.take(order),
        register.donor.take(pa.array(order)),
        register.rules,
        register.entities,
        register.holdings,
        listed=register.listed,
    )
    assert comparable(look(moved, label)) == comparable(outcome)


def test_evidence_stands_in_the_input(register, outcome):
    assert outcome.evidence.schema.equals(EVIDENCE)
    rows = register.gifts.select(["gift", "file", "row", "recipient"]).to_pylist()
    given = {tuple(row.values()) for row in rows}
    shown = {(row["post"], row["file"], row["row"], row["object"]) for row in outcome.evidence.to_pylist()}
    assert shown
    assert shown <= given
    assert set(outcome.evidence["finding"].to_pylist()) == {finding.id for finding in outcome.findings}


def test_no_private_name_leaves(register, outcome):
    people = {
        name.lower()
        for row in register.gifts.select(["donor_type", "last_name", "first_name"]).to_pylist()
        if row["donor_type"] == "person" and len(name := f"{row['first_name']} {row['last_name']}") > 8
    }
    for finding in outcome.findings:
        text = finding.model_dump_json().lower()
        assert not [name for name in people if name in text]

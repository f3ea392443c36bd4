"""Posture from what the tools save: one shape made here, the others made by the tools themselves, without a network."""

import json
import socket
from datetime import UTC, datetime

import pytest

from tocsin.assure.posture import probe, read_posture
from tocsin.assure.posture.points import contact
from tocsin.errors import RefusedError, UnknownFormat
from tocsin.model.posture import CHECKS

GOOD = {
    "domain": "elm.example",
    "dnssec": True,
    "soa": {"record": "ns1"},
    "spf": {"record": "v=spf1 -all", "valid": True, "parsed": {"all": "fail"}, "warnings": []},
    "dmarc": {
        "record": "v=DMARC1",
        "valid": True,
        "tags": {"p": {"value": "reject", "explicit": True}},
        "warnings": [],
    },
    "mta_sts": {"valid": True, "id": "1", "policy": {"mode": "enforce"}, "warnings": []},
    "smtp_tls_reporting": {"valid": True, "tags": {}, "warnings": []},
}
POOR = {
    "domain": "oak.example",
    "dnssec": False,
    "soa": {"record": "ns1"},
    "spf": {"record": "v=spf1 ?all", "valid": True, "parsed": {"all": "neutral"}, "warnings": []},
    "dmarc": {"record": "v=DMARC1; p=none", "valid": True, "tags": {"p": {"value": "none"}}, "warnings": []},
    "mta_sts": {"valid": False, "error": "The MTA-STS record does not exist.", "warnings": []},
    "smtp_tls_reporting": {"valid": False, "error": "The resolution lifetime expired after 5 seconds"},
}


def states(path):
    return {(one.name, one.check): one.state for one in read_posture([path]).points}


def test_mail_and_names(tmp_path):
    path = tmp_path / "mail.json"
    path.write_text(json.dumps([GOOD, POOR]))
    assert states(path) == {
        **{("elm.example", check): "met" for check in ("spf", "dmarc", "mta-sts", "tls-reports", "dnssec")},
        ("oak.example", "spf"): "partly",
        ("oak.example", "dmarc"): "partly",
        ("oak.example", "mta-sts"): "not met",
        ("oak.example", "tls-reports"): "not told",
        ("oak.example", "dnssec"): "not met",
    }
    path.write_text(json.dumps({**POOR, "spf": {"valid": False, "error": "The domain does not exist."}}))
    assert set(states(path).values()) == {"not told"}
    path.write_text(json.dumps(GOOD, indent=1))
    assert states(path)["elm.example", "dmarc"] == "met"


def test_headers_as_the_tool_itself_writes_them(tmp_path):
    drheader = pytest.importorskip("drheader", reason="the extra `posture` is not installed")
    served = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "X-Frame-Options": "DENY"}
    report = [one.to_dict() for one in drheader.Drheader(headers=served).analyze()]
    path = tmp_path / "headers.json"
    path.write_text(
        json.dumps(
            [
                {"url": "https://elm.example/", "report": report},
                {"url": "https://oak.example", "report": [], "error": "x"},
            ]
        )
    )
    found = states(path)
    assert found["elm.example", "transport"] == found["elm.example", "framing"] == "met"
    assert found["elm.example", "content"] == "not met"
    assert {state for (name, _), state in found.items() if name == "oak.example"} == {"not told"}


def test_contact():
    now = datetime(2024, 5, 6, tzinfo=UTC)
    said = {
        "met": {"contact": "mailto:a@elm.example", "expires": "2025-01-01T00:00:00Z"},
        "partly": {"contact": ["mailto:a@elm.example"], "expires": "2023-01-01T00:00:00Z"},
        "not met": {"error": "SecurityTXTNotAvailable: Unable to get the file"},
        "not told": {"error": "Timeout: timed out"},
    }
    for state, result in said.items():
        assert [one[1] for one in contact(result, now)] == [state]


def test_nothing_is_asked_unless_allowed(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(RefusedError, match="not allowed"):
        probe(["elm.example"], network=False)


def test_what_a_tool_cannot_reach_is_told_as_such(tmp_path, monkeypatch):
    for module in ("checkdmarc", "drheader", "pysecuritytxt"):
        pytest.importorskip(module, reason="the extra `posture` is not installed")

    def unreachable(*_, **__):
        raise OSError("Network is unreachable")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, unreachable)
    monkeypatch.setattr("checkdmarc.check_domains", unreachable)
    path = tmp_path / "asked.jsonl"
    path.write_text("\n".join(probe(["elm.example"], network=True)) + "\n")
    points = read_posture([path]).points
    assert {one.check for one in points} == {check.id for check in CHECKS}
    assert {one.state for one in points} == {"not told"}


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"colour": "red"}')
    with pytest.raises(UnknownFormat, match="of no tool known"):
        read_posture([path])

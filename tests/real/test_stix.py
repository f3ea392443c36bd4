"""Real bundles of a government service, and every incident that DISARM has coded, judged by others' tools.

The data are not in the repository; without them these tests are skipped.
"""

import csv
import json
from collections import Counter

import pytest
from tests.cases.making import ANNA, CORA, people
from tests.share.stix.judges import findings, parsed

from common import DATA
from tocsin.cases import acts, work
from tocsin.model.exchange import Entity, Technique
from tocsin.share.disarm.identity import framework, opencti_uuid
from tocsin.share.stix import entities, exporting, importing
from tocsin.store.workspace import Workspace

SHARED = DATA.parent
BUNDLES = ("rrn", "portal_kombat")
#: Objects of each bundle, and how many relations have a stop that is equal to their start.
EXPECTED = {"rrn": (1054, 588), "portal_kombat": (1622, 1010)}
RELEASE = "v1.6 (2024-11-22)"

pytestmark = pytest.mark.skipif(
    not (SHARED / "incidents").exists(), reason="the incident data are not beside the checkout"
)


@pytest.fixture(params=BUNDLES)
def taken(request, ws):
    path = SHARED / "incidents" / "viginum" / f"{request.param}.json"
    return request.param, json.loads(path.read_bytes())["objects"], *importing.take_in(ws, ANNA, path)


def test_every_object_and_field_is_accounted_for(taken):
    name, objects, _, record, ledger = taken
    size, equal = EXPECTED[name]
    assert ledger.balance()
    assert (ledger.objects, record.objects) == (size, size)
    assert ledger.fields == sum(map(len, objects))
    assert ledger.counts()["quarantined"] == 0
    stops = Counter(row.rule for row in ledger.rows if row.field == "stop_time")
    assert stops["equal to start_time: dropped"] == equal


def test_all_of_it_comes_out_again_for_opencti(taken, ws, tmp_path):
    _, objects, case, _, _ = taken
    made, _ = exporting.export(ws, CORA, case.id, "opencti", tmp_path / "x.json")
    sent = {obj["id"]: obj for obj in made.objects}
    tlp = {obj["id"] for obj in objects if obj["type"] == "marking-definition"} - set(sent)
    assert len(tlp) == 1  # the renamed one: its canonical form stands for it
    assert sent == {obj["id"]: obj for obj in objects if obj["id"] not in tlp}


@pytest.mark.slow
def test_what_goes_to_others_has_no_finding_and_comes_back_equal(taken, ws, tmp_path):
    _, objects, case, _, _ = taken
    made, _ = exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text()
    assert findings(text) == []
    parsed(text)
    assert made.ledger.balance()
    named = {obj["name"] for obj in objects if obj["type"] in ("channel", "narrative")}
    assert all(json.dumps(name, ensure_ascii=False)[1:-1] in text for name in named)
    other = Workspace.create(tmp_path / "other", "Other")
    people(other)
    back, _, ledger = importing.take_in(other, ANNA, tmp_path / "x.json")
    assert ledger.counts()["kept"] == len(made.objects)
    again, _ = exporting.export(other, CORA, back.id, "core", tmp_path / "y.json")
    other.close()
    assert {obj["id"]: obj for obj in again.objects} == {obj["id"]: obj for obj in made.objects}


def test_their_techniques_are_found_by_every_name_they_have(taken, ws):
    _, objects, case, _, _ = taken
    patterns = {obj["id"]: obj["x_mitre_id"] for obj in objects if obj["type"] == "attack-pattern"}
    assert all(id_ == f"attack-pattern--{opencti_uuid(number)}" for id_, number in patterns.items())
    made = framework()
    assert {id_: made.technique(id_).id for id_ in patterns} == patterns
    with ws.read() as reader:
        found = [e.stix_id for e in acts.every(reader, Entity, {"case": case.id}) if e.sort == "technique"]
    assert sorted(found) == sorted(patterns)


def incidents():
    """Incidents with the techniques coded for each; one number upstream, T0097.003, was never in a release."""
    folder = SHARED / "incidents" / "disarm"
    with (folder / "incidents.csv").open(encoding="utf-8") as file:
        named = {row["id"]: (row["name"], []) for row in csv.DictReader(file)}
    with (folder / "incident_techniques.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["in_red_v1_6"] == "1":
                named[row["incident_id"]][1].append(row["technique_id"])
    return named


def exported(ws, tmp_path, name, techniques):
    case = work.open_case(ws, ANNA, name, "Case of DISARM")
    for number in techniques:
        entities.add(ws, ANNA, case.id, Technique(disarm=number, release=RELEASE))
    exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    return (tmp_path / "x.json").read_text()


def check(ws, tmp_path, chosen):
    pairs = 0
    for name, techniques in chosen:
        text = exported(ws, tmp_path, name, techniques)
        assert findings(text) == [], name
        objects = parsed(text)["objects"]
        coded = [o["external_references"][0]["external_id"] for o in objects if o["type"] == "attack-pattern"]
        assert sorted(coded) == sorted(techniques), name
        pairs += len(coded)
    return pairs


def test_some_incidents_have_no_finding(ws, tmp_path):
    tagged = [one for one in incidents().values() if one[1]]
    assert check(ws, tmp_path, tagged[::8]) > 0


@pytest.mark.slow
def test_every_incident_has_no_finding(ws, tmp_path):
    chosen = list(incidents().values())
    assert len(chosen) == 75
    assert check(ws, tmp_path, chosen) == 181

"""Several bodies on one incident: what each says stays, side by side, and nothing sums it up."""

import json

import pytest
from stix_objects import AT, SECRET, THEM_ID, US, audience, granular, identity, marked, relation, sdo, sid
from tests.cases.making import ANNA, BELA, CORA, people

from tocsin.cases import acts
from tocsin.model.exchange import Entity
from tocsin.share.positions import positions
from tocsin.share.redaction import view
from tocsin.share.release import release, set_audience
from tocsin.share.stix.importing import take_in_bytes
from tocsin.store.workspace import Workspace

INCIDENT = sdo("campaign", 50, sid("identity", 100), name="Harbour")
ACTORS = [sdo("threat-actor", 60 + n, sid("identity", 100), name=f"Unit {n}") for n in range(2)]
VIEWS = [("strongly-agree", 0, 85), ("disagree", 1, 15), ("neutral", 0, 50)]


def bundle(n):
    """What body `n` says of the incident: an opinion, an attribution and a sighting."""
    opinion, actor, confidence = VIEWS[n]
    by = sid("identity", 100 + n)
    return [
        identity(100 + n, by, name=f"Body {n}"),
        sdo("opinion", 70 + n, by, opinion=opinion, explanation=f"Body {n} looked.", object_refs=[INCIDENT["id"]]),
        relation(80 + n, INCIDENT, ACTORS[actor], "attributed-to", created_by_ref=by, confidence=confidence),
        sdo("sighting", 90 + n, by, sighting_of_ref=INCIDENT["id"], count=n + 1, where_sighted_refs=[by]),
    ]


ALL = [INCIDENT, *ACTORS, *(obj for n in range(3) for obj in bundle(n))]


def told(objects):
    return [(one.who, one.kind, one.says, one.confidence) for one in positions(objects)[INCIDENT["id"]]]


def test_each_body_is_listed_with_what_it_says():
    assert sorted(told(ALL)) == sorted(
        line
        for n, (opinion, actor, confidence) in enumerate(VIEWS)
        for line in (
            (f"Body {n}", "opinion", f"{opinion}: Body {n} looked.", None),
            (f"Body {n}", "attribution", f"attributed to Unit {actor}", confidence),
            (f"Body {n}", "sighting", f"seen {n + 1} times", None),
        )
    )


def test_what_its_creator_revoked_is_no_position():
    objects = [obj | {"revoked": True} if obj["id"] == sid("opinion", 71) else obj for obj in ALL]
    assert len(told(objects)) == 8


def test_three_imports_keep_all_of_it(tmp_path):
    ws = Workspace.create(tmp_path / "w", "Watch")
    people(ws)
    cases = []
    for n in range(3):
        objects = [*ALL[:3], *bundle(n)]
        cases.append(
            take_in_bytes(ws, ANNA, json.dumps({"type": "bundle", "objects": objects}).encode(), f"{n}.json")[0]
        )
    with ws.read() as reader:
        kept = {
            entity.stix_id: entity.stix() for case in cases for entity in acts.every(reader, Entity, {"case": case.id})
        }
    ws.close()
    assert sorted(told(kept.values())) == sorted(told(ALL))


@pytest.mark.parametrize("knows", [True, False])
def test_who_said_it_is_not_lost_when_it_is_passed_on_in_another_form(knows):
    hidden = granular(INCIDENT | {"description": "secret"}, "red", "description")  # so every position gets a new id
    found = view([hidden, *ALL[1:]], audience(may_know_origin=knows), SECRET, us=US, at=AT, unmarked="clear").objects
    (about,) = [one for one, said in positions(found).items() if len(said) > 1]
    assert sorted((one.who, one.kind, one.says) for one in positions(found)[about]) == sorted(
        line[:3] for line in told(ALL)
    )


def test_a_body_that_is_withheld_is_not_named():
    them = marked(identity(2, THEM_ID, name="Northern Office"), "red")
    said = sdo("opinion", 70, THEM_ID, opinion="agree", object_refs=[INCIDENT["id"]])
    found = view([*ALL[:4], them, said], audience(), SECRET, us=US, at=AT, unmarked="clear").objects
    assert "Northern" not in json.dumps(found)
    assert ("Watch", "agree") in {(one.who, one.says) for said in positions(found).values() for one in said}


def test_a_name_does_not_stand_in_what_is_marked_less():
    them = marked(identity(2, THEM_ID, name="Northern Office"), "green")
    hidden = granular(INCIDENT | {"description": "secret"}, "red", "description")
    for marking, named in (("clear", False), ("green", True)):
        said = marked(sdo("opinion", 70, THEM_ID, opinion="agree", object_refs=[INCIDENT["id"]]), marking)
        found = view([hidden, ALL[3], them, said], audience(), SECRET, us=US, at=AT, unmarked="clear").objects
        assert ("Northern" in json.dumps([obj for obj in found if obj["type"] == "opinion"])) is named


def test_who_said_it_is_not_lost_over_import_and_release(tmp_path):
    """The core profile fits what others sent; the audience still reads whose position it is."""
    ws = Workspace.create(tmp_path / "w", "Watch")
    people(ws)
    case, _, _ = take_in_bytes(ws, ANNA, json.dumps({"type": "bundle", "objects": ALL}).encode(), "all.json")
    for profile in ("core", "opencti"):
        set_audience(ws, CORA, profile, "red", "red", profile=profile)
        found = release(ws, BELA, case.id, profile).view.objects
        said = {(one.who, one.says) for said in positions(found).values() for one in said if one.kind == "opinion"}
        assert said == {(f"Body {n}", f"{word}: Body {n} looked.") for n, (word, _, _) in enumerate(VIEWS)}, profile
    ws.close()


def test_whatever_stands_in_an_object_is_survived():
    for wrong in (7, None, [7], {"a": 1}, "", [[]]):
        for number, kind in enumerate(("opinion", "relationship", "sighting")):
            fields = ("opinion", "explanation", "object_refs", "target_ref", "source_ref", "count", "description")
            more = ("where_sighted_refs", "external_references", "authors", "created_by_ref", "confidence", "created")
            broken = dict.fromkeys((*fields, *more), wrong) | {"relationship_type": "attributed-to"}
            positions([{"type": kind, "id": sid(kind, number), **broken}])
    assert positions([{}]) == {}

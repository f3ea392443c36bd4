"""The structural check against the OASIS validator's schemas, and its speed."""

import time

import pytest
from tests.share.stix.samples import damaged, everything, sco, sdo

from tocsin.share.stix.check import problems

WELL_FORMED = everything()


@pytest.mark.parametrize("obj", WELL_FORMED, ids=[obj["type"] for obj in WELL_FORMED])
def test_well_formed_objects_have_no_problem(obj):
    found = problems(obj)
    if obj["type"] == "relationship" and "stop_time" in obj:
        assert found == ["stop_time: not after start_time"]
    else:
        assert found == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "Campaign"}, "type"),
        ({"id": "campaign--1"}, "id"),
        ({"id": "report--11111111-1111-4111-8111-111111111111"}, "id"),
        ({"spec_version": "2.0"}, "spec_version"),
        ({"created": None}, "created"),
        ({"modified": "2020-01-01T00:00:00.000Z"}, "modified: not after created"),
        ({"modified": "2024-02-30T00:00:00.000Z"}, "modified: not a time"),
        ({"name": 5}, "name: not a text"),
        ({"aliases": []}, "aliases: empty"),
        ({"x_thing": {"a": {"b": None}}}, "x_thing: null"),
        ({"x_thing": {"bad key": 1}}, "x_thing.bad key"),
        ({"Upper": 1}, "Upper"),
        ({"confidence": 101}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"created_by_ref": "campaign--11111111-1111-4111-8111-111111111111"}, "created_by_ref"),
        ({"object_marking_refs": "x"}, "object_marking_refs"),
        ({"granular_markings": [{"selectors": ["aliases.[3]"], "marking_ref": "x"}]}, "selects nothing"),
        ({"first_seen": "2024-03-02T00:00:00Z", "last_seen": "2024-03-01T00:00:00.5Z"}, "last_seen: not after"),
    ],
)
def test_what_is_wrong_is_said_where(change, said):
    found = problems({**sdo("campaign", name="C", aliases=["D"]), **change})
    assert any(said in problem for problem in found), found


def test_required_properties_follow_the_type():
    assert problems(sdo("report", name="R")) == ["published: required", "object_refs: required"]
    assert problems({k: v for k, v in sco("url", value="https://a.example").items() if k != "value"}) == [
        "value: required"
    ]


def test_a_deep_object_is_a_problem_and_not_a_crash():
    deep = {"a": 1}
    for _ in range(900):
        deep = {"x": deep}
    assert any("levels deep" in problem for problem in problems(sdo("campaign", name="C", x_deep=deep)))


def test_nothing_makes_it_fail():
    for seed in range(30):
        for obj in damaged(seed):
            assert isinstance(problems(obj), list)


def test_ten_thousand_objects_a_second():
    objects = everything() * 30
    start = time.process_time()
    for obj in objects:
        problems(obj)
    assert len(objects) / (time.process_time() - start) > 10_000

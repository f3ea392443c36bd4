"""The shipped ids, names and mappings against the lists beside the checkout, ATT&CK ids against the mapping."""

import csv
from collections import defaultdict

import pytest

import controls
from tocsin.assure.assessment import threats
from tocsin.assure.assessment.profile import shipped

pytestmark = pytest.mark.skipif(not controls.LISTS.exists(), reason="the election data are not beside the checkout")


@pytest.mark.parametrize(("name", "made"), [("controls.csv", controls.controls), ("mappings.csv", controls.mappings)])
def test_the_shipped_lists_are_those_of_the_documents(name, made):
    with (controls.SHIPPED / name).open(newline="") as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == list(made())


@pytest.mark.parametrize(
    ("name", "shipped_names"),
    [("voting_technology_types", threats.technologies), ("eac_threat_tree_classes", threats.classes)],
)
def test_technologies_and_classes_are_those_of_the_eac(name, shipped_names):
    assert [tuple(row.values()) for row in controls.rows(name)] == list(shipped_names().items())


def test_the_controls_that_close_a_step_mitigate_its_techniques():
    """Of each step: every ATT&CK technique is one that some 800-53 control behind its closing questions mitigates."""
    mitigates = defaultdict(set)
    for row in controls.rows("map_800_53_r5_to_attack_12_1"):
        mitigates[row["control_id"].lower()].add(row["attack_technique"])
    behind = {
        question.id: {ref.control.partition(".")[0] for ref in question.controls if ref.catalogue == "nist-800-53-r5"}
        for question in shipped().questions
    }
    named = 0
    for step in threats.steps().values():
        found = {control for way in step.closed_by for question in way for control in behind[question]}
        techniques = set().union(*(mitigates[control] for control in found))
        assert set(step.attack) <= techniques, step.id
        named += len(step.attack)
    assert named > 50

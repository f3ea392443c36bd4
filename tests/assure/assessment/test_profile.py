"""The shipped profile, catalogues and mappings, and those that a user loads."""

from collections import Counter

import pytest

from tocsin.assure.assessment import catalogues, mappings, threats
from tocsin.assure.assessment.profile import shipped
from tocsin.errors import InputError, UnknownFormat
from tocsin.model.assessment import COMPONENTS, PHASES, Control, Mapping, Ref

NIST = {one.id: one for one in catalogues.shipped()}


def test_the_profile_asks_about_every_component_and_phase():
    questions = shipped().questions
    assert len(questions) >= 106
    assert len({question.id for question in questions}) == len(questions)
    assert len({question.text for question in questions}) == len(questions)
    assert {question.component for question in questions} == set(COMPONENTS)
    assert {phase for question in questions for phase in question.phases} == set(PHASES)
    assert all(question.name and question.effort_days and question.text.endswith("?") for question in questions)
    assert {question.priority for question in questions} == {1, 2, 3}


def test_every_question_rests_on_controls_that_exist():
    known = {(catalogue.id, control.id) for catalogue in NIST.values() for control in catalogue.controls}
    for question in shipped().questions:
        refs = [(ref.catalogue, ref.control) for ref in question.controls]
        assert set(refs) <= known, question.id
        assert any(catalogue == "nist-csf-2-0" for catalogue, _ in refs), question.id


def test_the_catalogues_have_the_sizes_of_their_documents():
    """106 and 108 subcategories of CSF 2.0 and 1.1; 34 goals of CPG 2.0; 15 principles of VVSG 2.0; of SP 800-53B 149,
    287 and 370 controls in the low, moderate and high baseline."""
    new, old = ([one for one in NIST[f"nist-csf-{n}"].controls if "-" in one.id] for n in ("2-0", "1-1"))
    assert (len(new), len(old)) == (106, 108)
    assert sum("." in control.id for control in NIST["cisa-cpg-2-0"].controls) == 34
    assert len(NIST["vvsg-2-0"].controls) == 15
    baselines = Counter(name for one in NIST["nist-800-53-r5"].controls for name in one.text.split(", ") if name)
    assert (baselines["low baseline"], baselines["moderate baseline"]) == (149, 287)
    assert baselines["high baseline"] == 370
    category = "Identity Management, Authentication, and Access Control"
    assert Control(id="PR.AA-03", name=category, group=category) in new


def test_the_profile_covers_what_it_says():
    csf = mappings.covered(shipped(), NIST["nist-csf-2-0"])
    assert "office-07" in csf["PR.AA-03"]
    bare = [control for control, questions in csf.items() if "-" in control and not questions]
    assert len(bare) <= 13
    assert all(mappings.covered(shipped(), NIST["vvsg-2-0"]).values())
    old = mappings.covered(shipped(), NIST["nist-csf-1-1"], mappings.shipped())
    assert "office-07" in old["PR.AC-7"]  # CSF 1.1 is reached through NIST's mapping to 2.0
    assert not any(mappings.covered(shipped(), NIST["nist-csf-1-1"]).values())


def test_mappings_go_both_ways_and_not_through_a_third():
    def ref(name):
        return Ref(catalogue="c", control=name)

    found = [Mapping(source=ref("a"), target=ref("b")), Mapping(source=ref("c"), target=ref("b"))]
    assert mappings.related(found)[ref("b")] == {ref("a"), ref("c")}
    assert mappings.related(found)[ref("a")] == {ref("b")}


def test_a_question_says_which_steps_it_closes():
    by_id = {question.id: question for question in shipped().questions}
    assert by_id["tabulation-11"].why.splitlines()[0] == threats.closing("tabulation-11")[0].text
    assert by_id["office-02"].why == ""


def test_a_table_is_read_as_a_catalogue(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text('\ufeffNumber,What,More\n1.1," Have, a list",x\n1.2,"Keep it"\n', "utf-8")
    found = catalogues.read_catalogue(path, "own", {"id": "Number", "name": "What", "text": "More"})
    assert found.controls == (Control(id="1.1", name="Have, a list", text="x"), Control(id="1.2", name="Keep it"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"id,title\n1,x\n", "no column 'name'"),
        (b"", "no column 'id'"),
        (b"id,name\n1,x\n1,y\n", "line 3: 1 stands there twice"),
        (b"id,name\n,x\n", "line 2: a control without an id"),
        (b"id,name\n" + b"1" * 81 + b",x\n", "at most 80"),
        (b"id,name\n1,\xff\n", "is no table"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(tmp_path, data, says):
    path = tmp_path / "own.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says):
        catalogues.read_catalogue(path, "own")


def test_mappings_are_read_and_checked(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("source,source_id,target,target_id,relationship\nown,1,vvsg-2-0,9,subset\nown,2,vvsg-2-0,9,\n")
    first, second = mappings.read_mappings(path)
    assert (first.relation, second.relation, first.origin) == ("subset", "intersects", "m.csv")
    path.write_text("source,source_id,target,target_id,relationship\nown,1,vvsg-2-0,9,equalish\n")
    with pytest.raises(InputError, match="line 2"):
        mappings.read_mappings(path)
    path.write_text("a,b\n")
    with pytest.raises(InputError, match="no column 'source'"):
        mappings.read_mappings(path)
    with pytest.raises(UnknownFormat):
        catalogues.read_catalogue(tmp_path / "x.xlsx", "x")

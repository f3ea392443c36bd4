"""The identity service: every way a technique is called leads to it, and drift is said."""

import json

import pytest
from tests.jobs.commands import tocsin

from tocsin.errors import InputError
from tocsin.share.disarm import build
from tocsin.share.disarm.identity import CAUTION, Framework, framework, opencti_uuid

TABLES = {
    "tactics.csv": "id,name,phase_id,rank,stix_phase_name\nTA01,Plan,P01,1,plan\n",
    "techniques.csv": "id,name,tactic_id,parent_id\n"
    "T0001,Now Called,TA01,\nT0001.001,Part,TA01,T0001\nT0003,New,TA01,\n",
    "countermeasures.csv": "id,name,tactic_id,responsetype_id\nC00001,Answer,TA01,D01\nC00002,Mute,TA01,D02\n",
    "counter_technique.csv": "counter_id,technique_id,technique_name_at_source\n"
    "C00001,T0001,Now Called\nC00002,T0001,Once Called\nC00002,T0009,Never There\nC00001,T0002,Dropped\n",
    "stix_id_history.csv": "technique_id,release,stix_id,name\n"
    "T0001,v1,attack-pattern--11111111-1111-4111-8111-111111111111,Once Called\n"
    "T0002,v1,attack-pattern--22222222-2222-4222-8222-222222222222,Dropped\n"
    "T0001.001,v1,attack-pattern--33333333-3333-4333-8333-333333333333,Part\n"
    "T0001,v2,attack-pattern--44444444-4444-4444-8444-444444444444,Now Called\n"
    "T0001.001,v2,attack-pattern--33333333-3333-4333-8333-333333333333,Part\n"
    "T0003,v2,attack-pattern--55555555-5555-4555-8555-555555555555,New\n",
    "misp_galaxy_map.csv": "disarm_id,misp_cluster_uuid,misp_tag\n"
    'T0001,aaaaaaaa-0000-5000-8000-000000000000,"misp-galaxy:disarm-techniques=""Now Called"""\n',
}


@pytest.fixture
def folder(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def small(folder):
    return Framework(build.build(folder))


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("T0001", "id"),
        (" t0001 ", "id"),
        ("now called", "name"),
        ("Once Called", "older name"),
        ("attack-pattern--11111111-1111-4111-8111-111111111111", "STIX id"),
        ("ATTACK-PATTERN--44444444-4444-4444-8444-444444444444", "STIX id"),
        (f"attack-pattern--{opencti_uuid('T0001')}", "OpenCTI id"),
        (f"attack-pattern--{opencti_uuid('t0001')}", "OpenCTI id"),
        ('misp-galaxy:disarm-techniques="Now Called"', "MISP tag"),
        ("aaaaaaaa-0000-5000-8000-000000000000", "MISP uuid"),
    ],
)
def test_each_way_it_is_called_leads_to_the_technique(small, text, by):
    (match,) = small.find(text)
    assert (match.entry.id, match.by) == ("T0001", by)
    assert small.technique(text).name == "Now Called"


def test_what_differs_between_releases_is_said(small):
    (renamed,) = small.find("T0001")
    assert [warning.split(":")[0] for warning in small.warnings(renamed.entry)] == [
        "the name differs between releases",
        "the STIX id differs between releases",
    ]
    assert small.find("attack-pattern--11111111-1111-4111-8111-111111111111")[0].releases == ("v1",)
    said = {id_: " ".join(small.warnings(small.entries[id_])) for id_ in ("T0002", "T0003", "T0001.001")}
    assert "gone: the last release with it is v1" in said["T0002"]
    assert "new in v2" in said["T0003"]
    assert said["T0001.001"] == "not in MISP's galaxy, which stopped at DISARM v1.4"


def test_only_links_whose_names_agree_are_safe(small):
    safe, proposed = small.countermeasures("T0001")
    assert [one.id for one in safe] == ["C00001"]
    assert [one.id for one in proposed] == ["C00002"]
    assert small.countermeasures("T0002") == ((), ())
    assert small.link_counts() == (1, 1, 2)
    assert small.safe("C00001", "T0001")
    assert not small.safe("C00002", "T0001")


def test_what_is_shipped_has_the_counts_of_the_framework():
    """391 techniques, 16 tactics, 140 countermeasures and 392 links that resolve: upstream's own numbers."""
    made = framework()
    newest = [e for e in made.entries.values() if e.last_release == made.releases[-1]]
    sorts = [e.sort for e in made.entries.values()]
    assert (len(newest), sorts.count("tactic"), sorts.count("countermeasure")) == (391, 16, 140)
    assert made.link_counts() == (183, 209, 445)
    assert all(made.phase(entry) for entry in newest)
    old, new = (
        {e.id: {w.stix_id for w in e.history if any(r.startswith(v) for r in w.releases)} for e in newest}
        for v in ("v1.5", "v1.6")
    )
    both = [id_ for id_ in new if old[id_]]
    assert (len(both), sum(old[id_] == new[id_] for id_ in both)) == (297, 216)  # reference: measured upstream


def test_the_data_file_holds_no_sentences_and_names_its_licence():
    made = framework()
    assert made.licence == "CC BY-SA 4.0"
    assert "DISARM Foundation" in made.attribution[0]
    assert max(len(entry.name) for entry in made.entries.values()) < 200


def test_a_file_written_is_the_one_read(folder, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "home"))
    done = tocsin("vocab", "import", ".", cwd=folder)
    assert "4 techniques over 2 releases (1 not in the newest)" in done.stdout
    assert "1 safe, 1 proposals (name changed), 2 to numbers that are gone" in done.stdout
    shown = tocsin("vocab", "show", "T0001", cwd=folder).stdout
    assert "Now Called" in shown
    assert CAUTION in shown
    assert json.loads((folder / "home" / "tocsin" / "disarm.json").read_text())["licence"] == "CC BY-SA 4.0"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tactics.csv", None, "tactics.csv is missing"),
        ("techniques.csv", "id,name\nT0001,X\n", "has no column tactic_id, parent_id"),
        ("techniques.csv", "id,name,tactic_id,parent_id\nT0001,X\n", "line 2: a value is missing"),
        ("tactics.csv", "id,name,phase_id,rank,stix_phase_name\nTA01,Plan,P01,first,plan\n", "line 2"),
    ],
)
def test_tables_that_are_not_the_frameworks_are_refused(folder, name, text, said):
    (folder / name).unlink() if text is None else (folder / name).write_text(text)
    with pytest.raises(InputError, match=said):
        build.build(folder)


def test_what_is_no_part_of_the_framework_is_said(tmp_path):
    done = tocsin("vocab", "show", "T9999", cwd=tmp_path, code=6)
    assert "is nothing of DISARM" in done.stderr


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ("TLP", "TLP:AMBER+STRICT: marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"),
        ("pap", "PAP:RED"),
        ("admiralty", "1: confidence 90; from 80 to 100"),
        ("icd203", "almost certain: confidence 95; from 90 to 100"),
        ("confidence", "moderate: confidence 50"),
        ("breakout", "breakout-scale-6"),
        ("channels", "state-aligned"),
        ("abcde", "degree: claim reach"),
    ],
)
def test_scales_are_shown_with_their_source(tmp_path, scale, said):
    shown = tocsin("vocab", "show", scale, cwd=tmp_path).stdout
    assert said in shown
    assert len(shown.splitlines()[0].split(": ", 1)[1]) > 5

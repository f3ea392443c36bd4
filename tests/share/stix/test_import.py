"""Bundles of others: every object and field accounted for, nothing crashes, and what goes out again is theirs."""

import json

import pytest
from tests.cases.making import ANNA, CORA, DANI, journal, people
from tests.jobs.commands import tocsin
from tests.share.stix.judges import findings, parsed
from tests.share.stix.samples import LATER, PRODUCER, TIME, damaged, everything, sdo

from tocsin.cases import acts, retention
from tocsin.errors import ConflictError, ForbiddenError, InputError
from tocsin.model.case import Case
from tocsin.model.exchange import Entity, Exchange, Minted
from tocsin.share.stix import exporting, importing
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.ledger import Row, read_csv
from tocsin.share.stix.scales import TLP1_IDS, TLP_IDS
from tocsin.store.workspace import Workspace

WHITE = next(iter(TLP1_IDS))


def bundle(objects):
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}).encode()


@pytest.fixture
def take(ws):
    """Import objects: the case, its entities by STIX id, and the ledger."""

    def run(objects, data=None):
        case, record, ledger = importing.take_in_bytes(ws, ANNA, data or bundle(objects), "theirs.json")
        with ws.read() as reader:
            entities = {one.stix_id: one for one in acts.every(reader, Entity, {"case": case.id})}
        assert ledger.balance()
        assert record.objects == ledger.objects
        return case, entities, ledger

    return run


def row_of(ledger, field):
    return next(row for row in ledger.rows if row.field == field)


def test_every_object_is_kept_as_it_came(take):
    objects = everything()
    case, entities, ledger = take(objects)
    assert {id_: entity.stix() for id_, entity in entities.items()} == {obj["id"]: obj for obj in objects}
    assert (case.state, case.tlp, case.title) == ("draft", "amber", "R")
    sorts = {entity.stix()["type"]: entity.sort for entity in entities.values()}
    assert (sorts["channel"], sorts["narrative"], sorts["attack-pattern"]) == ("channel", "narrative", "technique")
    assert ledger.counts() == {"kept": len(objects) - 1, "repaired": 1, "mapped": 0, "quarantined": 0, "withheld": 0}


@pytest.mark.parametrize(
    ("change", "field", "rule", "now"),
    [
        ({"start_time": TIME, "stop_time": TIME}, "stop_time", "equal to start_time: dropped", None),
        ({"start_time": LATER, "stop_time": TIME}, "stop_time", "before start_time: dropped", None),
        ({"spec_version": "2.0"}, "spec_version", "another version: read as 2.1", "2.1"),
        ({"modified": "2020-01-01T00:00:00.000Z"}, "modified", "before created: taken from it", TIME),
        ({"created": "2024-03-01T11:00:00+01:00"}, "created", "time written in UTC to the millisecond", TIME),
        ({"description": None}, "description", "null or empty: dropped", None),
        ({"labels": ["a", None]}, "labels", "nulls and empty parts dropped", ["a"]),
        ({"confidence": 300}, "confidence", "not a whole number from 0 to 100: dropped", None),
        ({"revoked": "yes"}, "revoked", "not true or false: taken as true", True),
        ({"object_marking_refs": [WHITE]}, "object_marking_refs", "TLP 1 read as TLP 2.0", [TLP_IDS["clear"]]),
        ({"object_marking_refs": ["secret"]}, "object_marking_refs",
         "a marking that cannot be read: handled as TLP:RED", [TLP_IDS["red"]]),
        ({"created_by_ref": "me"}, "created_by_ref", "no id: dropped", None),
    ],
)  # fmt: skip
def test_each_repair_says_its_rule(take, change, field, rule, now):
    from tocsin.share.stix.repairs import repaired

    obj = {**sdo("relationship", relationship_type="uses", source_ref=PRODUCER, target_ref=PRODUCER), **change}
    _, entities, ledger = take([obj])
    assert (row_of(ledger, field).outcome, row_of(ledger, field).rule) == ("repaired", rule)
    assert entities[obj["id"]].stix() == obj
    assert repaired(obj)[0].get(field) == now


def test_a_missing_version_and_a_renamed_marking_are_said(take):
    old = sdo("campaign", name="C")
    del old["spec_version"], old["modified"]
    renamed = {
        "type": "marking-definition",
        "id": WHITE,
        "name": "TLP:CLEAR",
        "definition_type": "tlp",
        "created": TIME,
    }
    _, entities, ledger = take([old, renamed])
    said = {row.object: (row.outcome, row.rule) for row in ledger.rows if not row.field}
    assert said[old["id"]][0] == "repaired"
    assert "spec_version: missing" in said[old["id"]][1]
    assert said[WHITE] == ("mapped", "the canonical marking TLP:CLEAR stands for it")
    assert list(entities) == [old["id"]]


def test_of_several_versions_the_newest_is_taken(take):
    first = sdo("campaign", name="old")
    second = {**first, "name": "new", "modified": LATER}
    _, entities, ledger = take([second, first, first])
    assert entities[first["id"]].name == "new"
    assert ledger.counts()["mapped"] == 2


@pytest.mark.parametrize("thing", [7, None, "text", [], ["x"], {}, {"type": 3}, {"type": "campaign"}, {"id": "x--1"}])
def test_what_is_no_object_is_quarantined(take, thing):
    _, entities, ledger = take([sdo("campaign", name="C"), thing])
    assert len(entities) == 1
    assert ledger.counts()["quarantined"] == 1


def test_huge_deep_and_broken_texts_are_quarantined(take):
    deep = {"a": 1}
    for _ in range(500):
        deep = {"a": deep}
    objects = [
        sdo("campaign", name="x" * 2_000_000),
        sdo("campaign", name="C", x_deep=deep),
        sdo("campaign", name="half \ud800 a pair"),
        sdo("campaign", name="nul \0 and \u202e stay"),
    ]
    _, entities, ledger = take(objects)
    assert [row.rule for row in ledger.rows if row.outcome == "quarantined" and not row.field] == [
        "larger than 1,000,000 characters",
        "x_deep: nested more than 60 levels deep",
        "holds half a surrogate pair",
    ]
    assert len(entities) == 1


def test_the_largest_object_that_comes_in_goes_out(take, ws, tmp_path):
    case, _, ledger = take([sdo("narrative", name="N", description='"' * 480_000)])
    assert ledger.counts()["quarantined"] == 0
    for profile in ("core", "misp", "opencti"):
        exporting.export(ws, CORA, case.id, profile, tmp_path / "x.json")
        assert '\\"' * 480_000 in (tmp_path / "x.json").read_text()


def test_references_in_circles_go_in_and_out(take, ws, tmp_path):
    one, other = sdo("report", name="A", published=TIME), sdo("note", content="x")
    one["object_refs"], other["object_refs"] = [other["id"]], [one["id"], other["id"]]
    marking = sdo("marking-definition", definition_type="x", definition={"a": 1})
    marking["object_marking_refs"] = [marking["id"]]
    loop = sdo("relationship", relationship_type="related-to", source_ref=one["id"], target_ref=one["id"])
    case, _, _ = take([one, other, marking, loop])
    exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    assert findings((tmp_path / "x.json").read_text()) == []


@pytest.mark.parametrize("seed", range(8))
def test_damaged_bundles_come_out_clean(take, ws, tmp_path, seed):
    """Whatever was wrong with each object, the core profile of it has no finding."""
    case, entities, _ = take(damaged(seed))
    bundle_, _ = exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text()
    assert bundle_.ledger.balance()
    assert findings(text) == []
    parsed(text)
    originals = {
        o["extensions"][HANDLING].get("original_id") for o in bundle_.objects if HANDLING in o.get("extensions", {})
    }
    missing = {id_ for id_ in entities if id_ not in originals and id_ not in {o["id"] for o in bundle_.objects}}
    assert {id_.split("--")[0] for id_ in missing} <= {"file"}  # extensions are part of a file's id


def test_a_marking_of_a_field_marks_the_whole_of_what_is_derived(take, ws, tmp_path):
    obj = sdo("narrative", name="N", description="secret", object_marking_refs=[TLP_IDS["green"]])
    obj["granular_markings"] = [{"selectors": ["description"], "marking_ref": TLP_IDS["red"]}]
    case, _, _ = take([obj])
    made, _ = exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    (note,) = [o for o in made.objects if o["type"] == "note"]
    assert note["object_marking_refs"] == [TLP_IDS["red"]]


def test_opencti_gets_back_what_it_sent(take, ws, tmp_path):
    objects = everything()
    case, _, _ = take(objects)
    made, _ = exporting.export(ws, CORA, case.id, "opencti", tmp_path / "x.json")
    assert {obj["id"]: obj for obj in made.objects} == {obj["id"]: obj for obj in objects}


def test_core_in_and_out_is_equal(ws, built, export, tmp_path):
    sent, _ = export(built.case_id)
    other = Workspace.create(tmp_path / "other", "Other")
    people(other)
    case, _, ledger = importing.take_in(other, ANNA, tmp_path / "core.json")
    assert set(ledger.counts()) - {name for name, count in ledger.counts().items() if not count} == {"kept"}
    back, _ = exporting.export(other, CORA, case.id, "core", tmp_path / "back.json")
    other.close()
    assert {obj["id"]: obj for obj in back.objects} == {obj["id"]: obj for obj in sent.objects}


def test_what_others_say_stays_beside_what_we_say(ws, take, tmp_path):
    campaign = sdo("campaign", name="C")
    views = [sdo("opinion", opinion=said, object_refs=[campaign["id"]]) for said in ("agree", "strongly-disagree")]
    case, _, _ = take([{**sdo("identity", name="P", identity_class="organization", created_by_ref=PRODUCER),
                        "id": PRODUCER}, campaign, *views])  # fmt: skip
    made, _ = exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    assert {o["opinion"] for o in made.objects if o["type"] == "opinion"} == {"agree", "strongly-disagree"}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1,2", b'"text"', b'{"objects": 3}', b'{"objects": []}', b"\xff\xfe", b"NaN"]
)
def test_what_is_no_bundle_is_refused(ws, data):
    with pytest.raises(InputError):
        importing.take_in_bytes(ws, ANNA, data, "x.json")
    with ws.read() as reader:
        assert reader.count(Case) == 0


def test_deep_json_is_refused_and_not_a_crash(ws):
    with pytest.raises(InputError):
        importing.take_in_bytes(ws, ANNA, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "x.json")


def test_a_file_is_imported_once_by_an_analyst(ws, take):
    take([sdo("campaign", name="C", id="campaign--11111111-1111-4111-8111-111111111111")])
    with pytest.raises(ConflictError, match="was imported on"):
        take([sdo("campaign", name="C", id="campaign--11111111-1111-4111-8111-111111111111")])
    with pytest.raises(ForbiddenError):
        importing.take_in_bytes(ws, DANI, bundle([sdo("campaign", name="D")]), "x.json")
    assert any("refused: import STIX" in line for line in journal(ws))


def test_the_ledger_is_kept_and_reads_back(ws, take):
    case, _, ledger = take(everything())
    with ws.read() as reader:
        (record,) = reader.page(Exchange, {"case": case.id}).items
    with ws.vault.open(record.ledger) as file:
        rows = list(read_csv(file.read().decode().splitlines()))
    assert rows == ledger.rows
    assert ws.check() == []


def test_a_cell_is_no_formula():
    from tocsin.share.stix.ledger import Ledger

    ledger = Ledger()
    ledger.add("=cmd", "+x", "kept", "'quoted")
    text = ledger.csv().decode()
    assert "\n=" not in text
    assert list(read_csv(text.splitlines())) == [Row("=cmd", "+x", "kept", "'quoted", "", "")]


def test_from_the_command_line(ws, tmp_path):
    (tmp_path / "theirs.json").write_bytes(bundle(everything()))
    words = ("stix", "import", ws.path, "theirs.json", "--by", "anna", "--ledger", "ledger.csv")
    done = tocsin(*words, cwd=tmp_path).stdout
    case = done.split()[1].rstrip(",")
    assert "40 objects: 39 kept, 1 repaired" in done
    assert "stop_time: equal to start_time: dropped" in done
    assert sum(1 for row in read_csv((tmp_path / "ledger.csv").read_text().splitlines()) if not row.field) == 40
    out = tocsin(
        "stix", "export", ws.path, case, "--by", "cora", "--profile", "opencti", "--out", "o.json", cwd=tmp_path
    )
    assert "40 objects in o.json" in out.stdout
    assert len(json.loads((tmp_path / "o.json").read_text())["objects"]) == 40
    assert "needs the role" in tocsin(*words[:4], "--by", "dani", cwd=tmp_path, code=8).stderr


def test_an_attack_pattern_of_another_framework_is_no_technique_of_disarm(take):
    name = "Flood Information Space"
    theirs = [{"source_name": "mitre-attack", "external_id": "T1059"}]
    _, entities, _ = take([sdo("attack-pattern", name=name, external_references=theirs)])
    assert [one.sort for one in entities.values()] == ["object"]
    _, entities, _ = take([sdo("attack-pattern", name=name)])
    assert [one.sort for one in entities.values()] == ["technique"]


def test_an_erased_case_leaves_nothing_of_its_exchange(ws, take, tmp_path):
    case, _, _ = take(everything())
    exporting.export(ws, CORA, case.id, "core", tmp_path / "x.json")
    for actor in (ANNA, CORA):
        retention.approve_erasure(ws, actor, Case, case.id)
    retention.erase(ws, CORA, Case, case.id)
    with ws.read() as reader:
        assert [reader.count(kind, {"case": case.id}) for kind in (Entity, Exchange, Minted)] == [0, 0, 0]

"""Exports judged by others: the OASIS validator, the stix2 library; and by what must never leave."""

import json

import pytest
import stix2
from tests.cases.making import ANNA, BELA, CORA, DANI, Built, journal
from tests.share.stix.conftest import SECRET
from tests.share.stix.judges import findings, parsed, strict
from tests.share.stix.samples import everything

from tocsin.cases import publish, work
from tocsin.cases.blinding import Blinder
from tocsin.errors import ForbiddenError, NotFoundError
from tocsin.model.case import Case, Name
from tocsin.model.exchange import Entity, Restriction, Technique
from tocsin.share.disarm.identity import CAUTION
from tocsin.share.stix import entities, exporting, importing
from tocsin.share.stix.extension import HANDLING, INCIDENT, definitions
from tocsin.share.stix.scales import TLP_IDS
from tocsin.store.canonical import digest


def by_type(bundle, kind):
    return [obj for obj in bundle.objects if obj["type"] == kind]


def test_the_core_profile_has_no_finding(built, export):
    _, text = export(built.case_id)
    assert findings(text) == []
    assert parsed(text) == json.loads(text)


def test_the_misp_profile_is_strict_and_refers_to_everything(built, export):
    bundle, text = export(built.case_id, "misp")
    assert strict(text) == []
    parsed(text)
    (report,) = by_type(bundle, "report")
    explained = {obj["id"] for obj in definitions()}
    assert {obj["id"] for obj in bundle.objects} - explained - {report["id"], report["created_by_ref"]} == set(
        report["object_refs"]
    )


def test_misp_reads_every_object(built, export, ws, tmp_path):
    """misp-stix has no line of an object it cannot read, of our case and of one of each type that exists."""
    converter = pytest.importorskip("misp_stix_converter")
    case, _, _ = importing.take_in_bytes(ws, ANNA, json.dumps(everything()).encode(), "theirs.json")
    for case_id in (built.case_id, case.id):
        _, text = export(case_id, "misp")
        parser = converter.ExternalSTIX2toMISPParser()
        parser.load_stix_bundle(stix2.parse(text, allow_custom=False))
        parser.parse_stix_bundle()
        assert dict(parser.errors) == {}
        assert not parser.warnings


def test_opencti_gets_its_own_types_and_the_number_it_matches_by(built, export):
    bundle, _ = export(built.case_id, "opencti")
    assert [obj["name"] for obj in by_type(bundle, "channel")] == ["abc"]
    assert [obj["name"] for obj in by_type(bundle, "narrative")] == ["stolen vote"]
    assert [obj["x_mitre_id"] for obj in by_type(bundle, "attack-pattern")] == ["T0049"]


@pytest.mark.parametrize("profile", ["core", "opencti", "misp"])
def test_a_private_person_never_leaves(built, export, profile):
    bundle, text = export(built.case_id, profile)
    hidden = Blinder([Name(sort="person", text=SECRET, placeholder="P", standing="private")])
    assert not hidden.names_in(text)
    assert "quentin" not in text.lower()
    rows = bundle.ledger.csv().decode()
    assert "quentin" not in rows.lower()
    assert [row for row in bundle.ledger.rows if row.rule == "a private person's" and not row.field] != []


def test_the_public_profile_holds_the_publication_and_nothing_else(ws, export):
    case = Built(ws)
    with pytest.raises(NotFoundError, match="never published"):
        export(case.case_id, "public")
    case.published()
    entities.add(ws, ANNA, case.case_id, Technique(disarm="T0049", release="v1.6 (2024-11-22)"))
    bundle, text = export(case.case_id, "public")
    assert findings(text) == []
    parsed(text)
    assert "T0049" not in text
    assert SECRET not in text
    marked = {ref for obj in bundle.objects for ref in obj.get("object_marking_refs", ())}
    assert marked == {TLP_IDS["clear"]}
    texts = {claim.text for claim in case.publication.body.claims if claim.text}
    notes = "\n".join(note["content"] for note in by_type(bundle, "note"))
    assert all(one in notes for one in texts)


def test_a_second_export_is_the_same(built, export):
    first, _ = export(built.case_id)
    second, _ = export(built.case_id)
    assert second.objects == first.objects
    assert second.minted == []


def test_versions_grow_only_where_the_content_changed(built, export, ws):
    before = {obj["id"]: obj for obj in export(built.case_id)[0].objects}
    built.claim("behaviour", text="They posted together, in the same second.")
    after = {obj["id"]: obj for obj in export(built.case_id)[0].objects}
    assert before.keys() == after.keys()
    changed = [id_ for id_ in before if before[id_] != after[id_]]
    assert [before[id_].get("abstract") for id_ in changed] == ["Claim: behaviour"]
    for id_ in changed:
        assert after[id_]["created"] == before[id_]["created"]
        assert after[id_]["modified"] > before[id_]["modified"]
    seen = {}
    for obj in (*before.values(), *after.values()):
        if "modified" in obj:
            assert seen.setdefault((obj["id"], obj["modified"]), digest(obj)) == digest(obj)


def test_profiles_never_give_two_contents_the_same_id_and_version(ws, built, export):
    seen = {}
    for profile in ("core", "opencti", "misp"):
        for obj in export(built.case_id, profile)[0].objects:
            if "modified" in obj:
                key = (obj["id"], obj["modified"])
                assert seen.setdefault(key, digest(obj)) == digest(obj), obj["type"]


def test_what_is_taken_out_is_revoked_for_good(ws, built, export):
    before = export(built.case_id)[0]
    (pattern,) = by_type(before, "attack-pattern")
    with ws.read() as reader:
        (entity,) = reader.page(Entity, {"sort": "technique"}).items
    entities.remove(ws, ANNA, entity.id)
    bundle, text = export(built.case_id)
    gone = next(obj for obj in bundle.objects if obj["id"] == pattern["id"])
    assert gone["revoked"] is True
    assert gone["modified"] > pattern["modified"]
    assert findings(text) == []
    parsed(text)
    assert "Flood" not in gone["name"]
    again = export(built.case_id)[0]
    assert next(obj for obj in again.objects if obj["id"] == pattern["id"]) == gone
    entities.add(ws, ANNA, built.case_id, Technique(disarm="T0049", release="v1.6 (2024-11-22)"))
    back = [obj for obj in by_type(export(built.case_id)[0], "attack-pattern") if not obj.get("revoked")]
    assert [obj["id"] != pattern["id"] for obj in back] == [True]


def test_a_withdrawn_case_is_taken_back_whole(ws, export):
    case = Built(ws).published()
    shown = {obj["id"] for obj in export(case.case_id)[0].objects if "modified" in obj}
    publish.approve(ws, ANNA, case.case_id, "withdraw", "It was wrong.")
    publish.approve(ws, BELA, case.case_id, "withdraw", "It was wrong.")
    publish.issue(ws, BELA, case.case_id, "withdraw", "It was wrong.")
    bundle, text = export(case.case_id)
    assert findings(text) == []
    left = [obj for obj in bundle.objects if not obj.get("revoked")]
    assert {obj["type"] for obj in left} == {"identity", "extension-definition"}
    assert shown == {obj["id"] for obj in bundle.objects}
    assert "Tomas Brandt" not in text


def test_evidence_travels_with_its_digest_and_the_root_of_the_journal(ws, built, export):
    made = ws.journal.make_root(ws.journal.head().time.date())
    bundle, _ = export(built.case_id)
    (incident,) = by_type(bundle, "incident")
    said = incident["extensions"][HANDLING]
    assert (said["root"], said["entries"], said["workspace"]) == (made.root, made.entries, ws.id)
    assert incident["extensions"][INCIDENT]["determination"] == "suspected"
    kept = ws.vault.put(b"a page").sha256
    (seen,) = [o for o in by_type(bundle, "observed-data") if HANDLING in o.get("extensions", {})]
    assert seen["extensions"][HANDLING]["evidence"][0]["sha256"] == kept
    (file,) = by_type(bundle, "file")
    assert file["hashes"] == {"SHA-256": kept}
    ws.journal.make_root(ws.journal.head().time.date())
    assert by_type(export(built.case_id)[0], "incident") == [incident]  # a new root alone is no new version


def test_countermeasures_are_linked_only_where_the_names_agree(built, export):
    bundle, _ = export(built.case_id)
    (measure,) = by_type(bundle, "course-of-action")
    assert CAUTION in measure["description"]
    linked = [r for r in by_type(bundle, "relationship") if r["source_ref"] == measure["id"]]
    assert [r["relationship_type"] for r in linked] == ["related-to"]  # C00012 was linked to T0049 under another name


def test_the_reach_is_a_label(built, export):
    (incident,) = by_type(export(built.case_id)[0], "incident")
    assert incident["labels"] == ["interference:amplification", "breakout-scale-1"]


def test_attribution_is_never_implied_by_naming(built, export):
    bundle, _ = export(built.case_id)
    assert not [o for o in bundle.objects if o["type"] in ("threat-actor", "intrusion-set")]
    assert not [o for o in by_type(bundle, "relationship") if o["relationship_type"] == "attributed-to"]


def test_a_case_without_an_operation_has_no_campaign(ws, export):
    case = Built(ws)
    work.close(ws, ANNA, case.case_id, "not shown", "Nothing holds.")
    bundle, text = export(case.case_id)
    assert findings(text) == []
    assert by_type(bundle, "campaign") == []
    assert by_type(bundle, "incident")[0]["extensions"][INCIDENT]["determination"] == "false-positive"


def test_every_record_and_field_is_accounted_for(built, export):
    for profile in ("core", "opencti", "misp"):
        ledger = export(built.case_id, profile)[0].ledger
        assert ledger.balance()
        assert {row.outcome for row in ledger.rows} == {"mapped", "withheld"}


def test_only_who_may_hand_over_exports_and_it_is_kept(ws, built, tmp_path):
    for actor in (DANI,):
        with pytest.raises(ForbiddenError):
            exporting.export(ws, actor, built.case_id, "core", tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()
    exporting.export(ws, CORA, built.case_id, "core", tmp_path / "x.json")
    said = "\n".join(journal(ws))
    assert "refused: export STIX: core" in said
    assert f"export STIX: core {built.case_id}" in said
    assert ws.check() == []


def test_objects_carry_the_tlp_of_the_case(ws, built, export):
    with ws.write("anna", "mark") as w:
        w.put(w.get(Case, built.case_id).but(tlp="amber+strict"))
    bundle, _ = export(built.case_id)
    free = {"extension-definition"}
    marked = [o for o in bundle.objects if o["type"] not in free and o["id"] != o.get("created_by_ref")]
    assert {tuple(obj["object_marking_refs"]) for obj in marked} == {(TLP_IDS["amber+strict"],)}


def test_a_case_with_stricter_parts_leaves_by_a_view_only(ws, built, export, tmp_path):
    bundle, _ = export(built.case_id)
    (pattern,) = by_type(bundle, "attack-pattern")
    with ws.write("anna", "restrict") as w:
        w.put(Restriction(case=built.case_id, object=pattern["id"], tlp="red"))
    (tmp_path / "core.json").unlink()
    with pytest.raises(ForbiddenError, match="marked more strictly"):
        export(built.case_id)
    assert not (tmp_path / "core.json").exists()

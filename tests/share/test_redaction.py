"""Views of audiences: nothing withheld shows, nothing dangles, no marking widens, and ids are each audience's own."""

import json
from datetime import timedelta

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stix_objects import (
    AT,
    ORGANISATIONS,
    SECRET,
    THEM_ID,
    TLP,
    US,
    US_ID,
    audience,
    audiences,
    drawn,
    granular,
    identity,
    marked,
    relation,
    report,
    sco,
    sdo,
    sid,
    statement,
)

from tocsin.share.redaction import derived_id, view
from tocsin.share.redaction.paths import references
from tocsin.share.stix.check import problems
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.scales import TLP1_IDS, TLP_BY_ID, TLP_IDS

few = settings(max_examples=150, deadline=None)


def seen(objects, who=None, at=AT, known=(), **more):
    held = {one.original: one for one in known}
    return view(objects, who or audience(), SECRET, us=US, at=at, known=held, **{"unmarked": "clear"} | more)


def one(objects, kind, who=None, **more):
    (found,) = [obj for obj in seen(objects, who, **more).objects if obj["type"] == kind]
    return found


def as_bytes(found):
    return orjson.dumps(found.objects)


def dangling(objects):
    """Every reference to what is not there, but for canonical markings and the origins that may be known."""
    there = {obj["id"] for obj in objects} | set(TLP_BY_ID) | {HANDLING}
    for obj in objects:
        content = dict(obj)
        if obj.get("relationship_type") == "derived-from":
            del content["target_ref"]
        restricted = obj.get("extensions", {}).get(HANDLING, {}).get("organisations", [])
        yield from (f"{obj['id']} to {ref}" for ref in references(content) - there - set(restricted))


# drawn cases


@given(drawn(), audiences)
@few
def test_no_text_that_is_withheld_is_in_the_view(case, who):
    found = as_bytes(seen(case.objects, who, unmarked=case.unmarked)).decode()
    assert [text for text, rule in case.texts.items() if text in found and not case.may_see(rule, who)] == []


@given(drawn(), audiences)
@few
def test_nothing_dangles_and_every_object_is_well_formed(case, who):
    found = seen(case.objects, who, unmarked=case.unmarked).objects
    assert list(dangling(found)) == []
    assert [(obj["id"], problems(obj)) for obj in found if problems(obj)] == []
    assert len({obj["id"] for obj in found}) == len(found)


@given(drawn(), audiences, audiences)
@few
def test_what_was_passed_on_is_marked_no_less(case, first, second):
    """A redacted case, redacted again by its receiver, who takes what is unmarked for free."""
    passed = seen(case.objects, first, unmarked=case.unmarked).objects
    found = as_bytes(seen(passed, second.but(id="third"))).decode()
    assert [text for text, rule in case.texts.items() if text in found and not case.may_see(rule, second)] == []


@given(drawn(), drawn(first=500), audiences, st.randoms())
@few
def test_what_is_withheld_changes_nothing_in_the_view(case, more, who, random):
    assume(who.tlp != "red")
    extra = [marked({**obj, "labels": ["x"]}, "red") for obj in more.objects if obj["id"] in more.level]
    ids = [obj["id"] for obj in extra]
    with_extra = [dict(obj) for obj in case.objects]
    for obj in with_extra:  # our own containers hold them as well, in a later version
        if obj["type"] in ("report", "note") and obj.get("created_by_ref") == US_ID:
            obj.update(object_refs=[*obj["object_refs"], *ids], modified="2026-11-02T00:00:00.000Z")
    for n, obj in enumerate([*extra, *(relation(700 + n, US, obj) for n, obj in enumerate(extra))]):
        with_extra.insert(random.randrange(len(with_extra) + 1), obj | {"x_n": n})
    plain = seen(case.objects, who, unmarked=case.unmarked)
    assert as_bytes(seen(with_extra, who, unmarked=case.unmarked)) == as_bytes(plain)


@given(drawn(), audiences)
@few
def test_the_account_balances(case, who):
    found = seen(case.objects, who, unmarked=case.unmarked)
    assert found.ledger.balance()
    kept = {row.object for row in found.ledger.rows if not row.field and row.outcome == "kept"}
    assert kept == {obj["id"] for obj in case.objects if obj in found.objects}


@given(drawn(), audiences)
@few
def test_ids_of_two_audiences_have_nothing_in_common_but_what_is_passed_on(case, who):
    other = who.but(id="other", name="other", may_know_origin=False)
    mine, theirs = (seen(case.objects, one, unmarked=case.unmarked).objects for one in (who, other))
    before = {obj["id"] for obj in case.objects} | {US_ID}
    assert {obj["id"] for obj in mine} & {obj["id"] for obj in theirs} <= before
    for obj in theirs:  # and none that may not know sees the id of an object of ours
        ours = {one["id"] for one in case.objects if one.get("created_by_ref") == US_ID}
        assert not (references(obj) | {obj["id"]}) & ours


@given(drawn(), audiences)
@few
def test_the_same_again_is_the_same_to_the_byte(case, who):
    first = seen(case.objects, who, unmarked=case.unmarked)
    later = seen(case.objects, who, at=AT + timedelta(days=1), known=first.derived, unmarked=case.unmarked)
    assert as_bytes(later) == as_bytes(first)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5) | st.sampled_from([US_ID, sid("note", 3), ""]),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=6,
)
names = ["labels", "object_marking_refs", "granular_markings", "extensions", "hashes", "name", "revoked", "modified"]


@given(st.sampled_from(["campaign", "file", "x-own", "note"]), st.dictionaries(st.sampled_from(names), json_values))
@few
def test_no_object_however_broken_stops_it(kind, fields):
    broken = sdo(kind, 5, **fields)
    whole = sdo("campaign", 6, name="Whole")
    found = seen([broken, {}, {"id": 3}, whole], audience(tlp="red"), unmarked="amber")
    assert "Whole" in as_bytes(found).decode()
    assert found.ledger.balance()


# one rule at a time


@pytest.mark.parametrize("tlp", TLP)
@pytest.mark.parametrize("ceiling", TLP)
def test_tlp(tlp, ceiling):
    found = seen([marked(sdo("campaign", 5, name="C"), tlp)], audience(tlp=ceiling))
    assert bool(found.objects) == (TLP.index(tlp) <= TLP.index(ceiling))


@pytest.mark.parametrize(("id_", "tlp"), TLP1_IDS.items())
def test_tlp_1_is_known_by_its_ids_whatever_they_are_called(id_, tlp):
    renamed = {"type": "marking-definition", "spec_version": "2.1", "id": id_, "created": "2017-01-20T00:00:00.000Z"}
    renamed |= {"definition_type": "tlp", "name": "TLP:CLEAR", "definition": {"tlp": "clear"}}
    obj = sdo("campaign", 5, name="C", object_marking_refs=[id_])
    below = [audience(tlp=ceiling) for ceiling in TLP if TLP.index(ceiling) < TLP.index(tlp)]
    assert [seen([renamed, obj], who).objects for who in below] == [()] * len(below)
    assert seen([renamed, obj], audience(tlp=tlp)).objects


@pytest.mark.parametrize(
    "definition",
    [
        None,
        {"definition_type": "acme", "definition": {"acme": "inner"}},
        {"definition_type": "tlp", "definition": {"tlp": "purple"}},
        {"definition_type": "statement", "definition": {"statement": "TLP:RED"}},
        {"definition_type": "statement", "definition": {"statement": "x"}, "x_opencti_definition": "PAP:RED"},
        {"object_marking_refs": [sid("marking-definition", 9)]},
    ],
)
def test_a_marking_that_cannot_be_read_or_says_no_withholds(definition):
    obj = sdo("campaign", 5, name="C", object_marking_refs=[sid("marking-definition", 9)])
    objects = [obj] if definition is None else [statement(9) | definition, obj]
    assert seen(objects, audience(tlp="amber+strict", pap="amber")).objects == ()


def test_a_statement_goes_with_what_it_marks_and_not_alone():
    obj = sdo("campaign", 5, name="C", object_marking_refs=[sid("marking-definition", 9)])
    assert [found["type"] for found in seen([statement(9), obj]).objects] == [
        "identity",
        "marking-definition",
        "campaign",
    ]
    assert seen([statement(9), marked(obj, "red")]).objects == ()


def test_what_is_unmarked_is_marked_as_the_case():
    obj = sdo("campaign", 5, name="C")
    assert seen([obj], audience(tlp="green"), unmarked="amber").objects == ()
    assert one([obj], "campaign", audience(tlp="red"), unmarked="amber")["object_marking_refs"] == [TLP_IDS["amber"]]


@pytest.mark.parametrize(("named", "members", "sees"), [
    (2, 0, False), (2, 1, True), (2, 2, True), (1, 2, False), (3, 2, True),
])  # fmt: skip
def test_organisations_all_of_the_audience_must_be_named(named, members, sees):
    ours = {"extension_type": "property-extension", "organisations": ORGANISATIONS[:named]}
    obj = sdo("campaign", 5, name="C", extensions={HANDLING: ours})
    who = audience(organisations=tuple(ORGANISATIONS[:members]))
    found = seen([obj], who).objects
    assert bool(found) is sees
    if sees:  # and who else may have it is not told
        assert found[1]["extensions"][HANDLING]["organisations"] == ORGANISATIONS[:members]


def test_a_field_goes_and_the_selectors_of_others_follow():
    obj = sdo("campaign", 5, name="C", aliases=["a", "b", "c"], description="secret")
    obj = granular(obj, "red", "description", "aliases.[0]")
    obj = granular(obj, "green", "aliases.[1]", "aliases.[2]")
    found = one([obj], "campaign")
    assert found["aliases"] == ["b", "c"]
    assert "description" not in found
    assert found["granular_markings"] == [
        {"marking_ref": TLP_IDS["green"], "selectors": ["aliases.[0]", "aliases.[1]"]}
    ]
    assert problems(found) == []


def test_of_an_external_reference_either_all_or_nothing_goes():
    obj = sdo("campaign", 5, name="C", external_references=[{"source_name": "x", "url": "https://a.example"}])
    assert "external_references" not in one([granular(obj, "red", "external_references.[0].url")], "campaign")


@pytest.mark.parametrize(
    "selector",
    ["name", "id", "object_marking_refs", "extensions", "no_such", "aliases.[7]", "aliases.[²]", "granular_markings"],
)
def test_an_object_that_cannot_do_without_the_field_is_withheld(selector):
    obj = sdo("campaign", 5, name="C", aliases=["a"], extensions={HANDLING: {"pap": "clear"}})
    assert seen([granular(marked(obj, "clear"), "red", selector)]).objects == ()


def test_a_field_marked_less_than_its_object_stays_with_it():
    obj = granular(marked(sdo("campaign", 5, name="C"), "red"), "clear", "name")
    assert seen([obj]).objects == ()


def test_translations_of_a_withheld_field_go_with_it():
    obj = granular(sdo("campaign", 5, name="C", description="secret"), "red", "description")
    contents = {"de": {"name": "K", "description": "geheim"}, "fr": {"description": "secret"}}
    words = sdo("language-content", 6, object_ref=obj["id"], object_modified=obj["modified"], contents=contents)
    found = one([obj, words], "language-content")
    assert found["contents"] == {"de": {"name": "K"}}
    assert "object_modified" not in found


def test_what_cannot_stand_without_the_withheld_goes_too_to_the_last():
    hidden = marked(identity(5), "red")
    tie = relation(6, US, hidden)
    note = sdo("note", 7, content="On the tie.", object_refs=[tie["id"]])
    sighting = sdo("sighting", 8, sighting_of_ref=note["id"])
    empty = report(9, [hidden, tie, note, sighting])
    assert seen([hidden, tie, note, sighting, empty]).objects == ()


def test_references_to_the_withheld_go_and_what_can_stand_stays():
    hidden, shown = marked(identity(5), "red"), identity(6)
    seen_by = sdo("sighting", 8, sighting_of_ref=shown["id"], where_sighted_refs=[hidden["id"], shown["id"]])
    found = one([hidden, shown, seen_by], "sighting")
    assert len(found["where_sighted_refs"]) == 1
    foreign = sdo("campaign", 7, hidden["id"], name="C")
    assert one([hidden, foreign], "campaign")["created_by_ref"] == US_ID


def fitted(original, kind="campaign", **more):
    """An object of ours that was made from a partner's, which it carries."""
    ours = {"extension_type": "property-extension", "original_id": original["id"], "original": json.dumps(original)}
    return sdo(kind, 5, **{"name": "C", "extensions": {HANDLING: ours}} | more)


@pytest.mark.parametrize(("marking", "sees"), [("red", False), ("clear", True)])
def test_an_object_fitted_from_a_partners_is_marked_no_less_than_theirs(marking, sees):
    theirs = marked(sdo("campaign", 6, THEM_ID, name="Theirs"), marking)
    assert bool(seen([fitted(theirs)]).objects) is sees
    named = fitted(sdo("campaign", 6, THEM_ID, object_marking_refs=[sid("marking-definition", 9)]))
    held = fitted(statement(9, "custom", x_opencti_definition=f"TLP:{marking.upper()}"), id=sid("campaign", 7))
    found = [obj for obj in seen([named, held]).objects if obj["type"] == "campaign"]
    assert len(found) == 1 + sees


def test_what_it_carries_of_theirs_is_not_given():
    theirs = granular(sdo("campaign", 6, THEM_ID, name="Theirs", description="secret"), "red", "description")
    found = as_bytes(seen([fitted(theirs, description="secret")], audience(may_know_origin=True))).decode()
    assert "campaign--" in found
    assert not [word for word in ("secret", "Theirs", theirs["id"]) if word in found]
    other = fitted(theirs | {"type": "x-own"}, name="secret")  # where the part went, nobody knows
    assert seen([other]).objects == ()
    broken = fitted(theirs)
    broken["extensions"][HANDLING]["original"] = "{"
    assert seen([broken], audience(tlp="red")).objects == ()


# ids and versions


def test_what_others_made_and_nothing_changed_keeps_id_and_creator():
    them = identity(2, THEM_ID)
    foreign = marked(sdo("campaign", 5, THEM_ID, name="C"), "green")
    found = seen([them, foreign]).objects
    assert foreign in found
    assert them in found


def test_what_changed_in_any_way_is_ours_and_of_this_audience():
    them = identity(2, THEM_ID)
    foreign = granular(sdo("campaign", 5, THEM_ID, name="C", description="secret"), "red", "description")
    tie = relation(6, them, foreign, created_by_ref=THEM_ID)
    found = one([them, foreign, tie], "campaign")
    assert found["id"] == derived_id(SECRET, "partners", foreign["id"])
    assert found["id"][len("campaign--") :][14] == "4"
    assert found["created_by_ref"] == US_ID
    followed = one([them, foreign, tie], "relationship")
    assert (followed["target_ref"], followed["created_by_ref"]) == (found["id"], US_ID)
    assert followed["id"] != tie["id"]


def test_the_origin_is_told_only_to_those_who_may_know_it():
    obj = granular(sdo("campaign", 5, name="C", description="secret"), "red", "description")
    assert obj["id"] not in as_bytes(seen([obj])).decode()
    found = seen([obj], audience(may_know_origin=True)).objects
    (tie,) = [one for one in found if one["type"] == "relationship"]
    assert tie["relationship_type"] == "derived-from"
    assert (tie["source_ref"], tie["target_ref"]) == (found[1]["id"], obj["id"])


def test_the_id_of_an_observable_does_not_tell_what_is_withheld():
    obj = granular(sco("user-account", user_id="7", display_name="D"), "red", "user_id")
    found = seen([obj], audience(may_know_origin=True)).objects
    assert [one["type"] for one in found] == ["user-account"]
    assert found[0]["id"] != obj["id"]
    assert obj["id"] not in json.dumps(found)
    named = granular(sco("user-account", user_id="7", display_name="D"), "red", "display_name")
    assert seen([named]).objects[0]["id"] == named["id"]  # as whoever computes it from user_id


@pytest.mark.parametrize("knows", [True, False])
def test_the_id_of_a_container_does_not_tell_that_a_part_is_withheld(knows):
    shown, hidden = identity(5), marked(identity(6), "red")
    who = audience(may_know_origin=knows)
    assert as_bytes(seen([shown, hidden, report(9, [shown, hidden])], who)) == as_bytes(
        seen([shown, report(9, [shown])], who)
    )


def test_a_broken_observable_is_passed_on_as_broken_as_it_is():
    obj = sdo("file", 5, by="", hashes=["x"], name="F")
    del obj["created"], obj["modified"]
    assert one([obj], "file", audience(tlp="red"), unmarked="amber")["hashes"] == ["x"]


def test_versions_grow_with_what_the_audience_sees_and_only_then():
    obj = granular(sdo("campaign", 5, name="C", description="secret"), "red", "description")
    first = seen([obj])
    (before,) = [one for one in first.objects if one["type"] == "campaign"]
    assert before["created"] == before["modified"] == "2026-11-23T12:00:00.000Z"
    hidden = obj | {"description": "other", "modified": "2026-11-22T00:00:00.000Z"}
    later = AT + timedelta(hours=1)
    assert one([hidden], "campaign", at=later, known=first.derived) == before
    open_ = obj | {"name": "New", "modified": "2026-11-22T00:00:00.000Z"}
    after = one([open_], "campaign", at=later, known=first.derived)
    assert (after["id"], after["created"], after["modified"]) == (
        before["id"], before["created"], "2026-11-23T13:00:00.000Z",
    )  # fmt: skip
    clock_back = one([open_], "campaign", at=AT - timedelta(days=1), known=first.derived)
    assert clock_back["modified"] > before["modified"]


def test_revocation_reaches_what_was_made_and_is_for_good():
    obj = sdo("campaign", 5, name="C")
    revoked = obj | {"revoked": True, "modified": "2026-11-22T00:00:00.000Z"}
    assert seen([revoked]).objects == ()  # nobody has it
    first = seen([obj])
    second = seen([revoked], at=AT + timedelta(hours=1), known=first.derived)
    (gone,) = [one for one in second.objects if one["type"] == "campaign"]
    assert gone["revoked"] is True
    assert gone["id"] == first.objects[-1]["id"]
    assert gone["modified"] > first.objects[-1]["modified"]
    third = seen([revoked | {"name": "N"}], at=AT + timedelta(hours=2), known=second.derived)
    assert gone in third.objects
    back = one([obj], "campaign", at=AT + timedelta(hours=3), known=second.derived)
    assert back["id"] not in (gone["id"], obj["id"])


def test_only_the_newest_version_counts():
    old = marked(sdo("campaign", 5, name="Old"), "clear")
    new = marked(old | {"name": "New", "modified": "2026-11-02T00:00:00Z"}, "red")
    assert seen([new, old]).objects == seen([old, new]).objects == ()

"""Releases to audiences: gates, memory, versions, recall, collections and what was fetched."""

import json

import pytest
from tests.cases.making import ANNA, BELA, CORA, DANI, Built, journal

from tocsin.cases import acts, publish, retention, scope, work
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import Case
from tocsin.model.exchange import Account, Derived, Release, Restriction
from tocsin.share.release import objects_of, recall, release, restrict, set_audience
from tocsin.share.stix.scales import TLP_IDS
from tocsin.share.taxii.accounts import open_account, open_collection
from tocsin.store import exchange, posts

ACME = "identity--6d1b8e0c-93a5-4d37-9b0e-2f3f0c5a7e11"


class Partners:
    """A case of TLP:GREEN, and audiences with a collection and an account each."""

    def __init__(self, ws):
        self.ws, self.case = ws, Built(ws).ready()
        self.id = self.case.case_id
        self.case.edit(tlp="green")
        self.audiences, self.collections, self.tokens = {}, {}, {}
        for name, tlp, knows in (("green", "green", False), ("amber", "amber", False), ("inner", "red", True)):
            one = set_audience(ws, CORA, name, tlp, "red", [ACME], may_know_origin=knows)
            self.audiences[name] = one
            self.collections[name] = open_collection(ws, CORA, name.title(), one.id).id
            _, self.tokens[name] = open_account(ws, CORA, f"account-{name}", (self.collections[name],))

    def give(self, name, **more):
        return release(self.ws, BELA, self.id, name, **more)

    def held(self, name, newest=True):
        """What the collection of an audience serves: the newest versions, or all."""
        match = exchange.Match() if newest else exchange.EVERY
        with self.ws.read() as reader:
            rows = exchange.page(reader, self.collections[name], match, -1, 10_000).rows
        return [json.loads(row.body) for row in rows]

    def note(self, which="behaviour"):
        objects, _ = objects_of(self.ws, BELA, self.id, "core")
        return next(obj for obj in objects if obj.get("abstract") == f"Claim: {which}")

    def fetch(self, name):
        """Read the collection to its end, as the account's server would note it."""
        with self.ws.read() as reader:
            last = exchange.page(reader, self.collections[name], exchange.EVERY, -1, 10_000).rows[-1].added
            (account,) = reader.page(Account, {"name": f"account-{name}"}).items
        posts.serve(self.ws, account.id, self.collections[name], last, end=True)


@pytest.fixture
def partners(ws):
    return Partners(ws)


# gates


def test_who_may_release(partners):
    for actor in (DANI, CORA.model_copy(update={"roles": frozenset({"administrator"})})):
        with pytest.raises(ForbiddenError, match="custodian or publisher"):
            release(partners.ws, actor, partners.id, "green")
    assert any(line.startswith(f"refused: release {partners.id}") for line in journal(partners.ws))
    assert partners.held("green") == []


def test_nothing_goes_above_the_marking_of_its_case(partners):
    partners.case.edit(tlp="amber")
    with pytest.raises(ForbiddenError, match="TLP:AMBER, and the audience may see up to TLP:GREEN"):
        partners.give("green")
    partners.give("amber")


def test_what_everybody_may_have_is_published_first(partners):
    partners.case.edit(tlp="clear")
    set_audience(partners.ws, CORA, "public", "clear")
    with pytest.raises(ForbiddenError, match="is not published"):
        partners.give("public")
    publish.approve(partners.ws, ANNA, partners.id, "publish")
    publish.approve(partners.ws, BELA, partners.id, "publish")
    publish.issue(partners.ws, BELA, partners.id, "publish")
    assert partners.give("public").view.objects


def test_what_is_out_of_scope_is_not_shared(ws):
    built = Built(ws).written()
    set_audience(ws, CORA, "amber", "amber")
    with pytest.raises(ForbiddenError, match="scope check: foreign link: not answered"):
        release(ws, BELA, built.case_id, "amber")
    scope.answer(ws, ANNA, built.case_id, [scope.Answer("foreign link", "no", "They live here.", (built.link,))])
    with pytest.raises(ForbiddenError, match="scope check: out of scope"):
        release(ws, BELA, built.case_id, "amber")


def test_only_an_administrator_makes_audiences(ws):
    with pytest.raises(ForbiddenError):
        set_audience(ws, BELA, "a", "amber")
    with pytest.raises(UsageError):
        set_audience(ws, CORA, "a", "amber", organisations=["ACME"])
    made = set_audience(ws, CORA, "a", "amber", organisations=[ACME])
    assert set_audience(ws, CORA, "a", "green").id == made.id
    with pytest.raises(ConflictError, match="profile core"):
        set_audience(ws, CORA, "a", "green", profile="opencti")
    with pytest.raises(NotFoundError, match="no audience 'b'"):
        release(ws, BELA, Built(ws).ready().case_id, "b")


# memory


def test_each_audience_gets_its_view_and_it_is_remembered(partners):
    given = partners.give("green", reason="early warning")
    assert {obj["id"] for obj in partners.held("green")} == {obj["id"] for obj in given.view.objects}
    assert given.release.reason == "early warning"
    kept = {version.object: version.modified for version in given.release.versions}
    assert {(obj["id"], obj.get("modified", "")) for obj in given.view.objects[1:]} == set(kept.items())
    again = partners.give("green")
    assert again.new == ()
    assert len(partners.held("green", newest=False)) == len(given.view.objects)


def test_ids_of_audiences_that_may_not_know_have_nothing_in_common(partners):
    partners.give("green")
    partners.give("amber")
    objects, _ = objects_of(partners.ws, BELA, partners.id, "core")
    ours = {obj["id"] for obj in objects}
    shared = {obj["id"] for obj in partners.held("green")} & {obj["id"] for obj in partners.held("amber")}
    assert {id_.partition("--")[0] for id_ in shared} <= {"identity", "extension-definition"}
    assert len(ours & {obj["id"] for obj in partners.held("green")}) == len(shared)


def test_a_change_is_a_new_version_and_others_stay(partners):
    first = {obj["id"]: obj for obj in partners.give("green").view.objects}
    partners.case.claim("behaviour", text="Accounts posted in turns.")
    given = partners.give("green")
    changed = {obj["id"] for obj in given.new}
    assert {first[id_]["type"] for id_ in changed} == {"note"}
    (note,) = [obj for obj in given.new if obj.get("abstract") == "Claim: behaviour"]
    assert note["created"] == first[note["id"]]["created"]
    assert note["modified"] > first[note["id"]]["modified"]
    assert "in turns" in json.dumps(partners.held("green"))


def test_the_secret_is_the_owners_alone_and_stays(partners):
    given = partners.give("green")
    key = partners.ws.path / "release.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()  # lost: what was given keeps its ids
    assert {obj["id"] for obj in partners.give("green").view.objects} == {obj["id"] for obj in given.view.objects}


def test_the_workspace_still_holds_after_it(partners):
    partners.give("green")
    recall(partners.ws, BELA, partners.id, "wrong", revoke=True)
    assert partners.ws.check() == []


# restrictions


def test_a_part_can_be_marked_more_strictly_and_leaves_no_trace(partners):
    note = partners.note("deception")
    restrict(partners.ws, ANNA, partners.id, note["id"], "red")
    green, inner = partners.give("green"), partners.give("inner")
    assert "hid that they are one group" not in json.dumps(green.view.objects)
    assert "Claim: deception" not in json.dumps(partners.held("green"))
    assert "hid that they are one group" in json.dumps(inner.view.objects)
    (kept,) = [obj for obj in inner.view.objects if obj.get("abstract") == "Claim: deception"]
    assert TLP_IDS["red"] in kept["object_marking_refs"]
    assert kept["id"] != note["id"]  # with another marking it is another object than the one `stix export` writes


def test_a_field_and_organisations_and_pap(partners):
    note = partners.note("behaviour")
    restrict(partners.ws, ANNA, partners.id, note["id"], "red", field="authors" if "authors" in note else "abstract")
    (kept,) = [obj for obj in partners.give("amber").view.objects if obj.get("content") == note["content"]]
    assert "abstract" not in kept
    other = partners.note("reach")
    restrict(partners.ws, ANNA, partners.id, other["id"], "green", organisations=["identity--" + "0" * 8 + ACME[18:]])
    assert "Claim: reach" not in json.dumps(partners.give("amber").view.objects)
    strict = partners.note("attribution (not made)")
    restrict(partners.ws, ANNA, partners.id, strict["id"], "green", pap="red", organisations=[ACME])
    assert "attribution" in json.dumps(partners.give("inner").view.objects)


def test_a_restriction_never_widens(partners):
    note = partners.note()
    partners.case.edit(tlp="amber")
    with pytest.raises(UsageError, match="less strict than the case"):
        restrict(partners.ws, ANNA, partners.id, note["id"], "green")
    with pytest.raises(NotFoundError):
        restrict(partners.ws, ANNA, partners.id, "note--" + ACME[10:], "red")
    for field in ("nothing", "id", "extensions"):
        with pytest.raises(UsageError, match="cannot be marked by itself"):
            restrict(partners.ws, ANNA, partners.id, note["id"], "red", field=field)


def test_what_is_restricted_later_is_taken_back(partners):
    before = partners.give("green")
    (given,) = [obj for obj in before.view.objects if obj.get("abstract") == "Claim: reach"]
    restrict(partners.ws, ANNA, partners.id, partners.note("reach")["id"], "red")
    after = partners.give("green")
    (gone,) = [obj for obj in after.new if obj.get("revoked")]
    assert gone["id"] == given["id"]
    assert gone["modified"] > given["modified"]
    assert "stayed on one platform" not in json.dumps(gone)
    (newest,) = [obj for obj in partners.held("green") if obj["id"] == given["id"]]
    assert newest["revoked"] is True


# recall


def test_recall_tells_everybody_and_who_had_fetched_it(partners):
    for name in ("green", "amber"):
        partners.give(name)
    partners.fetch("amber")
    found = {one.audience.name: one for one in recall(partners.ws, BELA, partners.id, "a mistake", revoke=True)}
    assert (found["amber"].had, found["amber"].had_not) == (("account-amber",), ())
    assert (found["green"].had, found["green"].had_not) == ((), ("account-green",))
    for name in ("green", "amber"):
        left = partners.held(name, newest=False)
        ours = [obj for obj in left if "modified" in obj and obj["type"] not in ("identity", "extension-definition")]
        assert ours
        assert all(obj["revoked"] for obj in ours)
        assert "posted against" not in json.dumps(left)  # no old version is served any more
    assert recall(partners.ws, BELA, partners.id, "again", revoke=True)[0].release.versions == ()


def test_a_stricter_marking_reaches_those_who_may_still_see_and_takes_back_from_the_others(partners):
    green, amber = partners.give("green"), partners.give("amber")
    found = {one.audience.name: one for one in recall(partners.ws, BELA, partners.id, "a leak", marking="amber")}
    assert found["green"].release.act == "revocation"
    assert found["amber"].release.act == "correction"
    held = {obj["id"]: obj for obj in partners.held("amber", newest=False) if obj["type"] == "note"}
    assert {obj["id"] for obj in amber.view.objects if obj["type"] == "note"} == set(held)  # the same ids, newer
    assert {ref for obj in held.values() for ref in obj["object_marking_refs"]} == {TLP_IDS["amber"]}
    assert "posted against" not in json.dumps(partners.held("green", newest=False))
    assert {obj["id"] for obj in green.view.objects} >= {v.object for v in found["green"].release.versions}
    with pytest.raises(ForbiddenError):
        partners.give("green")


def test_a_recall_never_widens_and_has_a_reason(partners):
    with pytest.raises(NotFoundError, match="given to nobody"):
        recall(partners.ws, BELA, partners.id, "x", revoke=True)
    partners.give("green")
    with pytest.raises(UsageError, match="not stricter"):
        recall(partners.ws, BELA, partners.id, "x", marking="clear")
    with pytest.raises(UsageError, match="reason"):
        recall(partners.ws, BELA, partners.id, " ", revoke=True)
    with pytest.raises(ForbiddenError):
        recall(partners.ws, DANI, partners.id, "x", revoke=True)
    assert not any(obj.get("revoked") for obj in partners.held("green"))


def test_what_may_not_be_shared_any_more_is_taken_back_by_a_correction(partners):
    partners.give("green")
    work.close(partners.ws, ANNA, partners.id, "domestic", "They live here.")
    (found,) = recall(partners.ws, BELA, partners.id, "it is domestic")
    assert found.release.act == "revocation"
    assert "posted against" not in json.dumps(partners.held("green", newest=False))


def test_after_a_revocation_a_new_release_has_new_ids(partners):
    first = {obj["id"] for obj in partners.give("green").view.objects if obj["type"] == "note"}
    recall(partners.ws, BELA, partners.id, "a mistake", revoke=True)
    second = {
        obj["id"] for obj in partners.give("green").view.objects if obj["type"] == "note" and "revoked" not in obj
    }
    assert len(second) == len(first)
    assert not first & second


def test_an_original_revoked_for_some_is_not_given_under_its_id_to_anybody(partners):
    """An audience that may know origins holds our own ids; two of them must not disagree on what is revoked."""
    other = set_audience(partners.ws, CORA, "second", "red", "red", [ACME], may_know_origin=True)
    objects, _ = objects_of(partners.ws, BELA, partners.id, "core")
    campaign = next(obj["id"] for obj in objects if obj["type"] == "campaign")
    assert campaign in {obj["id"] for obj in partners.give("inner").view.objects}
    recall(partners.ws, BELA, partners.id, "a mistake", revoke=True)
    assert campaign not in {obj["id"] for obj in release(partners.ws, BELA, partners.id, other.id).view.objects}


def test_withdrawing_a_publication_revokes_what_was_given_of_it(ws):
    built = Built(ws).published()
    set_audience(ws, CORA, "public", "clear")
    ours = {obj["id"] for obj in release(ws, BELA, built.case_id, "public").view.objects if obj["type"] == "note"}
    for actor in (ANNA, BELA):
        publish.approve(ws, actor, built.case_id, "withdraw", "It was wrong.")
    publish.issue(ws, BELA, built.case_id, "withdraw", "It was wrong.")
    (found,) = recall(ws, BELA, built.case_id, "It was wrong.", revoke=True)
    assert {version.object for version in found.release.versions if version.revoked} >= ours


def test_what_two_cases_share_stays_as_long_as_one_has_it(partners):
    other = Built(partners.ws).ready()
    other.edit(tlp="green")
    partners.give("green")
    release(partners.ws, BELA, other.case_id, "green")
    recall(partners.ws, BELA, partners.id, "a mistake", revoke=True)
    left = [obj for obj in partners.held("green") if obj["type"] == "extension-definition"]
    assert left  # the other case uses it
    with partners.ws.read() as reader:
        kept = list(acts.every(reader, Derived, {"audience": partners.audiences["green"].id}))
    assert {one.cases for one in kept if not one.revoked} == {(other.case_id,)}


def test_reasons_hold_no_name_of_a_private_person(partners):
    given = partners.give("green", reason="asked by Quentin Ashgrove")
    assert "Ashgrove" not in given.release.reason
    assert not any("Ashgrove" in line for line in journal(partners.ws))
    assert "Ashgrove" not in json.dumps(partners.held("green"))


def test_a_case_that_partners_hold_is_not_erased_before_it_is_taken_back(partners):
    restrict(partners.ws, ANNA, partners.id, partners.note("reach")["id"], "red")
    partners.give("green", reason="early warning")
    with pytest.raises(ConflictError, match="partners hold case"):
        retention.approve_erasure(partners.ws, BELA, Case, partners.id)
    recall(partners.ws, BELA, partners.id, "to be erased", revoke=True)
    for actor in (ANNA, BELA):
        retention.approve_erasure(partners.ws, actor, Case, partners.id)
    retention.erase(partners.ws, BELA, Case, partners.id)
    with partners.ws.read() as reader:
        kept = [one.model_dump_json() for kind in (Derived, Release, Restriction) for one in acts.every(reader, kind)]
        named = [one for one in acts.every(reader, Release) if one.versions]
    assert named  # who had what stays known
    assert not [text for text in kept if "posted against" in text or "early warning" in text or "Norland" in text]
    assert partners.ws.check() == []

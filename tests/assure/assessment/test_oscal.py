"""Records go into OSCAL and come out as they were; trestle takes the documents."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.assure.assessment import catalogues
from tocsin.assure.assessment.oscal import (
    Contents,
    catalogue_document,
    components_document,
    plan_document,
    profile_documents,
    read_contents,
    read_oscal_catalogue,
    read_profile,
    results_document,
)
from tocsin.assure.assessment.oscal.base import NOTHING, token, told
from tocsin.assure.assessment.profile import shipped
from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.assessment import (
    STATES,
    Answer,
    Catalogue,
    Control,
    Count,
    Measure,
    Party,
    Product,
    Profile,
    Question,
    Ref,
    RollUp,
    Use,
)

AT = datetime(2026, 9, 1, 8, 30, 15, 123456, UTC)
DIGEST = "ab" * 32


def four_parties():
    """A county, its state, the federal level and a vendor speak about the same scanner."""
    parties = (
        Party(id="county", name='The "County"', level="local", parent="state", components=("capture",), people=("p1",)),
        Party(id="state", name="State", level="state", parent="fed"),
        Party(id="fed", name="Federal", level="federal", parent="elsewhere"),
        Party(id="vendor", name="Vendor & Söhne", level="vendor", key="0" * 64, taken={"county": AT}),
    )
    product = Product(id="scan-2", vendor="vendor", name="Scanner", release="2.0")
    use = Use(office="county", component="capture", product="scan-2")
    answers = tuple(
        Answer(
            party=party, about=about, subject=subject, component="capture", question=question, state=state,
            statement=statement, evidence=evidence, at=AT + timedelta(microseconds=n), by=by, withdrawn=withdrawn,
        )
        for n, (party, about, subject, question, state, statement, evidence, by, withdrawn) in enumerate([
            ("county", "office", "county", "capture-01", "met", "Line one\n\nline two", (DIGEST,), "p1", None),
            ("county", "office", "county", "capture-02", "partly", "", (), "", AT),
            ("state", "office", "county", "capture-01", "not met", "[not] JSON", (), "p2", None),
            ("fed", "office", "county", "capture-01", "not applicable", '"quoted"', (), "", None),
            ("vendor", "product", "scan-2", "capture-03", "met", "Hash 1 = 2", (DIGEST, "cd" * 32), "v", None),
        ])
    )  # fmt: skip
    measures = (
        Measure(party="county", question="capture-02", gap="Modem", action="Take it out.\nThen test.", owner="Clerk",
                due=date(2026, 10, 1), state="under way", opened=AT),
        Measure(party="county", question="capture-07", action="Close", state="done", opened=AT, closed=AT),
    )  # fmt: skip
    counts = (Count(question="capture-01", offices=12, standings={"met": 5, "missing": 7}),)
    rolled = (RollUp(id="state", made=AT, offices=12, counts=counts), RollUp(id="fed", made=AT, offices=0))
    return Contents(
        parties=parties, products=(product,), uses=(use,), answers=answers, measures=measures, rolled=rolled
    )


def kept(path, data):
    path.write_bytes(data)
    return path


def test_four_parties_come_back_from_results_products_and_plan(tmp_path):
    said = four_parties()
    results = read_contents(kept(tmp_path / "results.json", results_document(said, shipped(), AT)))
    assert results == said.model_copy(update={"measures": ()})
    plan = read_contents(kept(tmp_path / "plan.json", plan_document(said, shipped(), AT)))
    assert plan == Contents(parties=said.parties, measures=said.measures)
    handed = Contents(parties=said.parties[3:], products=said.products, answers=said.answers[4:])
    assert read_contents(kept(tmp_path / "products.json", components_document(handed, shipped(), AT))) == handed


def test_what_other_tools_read_is_in_fields_of_oscal():
    found = json.loads(results_document(four_parties(), shipped(), AT))["assessment-results"]
    answers = found["results"][0]
    states = [finding["target"]["status"]["state"] for finding in answers["findings"]]
    assert states == ["satisfied", "not-satisfied", "not-satisfied", "satisfied", "satisfied"]
    assert answers["findings"][0]["title"] == "Paper that the voter checks"
    assert answers["observations"][0]["description"] == "Line one\n\nline two"
    assert [party["name"] for party in found["metadata"]["parties"]][:2] == ['The "County"', "State"]
    hashes = [one["rlinks"][0]["hashes"][0] for one in found["back-matter"]["resources"][1:]]
    assert hashes == [{"algorithm": "SHA-256", "value": digest} for digest in (DIGEST, "cd" * 32)]
    plan = json.loads(plan_document(four_parties(), shipped(), AT))["plan-of-action-and-milestones"]
    assert [(risk["status"], risk.get("deadline")) for risk in plan["risks"]] == [
        ("remediating", "2026-10-01T00:00:00+00:00"),
        ("closed", None),
    ]


def test_trestle_writes_a_document_again_without_loss(tmp_path):
    from trestle.oscal.assessment_results import AssessmentResults

    said = four_parties()
    model = AssessmentResults.oscal_read(kept(tmp_path / "a.json", results_document(said, shipped(), AT)))
    model.oscal_write(tmp_path / "b.json")
    model.oscal_write(tmp_path / "c.yaml")
    assert (
        read_contents(tmp_path / "b.json") == read_contents(tmp_path / "c.yaml") == read_contents(tmp_path / "a.json")
    )


def test_every_uuid_is_the_only_one_and_every_reference_is_met(tmp_path):
    from trestle.core.duplicates_validator import DuplicatesValidator
    from trestle.oscal.assessment_results import AssessmentResults

    data = results_document(four_parties(), shipped(), AT)
    model = AssessmentResults.oscal_read(kept(tmp_path / "a.json", data))
    assert DuplicatesValidator().model_is_valid(model, True)
    defined, named = set(), set()
    waiting = [json.loads(data)]
    while waiting:
        node = waiting.pop()
        for name, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                waiting.append(value)
            elif name == "uuid":
                defined.add(value)
            elif str(name).endswith("-uuid") or (name == "href" and value.startswith("#")):
                named.add(value.removeprefix("#"))
    assert named
    assert named <= defined


texts = st.text(max_size=40) | st.just(NOTHING)
keys = st.text(max_size=20)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone(timedelta(hours=2))))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Answer, id=keys, version=st.integers(0, 9), party=keys, about=st.just("product"), subject=st.just("p"),
        component=st.just("capture"), question=keys, state=st.sampled_from(STATES), statement=texts, at=moments,
        by=keys, evidence=st.lists(st.just(DIGEST), max_size=1), withdrawn=st.none() | moments,
    ),
    st.builds(
        Measure, party=keys, question=keys, gap=texts, action=texts.filter(str.strip), owner=texts,
        due=st.none() | st.dates(), opened=moments, closed=st.none() | moments,
    ),
)  # fmt: skip
def test_any_text_comes_back(tmp_path, answer, measure):
    product = Product(id="p", vendor="v", name="N")
    said = Contents(products=(product,), answers=(answer,))
    assert read_contents(kept(tmp_path / "a.json", results_document(said, shipped(), AT))) == said
    assert read_contents(kept(tmp_path / "a.json", components_document(said, shipped(), AT))) == said
    said = Contents(measures=(measure,))
    assert read_contents(kept(tmp_path / "a.json", plan_document(said, shipped(), AT))) == said


def test_the_shipped_profile_comes_back_and_trestle_resolves_it(tmp_path, monkeypatch):
    from trestle.core.profile_resolver import ProfileResolver

    for name, data in profile_documents(shipped(), AT).items():
        (tmp_path / name).write_bytes(data)
    assert read_profile(tmp_path / "tocsin-election.profile.json") == shipped()
    assert read_profile(tmp_path / "tocsin-election.catalog.json") == shipped()
    (tmp_path / ".trestle").mkdir()
    monkeypatch.chdir(tmp_path)  # where trestle looks for what is imported
    resolved = ProfileResolver.get_resolved_profile_catalog(tmp_path, tmp_path / "tocsin-election.profile.json")
    assert sum(len(group.controls) for group in resolved.groups) == len(shipped().questions)


@pytest.mark.parametrize("catalogue", [catalogues.shipped()[i] for i in (1, 3, 4)], ids=lambda one: one.id)
def test_a_catalogue_comes_back(tmp_path, catalogue):
    path = kept(tmp_path / "c.json", catalogue_document(catalogue, AT))
    assert read_oscal_catalogue(path, catalogue.id) == catalogue


def test_odd_ids_and_texts_of_a_profile_come_back(tmp_path):
    odd = Profile(
        id="10.A b", title="Two\nlines", edition=" ",
        questions=[
            Question(id="1.A", component="campaign", phases=["post-election", "pre-election"], text=" \n? ", name="",
                     controls=[Ref(catalogue="my list", control=" a "), Ref(catalogue="", control="")]),
            Question(id="a b/ü", component="capture", phases=["election-day"], text="x", why="So.\nSo.", effort_days=3),
        ],
    )  # fmt: skip
    for name, data in profile_documents(odd, AT).items():
        (tmp_path / name).write_bytes(data)
    [path] = tmp_path.glob("*.profile.json")
    assert read_profile(path) == odd
    lists = Catalogue(id="x", title="X", controls=[Control(id="1", name="\u2028", text="t"), Control(id="", name="")])
    assert read_oscal_catalogue(kept(tmp_path / "c.json", catalogue_document(lists, AT)), "x") == lists
    assert (token("a-1.2"), token("1.A")) == ("a-1.2", "_1.A")


NIST_LIKE = """
catalog:
  uuid: 9b0c9c43-2722-4bbb-b132-13d34fb94d45
  metadata:
    title: Somebody's controls
    last-modified: 2024-02-29T10:00:00-05:00
    version: 5.10
    oscal-version: 1.1.2
    parties:
      - {uuid: 9b0c9c43-2722-4bbb-b132-13d34fb94d46, type: organization, name: Somebody}
  groups:
    - id: ac
      title: Access
      controls:
        - id: ac-1
          title: Policy
          parts:
            - {name: statement, prose: Have a policy., parts: [{name: item, prose: Keep it.}]}
            - {name: guidance, prose: Not carried.}
          controls:
            - {id: ac-1.1, title: More policy}
            - {id: ac-1.2, title: Gone, props: [{name: status, value: withdrawn}]}
    - title: Outer
      groups:
        - title: Inner
          controls: [{id: in-1, title: Deep}]
"""


def test_a_catalogue_of_others_is_read(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(NIST_LIKE)
    found = catalogues.read_catalogue(path, "somebody")
    assert (found.title, found.edition, found.publisher) == ("Somebody's controls", "5.10", "Somebody")
    assert found.controls == (
        Control(id="ac-1", name="Policy", group="Access", text="Have a policy.\nKeep it."),
        Control(id="ac-1.1", name="More policy", group="Access"),
        Control(id="in-1", name="Deep", group="Inner"),
    )
    with pytest.raises(InputError, match="no component and phases"):
        read_profile(path)


OWN = """
catalog:
  uuid: 9b0c9c43-2722-4bbb-b132-13d34fb94d45
  metadata: {title: Ours, last-modified: 2024-02-29T10:00:00-05:00, version: "3", oscal-version: 1.1.2}
  controls:
    - id: box-1
      title: Boxes
      props:
        - {name: component, ns: "urn:tocsin:oscal", value: ballots}
        - {name: phases, ns: "urn:tocsin:oscal", value: '["election-day"]', class: json}
      parts: [{name: statement, prose: Is the box empty?}]
    - id: box-2
      title: Left out
"""
CHOICE = """
profile:
  uuid: 9b0c9c43-2722-4bbb-b132-13d34fb94d47
  metadata: {title: Our choice, last-modified: 2024-02-29T10:00:00-05:00, version: "4", oscal-version: 1.1.2}
  imports:
    - {href: "#9b0c9c43-2722-4bbb-b132-13d34fb94d48", include-all: {}, exclude-controls: [{with-ids: [box-2]}]}
  back-matter:
    resources: [{uuid: 9b0c9c43-2722-4bbb-b132-13d34fb94d48, rlinks: [{href: ./own.yaml}]}]
"""


def test_a_profile_written_by_hand_is_asked(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN)
    (tmp_path / "choice.yaml").write_text(CHOICE)
    asked = Question(id="box-1", component="ballots", phases=["election-day"], text="Is the box empty?")
    choice = "9b0c9c43-2722-4bbb-b132-13d34fb94d47"
    assert read_profile(tmp_path / "choice.yaml") == Profile(
        id=choice, title="Our choice", edition="4", questions=[asked]
    )
    (tmp_path / "choice.yaml").write_text(
        CHOICE.replace("exclude-controls", "include-controls").replace("include-all: {}, ", "")
    )
    with pytest.raises(InputError, match="box-2 says no component and phases"):
        read_profile(tmp_path / "choice.yaml")


def test_the_same_records_and_time_give_the_same_bytes():
    said = four_parties()
    assert results_document(said, shipped(), AT) == results_document(said.model_copy(deep=True), shipped(), AT)
    assert results_document(said, shipped(), AT) != results_document(said, shipped(), AT + timedelta(seconds=1))


def edited(document, change):
    found = json.loads(document)
    change(found["assessment-results"])
    return json.dumps(found).encode()


def by_another_tool(results):
    """Without properties of ours, as if another tool had written it."""
    waiting = [results]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            node.pop("props", None)
        waiting += [one for one in (node.values() if isinstance(node, dict) else node) if isinstance(one, dict | list)]
    del results["results"][1:]


def test_results_of_another_tool_are_what_the_party_says(tmp_path):
    said = Contents(parties=four_parties().parties, answers=four_parties().answers[:2])
    path = kept(tmp_path / "a.json", edited(results_document(said, shipped(), AT), by_another_tool))
    first, second = read_contents(path, "county", shipped()).answers
    assert (first.party, first.subject, first.question) == ("county", "county", "capture-01")
    assert (first.component, first.state, first.at) == ("capture", "met", AT)
    assert (first.statement, second.state, second.statement) == ("Line one\n\nline two", "not met", "partly, withdrawn")
    none = shipped().but(questions=())
    for party, profile in (("county", none), ("", shipped()), ("county", None)):
        with pytest.raises(InputError, match="about capture-01, which is no question"):
            read_contents(path, party, profile)


def not_satisfied(results):
    results["results"][0]["findings"][0]["target"]["status"]["state"] = "not-satisfied"


def without_party(results):
    props = results["results"][0]["findings"][0]["props"]
    props[:] = [prop for prop in props if prop["name"] != "party"]


def bad_json(results):
    results["results"][0]["findings"][0]["props"].append(
        {"name": "by", "ns": "urn:tocsin:oscal", "value": "{", "class": "json"}
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (not_satisfied, "is not-satisfied, but its property says 'met'"),
        (without_party, "party: Field required"),
        (bad_json, "is no JSON"),
        (lambda results: results.pop("metadata"), "no valid OSCAL assessment-results: metadata"),
    ],
)
def test_a_changed_document_is_refused(tmp_path, change, says):
    document = results_document(four_parties(), shipped(), AT)
    with pytest.raises(InputError, match=says):
        read_contents(kept(tmp_path / "a.json", edited(document, change)))


BOMB = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.json", b"{", InputError),
        ("a.json", b"[" * 100_000, InputError),
        ("a.json", b'{"catalog": {}}', UnknownFormat),
        ("a.json", b"[1]", UnknownFormat),
        ("a.yaml", b"a: [", InputError),
        ("a.yaml", b"\xff\xfe\x00", InputError),
        ("a.yaml", b"!!python/object/apply:os.system [x]", UnknownFormat),
    ],
)
def test_what_is_no_document_is_refused(tmp_path, name, data, error):
    with pytest.raises(error):
        read_contents(kept(tmp_path / name, data))


def test_a_file_that_is_not_there_is_said(tmp_path):
    for read in (read_contents, read_profile, lambda path: catalogues.read_catalogue(path.with_suffix(".csv"), "x")):
        with pytest.raises(InputError, match="there is no file"):
            read(tmp_path / "a.json")


def test_aliases_that_blow_up_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tocsin.assure.assessment.oscal.base.NODES", 10_000)
    with pytest.raises(InputError, match="more than 10,000 entries"):
        read_contents(kept(tmp_path / "a.yaml", BOMB.encode()))


def test_an_import_is_taken_from_the_same_folder_only(tmp_path):
    (tmp_path / "in").mkdir()
    files = profile_documents(shipped(), AT)
    (tmp_path / "tocsin-election.catalog.json").write_bytes(files["tocsin-election.catalog.json"])
    path = tmp_path / "in/profile.json"
    resource = "9b0c9c43-2722-4bbb-b132-13d34fb94d45"
    for href in (
        f"#{resource}",
        "../tocsin-election.catalog.json",
        str(tmp_path / "tocsin-election.catalog.json"),
        "https://x/c.json",
    ):
        path.write_bytes(files["tocsin-election.profile.json"].replace(b"tocsin-election.catalog.json", href.encode()))
        with pytest.raises(InputError, match="not beside it"):
            read_profile(path)


def test_nothing_to_export_is_said(tmp_path):
    for write in (results_document, components_document, plan_document):
        with pytest.raises(UsageError):
            write(Contents(), shipped(), AT)
    said = four_parties()
    with pytest.raises(UsageError, match="not about one of the products"):
        components_document(Contents(products=said.products, answers=said.answers), shipped(), AT)
    assert told({"props": None}) == {}


def test_a_roll_up_judges_no_question_that_somebody_has_not_answered(tmp_path):
    stands = [
        ("q0", {"met": 5, "missing": 7}),
        ("q1", {}),
        ("q2", {"met": 11, "not applicable": 1}),
        ("q3", {"partly": 12}),
        ("q4", {"met": 7}),
    ]
    counts = tuple(Count(question=id_, offices=12 if found else 0, standings=found) for id_, found in stands)
    contents = Contents(rolled=(RollUp(id="state", made=AT, offices=12, counts=counts),))
    path = tmp_path / "r.json"
    path.write_bytes(b"\xef\xbb\xbf" + results_document(contents, shipped(), AT))  # some editors put a mark before it
    assert read_contents(path) == contents
    (result,) = json.loads(path.read_text("utf-8-sig"))["assessment-results"]["results"]
    judged = {one["target"]["target-id"]: one["target"]["status"] for one in result["findings"]}
    assert judged == {
        "q2": {"state": "satisfied", "reason": "pass"}, "q3": {"state": "not-satisfied", "reason": "other"}
    }  # fmt: skip
    assert len(result["observations"]) == 5


@pytest.mark.parametrize("name", ["deep.yaml", "long.yaml", "deep.json"])
def test_what_is_nested_too_deep_or_takes_too_long_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "deep.json":
        found = json.loads(results_document(Contents(answers=four_parties().answers), shipped(), AT))
        prop = {"name": "x", "ns": "urn:tocsin:oscal", "value": "[" * 100_000, "class": "json"}
        found["assessment-results"]["results"][0]["findings"][0]["props"].append(prop)
        path.write_text(json.dumps(found))
    else:
        path.write_text("[" * 600 if name == "deep.yaml" else "a: b\n" * 1_100_000)
    with pytest.raises(InputError):
        read_contents(path)

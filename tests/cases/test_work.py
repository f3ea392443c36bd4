"""Opening, editing, naming, handing over and closing a case."""

import pytest
from tests.cases.making import ANNA, BELA, CORA, DANI, START, Built, journal

from tocsin.cases import leads, sight, work
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import WHICH, Case, Claim, Lead
from tocsin.model.people import Preferences


def test_a_case_begins_with_four_empty_claims_and_its_leads(ws, built):
    with ws.read() as reader:
        assert {claim.which for claim in reader.page(Claim, {"case": built.case_id}).items} == set(WHICH)
        lead = reader.get(Lead, built.lead.id)
    assert (lead.case, lead.state) == (built.case_id, "in case")
    assert (built.case.owner, built.case.state, built.case.exercise) == ("anna", "draft", False)


def test_cases_of_an_exercise_workspace_are_marked(ws):
    with ws.write("", "settings") as w:
        w.put(Preferences(exercise=True))
    assert work.open_case(ws, ANNA, "A", "B").exercise


@pytest.mark.parametrize("titles", [("", "Case"), ("Title", "  ")])
def test_a_case_has_both_titles(ws, titles):
    with pytest.raises(UsageError, match="working title"):
        work.open_case(ws, ANNA, *titles)


def test_an_edit_of_an_old_version_is_refused(built):
    old = built.case.version
    built.edit(summary="First.")
    with pytest.raises(ConflictError, match="is now version"):
        work.edit(built.ws, ANNA, built.case_id, old, summary="Second.")
    assert built.case.summary == "First."


def test_only_fields_of_the_form_are_edited(built):
    for field in ("state", "owner", "authors", "outcome", "scope", "exercise", "names", "id"):
        with pytest.raises(UsageError, match="cannot be edited"):
            built.edit(**{field: "published"})
    with pytest.raises(UsageError, match="interference"):
        built.edit(interference="weather")


def test_likelihood_and_confidence_in_one_sentence_are_refused(built):
    with pytest.raises(UsageError, match="likelihood"):
        built.edit(summary="It is likely, with high confidence.")
    assert built.case.summary == ""


def test_a_name_gets_a_placeholder_and_the_working_title_holds_none(built):
    built.named()
    assert [name.placeholder for name in built.case.names] == [
        "Party A", "Party B", "Candidate A", "Candidate B", "Country A", "Person A",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="working title holds"):
        built.edit(working_title="The meadow party case")
    with pytest.raises(UsageError, match="working title holds"):
        work.add_name(built.ws, ANNA, built.case_id, "organisation", "Case 1", "mentioned")


@pytest.mark.parametrize("sort", ["account", "person"])
def test_private_persons_are_never_named(built, sort):
    with pytest.raises(UsageError, match="never named"):
        work.add_name(built.ws, ANNA, built.case_id, sort, "Quentin Ashgrove", "named")


def test_a_name_is_taken_off_by_its_placeholder(built):
    built.named()
    assert "Party A" not in [n.placeholder for n in work.remove_name(built.ws, ANNA, built.case_id, "Party A").names]
    with pytest.raises(NotFoundError):
        work.remove_name(built.ws, ANNA, built.case_id, "Party A")


def test_names_are_not_in_the_journal(built):
    built.published()
    text = "\n".join(journal(built.ws))
    assert "Ashgrove" not in text
    assert built.case_id in text


def test_leads_belong_to_one_case(ws, built):
    other = Built(ws)
    with pytest.raises(ConflictError, match="another case"):
        work.attach(ws, ANNA, other.case_id, [built.lead.id])
    built.in_scope().written()
    with pytest.raises(ConflictError, match="a claim rests"):
        work.detach(ws, ANNA, built.case_id, built.lead.id)
    spare = leads.add(ws, ANNA, "Spare", "Spare.", START, START)
    work.attach(ws, ANNA, built.case_id, [spare.id])
    work.detach(ws, ANNA, built.case_id, spare.id)
    with ws.read() as reader:
        assert reader.get(Lead, spare.id).state == "new"


def test_a_case_is_handed_to_an_analyst_only(ws, built):
    with pytest.raises(UsageError, match="to an analyst"):
        work.hand_over(ws, ANNA, built.case_id, CORA.id)
    assert work.hand_over(ws, ANNA, built.case_id, BELA.id).owner == "bela"


def test_a_blind_reviewer_cannot_be_handed_the_case(ws, built):
    built.named().in_scope().written().asked()
    with pytest.raises(ForbiddenError, match="review this case blind"):
        work.hand_over(ws, ANNA, built.case_id, BELA.id)


@pytest.mark.parametrize("outcome", ["domestic", "not shown", "out of scope"])
def test_every_outcome_closes_a_case_the_same_way(ws, built, outcome):
    case = work.close(ws, ANNA, built.case_id, outcome, "We looked at all of it.")
    assert (case.state, case.outcome, case.outcome_reason) == ("closed", outcome, "We looked at all of it.")
    with ws.read() as reader:
        assert reader.count(Case, {"state": "closed", "outcome": outcome}) == 1


def test_nothing_is_established_without_a_second_reader(ws, built):
    with pytest.raises(ForbiddenError, match="second reader"):
        work.close(ws, ANNA, built.case_id, "established", "We are sure.")
    built.named().in_scope().written().reviewed()
    assert work.close(ws, ANNA, built.case_id, "established", "Shared, not published.").state == "closed"


def test_closing_needs_outcome_and_reason(ws, built):
    for outcome, reason in (("", "because"), ("domestic", " "), ("guilty", "because")):
        with pytest.raises(UsageError, match="outcome and a reason"):
            work.close(ws, ANNA, built.case_id, outcome, reason)


def test_the_reason_in_the_journal_names_no_private_person(ws, built):
    built.named()
    work.close(ws, ANNA, built.case_id, "not shown", "It was Quentin Ashgrove's joke.")
    assert any("It was Person A's joke." in line for line in journal(ws))
    assert "Ashgrove" not in "\n".join(journal(ws))


def test_who_does_not_see_the_names_cannot_edit(ws, built):
    with pytest.raises(ForbiddenError, match="without names"):
        work.edit(ws, BELA, built.case_id, built.case.version, summary="Mine.")
    sight.show_names(ws, BELA, built.case_id, "to help")
    assert "bela" in work.edit(ws, BELA, built.case_id, built.case.version, summary="Mine.").authors


@pytest.mark.parametrize("actor", [CORA, DANI])
def test_others_than_analysts_do_not_work_on_cases(ws, built, actor):
    for act in (
        lambda: work.open_case(ws, actor, "A", "B"),
        lambda: work.edit(ws, actor, built.case_id, 1, summary="x"),
        lambda: work.add_name(ws, actor, built.case_id, "party", "Some Party", "mentioned"),
        lambda: work.attach(ws, actor, built.case_id, []),
        lambda: work.close(ws, actor, built.case_id, "domestic", "x"),
    ):
        with pytest.raises(ForbiddenError):
            act()

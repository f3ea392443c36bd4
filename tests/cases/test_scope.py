"""Lawful domestic opinion is out of scope, whoever holds it, and the refusal is kept."""

import pytest
from tests.cases.making import ANNA, DANI, Built, World, journal

from tocsin.cases import review, scope, work
from tocsin.cases.scope import Answer
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Link

NO_LINK_NO_LIE = {"foreign link": "no", "deception or coercion": "no"}
YES = {"foreign link": "yes", "deception or coercion": "yes", "election link": "yes"}

#: Lawful opinion in ten forms: what a person would answer, and how the case ends.
OPINION = [
    ("voters of {helped} post the same slogan on one evening", NO_LINK_NO_LIE, "out of scope"),
    ("a newspaper at home endorses {rival}", NO_LINK_NO_LIE, "out of scope"),
    ("an expatriate club says openly that it votes {helped}", {"deception or coercion": "no"}, "out of scope"),
    ("a minister of {country} says openly whom he would vote for", {"deception or coercion": "no"}, "out of scope"),
    ("satire about {candidate}", NO_LINK_NO_LIE, "out of scope"),
    ("a hidden campaign about a football club", {"election link": "no"}, "out of scope"),
    ("{helped} hides its own fan accounts", {"foreign link": "no"}, "domestic"),
    ("an unsigned leaflet from a local business", {"foreign link": "no"}, "domestic"),
    ("a strike is announced", NO_LINK_NO_LIE | {"election link": "no"}, "out of scope"),
    ("people of {other} love {rival}", {"foreign link": "unclear", "deception or coercion": "no"}, "out of scope"),
]  # fmt: skip


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("title", "answers", "outcome"), OPINION)
def test_lawful_opinion_is_refused_on_either_side(ws, title, answers, outcome, swap):
    world = World().swapped() if swap else World()
    case = work.open_case(ws, ANNA, title.format(**world._asdict()), "Case")
    given = [Answer(question, word, "Looked at.") for question, word in (YES | answers).items()]
    case = scope.answer(ws, ANNA, case.id, given)
    assert (case.state, case.outcome) == ("closed", outcome)
    assert f"refuse scope {case.id}" in "\n".join(journal(ws))


def test_a_case_is_in_scope_by_three_answers_on_evidence(built):
    assert built.gate("scope").missing == tuple(f"{question}: not answered" for question in scope.QUESTIONS)
    scope.answer(built.ws, ANNA, built.case_id, [Answer("foreign link", "yes", "The host is there.")])
    assert built.gate("scope").missing[0] == "foreign link: no evidence"
    scope.answer(built.ws, ANNA, built.case_id, [Answer("foreign link", "unclear", "Who knows.", (built.link,))])
    assert built.gate("scope").missing[0] == "foreign link: unclear"
    built.in_scope()
    assert built.gate("scope").passed
    assert built.case.state == "draft"


def test_an_answer_says_who_gave_it(built):
    built.in_scope()
    assert {one.by for one in built.case.scope} == {"anna"}
    assert all(one.reason for one in built.case.scope)


def test_answers_need_a_reason_and_evidence_of_the_case(built):
    with pytest.raises(UsageError, match="reason"):
        scope.answer(built.ws, ANNA, built.case_id, [Answer("foreign link", "yes", " ")])
    stranger = Link(to="lead", id="elsewhere")
    with pytest.raises(UsageError, match="not in this case"):
        scope.answer(built.ws, ANNA, built.case_id, [Answer("foreign link", "yes", "So.", (stranger,))])
    assert built.case.scope == ()


def test_a_case_not_in_scope_gets_no_review(built):
    built.named().written()
    with pytest.raises(ForbiddenError, match="scope check is not passed"):
        review.ask(built.ws, ANNA, built.case_id, "bela")
    assert f"refused: ask for review {built.case_id}" in "\n".join(journal(built.ws))


def test_a_refused_case_can_be_opened_again_for_a_reason(built):
    scope.answer(built.ws, ANNA, built.case_id, [Answer("foreign link", "no", "All at home.")])
    with pytest.raises(ConflictError, match="cannot be changed"):
        built.edit(summary="Still.")
    with pytest.raises(UsageError, match="for a reason"):
        work.reopen(built.ws, ANNA, built.case_id, "")
    case = work.reopen(built.ws, ANNA, built.case_id, "A payment came to light.")
    assert (case.state, case.outcome, case.outcome_reason) == ("draft", "", "")


def test_readers_answer_nothing(built):
    with pytest.raises(ForbiddenError, match="analyst"):
        scope.answer(built.ws, DANI, built.case_id, [Answer("foreign link", "yes", "So.", (built.link,))])


def test_both_sides_end_alike(ws):
    ends = []
    for world in (World(), World().swapped()):
        built = Built(ws, world).in_scope()
        ends.append([(one.question, one.answer) for one in built.case.scope])
    assert ends[0] == ends[1]

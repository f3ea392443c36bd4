"""The second reader grades what it is, not whom it concerns."""

import pytest
from tests.cases.making import ANNA, BELA, CORA, GRADE, Built, as_text

from tocsin.cases import review, sight, work
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Gap, Graded, Review
from tocsin.model.grades import Grade


def view(built, actor=BELA):
    with built.ws.read() as reader:
        return review.view(reader, actor, built.review.id)


@pytest.fixture
def asked(built):
    return built.named().in_scope().written().asked()


def test_the_reviewer_sees_no_name_and_no_grade(asked):
    look = view(asked)
    assert look.sight == "blind"
    text = as_text([look.case, *look.claims, *look.leads, *look.items, *look.replies]).lower()
    for name in (*asked.world, "Quentin", "Ashgrove"):
        if name != asked.world.other:
            assert name.lower() not in text
    assert "party a" in text
    assert {claim.grade for claim in look.claims} == {Grade()}
    assert {claim.basis for claim in look.claims} == {""}
    assert look.case.title == "Case 1"


def test_the_names_are_shown_once_the_blind_grades_are_given(asked):
    review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())
    look = view(asked)
    assert look.sight == "open"
    assert asked.world.helped in look.case.title
    assert look.claims[0].grade != Grade()


def test_the_gap_between_blind_and_open_grades_is_kept(asked):
    review.grade_blind(
        asked.ws, BELA, asked.review.id, asked.graded(likelihood="unlikely", confidence="high"), "Nobody"
    )
    done = review.decide(asked.ws, BELA, asked.review.id, asked.graded(), "accepted", "It holds.")
    assert done.gap == tuple(Gap(which=w, likelihood=3, confidence=-1) for w in ("behaviour", "deception", "reach"))
    assert done.blind[0].grade.likelihood == "unlikely"
    assert done.guess_right is False


@pytest.mark.parametrize(("guess", "right"), [("", None), ("the meadow party", True), ("Elsewhere", False)])
def test_a_guess_is_kept_with_whether_it_was_right(asked, guess, right):
    assert review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded(), guess).guess_right is right


def test_neither_author_nor_whoever_saw_the_names_reviews(ws, built):
    built.named().in_scope().written()
    with pytest.raises(UsageError, match="not a reviewer"):
        review.ask(ws, ANNA, built.case_id, ANNA.id)
    sight.show_names(ws, BELA, built.case_id, "curious")
    with pytest.raises(ForbiddenError, match="nor seen its names"):
        review.ask(ws, ANNA, built.case_id, BELA.id)


def test_who_reviews_blind_is_not_shown_the_names(asked):
    with pytest.raises(ForbiddenError, match="review this case blind"):
        sight.show_names(asked.ws, BELA, asked.case_id, "curious")
    assert "bela" not in asked.case.seen_by


def test_only_the_one_who_was_asked_reviews(asked):
    with pytest.raises(ForbiddenError, match="somebody else"):
        view(asked, CORA)
    other = BELA.model_copy(update={"id": "zoe"})
    with pytest.raises(ForbiddenError, match="somebody else"):
        review.grade_blind(asked.ws, other, asked.review.id, asked.graded())


def test_the_role_is_needed_when_acting_and_not_only_when_asked(asked):
    former = BELA.model_copy(update={"roles": frozenset({"reader"})})
    with pytest.raises(ForbiddenError, match="role reviewer"):
        review.grade_blind(asked.ws, former, asked.review.id, asked.graded())


def test_the_order_is_blind_then_open_then_done(asked):
    with pytest.raises(ConflictError, match="blind grades come first"):
        review.decide(asked.ws, BELA, asked.review.id, asked.graded(), "accepted", "So.")
    review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())
    with pytest.raises(ConflictError, match="already"):
        review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())
    review.decide(asked.ws, BELA, asked.review.id, asked.graded(), "revise", "Not yet.")
    with pytest.raises(ConflictError, match="was decided"):
        review.decide(asked.ws, BELA, asked.review.id, asked.graded(), "accepted", "So.")


@pytest.mark.parametrize(
    "grades",
    [
        [],
        [Graded(which="behaviour", grade=GRADE)],
        [Graded(which=w, grade=GRADE) for w in ("behaviour", "behaviour", "deception", "reach")],
        [Graded(which=w, grade=GRADE) for w in ("behaviour", "deception", "reach", "attribution")],
        [Graded(which=w, grade=Grade(source="A")) for w in ("behaviour", "deception", "reach")],
    ],
    ids=["none", "one", "twice", "one that is not made", "half"],
)
def test_each_claim_that_is_made_is_graded_once_and_whole(asked, grades):
    with pytest.raises(UsageError, match="grade"):
        review.grade_blind(asked.ws, BELA, asked.review.id, grades)


def test_a_case_that_changes_needs_a_new_review(asked):
    assert asked.case.state == "in review"
    asked.edit(summary="Something else.")
    assert asked.case.state == "draft"
    with pytest.raises(ConflictError, match="has changed"):
        view(asked)
    with pytest.raises(ConflictError, match="has changed"):
        review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())


@pytest.mark.parametrize(("decision", "state"), [("accepted", "reply"), ("revise", "draft"), ("rejected", "draft")])
def test_only_an_accepted_review_opens_the_gate(asked, decision, state):
    review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())
    review.decide(asked.ws, BELA, asked.review.id, asked.graded(), decision, "Because.")
    assert asked.case.state == state
    assert asked.gate("second reader").passed is (decision == "accepted")


def test_a_reviewer_who_then_writes_in_the_case_counts_no_more(asked):
    review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())
    review.decide(asked.ws, BELA, asked.review.id, asked.graded(), "accepted", "Because.")
    work.edit(asked.ws, BELA, asked.case_id, asked.case.version, tlp="clear")
    assert not asked.gate("second reader").passed


def test_the_same_person_is_not_asked_twice_for_the_same(asked):
    with pytest.raises(ConflictError, match="exactly this"):
        review.ask(asked.ws, ANNA, asked.case_id, BELA.id)


def test_a_review_needs_reasons(asked):
    review.grade_blind(asked.ws, BELA, asked.review.id, asked.graded())
    for decision, reasons in (("accepted", " "), ("perhaps", "Because.")):
        with pytest.raises(UsageError, match="reasons"):
            review.decide(asked.ws, BELA, asked.review.id, asked.graded(), decision, reasons)


def test_a_blind_reviewer_cannot_read_the_case_by_another_door(asked):
    with asked.ws.read() as reader:
        look = sight.look(reader, BELA, asked.case_id)
        assert sight.heading(reader, BELA, asked.case) == "Case 1"
    text = as_text([look.case, *look.claims, *look.leads])
    assert asked.world.country not in text
    assert asked.world.helped not in text


def test_a_case_without_names_gets_no_reader(built):
    built.in_scope().written()
    with pytest.raises(ForbiddenError, match="lists no names"):
        review.ask(built.ws, ANNA, built.case_id, BELA.id)


def test_reviews_are_found_by_who_has_them(ws):
    one = Built(ws).named().in_scope().written().asked()
    with ws.read() as reader:
        (found,) = reader.page(Review, {"reviewer": "bela", "state": "asked"}).items
    assert found.case == one.case_id

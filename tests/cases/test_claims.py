"""Four claims, each graded on its own; attribution is typed by people and read twice."""

import ast
from pathlib import Path

import pytest
from tests.cases.making import ANNA, BELA, GRADE, START

import tocsin
from tocsin.cases import claims, review, sight
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Link, Step
from tocsin.model.grades import Grade


@pytest.mark.parametrize("field", ["text", "basis"])
def test_likelihood_and_confidence_in_one_sentence_are_refused(built, field):
    with pytest.raises(UsageError, match="one sentence"):
        built.claim("behaviour", **{field: "It is very likely. We have high confidence that it is likely."})
    built.claim("behaviour", **{field: "It is very likely. We have high confidence in this judgement."})


def test_alternatives_and_steps_are_checked_too(built):
    mixed = "Probably so, with low confidence."
    with pytest.raises(UsageError, match="one sentence"):
        built.consider("deception", mixed, "no")
    with pytest.raises(UsageError, match="one sentence"):
        built.claim("reach", steps=(Step(level=1, shown=False, note=mixed),))


def test_evidence_is_of_the_case(built):
    with pytest.raises(UsageError, match="not in this case"):
        built.claim("behaviour", evidence=(Link(to="item", id="elsewhere"),))


def test_steps_of_the_scale_are_dated_evidenced_and_in_order(built):
    shown = {"at": START, "evidence": (built.link,)}
    for steps in [
        (Step(level=2, shown=True, **shown), Step(level=1, shown=True, **shown)),
        (Step(level=1, shown=True, **shown), Step(level=1, shown=False)),
        (Step(level=1, shown=True, at=START),),
        (Step(level=1, shown=True, evidence=(built.link,)),),
    ]:
        with pytest.raises(UsageError, match="Breakout Scale"):
            built.claim("reach", steps=steps)
    kept = built.claim("reach", steps=(Step(level=1, shown=True, **shown), Step(level=4, shown=False)))
    assert [step.level for step in kept.steps] == [1, 4]


@pytest.mark.parametrize(
    ("which", "field"),
    [("behaviour", "steps"), ("deception", "harm"), ("reach", "evidence_class"), ("behaviour", "second_reader")],
)
def test_fields_belong_to_their_claim(built, which, field):
    with pytest.raises(UsageError, match="cannot be edited"):
        built.claim(which, **{field: ()})


def test_there_are_four_claims_and_no_fifth(built):
    for act in (claims.edit, claims.consider):
        with pytest.raises(UsageError, match="no claim is about"):
            act(built.ws, ANNA, built.case_id, "motive", 1, text="x")


def test_an_old_version_is_refused(built):
    built.claim("behaviour", text="One.")
    with pytest.raises(ConflictError):
        claims.edit(built.ws, ANNA, built.case_id, "behaviour", 1, text="Two.")


def test_what_a_claim_lacks_is_said(built):
    with built.ws.read() as reader:
        empty = claims.claim_of(reader, built.case_id, "attribution")
    assert [word.split(": ")[1] for word in claims.lacks(empty)] == [
        "no text",
        "not graded",
        "no word on why the confidence is what it is",
        "no graded evidence",
        "no class of evidence",
        "no second reader",
    ]
    ungraded = built.link.model_copy(update={"source": ""})
    full = empty.but(
        text="t", basis="b", grade=GRADE, evidence=(ungraded,), evidence_class="technical", second_reader="x"
    )
    assert list(claims.lacks(full)) == ["attribution: no graded evidence"]
    half = full.but(evidence=(built.link,), grade=Grade(source="A", likelihood="likely"))
    assert list(claims.lacks(half)) == ["attribution: not graded: information, confidence"]
    assert list(claims.lacks(full.but(evidence=(built.link,)))) == []


def test_a_claim_that_is_not_made_says_why_and_behaviour_is_always_made(built):
    built.claim("attribution", made=False, text="Nothing shows who.")
    built.claim("behaviour", made=False, text="Nothing happened.")
    missing = built.gate("claims").missing
    assert not any(word.startswith("attribution") for word in missing)
    assert "behaviour: a case without what happened is not published" in missing


def test_harm_to_voting_needs_words_and_evidence(built):
    built.written()
    built.claim("reach", harm=2)
    assert built.gate("claims").missing == ("reach: harm to voting without words and evidence",)
    built.claim("reach", harm_note="A wrong date was spread.", harm_evidence=(built.link,))
    assert built.gate("claims").passed


def attributed(built):
    built.named().in_scope().written()
    built.claim("attribution", made=True, text="The posts came from an office.", basis="Two sources.", grade=GRADE,
                evidence=(built.link,), evidence_class="technical")  # fmt: skip
    built.consider("attribution", "Somebody imitated it.", "The keys are not public.")
    return built


def test_an_attribution_is_read_by_somebody_who_has_not_written_it(built):
    attributed(built)
    assert built.gate("claims").missing == ("attribution: no second reader",)
    with pytest.raises(ForbiddenError, match="has not written it"):
        claims.second_read(built.ws, ANNA, built.case_id, "I agree with myself.")
    with pytest.raises(ForbiddenError, match="without names"):
        claims.second_read(built.ws, BELA, built.case_id, "I agree.")
    sight.show_names(built.ws, BELA, built.case_id, "to read the attribution")
    claims.second_read(built.ws, BELA, built.case_id, "I agree.")
    assert built.gate("claims").passed


def test_a_changed_attribution_is_read_again(built):
    attributed(built)
    sight.show_names(built.ws, BELA, built.case_id, "to read the attribution")
    claims.second_read(built.ws, BELA, built.case_id, "I agree.")
    built.claim("attribution", text="It came from another office.")
    assert built.gate("claims").missing == ("attribution: no second reader",)


def test_the_second_reader_of_the_case_may_read_the_attribution_again(built):
    attributed(built).asked()
    four = [*built.graded(), built.graded()[0].model_copy(update={"which": "attribution"})]
    review.grade_blind(built.ws, BELA, built.review.id, four)
    review.decide(built.ws, BELA, built.review.id, four, "accepted", "It holds.")
    claims.second_read(built.ws, BELA, built.case_id, "The keys match.")
    assert built.gate("claims").passed
    assert built.gate("second reader").passed


def test_no_code_writes_an_attribution():
    """Nowhere in the program is a claim about attribution given a text, a grade or a class of evidence."""
    for path in Path(tocsin.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
            if isinstance(node, ast.Call) and name in ("Claim", "edit", "but"):
                given = {word.arg: word.value for word in node.keywords}
                assert not (isinstance(given.get("which"), ast.Constant) and given["which"].value == "attribution"), (
                    f"{path}:{node.lineno}"
                )
                assert "evidence_class" not in given, f"{path}:{node.lineno}"

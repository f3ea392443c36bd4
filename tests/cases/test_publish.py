"""Two persons, the same words, the gates held, and everything issued kept."""

from datetime import timedelta

import pytest
from tests.cases.making import ANNA, BELA, CORA, DANI, Built, journal

from tocsin.cases import acts, publish, reply, review, sight, work
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Approval, Case, Publication
from tocsin.store.canonical import digest

REASON = "Polls open tomorrow and the false date spreads."


def issues(ws, case_id):
    with ws.read() as reader:
        return publish.history(reader, case_id)


def test_a_case_is_published_corrected_and_withdrawn_in_one_place(ws, built):
    built.published()
    assert built.case.state == "published"
    assert built.case.outcome == "established"
    first = built.publication
    assert (first.number, first.issue, first.body.title) == (1, "claim", built.case.title)
    assert first.content == digest(first.body.model_dump(mode="json"))
    assert all(gate.passed for gate in first.body.gates)
    assert first.body.replies[0].answer == "Norland denies it."

    built.edit(summary="Fewer accounts than we said.")
    built.reviewed()
    for actor in (ANNA, BELA):
        publish.approve(ws, actor, built.case_id, "correct", "We counted some accounts twice.")
    publish.issue(ws, ANNA, built.case_id, "correct", "We counted some accounts twice.")
    assert built.case.state == "corrected"
    for actor in (ANNA, BELA):
        publish.approve(ws, actor, built.case_id, "withdraw", "The posts were forged.")
    publish.issue(ws, ANNA, built.case_id, "withdraw", "The posts were forged.")
    assert built.case.state == "withdrawn"
    assert built.case.outcome == ""
    kept = issues(ws, built.case_id)
    assert [(one.number, one.issue, one.changed) for one in kept] == [
        (1, "claim", ""),
        (2, "correction", "We counted some accounts twice."),
        (3, "withdrawal", "The posts were forged."),
    ]
    assert kept[0].body.summary != kept[1].body.summary
    assert kept[1].body == kept[2].body
    assert ws.check() == []


def test_one_person_is_not_enough_even_twice(ws, built):
    built.ready()
    publish.approve(ws, ANNA, built.case_id, "publish")
    publish.approve(ws, ANNA, built.case_id, "publish")
    with pytest.raises(ForbiddenError, match="two persons"):
        publish.issue(ws, ANNA, built.case_id, "publish")
    assert built.case.state == "ready"
    assert issues(ws, built.case_id) == ()
    assert any(line.startswith(f"refused: publish {built.case_id}") for line in journal(ws))


def test_approvals_count_for_the_words_approved_only(ws, built):
    built.ready()
    publish.approve(ws, BELA, built.case_id, "publish")
    built.edit(summary="Another summary.")
    built.reviewed()
    publish.approve(ws, ANNA, built.case_id, "publish")
    with pytest.raises(ForbiddenError, match="and 1 has"):
        publish.issue(ws, ANNA, built.case_id, "publish")


def test_a_reply_that_comes_after_an_approval_asks_for_it_again(ws, built, clock):
    built.named().in_scope().written().reviewed()
    asked = reply.ask(ws, ANNA, built.case_id, "Country A", "its embassy", "by letter")
    clock(asked.due + timedelta(seconds=1))
    publish.approve(ws, ANNA, built.case_id, "publish")
    publish.approve(ws, BELA, built.case_id, "publish")
    reply.answer(ws, ANNA, asked.id, "Late, but here it is.")
    with pytest.raises(ForbiddenError, match="nobody has"):
        publish.issue(ws, ANNA, built.case_id, "publish")


def test_somebody_who_has_not_written_in_it_must_be_among_the_two(ws, built):
    built.ready()
    work.edit(ws, BELA, built.case_id, built.case.version, unknown="Who paid.")
    with pytest.raises(ForbiddenError):  # its reviewer is an author now
        publish.approve(ws, ANNA, built.case_id, "publish")
    for actor in (ANNA, BELA):
        publish.approve(ws, actor, built.case_id, "publish", break_glass=REASON)
    with pytest.raises(ForbiddenError, match="everybody who approved has written"):
        publish.issue(ws, ANNA, built.case_id, "publish", break_glass=REASON)


@pytest.mark.parametrize("steps", [[], ["named"], ["named", "in_scope"], ["named", "in_scope", "written"]])
def test_nothing_is_published_through_a_closed_gate(ws, built, steps):
    for step in steps:
        getattr(built, step)()
    sight.show_names(ws, BELA, built.case_id, "to publish")
    for actor in (ANNA, BELA):
        with pytest.raises(ForbiddenError, match="not every gate"):
            publish.approve(ws, actor, built.case_id, "publish")
        with pytest.raises(ForbiddenError, match="not every gate"):
            publish.issue(ws, actor, built.case_id, "publish")
    assert issues(ws, built.case_id) == ()


def test_approvals_forged_into_the_database_do_not_open_a_gate(ws, built):
    built.named().in_scope().written()
    sight.show_names(ws, BELA, built.case_id, "to publish")
    with ws.read() as reader:
        wanted = publish.pending(reader, reader.get(Case, built.case_id), "publish").content
    with ws.write("", "forge") as w:
        for by in ("anna", "bela"):
            w.put(Approval(action="publish", subject=built.case_id, content=wanted, by=by, given=acts.now()))
    with pytest.raises(ForbiddenError, match="second reader"):
        publish.issue(ws, ANNA, built.case_id, "publish")


def test_break_glass_passes_over_reader_and_reply_with_two_persons_and_shows(ws, built):
    built.named().in_scope().written()
    sight.show_names(ws, BELA, built.case_id, "to publish")
    publish.approve(ws, ANNA, built.case_id, "publish", break_glass=REASON)
    with pytest.raises(ForbiddenError, match="two persons"):
        publish.issue(ws, ANNA, built.case_id, "publish", break_glass=REASON)
    publish.approve(ws, BELA, built.case_id, "publish", break_glass=REASON)
    made = publish.issue(ws, ANNA, built.case_id, "publish", break_glass=REASON)
    assert made.break_glass == REASON
    assert [gate.name for gate in made.body.gates if not gate.passed] == ["second reader", "reply"]
    assert "publish (break glass)" in "\n".join(journal(ws))


@pytest.mark.parametrize("missing", ["in_scope", "written"])
def test_break_glass_opens_no_other_gate(ws, built, missing):
    for step in {"named", "in_scope", "written"} - {missing}:
        getattr(built, step)()
    with pytest.raises(ForbiddenError, match="scope" if missing == "in_scope" else "claims"):
        publish.approve(ws, ANNA, built.case_id, "publish", break_glass=REASON)


def test_break_glass_needs_a_reason(ws, built):
    with pytest.raises(UsageError, match="at least 20"):
        publish.approve(ws, ANNA, built.case_id, "publish", break_glass="urgent")


@pytest.mark.parametrize("actor", [CORA, DANI])
def test_only_publishers_approve(ws, built, actor):
    built.ready()
    with pytest.raises(ForbiddenError, match="publisher"):
        publish.approve(ws, actor, built.case_id, "publish")


def test_a_private_person_in_the_reason_is_refused_and_not_in_the_journal(ws, built):
    built.named().in_scope().written()
    with pytest.raises(UsageError, match="Person A"):
        publish.approve(ws, ANNA, built.case_id, "publish", break_glass="Quentin Ashgrove would be in danger today.")
    assert "Ashgrove" not in "\n".join(journal(ws))


def test_what_is_public_is_corrected_and_what_is_not_is_published(ws, built):
    with pytest.raises(ConflictError):
        publish.approve(ws, ANNA, built.case_id, "correct", "It was wrong.")
    with pytest.raises(ConflictError):
        publish.approve(ws, ANNA, built.case_id, "withdraw", "It was wrong.")
    built.published()
    with pytest.raises(ConflictError):
        publish.approve(ws, ANNA, built.case_id, "publish")
    with pytest.raises(UsageError, match="says what changed"):
        publish.approve(ws, ANNA, built.case_id, "correct")


def test_a_correction_needs_a_second_reader_of_what_is_new(ws, built):
    built.published()
    built.edit(summary="Something else.")
    with pytest.raises(ForbiddenError, match="second reader"):
        publish.approve(ws, ANNA, built.case_id, "correct", "It was something else.")


def test_a_published_body_does_not_change_with_the_case(ws, built):
    built.published()
    built.edit(summary="Something else.")
    (made,) = issues(ws, built.case_id)
    assert made == built.publication
    assert "praised" in made.body.summary


def test_nobody_but_those_who_saw_the_names_approves(ws, built):
    built.named().in_scope().written()
    with pytest.raises(ForbiddenError, match="without names"):
        publish.approve(ws, BELA, built.case_id, "publish", break_glass=REASON)


def test_publications_hold_no_ids_of_people(ws, built):
    built.published()
    text = built.publication.body.model_dump_json()
    assert not any(person in text for person in ("anna", "bela"))


def test_two_cases_do_not_share_approvals(ws):
    one, two = Built(ws).ready(), Built(ws).ready()
    for actor in (ANNA, BELA):
        publish.approve(ws, actor, one.case_id, "publish")
    with pytest.raises(ForbiddenError, match="nobody has"):
        publish.issue(ws, ANNA, two.case_id, "publish")


def test_reviews_of_the_correction_know_the_names(ws, built):
    built.published()
    built.edit(summary="Something else.")
    again = review.ask(ws, ANNA, built.case_id, BELA.id)
    assert again.again
    assert again.state == "open"
    with ws.read() as reader:
        assert reader.count(Publication) == 1

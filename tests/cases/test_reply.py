"""A named party is heard before it is named, and its answer is printed."""

from datetime import timedelta

import pytest
from tests.cases.making import ANNA, BELA, DANI, journal

from tocsin.cases import reply, rules, sight, work
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import Reply


@pytest.fixture
def reviewed(built):
    return built.named().in_scope().written().reviewed()


def ask(built):
    return reply.ask(built.ws, ANNA, built.case_id, "Country A", "its embassy", "by letter")


def test_it_is_asked_after_the_review_only(built):
    built.named().in_scope().written()
    with pytest.raises(ForbiddenError, match="no second reader"):
        ask(built)


def test_the_gate_opens_with_the_answer(reviewed):
    assert reviewed.gate("reply").missing == ("Country A was not asked for its reply",)
    asked = ask(reviewed)
    assert asked.due - asked.asked == timedelta(days=5)
    assert reviewed.gate("reply").missing[0].startswith("Country A has until ")
    assert reviewed.case.state == "reply"
    reply.answer(reviewed.ws, ANNA, asked.id, "Not us.\nNever.")
    assert reviewed.gate("reply").passed
    assert reviewed.case.state == "ready"


def test_the_gate_opens_with_silence_when_the_time_is_over(reviewed, clock):
    asked = ask(reviewed)
    clock(asked.due - timedelta(seconds=1))
    assert not reviewed.gate("reply").passed
    clock(asked.due)
    assert reviewed.gate("reply").passed


def test_who_is_only_mentioned_is_not_asked(reviewed):
    for mark in ("Party A", "Person A", "Country Z"):
        with pytest.raises(NotFoundError, match="names no"):
            reply.ask(reviewed.ws, ANNA, reviewed.case_id, mark, "somebody", "by letter")


def test_it_is_asked_once_at_a_time(reviewed):
    asked = ask(reviewed)
    with pytest.raises(ConflictError, match="asked already"):
        ask(reviewed)
    reply.answer(reviewed.ws, ANNA, asked.id, "No.")
    with pytest.raises(ConflictError, match="kept already"):
        reply.answer(reviewed.ws, ANNA, asked.id, "Yes.")
    assert ask(reviewed).state == "asked"
    assert not reviewed.gate("reply").passed


def test_a_private_person_is_not_whom_we_ask(reviewed):
    with pytest.raises(UsageError, match="private person"):
        reply.ask(reviewed.ws, ANNA, reviewed.case_id, "Country A", "Mr Ashgrove", "by letter")
    for whom, how in (("", "by letter"), ("its embassy", " ")):
        with pytest.raises(UsageError, match="whom you asked and how"):
            reply.ask(reviewed.ws, ANNA, reviewed.case_id, "Country A", whom, how)


def test_an_author_cannot_waive_it(reviewed):
    with pytest.raises(ForbiddenError, match="author cannot waive"):
        reply.waive(reviewed.ws, ANNA, reviewed.case_id, "Country A", "its embassy", "No time.")
    with pytest.raises(UsageError, match="for a reason"):
        reply.waive(reviewed.ws, BELA, reviewed.case_id, "Country A", "its embassy", "")
    waived = reply.waive(reviewed.ws, BELA, reviewed.case_id, "Country A", "its embassy", "It has no address.")
    assert (waived.state, waived.reason, waived.waived_by) == ("waived", "It has no address.", "bela")
    assert reviewed.gate("reply").passed


def test_what_was_asked_is_waived_without_a_second_request(reviewed):
    asked = ask(reviewed)
    reply.waive(reviewed.ws, BELA, reviewed.case_id, "Country A", "other", "It sent the letter back.")
    with reviewed.ws.read() as reader:
        (kept,) = reader.page(Reply, {"case": reviewed.case_id}).items
    assert (kept.id, kept.whom, kept.state) == (asked.id, "its embassy", "waived")


def test_an_answer_that_comes_late_is_still_printed(ws, built, clock):
    built.published()
    clock(built.case.updated + timedelta(days=30))
    asked = ask(built)
    kept = reply.answer(ws, ANNA, asked.id, "Late.")
    assert kept.answer == "Late."


def test_everybody_named_is_heard(built):
    built.named()
    work.add_name(built.ws, ANNA, built.case_id, "organisation", "Quayside Media", "named")
    built.in_scope().written().reviewed().heard()
    assert built.gate("reply").missing == ("Organisation A was not asked for its reply",)


def test_a_longer_period_counts_for_what_is_asked_after(reviewed):
    for actor in (ANNA, BELA):
        rules.approve(reviewed.ws, actor, {"reply_days": 14})
    rules.change(reviewed.ws, ANNA, {"reply_days": 14})
    asked = ask(reviewed)
    assert asked.due - asked.asked == timedelta(days=14)


def test_readers_do_not_ask(reviewed):
    with pytest.raises(ForbiddenError):
        reply.ask(reviewed.ws, DANI, reviewed.case_id, "Country A", "its embassy", "by letter")
    sight.show_names(reviewed.ws, BELA, reviewed.case_id, "to help")
    assert f"refused: ask for reply {reviewed.case_id}" in "\n".join(journal(reviewed.ws))

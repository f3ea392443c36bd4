import pytest
from tests.cases.making import ANNA, BELA, DANI

from tocsin.cases import confirm
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.confirmation import RuleConfirmation
from tocsin.model.rules import Rules

UNVERIFIED = next(rule for rule in Rules.load().rules if rule.basis == "unverified")
SOURCE = "52 U.S.C. 30116, govinfo.gov, edition of 2024"


@pytest.fixture
def ids(ws):
    """The rules confirmed, read again."""

    def read():
        with ws.read() as reader:
            return confirm.confirmed(reader)

    return read


def test_a_rule_that_a_person_confirms_is_no_longer_unverified(ws, ids):
    kept = confirm.confirm(ws, ANNA, UNVERIFIED.id, f" {SOURCE} ")
    assert (kept.rule, kept.read_in, kept.confirmed_by) == (UNVERIFIED.id, SOURCE, "anna")
    assert ids() == {UNVERIFIED.id}
    rule = Rules.load(ids()).get(UNVERIFIED.id)
    assert rule.basis == "confirmed"
    assert rule.label() == UNVERIFIED.id


def test_it_is_written_into_the_journal_and_can_be_taken_back(ws, ids):
    confirm.confirm(ws, ANNA, UNVERIFIED.id, SOURCE)
    confirm.take_back(ws, BELA, UNVERIFIED.id)
    assert ids() == frozenset()
    actions = [(one.action, one.actor, one.subject) for one in ws.journal.entries(0, 50)]
    assert ("confirm rule", "anna", UNVERIFIED.id) in actions
    assert ("take back confirmation", "bela", UNVERIFIED.id) in actions
    assert ws.check() == []


def test_a_rule_that_reads_otherwise_now_is_unverified_again(ws, ids):
    kept = confirm.confirm(ws, ANNA, UNVERIFIED.id, SOURCE)
    with ws.write("anna", "an older text") as w:
        w.put(kept.but(digest="0" * 64))
    assert ids() == frozenset()
    with ws.read() as reader:
        assert reader.count(RuleConfirmation) == 1


def test_what_cannot_be_confirmed_is_refused(ws):
    with pytest.raises(NotFoundError):
        confirm.confirm(ws, ANNA, "no-such-rule", SOURCE)
    with pytest.raises(UsageError):
        confirm.confirm(ws, ANNA, UNVERIFIED.id, "  ")
    with pytest.raises(ForbiddenError):
        confirm.confirm(ws, DANI, UNVERIFIED.id, SOURCE)
    with pytest.raises(NotFoundError):
        confirm.take_back(ws, ANNA, UNVERIFIED.id)
    confirm.confirm(ws, ANNA, UNVERIFIED.id, SOURCE)
    with pytest.raises(ConflictError):
        confirm.confirm(ws, BELA, UNVERIFIED.id, SOURCE)

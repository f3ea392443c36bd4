"""A threshold is changed by two persons, on the version they saw, and not while it is frozen."""

from datetime import UTC, date, datetime

import pytest
from tests.cases.making import ANNA, BELA, CORA, DANI

from tocsin.cases import rules
from tocsin.errors import ForbiddenError, UsageError
from tocsin.model.case import Rules


def current(ws):
    with ws.read() as reader:
        return rules.current(reader)


def test_the_defaults_hold_until_two_persons_change_them(ws):
    assert current(ws) == Rules()
    values = {"reply_days": 7, "alternatives": 2}
    with pytest.raises(ForbiddenError, match="nobody has"):
        rules.change(ws, ANNA, values)
    assert rules.approve(ws, ANNA, values) == 1
    assert rules.approve(ws, ANNA, values) == 1
    with pytest.raises(ForbiddenError, match="and 1 has"):
        rules.change(ws, ANNA, values)
    assert rules.approve(ws, CORA, values) == 2
    assert rules.change(ws, ANNA, values).reply_days == 7
    assert current(ws).alternatives == 2


def test_approvals_are_for_these_values_on_this_version(ws):
    for actor in (ANNA, BELA):
        rules.approve(ws, actor, {"tip_days": 30})
    with pytest.raises(ForbiddenError, match="nobody has"):
        rules.change(ws, ANNA, {"tip_days": 31})
    rules.change(ws, ANNA, {"tip_days": 30})
    with pytest.raises(ForbiddenError, match="nobody has"):
        rules.change(ws, ANNA, {"tip_days": 30})


def test_frozen_rules_do_not_change_before_the_day(ws, clock):
    for actor in (ANNA, BELA):
        rules.approve(ws, actor, {"frozen_until": date(2030, 6, 9)})
    rules.change(ws, ANNA, {"frozen_until": date(2030, 6, 9)})
    values = {"frozen_until": None, "reply_days": 1}
    for actor in (ANNA, BELA):
        rules.approve(ws, actor, values)
    clock(datetime(2030, 6, 8, 23, 59, tzinfo=UTC))
    with pytest.raises(ForbiddenError, match="frozen until 2030-06-09"):
        rules.change(ws, ANNA, values)
    clock(datetime(2030, 6, 9, tzinfo=UTC))
    assert rules.change(ws, ANNA, values).reply_days == 1


@pytest.mark.parametrize("values", [{"reply_days": 0}, {"tip_days": 366}, {"colour": 1}, {"id": "x"}, {"version": 9}])
def test_values_out_of_bounds_are_refused(ws, values):
    with pytest.raises(UsageError):
        rules.approve(ws, ANNA, values)


def test_readers_change_nothing(ws):
    with pytest.raises(ForbiddenError, match="role"):
        rules.approve(ws, DANI, {"reply_days": 7})


def test_there_is_no_field_for_a_side():
    """Thresholds are the same for everybody: nothing in them can name a party, a person or a country."""
    assert set(Rules.model_fields) == {"id", "version", "reply_days", "alternatives", "tip_days", "frozen_until"}

"""The table of moves."""

from itertools import product
from typing import get_args

import pytest
from tests.cases.making import START

from tocsin.cases.states import ALLOWED, EDITABLE, PUBLIC, WORKING, moved
from tocsin.errors import ConflictError
from tocsin.model.case import Case, CaseState

STATES = get_args(CaseState)


def test_the_table_has_every_state():
    assert set(ALLOWED) == set(STATES)
    assert {"draft"} | {to for targets in ALLOWED.values() for to in targets} == set(STATES)
    assert not WORKING & PUBLIC
    assert set(STATES) > EDITABLE


@pytest.mark.parametrize(("now", "to"), list(product(STATES, STATES)))
def test_only_moves_of_the_table_are_made(now, to):
    case = Case(title="t", working_title="w", owner="o", opened=START, updated=START, state=now)
    if to in ALLOWED[now]:
        assert moved(case, to).state == to
    else:
        with pytest.raises(ConflictError, match="cannot become"):
            moved(case, to)


def test_what_is_public_never_becomes_anything_that_hides_it():
    reach = set(PUBLIC)
    while more := {to for state in reach for to in ALLOWED[state]} - reach:
        reach |= more
    assert reach == PUBLIC

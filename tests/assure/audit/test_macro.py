import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit import macro
from tocsin.assure.audit.agree import agreed
from tocsin.errors import UsageError

WHOLE = contest({"a": 250, "b": 130, "c": 20})
BATCHES = {
    "north": macro.Batch({"a": 120, "b": 20, "c": 10}, 160),
    "south": macro.Batch({"a": 100, "b": 60, "c": 10}, 170),
    "west": macro.Batch({"a": 30, "b": 50, "c": 0}, 80),
}
RIGHT = {name: batch.votes for name, batch in BATCHES.items()}
WRONG = RIGHT | {"south": {"a": 95, "b": 65, "c": 10}}


def drawn(*order, counted=RIGHT, **more):
    return macro.Drawn(order, counted, **more)


def test_bounds_by_hand():
    """The margin over b is 120: north can overstate it by 120 - 20 + 160 votes."""
    assert macro.bounds(WHOLE, BATCHES) == pytest.approx({"north": 260 / 120, "south": 210 / 120, "west": 60 / 120})
    assert macro.bounds(WHOLE, BATCHES, pending=20)["west"] == pytest.approx(60 / 100)


def test_risk_by_hand():
    kept = 1 - 1 / (530 / 120)
    assert macro.risk(WHOLE, BATCHES, drawn("south", "north", "south")) == pytest.approx(kept**3)
    wrong = kept**2 / (1 - (10 / 120) / (210 / 120))
    assert macro.risk(WHOLE, BATCHES, drawn("south", "north", counted=WRONG)) == pytest.approx(wrong)


def test_understatements_count_only_with_credit():
    under = RIGHT | {"west": {"a": 40, "b": 40, "c": 0}}
    risks = [macro.risk(WHOLE, BATCHES, drawn("west", counted=under), credit=credit) for credit in (True, False)]
    assert risks[0] < risks[1] == macro.risk(WHOLE, BATCHES, drawn("west"))


TOGETHER = {"a": 149, "b": 71, "c": 10}
OTHER_CHANCES = {"north": 0.2, "south": 0.3, "west": 0.5}
CASES = {
    "nothing": drawn(),
    "agreement": drawn("north", "west", "north"),
    "overstated": drawn("south", "south", counted=WRONG),
    "as wrong as can be": drawn("west", counted={"west": {"a": 0, "b": 80}}),
    "not counted": drawn("south", "north", counted={"north": RIGHT["north"]}),
    "two together": drawn(
        "north",
        "west",
        counted=RIGHT | {"north": TOGETHER, "west": TOGETHER},
        combined=[{"north", "west"}],
    ),
    "drawn for another contest": drawn(
        "west", "south", counted=WRONG, chances={"north": 0.2, "south": 0.3, "west": 0.5}
    ),
}


@pytest.mark.parametrize("credit", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_both_routes_agree(name, credit):
    plans = [WHOLE, WHOLE.model_copy(update={"winners": 2, "runoff": False}), contest({"a": 250, "b": 250})]
    passed = WHOLE.model_copy(update={"counting": "supermajority", "share": 0.55})
    for given in [*plans, passed]:
        routes = (macro.risk, macro.recomputed)
        first, second = (f(given, BATCHES, CASES[name], credit=credit, pending=3) for f in routes)
        assert 0 <= agreed(first, second) <= 1


def test_a_batch_without_a_count_is_as_wrong_as_it_can_be():
    assert macro.risk(WHOLE, BATCHES, CASES["not counted"]) == 1.0
    assert macro.risk(WHOLE, BATCHES, CASES["as wrong as can be"]) == 1.0


def test_a_complete_count_decides():
    for route in (macro.risk, macro.recomputed):
        assert route(WHOLE, BATCHES, drawn(), complete=True) == 0.0
        turned = RIGHT | {"north": {"a": 20, "b": 120, "c": 10}}
        assert route(WHOLE, BATCHES, drawn(counted=turned), complete=True) == 1.0


def test_sizes():
    many = {str(i): macro.Batch({"a": 3, "b": 2}, 5) for i in range(100)}
    given = contest({"a": 300, "b": 200})
    size = macro.sizes(given, 0.1, many)
    order = [str(i) for i in range(size)]
    counted = {name: many[name].votes for name in order}
    assert (
        macro.risk(given, many, macro.Drawn(order, counted))
        <= 0.1
        < macro.risk(given, many, macro.Drawn(order[1:], counted))
    )
    assert macro.sizes(given, 0.1, many, spare=1) == size + 1
    assert macro.sizes(given, 0.1, many, macro.Drawn(order, counted)) == 0
    assert macro.sizes(given, 0.1, many, macro.Drawn(order[:4], counted)) == size - 4
    assert macro.sizes(contest({"a": 5, "b": 5}), 0.1, many) == 100
    with pytest.raises(UsageError, match="every batch has been counted"):
        macro.sizes(WHOLE, 0.1, BATCHES, drawn())


def test_a_contest_that_nobody_lost_has_no_batches_to_audit():
    with pytest.raises(UsageError, match="nobody lost"):
        macro.risk(contest({"a": 9}), BATCHES, drawn("west"))

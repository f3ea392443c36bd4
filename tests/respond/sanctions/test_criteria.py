"""The rules as data: every reference holds, every rule has its source, no two tests of one place hold at once."""

from collections import Counter
from datetime import date, timedelta

import pytest

from tocsin.model.criteria import TIES, Criteria

CRITERIA = Criteria.load()
RULES = [*CRITERIA.tests, *CRITERIA.regimes, *CRITERIA.routes]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_source_and_days_in_order(rule):
    assert rule.source
    assert rule.since is not None
    assert rule.until is None or rule.since <= rule.until


def test_ids_are_unique_and_codes_known():
    assert [name for name, n in Counter(rule.id for rule in RULES).items() if n > 1] == []
    for regime in CRITERIA.regimes:
        assert [name for name, n in Counter(limb.id for limb in regime.limbs).items() if n > 1] == []
        for limb in regime.limbs:
            assert limb.conduct
            assert set(limb.conduct) <= set(CRITERIA.conduct)
    assert set(CRITERIA.conduct) >= TIES


def test_one_test_at_a_time_in_each_of_the_four_places():
    assert {test.jurisdiction for test in CRITERIA.tests} == {"us", "eu", "gb", "ca"}
    day = date(2010, 1, 1)
    while day < date(2026, 12, 1):
        places = [test.jurisdiction for test in CRITERIA.tests if test.holds(day)]
        assert len(places) == len(set(places))
        day += timedelta(days=1)
    for place in ("us", "eu", "gb", "ca"):
        assert CRITERIA.test(place, date(2025, 1, 1)) is not None


@pytest.mark.parametrize("test", CRITERIA.tests, ids=lambda test: test.id)
def test_every_test_can_be_read_and_asks_for_a_criterion(test):
    assert test.standard.endswith(".")
    assert [r.check for r in test.requirements].count("criterion") == 1
    for requirement in test.requirements:
        assert requirement.asks
        assert requirement.reading
        assert requirement.source
        assert bool(requirement.accept) is (requirement.check in ("criterion", "nexus"))
        assert bool(requirement.least) is (requirement.check == "identity")


def test_what_nobody_read_says_so_until_a_person_confirms_it():
    belief = CRITERIA.test("ca", date(2025, 1, 1))
    assert belief.label() == "ca-belief (unverified)"
    confirmed = Criteria.load(confirmed=["ca-belief", "eu-2019-796"])
    assert confirmed.test("ca", date(2025, 1, 1)).label() == "ca-belief"
    cyber = confirmed.regime("eu", "EU-CYB")
    assert {cyber.basis, *(limb.basis for limb in cyber.limbs)} == {"confirmed"}
    assert CRITERIA.regime("eu", "EU-CYB").basis == "unverified"


@pytest.mark.parametrize(
    ("place", "programme", "regime"),
    [
        ("us", "ELECTION-EO13848", "us-eo-13848"),
        ("us", "CYBER3", "us-eo-13694"),
        ("eu", "EU-RUSDA", "eu-2024-2642"),
        ("eu", "MDA", "eu-2023-888"),
        ("gb", "Russia", "gb-russia"),
        ("ca", "Russia / Russie", "ca-sema"),
        ("gb", "UKR", None),
    ],
)
def test_programmes_of_lists_are_known(place, programme, regime):
    found = CRITERIA.regime(place, programme)
    assert (found.id if found else None) == regime

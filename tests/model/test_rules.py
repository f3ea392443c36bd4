"""Dated rules: one at a time, every one with its law, unverified ones marked."""

from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest

from tocsin.model.rules import Rules

RULES = Rules.load()


def test_no_two_rules_of_a_kind_hold_on_one_day():
    named = sorted(RULES.rules, key=lambda r: (r.kind, r.jurisdiction, r.since))
    for _, same in groupby(named, key=lambda r: (r.kind, r.jurisdiction)):
        for earlier, later in pairwise(same):
            assert earlier.until is not None
            assert earlier.until < later.since, (earlier.id, later.id)


def test_every_rule_is_complete():
    assert len({rule.id for rule in RULES.rules}) == len(RULES.rules)
    for rule in RULES.rules:
        assert rule.text
        assert rule.source
        assert (rule.amount_minor is None) == (rule.currency is None), rule.id
        assert rule.amount_minor is None or rule.per, rule.id
        assert not rule.kind.startswith("ownership-") or 0 < rule.share < 1


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        ("2010-05-01", 2400),
        ("2011-05-01", 2500),
        ("2014-11-04", 2600),
        ("2014-11-05", 2700),
        ("2018-01-01", 2700),
        ("2020-11-03", 2800),
        ("2020-11-04", 2900),
        ("2021-08-13", 2900),
        ("2024-01-01", 3300),
    ],
)
def test_limits_of_a_candidate_by_day(day, limit):
    rule = RULES.at("contribution-limit", "us", date.fromisoformat(day))
    assert (rule.amount_minor, rule.currency, rule.per, rule.basis) == (limit * 100, "USD", "election", "read")


def test_american_limits_have_no_gap():
    rules = RULES.over_time("contribution-limit", "us")
    assert all(earlier.until + timedelta(days=1) == later.since for earlier, later in pairwise(rules))


def test_thresholds_by_day():
    assert RULES.at("report-threshold", "gb", date(2023, 12, 31)).amount_minor == 750_000
    assert RULES.at("report-threshold", "gb", date(2024, 1, 1)).amount_minor == 1_118_000
    assert RULES.at("immediate-report-threshold", "de", date(2011, 12, 29)).amount_minor == 5_000_000
    assert RULES.at("report-threshold", "gb", date(1999, 1, 1)) is None


def test_over_and_at_a_threshold():
    strict = RULES.at("itemisation-threshold", "us", date(2016, 1, 1))
    assert [strict.passed(amount) for amount in (19_999, 20_000, 20_001)] == [False, False, True]
    american = RULES.at("ownership-listed", "us", date(2016, 1, 1))
    british = RULES.at("ownership-listed", "gb", date(2020, 1, 1))
    assert (american.held(0.5), american.aggregate, american.control) == (True, True, False)
    assert (british.held(0.5), british.held(0.51), british.control) == (False, True, True)
    assert not RULES.at("ownership-listed", "us", date(2014, 8, 12)).aggregate
    with pytest.raises(ValueError, match="no share"):
        strict.held(0.5)
    with pytest.raises(ValueError, match="no amount"):
        american.passed(5)


def test_ownership_holds_in_the_parts_and_limits_do_not():
    day = date(2013, 6, 1)
    assert RULES.at("ownership-listed", "us-ny-nyc", day).id == "us-fifty-2008"
    assert RULES.at("ownership-foreign", "nl", day).jurisdiction == "*"
    assert RULES.at("contribution-limit", "us-ca-sac", day) is None
    assert RULES.at("contribution-limit", "us-ny-nyc", day).amount_minor == 495_000


def test_what_nobody_has_read_says_so_until_it_is_confirmed():
    day = date(2016, 1, 1)
    rule = RULES.at("ownership-listed", "us", day)
    assert rule.label() == "us-fifty-2014 (unverified)"
    assert Rules.load(confirmed={"us-fifty-2014"}).at("ownership-listed", "us", day).label() == "us-fifty-2014"
    assert RULES.get("us-itemisation").label() == "us-itemisation"
    assert RULES.get("no-such-rule") is None

import pytest
from tests.assure.audit.contests import contest

from tocsin.assure.audit.pairs import Pair, pairs, winners
from tocsin.errors import UsageError

VOTES = {"a": 50, "b": 30, "c": 20}


def labels(*args, **kwargs):
    return [(pair.label, pair.null) for pair in pairs(contest(*args, **kwargs))]


def test_every_winner_beats_every_loser():
    assert labels(VOTES) == [("a|b", 0.5), ("a|c", 0.5)]
    assert labels(VOTES, winners=2) == [("a|c", 0.5), ("b|c", 0.5)]
    assert labels(VOTES, winners=3) == []
    assert winners(contest(VOTES, reported_winners=("c",))) == ("c",)


def test_a_supermajority_is_reached_or_missed():
    reached = labels({"yes": 61, "no": 39}, counting="supermajority", share=0.6)
    assert reached == [("yes|no", 0.6)]
    missed = labels({"yes": 59, "no": 41}, counting="supermajority", share=0.6)
    assert missed == [("no|yes", 0.4), ("yes|no", 0.4)]


def test_a_run_off_asserts_that_nobody_has_more_than_half():
    assert labels({"a": 45, "b": 30, "c": 25}, winners=2, runoff=True)[2:] == [
        ("b+c|a", 0.5),
        ("a+c|b", 0.5),
        ("a+b|c", 0.5),
    ]


def test_shares_count_both_sides_only():
    assert Pair(("a",), ("b", "c")).share(VOTES) == 0.5
    assert Pair(("a",), ("b",)).share(VOTES) == 0.625
    assert Pair(("x",), ("y",)).share(VOTES) == 0.5


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"counting": "irv"}, "ranked"),
        ({"counting": "supermajority"}, "needs the share"),
        ({"reported_winners": ("c",)}, "contradict"),
        ({"winners": 2, "runoff": True, "reported_winners": ("a", "b"), "votes": {"a": 60, "b": 30}}, "contradict"),
    ],
)
def test_what_cannot_be_audited_in_pairs(more, match):
    with pytest.raises(UsageError, match=match):
        pairs(contest(more.pop("votes", VOTES), **more))

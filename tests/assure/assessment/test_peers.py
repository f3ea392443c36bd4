"""What peers are shown: no set of offices that its figures can be brought to speak of has one to four members."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assure.assessment.made import answer, book, office

from tocsin.assure.assessment import peers

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SIGNS = "mpnx"


def blocks(history, groups):
    """Offices that every release has treated alike, those that were never counted left out."""
    found = defaultdict(set)
    for name in groups:
        found[groups[name], *(labels.get(name, "-") for labels in history)].add(name)
    return [block for key, block in found.items() if set(key[1:]) != {"-"}]


def figures(labels, groups):
    """A release as it is shown: offices by group and label."""
    found = defaultdict(set)
    for name, sign in labels.items():
        found[groups[name], sign].add(name)
    return found


@st.composite
def histories(draw):
    """Offices in two groups, and what each says at some moments; an empty sign: it is not asked."""
    names = [f"o{i:02}" for i in range(draw(st.integers(3, 28)))]
    groups = {name: draw(st.sampled_from("AB")) for name in names}
    said = {name: draw(st.sampled_from(SIGNS)) for name in names}
    moments = []
    for _ in range(draw(st.integers(1, 5))):
        for name in draw(st.lists(st.sampled_from(names), max_size=24)):
            said[name] = draw(st.sampled_from(["", *SIGNS]))
        moments.append({name: sign for name, sign in said.items() if sign})
    return groups, moments


def released(groups, moments):
    past = []
    for said in moments:
        past.append(peers.settle(past, said, groups))
    return past


@settings(max_examples=120, deadline=None)
@given(histories())
def test_no_set_of_one_to_four_can_be_made_from_any_releases(made):
    groups, moments = made
    past = released(groups, moments)
    assert all(
        len(block) >= 5 for block in blocks(past, groups)
    )  # whatever is made by set operations is a union of these
    shown = [figures(labels, groups) for labels in past]
    for one, other in combinations(shown, 2):
        for cell in one.keys() & other.keys():
            assert abs(len(one[cell]) - len(other[cell])) not in range(1, 5)
            assert len(one[cell] - other[cell]) not in range(1, 5)
    for number, now in enumerate(past):  # nor is each office of a block told, or each that has answered
        alike = defaultdict(set)
        for name in now:
            alike[groups[name], *(labels.get(name, "-") for labels in past[:number])].add(name)
        for (_, *history), block in alike.items():
            signs, old = {now[name] for name in block}, history[-1] if history else "-"
            assert "h" in signs or signs == {old} or old in signs - {"x"} or len(signs - {"x"}) > 1
    for group in {group for table in shown for group, _ in table}:
        signs = [{sign for place, sign in table if place == group} for table in shown]
        assert all(len(found) != 1 or found == {"h"} for found in signs)  # all alike would tell of each


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_label_is_what_the_office_said_now_or_at_an_earlier_release(made):
    groups, moments = made
    for number, labels in enumerate(released(groups, moments)):
        for name, sign in labels.items():
            assert sign == "h" or sign in {said.get(name) for said in moments[: number + 1]}


def test_without_the_rule_the_test_above_would_fail():
    """The plain counts of two releases, between which one office changed, pick that office out."""
    groups = {f"o{i}": "A" for i in range(20)}
    first = {name: "m" if i < 10 else "n" for i, name in enumerate(groups)}
    second = first | {"o0": "n"}
    assert min(map(len, blocks([first, second], groups))) == 1
    kept = released(groups, [first, second])
    assert kept[0] == first == kept[1]
    five = first | {f"o{i}": "n" for i in range(5)}
    assert released(groups, [first, five])[1] == five


def test_moves_to_and_fro_are_told_only_as_far_as_no_figure_shifts_by_less_than_five():
    groups = {f"o{i:02}": "A" for i in range(40)}
    first = {name: "m" if i < 20 else "n" for i, name in enumerate(groups)}
    second = first | {f"o{i:02}": "n" for i in range(5)} | {f"o{i}": "m" for i in range(20, 27)}  # two more in all
    told = released(groups, [first, second])[1]
    assert told == first | {f"o{i}": "m" for i in range(20, 27)}  # the smaller change waits


def test_who_moved_together_once_moves_together_ever_after():
    groups = {f"o{i:02}": "A" for i in range(20)}
    first = {name: "m" if i < 10 else "n" for i, name in enumerate(groups)}
    second = first | {f"o{i:02}": "n" for i in range(5)}
    third = second | {f"o{i:02}": "m" for i in (1, 2, 3, 4, 10)}  # with the first release: o00 and o10 alone
    told = released(groups, [first, second, third])
    assert told[1] == second == told[2]


def test_figures_of_a_state_are_what_a_hand_count_says_and_carry_no_office():
    parties = [office(f"a{i:02}", "A") for i in range(13)] + [office(f"b{i}", "B") for i in range(7)]
    parties += [office("A", "", "state", ()), office("B", "", "state", ())]
    said = [answer(f"a{i:02}", f"a{i:02}", "q0", "met" if i < 7 else "not met") for i in range(13)]
    said += [answer(f"a{i:02}", f"a{i:02}", "q1", "met" if i < 9 else "partly") for i in range(12)]
    made = peers.release(book(parties, said), [], NOW)
    of = {(count.group, count.question): count for count in made.counts}
    assert of["A", "q0"].shown == {"met": 7, "not met": 6}
    assert of["A", "q1"].shown == {}  # 3 partly and 1 missing are 4, so the 9 are hidden with them
    assert of["A", "q1"].hidden == 13
    assert of["", "q0"].hidden == 7  # seven offices of a small level, all alike: missing
    again = peers.release(book(parties, said), [made], NOW)
    assert again.counts == made.counts


def test_an_office_that_joins_later_waits_for_four_others():
    parties = [office(f"a{i:02}", "A") for i in range(12)]
    said = [answer(one.id, one.id, "q0", "met" if i < 6 else "not met") for i, one in enumerate(parties)]
    first = peers.release(book(parties, said), [], NOW)
    more = [office(f"z{i}", "A") for i in range(5)]
    said += [answer(one.id, one.id, "q0", "not met") for one in more]
    four_more = peers.release(book(parties + more[:4], said), [first], NOW)
    assert four_more.counts == first.counts
    five_more = peers.release(book(parties + more, said), [first, four_more], NOW)
    found = next(count for count in five_more.counts if count.question == "q0")
    assert (found.shown, found.hidden) == (
        {"met": 6, "not met": 6},
        5,
    )  # who has come is known: told alike they would be


def test_what_a_level_above_says_moves_no_figure():
    parties = [office(f"a{i:02}", "A") for i in range(12)] + [office("A", "", "state", ())]
    said = [answer(f"a{i:02}", f"a{i:02}", "q0", "met" if i < 6 else "not met") for i in range(12)]
    more = [answer("A", f"a{i:02}", "q0", "not met", 1) for i in range(6)]
    assert (
        peers.release(book(parties, said), [], NOW).counts == peers.release(book(parties, said + more), [], NOW).counts
    )

"""Several parties about one component: who sees what, what is inherited, and what is told upwards."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.assure.assessment.made import NOW, answer, book, four, office, question

from tocsin.assure.assessment import exchange, inherit, peers, plan, rollup, sight, table
from tocsin.errors import ForbiddenError
from tocsin.model.assessment import STATES, Use

SECRET = "the door of the store room does not lock"


def said():
    """The county, the state, the federal level and the vendor on the county's scanner; another county alone."""
    more = {"statement": SECRET, "evidence": ("0" * 64,), "by": "ada"}
    return [
        answer("c00", "c00", "q0", "not met", **more),
        answer("state", "c00", "q0", "met", **more),
        answer("fed", "c00", "q0", "partly", **more),
        answer("vend", "scan-2", "q0", "met", about="product", **more),
        answer("vend", "scan-2", "q1", "met", about="product", **more),
        answer("c05", "c05", "q0", "met", **more),
    ]


@pytest.fixture
def made():
    parties, products, uses = four()
    return book(parties, said(), products, uses)


def cell(made, who, question="q0"):
    return inherit.cell(made, who, made.questions[question])


def test_disagreement_is_shown_and_not_averaged(made):
    found = cell(made, "c00")
    assert found.standing == "disputed"
    assert {(voice.party, voice.state) for voice in found.voices} == {
        ("c00", "not met"), ("state", "met"), ("fed", "partly"), ("vend", "met"),
    }  # fmt: skip


def test_a_vendors_answer_counts_for_every_office_that_uses_the_version(made):
    assert [cell(made, f"c0{i}", "q1").standing for i in range(5)] == ["met", "met", "met", "missing", "missing"]


def test_a_withdrawn_one_opens_the_question_again(made):
    def but(*more, withdrawn=None):
        vendors = answer("vend", "scan-2", "q1", "met", 1, "product", withdrawn=withdrawn)
        parties, products, uses = four()
        return book(parties, [vendors, *more], products, uses)

    gone = NOW + timedelta(minutes=5)
    own = answer("c01", "c01", "q1", "met", 3)
    state = but(own, withdrawn=gone)
    assert [(cell(state, f"c0{i}", "q1").standing, len(cell(state, f"c0{i}", "q1").reopened)) for i in range(4)] == [
        ("missing", 1), ("missing", 1), ("missing", 1), ("missing", 0),
    ]  # fmt: skip
    assert cell(state, "c01", "q1").is_open
    again = but(own, answer("c01", "c01", "q1", "met", 6), withdrawn=gone)
    assert (cell(again, "c01", "q1").standing, cell(again, "c01", "q1").reopened) == ("met", ())
    replaced = but(own, answer("vend", "scan-2", "q1", "partly", 7, "product"), withdrawn=gone)
    assert (cell(replaced, "c00", "q1").standing, cell(replaced, "c01", "q1").standing) == ("partly", "disputed")


def test_what_is_open_again_counts_as_missing_whatever_others_say():
    parties, products, uses = four()
    given = [answer("vend", "scan-2", "q0", "met", 1, about="product", withdrawn=NOW + timedelta(minutes=9)),
             answer("state", "c00", "q0", "met", 2)]  # fmt: skip
    found = book(parties, given, products, uses)
    assert (cell(found, "c00", "q0").standing, len(cell(found, "c00", "q0").voices)) == ("missing", 1)
    assert cell(found, "c00", "q0").is_open


def test_each_sees_only_what_it_must(made):
    everything = {
        viewer: (list(sight.seen(made, viewer)), list(sight.on_products(made, viewer))) for viewer in made.parties
    }
    assert SECRET not in repr(everything)
    seen = {viewer: {(c.office, c.question.id) for c in cells} for viewer, (cells, _) in everything.items()}
    assert seen["c00"] == {("c00", q) for q in ("q0", "q1", "q2")}
    assert seen["state"] == seen["fed"] == set()  # also where they have answered themselves
    assert seen["vend"] == {(f"c0{i}", q) for i in range(3) for q in ("q0", "q1")}
    assert all(one.party == viewer for viewer in made.parties for one in sight.own(made, viewer))


def test_what_is_told_in_a_file_is_bare_and_meant_for_its_receiver(made):
    for giver in made.parties:
        for to in made.parties:
            found = sight.told(made, giver, to)
            assert SECRET not in repr(found)
            assert not any(one.evidence or one.by for one in found)
            assert giver == to or all(one.party == giver for one in found)
    subjects = {to: {(one.subject, one.question) for one in sight.told(made, "c00", to)} for to in made.parties}
    assert subjects["state"] == subjects["fed"] == subjects["vend"] == {("c00", "q0")}
    assert {one.subject for one in sight.told(made, "fed", "state")} == set()  # nor what another level says of it
    assert subjects["c01"] == subjects["c05"] == set()
    assert {one.question for one in sight.told(made, "vend", "c00")} == {"q0", "q1"}
    assert {one.question for one in sight.told(made, "vend", "state")} == {"q0", "q1"}  # for its roll-up
    assert sight.told(made, "vend", "c05") == ()  # does not use it


def counted():
    """Twelve counties, of which a hand count is told; a thirteenth came after the release."""
    parties = [*(office(f"c{i:02}", "state") for i in range(13)), office("state", "fed", "state", ())]
    given = [answer(f"c{i:02}", f"c{i:02}", "q0", "met" if i < 7 else "not met") for i in range(12)]
    given += [answer(f"c{i:02}", f"c{i:02}", "q1", "met") for i in range(3)]
    parties.append(office("fed", "", "federal", ()))
    released = peers.release(book([*parties[:12], *parties[13:]], given), [], NOW)
    return book(parties, given, released=released)


def test_the_roll_up_is_a_hand_count_and_what_is_hidden_is_counted_as_hidden():
    made = counted()
    found = {c.question: (c.offices, c.standings, c.hidden) for c in rollup.roll_up(made, "state", NOW).counts}
    assert found == {"q0": (13, {"met": 7, "not met": 5}, 1), "q1": (13, {}, 13), "q2": (13, {}, 13)}
    assert rollup.roll_up(made, "fed", NOW).counts == rollup.roll_up(made, "state", NOW).counts
    assert sight.need_level(made, "fed", "state").id == "state"
    for viewer, party in (("c00", "state"), ("state", "c00"), ("state", "fed"), ("c00", "c01")):
        with pytest.raises(ForbiddenError):
            sight.need_level(made, viewer, party)


def test_a_roll_up_stays_as_it_was_released_and_tells_of_no_single_office():
    made = counted()
    more = [answer("c12", "c12", "q0", "met", 5), answer("c00", "c00", "q0", "partly", 6)]
    later = replace(made, answers=(*made.answers, *more))
    assert rollup.roll_up(made, "state", NOW) == rollup.roll_up(later, "state", NOW)
    alone = book([office("c", "s"), office("s", "", "state", ())], [answer("c", "c", "q0", "not met")])
    alone = replace(alone, released=peers.release(alone, [], NOW))
    assert [(c.offices, c.standings) for c in rollup.roll_up(alone, "s", NOW).counts] == [(1, {})] * 3


def test_a_roll_up_that_came_in_a_file_stands_for_all_below():
    told = rollup.roll_up(counted(), "state", NOW)
    levels = [office("state", "fed", "state", ()), office("fed", "", "federal", ())]
    federal = book([*levels, office("d", "fed"), office("c00", "state")], [answer("c00", "c00", "q0")], rolled=[told])
    found = rollup.roll_up(federal, "fed", NOW)
    assert found.offices == 14
    assert {c.question: (c.standings, c.hidden) for c in found.counts}["q0"] == ({"met": 7, "not met": 5}, 2)
    alone = book(levels, rolled=[told])
    assert sight.need_level(alone, "fed", "state")
    for seen in (rollup.roll_up(alone, "state", NOW), *(its for _, its in rollup.by_level(federal, "fed", NOW))):
        assert seen == told


def test_only_the_vendor_and_the_levels_above_an_office_speak_of_its_product():
    parties, products, uses = four()
    parties += [office("state2", "", "state", ()), office("d", "state2")]
    uses.append(Use(office="d", component="capture", product="scan-2"))
    given = [answer("c00", "c00", "q0"), answer("state2", "scan-2", "q0", "not met", 1, about="product")]
    gone = given[1].but(withdrawn=NOW + timedelta(minutes=9))
    for said_there in (given, [given[0], gone]):
        found = inherit.cell(book(parties, said_there, products, uses), "c00", question("q0"))
        assert (found.standing, found.reopened) == ("met", ())


def test_what_a_level_says_of_a_product_is_told_to_its_own_offices_and_to_the_vendor_that_has_answered():
    parties, products, uses = four()
    parties += [office("state2", "", "state", ()), office("d", "state2")]
    uses.append(Use(office="d", component="capture", product="scan-2"))
    said_there = [answer("state", "scan-2", q, about="product") for q in ("q0", "q1")]
    made = book(parties, [*said_there, answer("vend", "scan-2", "q0", about="product")], products, uses)
    found = {to: len(sight.told(made, "state", to)) for to in made.parties}
    assert {to: number for to, number in found.items() if number} == {"c00": 2, "c01": 2, "c02": 2, "vend": 1}


def test_a_vendor_answers_about_an_office_only_where_its_product_is_used_and_leaves_a_trace():
    parties, products, uses = four()
    made = book(parties, [answer("vend", "c00", "q0", "not met", withdrawn=NOW)], products, uses)
    sight.need_right(made, "vend", "c00", "capture")
    for party, subject in (("vend", "c00"), ("state", "scan-2")):
        with pytest.raises(ForbiddenError):
            sight.need_right(made, party, subject, "office-it")
    assert [(one.party, one.state) for one in sight.said_about(made, "c00", "q0")] == [("vend", "not met")]


def test_a_throwaway_answer_tells_a_level_above_nothing():
    parties, products, uses = four()
    for state in STATES:
        probe, found = answer("state", "c00", "q0", state, 1, id="b"), set()
        for own in STATES:
            made = book(parties, [answer("c00", "c00", "q0", own, id="a"), probe], products, uses)
            found.add(reach(made, "state", files=False))
        assert len(found) == 1


def test_who_may_answer_about_what(made):
    may = [("c00", "c00"), ("state", "c00"), ("fed", "c00"), ("vend", "c00"), ("vend", "scan-2"), ("state", "scan-2")]
    for party, subject in may:
        sight.need_right(made, party, subject, "capture")
    for party, subject in (("c01", "c00"), ("c00", "state"), ("vend", "c05"), ("c00", "scan-2")):
        with pytest.raises(ForbiddenError):
            sight.need_right(made, party, subject, "capture")


def test_gaps_come_by_priority_and_the_heat_map_counts_every_phase(made):
    found = plan.gaps(made, "c00")
    assert [(gap.cell.question.id, gap.cell.standing) for gap in found] == [("q0", "disputed"), ("q2", "missing")]
    counts = plan.heat(inherit.cells(made, "c00"))
    assert counts == {("capture", "election-day"): {"disputed": 1, "met": 1, "missing": 1}}
    assert plan.share_met(counts["capture", "election-day"]) is None  # more is unknown than known
    assert plan.share_met({"missing": 4, "not applicable": 1}) is None
    assert plan.share_met({"met": 1, "missing": 20}) is None  # of so few no share is told
    assert plan.share_met({"met": 2, "partly": 1, "not met": 1, "disputed": 4}) == 0.5  # a dispute is no failure


def reach(made, viewer, *, files=True):
    """All that a viewer can come by: pages, its own exports, files from every other, figures."""
    offices = [party for party in made.parties if viewer == party or viewer in made.above(party)]
    figures = [rollup.roll_up(made, party, NOW) for party in offices if party == viewer or party in made.children]
    progress = [rollup.progress(made, party) for party in offices]
    parcels = [exchange.parcel(made, giver, viewer, "k", NOW) for giver in made.parties if files and giver != viewer]
    return repr((list(sight.seen(made, viewer)), list(sight.on_products(made, viewer)), sight.own(made, viewer),
                 inherit.cells(made, viewer), figures, progress, parcels, table.asked(made, viewer)))  # fmt: skip


def test_what_others_wrote_changes_nothing_that_a_party_can_come_by():
    draw = random.Random(6)
    parties, products, uses = four()
    about = [(p.id, p.id) for p in parties if p.components] + [(up, "c01") for up in ("state", "fed", "vend")]
    about.append(("vend", "scan-2"))
    for _ in range(6):
        given = [
            answer(party, subject, f"q{draw.randrange(3)}", draw.choice(STATES), minute,
                   "product" if subject == "scan-2" else "office", id=f"a{minute}", statement="s")
            for minute, (party, subject) in enumerate(draw.choices(about, k=30))
        ]  # fmt: skip
        one = draw.choice(given)
        told = one.but(statement=SECRET, evidence=("0" * 64,), by="ada")
        other = one.but(state=next(state for state in STATES if state != one.state))
        swapped = [[new if held is one else held for held in given] for new in (one, told, other)]
        before, written, changed = (book(parties, said, products, uses) for said in swapped)
        for viewer in before.parties:
            if viewer != one.party:
                assert reach(before, viewer) == reach(written, viewer)
            same_question = any(held.party == viewer and held.question == one.question for held in given)
            level = {one.subject, *before.above(one.subject), *(a for o in before.users.get(one.subject, ()) for a in
                     (o, *before.above(o)))}  # fmt: skip
            if viewer not in {one.party, *level} and not same_question:
                assert reach(before, viewer) == reach(changed, viewer)

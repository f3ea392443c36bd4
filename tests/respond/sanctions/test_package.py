"""One file, four tests: what each asks, what is missing; a file may pass in one place and fail in another."""

from datetime import date

import pytest
from tests.respond import made
from tests.respond.sanctions.dossiers import FULL, KEPT, act, source, with_sources

from tocsin.errors import UsageError
from tocsin.model.criteria import Criteria
from tocsin.model.dossier import Counter
from tocsin.respond.sanctions.package import STATEMENT, package

DAY = date(2025, 6, 1)
#: One regime of each place that the file's acts come under.
PLACES = {"us": "us-eo-14024", "eu": "eu-2024-2642", "gb": "gb-russia", "ca": "ca-sema"}


def met(dossier, day=DAY):
    found = package(dossier, day, regimes=list(PLACES.values()))
    return {one.regime.jurisdiction for one in found.assessments if one.met}


def one(dossier, regime, day=DAY):
    (found,) = package(dossier, day, regimes=[regime]).assessments
    return found


@pytest.mark.parametrize(
    ("sources", "places"),
    [
        ([source("p", "C3")], {"gb"}),
        ([source("p", "C3", **KEPT)], {"gb", "us"}),
        ([source("p", "B2")], {"gb", "ca"}),
        ([source("p", "B2", **KEPT)], {"gb", "us", "ca"}),
        ([source("p", "C3", "one"), source("q", "C3", "two")], {"gb", "ca"}),
        ([source("p", "C3", "one", **KEPT), source("q", "C3", "two", **KEPT)], {"gb", "us", "ca"}),
        ([source("p", "B2", "one", **KEPT), source("q", "C3", "two", **KEPT)], {"gb", "us", "ca", "eu"}),
        ([source("p", "B2", "one", **KEPT), source("q", "C3", "One", **KEPT)], {"gb", "us", "ca"}),  # one origin
        ([source("p", "B2", "one", **KEPT), source("q", "C3", "two")], {"gb", "ca"}),  # one not kept
        ([source("p", "D3", **KEPT), source("q", "C4", **KEPT)], set()),
        ([source("p", "F6", **KEPT)], set()),
    ],
)
def test_one_file_may_pass_in_one_place_and_fail_in_another(sources, places):
    assert met(with_sources(*sources)) == places


def test_a_source_without_grades_counts_for_nothing():
    ungraded = source("p").model_copy(update={"reliability": "", **KEPT})
    assert met(with_sources(ungraded)) == set()
    assert any("Not graded" in note for note in package(with_sources(ungraded), DAY).notes)


def test_what_is_missing_is_said():
    found = one(with_sources(source("p", "C3")), "eu-2024-2642")
    assert not found.met
    assert "limb i, act a1: 0 of 2 sources of different origin, not worse than C3 and kept; none is as good as B2" in (
        found.missing
    )
    assert found.statement == ""


def test_without_an_act_there_is_nothing_to_judge():
    bare = FULL.but(acts=())
    assert "no act is put to a limb of gb-russia" in one(bare, "gb-russia").missing
    assert package(bare, DAY).assessments == ()
    assert any("No act" in note for note in package(bare, DAY).notes)


@pytest.mark.parametrize(
    ("changes", "gone", "words"),
    [
        ({"counter": (Counter(text="It was a loan"),)}, {"us", "eu"}, "counter-evidence 1 has no answer"),
        ({"searched": ""}, {"us", "eu"}, "evidence to the contrary"),
        ({"nexus": ()}, {"us", "eu"}, "no tie to a state"),
        ({"identifiers": FULL.identifiers[:1]}, {"eu"}, "1 of 2 identifiers with a source"),
        ({"identifiers": ()}, {"us", "eu", "gb", "ca"}, "identifiers with a source"),
    ],
)
def test_each_requirement_can_fail_on_its_own(changes, gone, words):
    found = package(FULL.but(**changes), DAY, regimes=list(PLACES.values()))
    assert {a.regime.jurisdiction for a in found.assessments if not a.met} == gone
    for assessment in found.assessments:
        if not assessment.met:
            assert any(words in gap for gap in assessment.missing)


@pytest.mark.parametrize("blank", [{"first": None}, {"place": ""}, {"own": False}])
def test_reasons_that_are_not_specific_do_not_carry_a_listing_by_the_eu(blank):
    vague = FULL.but(acts=tuple(a.model_copy(update=blank) for a in FULL.acts))
    assert met(vague) == {"us", "gb", "ca"}
    found = one(vague, "eu-2024-2642")
    assert (found.statement, found.relied_on) == ("", ())


def test_the_act_that_is_proved_must_be_the_one_that_is_specific():
    proved = act("a1", ("court", "paper"), place="")
    told = act("a2", ("paper",))
    found = one(FULL.but(acts=(proved, told)), "eu-2024-2642")
    assert found.missing == ("act a1 does not say where",)


def test_before_2022_the_uk_asked_whether_it_was_appropriate():
    silent = FULL.but(impact="")
    assert one(silent, "gb-russia", date(2022, 3, 14)).missing == (
        "what a listing would do to the person and to others is not said",
    )
    assert one(silent, "gb-russia", date(2022, 3, 15)).met


def test_a_limb_is_judged_as_it_read_on_the_day():
    told = FULL.but(acts=(act("a1", ("court", "paper"), ("information",)),))
    for day, limb in ((date(2025, 5, 19), "iv"), (date(2025, 5, 20), "iv-2025")):
        found = one(told, "eu-2024-2642", day)
        assert [f.limb.id for f in found.limbs if f.enough] == [limb]


def test_a_regime_that_was_not_law_is_refused():
    with pytest.raises(UsageError, match="eu-2024-2642 on 2024-10-09"):
        package(FULL, date(2024, 10, 9), regimes=["eu-2024-2642"])
    with pytest.raises(UsageError, match="no regime moon"):
        package(FULL, DAY, regimes=["moon"])


def test_only_regimes_that_the_acts_come_under_are_assessed():
    cyber = FULL.but(acts=(act("a1", ("court", "paper"), ("cyber",)),))
    assert {a.regime.id for a in package(cyber, DAY).assessments} == {
        "us-eo-14024", "us-eo-13694", "eu-2024-2642", "eu-2019-796", "gb-cyber",
    }  # fmt: skip


def test_the_draft_rests_on_accepted_acts_only_and_in_time_order():
    both = ("court", "paper")
    acts = (
        act("late", both, first=date(2025, 2, 9), text="Marta Quill paid a rally"),
        act("weak", ("rumour",), text="Marta Quill is said to be an agent"),
        act(
            "early", ("court", "paper"), first=date(2024, 12, 1), last=date(2024, 12, 5), text="Marta Quill bought ads"
        ),
    )
    file = FULL.but(acts=acts, sources=(*FULL.sources, source("rumour", "E5", **KEPT)))
    found = one(file, "eu-2024-2642")
    assert [a.id for a in found.relied_on] == ["early", "late"]
    text = found.statement
    assert text.startswith("Marta Quill, head of the Quill Foundation. From 1 December 2024 to 5 December 2024: Marta")
    assert text.index("bought ads") < text.index("On 9 February 2025: Marta Quill paid a rally") < text.index("(i)")
    assert "agent" not in text
    assert "The ministry paid for it." in text
    assert "(ii)" not in text
    assert STATEMENT[0] < 1257 < STATEMENT[1]  # mean of the published reasons under 2024/2642


def test_what_other_regimes_say_comes_from_the_lists_of_the_day():
    file = FULL.but(entries=("eu-fsf:E1",))
    listed = made.table(made.IVAN_EU, {**made.IVAN_GB, "reason": "Because."}, made.IVAN_US, made.ANNA_EU)
    found = package(file, date(2022, 3, 15), listed=listed, clusters=made.SAME)
    assert [(e.key, e.reason) for e in found.elsewhere] == [("eu-fsf:E1", ""), ("gb-uksl:G1", "Because.")]
    assert package(file, DAY).elsewhere == ()


def test_who_decides_is_told_what_no_test_asks():
    notes = " ".join(package(with_sources(source("p", "B2")), DAY).notes)
    assert "Fewer than two sources of different origin: a1, a2, a3." in notes
    assert "ca-belief (unverified)" in notes
    confirmed = Criteria.load(confirmed=["ca-belief"])
    assert "ca-belief" not in " ".join(package(FULL, DAY, criteria=confirmed).notes)

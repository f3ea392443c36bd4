"""From candidates to findings, and the balance over groups."""

import numpy as np
import pytest
from tests.detect.funding.made import crowd, gift, person, simulated, tables, truth

from tocsin.detect.funding.balance import balance
from tocsin.detect.funding.base import Candidate, FlagResult
from tocsin.detect.funding.combine import combine
from tocsin.detect.funding.run import flags, look
from tocsin.stats.tails import by_q

F1, F2, F13 = "funding.employer_conduit", "funding.shared_address", "funding.loans"


def candidate(flag, rows, p=None, *, explained=False, title="a title"):
    from tocsin.stats.stated import explanation, test

    why = (explanation("why", "Is it innocent?", "fits" if explained else "does not fit", ""),)
    asked = (test("Is it?", "test", "", 1, 0, p),)
    return Candidate(flag, np.array(rows), title, "A sentence.", "campaign-contact", p, asked, explanations=why)


def made(*results, number=40, alpha=0.05, tilt=None):
    given = {}
    for one in results:
        given.setdefault(one.flag, []).append(one)
    outcome = {flag: FlagResult(tuple(found), 50) for flag, found in given.items()}
    outcome["funding.digits"] = FlagResult(tilt=tilt or {})
    return combine(outcome, flags(), tables(crowd(number, recipients=("C1", "C2"))), "donor {}".format, alpha=alpha)


def rows_of(combined):
    return [[row.gift for row in finding.money.rows] for finding in combined.findings]


def test_q_runs_over_all_tests_of_all_flags():
    combined = made(candidate(F1, [0, 1], 1e-5), candidate(F2, [5, 6], 5e-5))
    expected = by_q([1e-5, 5e-5], 100)
    assert [finding.tests[0].q for finding in combined.findings] == pytest.approx(expected.tolist())


def test_each_flag_has_the_same_share_of_the_error():
    """A flag that tests much does not take the power of one that tests little: p times flags times own tests."""
    results = {
        F1: FlagResult((candidate(F1, [0, 1], 1e-4),), 10),
        F2: FlagResult((candidate(F2, [5, 6], 1e-4),), 990),
    }
    combined = combine(results, flags(), tables(crowd(40)), str)
    (finding,) = combined.findings
    assert finding.detector == F1
    assert finding.tests[0].q == pytest.approx(by_q([1e-4 * 2 * 10 / 1000, 1e-4 * 2 * 990 / 1000], 1000)[0])


def test_what_chance_gives_is_left_out():
    combined = made(candidate(F1, [0, 1], 1e-5), candidate(F2, [5, 6], 0.01))
    assert len(combined.findings) == 1
    assert combined.findings[0].detector == F1


def test_an_exact_rule_stays_without_a_q():
    (finding,) = made(candidate(F13, [3])).findings
    assert finding.standing == "lead"
    assert finding.tests[0].q is None


def test_the_same_rows_are_one_finding():
    combined = made(candidate(F1, [0, 1, 2, 3], 1e-9), candidate(F2, [1, 2, 3], 1e-7, title="another"))
    (finding,) = combined.findings
    assert finding.layers == ("F1", "F2")
    assert finding.money.gifts == 4
    assert finding.notes == ("F2: another.",)
    assert combined.evidence.num_rows == 4


def test_a_small_one_within_a_large_one_of_another_flag_stays_apart():
    assert len(made(candidate(F1, [0, 1], 1e-9), candidate(F2, [0, 1, 2, 3, 4, 5, 6], 1e-7)).findings) == 2


def test_of_one_flag_they_join():
    assert len(made(candidate(F1, [0, 1], 1e-9), candidate(F1, [0, 1, 2, 3, 4, 5, 6], 1e-7)).findings) == 1


def test_leads_stand_before_what_is_explained():
    combined = made(candidate(F1, [0, 1], 1e-12, explained=True), candidate(F2, [5, 6], 1e-5))
    assert [finding.standing for finding in combined.findings] == ["lead", "explained"]


def test_one_flag_without_an_explanation_makes_a_lead():
    (finding,) = made(candidate(F1, [0, 1], 1e-12, explained=True), candidate(F2, [0, 1], 1e-5)).findings
    assert finding.standing == "lead"
    assert finding.detector == F2


def test_strange_amounts_order_what_is_equal_otherwise():
    same = candidate(F13, [0]), candidate(F13, [1])
    first = rows_of(made(*same, tilt={0: 0.9}))
    assert first == list(reversed(rows_of(made(*same, tilt={1: 0.9}))))


def test_ids_stay_and_change_with_the_rows():
    one, again, other = (made(candidate(F1, rows, 1e-9)).findings[0].id for rows in ([0, 1], [0, 1], [0, 2]))
    assert one == again != other


def test_names_of_private_persons_come_only_from_the_label():
    combined = made(candidate(F1, [0, 1], 1e-9))
    finding = combined.findings[0]
    assert all(subject.startswith("donor ") for subject in finding.subjects)
    assert set(combined.evidence["account"].to_pylist()) == set(finding.subjects)


def test_a_firm_with_the_donors_name_is_not_in_the_evidence():
    rows = [gift(**person(n, last_name="Quillfire", employer=firm)) for n, firm in enumerate(["Quillfire Inc", "Bale"])]
    given = {F1: FlagResult((candidate(F1, [0, 1], 1e-9),), 50)}
    texts = sorted(combine(given, flags(), tables(rows), "donor {}".format).evidence["text"].to_pylist())
    assert [text.partition(",")[2] for text in texts] == [" employer Bale, occupation Engineer", " occupation Teacher"]


def test_money_that_went_back_is_not_taken_from_the_total():
    rows = [gift(0, 2500), {**gift(4, -2500, kind="refund"), "standing": "refund"}]
    given = {F1: FlagResult((candidate(F1, [0, 1], 1e-9),), 50)}
    assert combine(given, flags(), tables(rows), str).findings[0].money.total_minor == 250_000


def test_a_refund_is_not_taken_for_the_next_counted_row():
    rows = [gift(0, 100, "C1"), {**gift(1, -100, "C1", kind="refund"), "standing": "refund"}, gift(2, 100, "C2")]
    given = {
        F1: FlagResult((candidate(F1, [0, 1], 1e-9), candidate(F1, [2], 1e-9)), 50),
        "funding.digits": FlagResult(tilt={0: 0.1, 1: 0.9}),
    }
    first, _ = combine(given, flags(), tables(rows), str).findings
    assert first.money.recipients == ("C2",)


# the whole


def test_simulated_schemes_are_leads_and_their_look_alikes_are_not():
    register, known = simulated(gifts=20_000), truth(gifts=20_000)
    found = look(register, str)
    leads = {row.gift for one in found.findings if one.standing == "lead" for row in one.money.rows}
    planted = {gift for gift, unit in known.items() if unit["role"] == "scheme" and "listed" not in unit["kind"]}
    decoys = {gift for gift, unit in known.items() if unit["role"] == "decoy"}
    counted = set(register.gifts["gift"].to_pylist())
    assert len(leads & planted) >= 0.8 * len(planted & counted)
    assert len(leads & decoys) < 0.2 * len(decoys)
    assert len(leads - planted) <= 0.15 * len(leads)


def test_the_ledger_counts_what_was_tested_and_what_could_not_be():
    ledger = look(simulated(), str).ledger
    assert set(ledger.tested) | set(ledger.skipped) == {f"F{n}" for n in range(1, 19)}
    assert set(ledger.tested) & set(ledger.skipped) == set()
    assert sum(ledger.standings.values()) == ledger.gifts
    assert "F10" in ledger.skipped


# balance


def ordinary(n, recipient, party, last):
    return [
        gift(k, 100, recipient, **{**person(k + n), "last_name": last, "recipient_party": party}) for k in range(30)
    ]


def test_rates_by_party_and_origin():
    register = tables(ordinary(0, "C1", "Red", "Kowalski") + ordinary(100, "C2", "Blue", "Nguyen"))
    combined = combine(
        {F1: FlagResult((candidate(F1, list(range(12)), 1e-9),), 10)}, flags(), register, str, alpha=0.05
    )
    found = {(one.by, one.group): one for one in balance(register, combined.flagged)}
    red, blue = found["party", "Red"], found["party", "Blue"]
    assert (red.donors, red.flagged, blue.donors, blue.flagged) == (30, 12, 30, 0)
    assert red.rate.value == pytest.approx(0.4)
    assert red.rate.low < 0.4 < red.rate.high
    assert red.ratio.low > 1 > blue.ratio.value
    assert found["name origin", "Polish, Czech and South Slavic"].flagged == 12
    assert found["name origin", "Chinese, Korean and Vietnamese"].flagged == 0


def test_what_is_explained_does_not_count():
    register = tables(ordinary(0, "C1", "Red", "Kowalski"))
    results = {F1: FlagResult((candidate(F1, [0, 1], 1e-9, explained=True),), 10)}
    combined = combine(results, flags(), register, str)
    assert {one.flagged for one in balance(register, combined.flagged)} == {0}

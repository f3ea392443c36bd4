"""Flags about persons: F1 to F4, F7, F8, F12, F15; each with a planted, a clean and an innocent case."""

import numpy as np
import pytest
from tests.detect.funding.made import crowd, gift, person, shown, tables

from tocsin.detect.funding import (
    bundles,
    capacity,
    employer_conduit,
    first_gift,
    shared_address,
    split_identity,
    structuring,
    symmetry,
)


def look(flag, rows, **more):
    made = tables(rows, **more)
    result = flag.DETECTOR.run(made)
    return result, shown(result, made)


def alike(candidates, standing=False):
    return [c for c in candidates if c.explained is standing]


# F1: employers


def conduit(n, occupation="Cashier", amounts=(2700,), spellings=("Quillfire Logistics",), **more):
    return [
        gift(
            40 + k % 20,
            amounts[k % len(amounts)],
            **person(900 + k, employer=spellings[k % len(spellings)], occupation=occupation),
            **more,
        )
        for k in range(n)
    ]


def test_staff_who_give_near_the_limit_on_low_pay():
    spellings = ("Quillfire Logistics, Inc.", "QUILLFIRE LOGISTICS", "Quilfire Logistics LLC", "Quillfire Logistcs")
    rows = crowd(200) + conduit(6, amounts=(1900, 2300, 2700), spellings=spellings)
    result, found = look(employer_conduit, rows)
    (lead,) = alike(result.candidates)
    assert found[0] == [f"T{n}" for n in range(201, 207)]
    assert lead.p < 1e-6
    assert lead.rules == ("us-limit-2017-2018",)


def test_a_postcode_of_low_paid_donors_with_several_employers():
    shells = ("Quillfire Logistics", "Marrow Auto Body", "Sandglass Dental", "")
    straw = [
        gift(day, 2100, **person(900 + k, employer=shells[k % 4], occupation="Driver", postcode="97487"))
        for k, day in enumerate((5, 20, 41, 60, 75))
    ]
    result, found = look(employer_conduit, crowd(200) + straw)
    assert found == [[f"T{n}" for n in range(201, 206)]]
    assert not result.candidates[0].explained


def test_a_fundraiser_of_a_law_firm_is_none():
    mixed = conduit(12, occupation="Attorney", amounts=(250, 500, 1000, 2700))
    assert alike(look(employer_conduit, crowd(200) + mixed)[0].candidates) == []


def test_well_paid_donors_who_gave_before_are_explained():
    rows = crowd(200) + conduit(6, "Attorney", recipient="C2") + conduit(6, "Attorney")
    before = [{**row, "date": row["date"].replace(year=2017)} for row in rows[200:206]]
    result, _ = look(employer_conduit, rows[:200] + before + rows[206:])
    assert [c.explained for c in result.candidates] == [True] * len(result.candidates)


def test_the_crowd_alone_has_no_conduit():
    assert look(employer_conduit, crowd(400))[0].candidates == ()


# F2: addresses


def neighbours(n, days=range(0, 60, 6), street="8718 Northgate Ave", **more):
    units = ("", " Apt 4", " #33", " APT 1", "")
    return [
        gift(days[k], 450, **person(900 + k, street=street + units[k % 5], postcode="968171234"), **more)
        for k in range(n)
    ]


def test_many_last_names_at_one_address():
    typos = neighbours(4)
    typos[1]["street"], typos[2]["street"] = "8718 Northgat Ave Apt 2", "8718 NorthgateA ve"
    result, found = look(shared_address, crowd(300) + typos)
    assert found == [["T301", "T302", "T303", "T304"]]
    assert result.candidates[0].p < 1e-4
    assert result.tested > 250


def test_a_family_is_no_candidate():
    family = [{**row, "last_name": "Calloway"} for row in neighbours(4)]
    assert look(shared_address, crowd(300) + family)[0].candidates == ()


def test_an_apartment_house_is_known_by_its_past():
    past = [
        {**row, "recipient": f"C{2 + k // 3}", **person(2000 + k), "street": "8718 Northgate Ave", "postcode": "96817"}
        for k, row in enumerate(neighbours(10) * 3)
    ]
    (result, _), (alone, _) = (
        look(shared_address, crowd(300) + past + neighbours(3)),
        look(shared_address, crowd(300) + neighbours(3)),
    )
    mine = [c for c in result.candidates if 330 in c.rows]
    assert [c.explained for c in mine] == [True]
    assert mine[0].p > alone.candidates[0].p


def test_an_office_house_has_suites_and_people_in_work():
    offices = [
        {**row, "street": f"7781 Wharf Rd Suite {k}00", "occupation": "Surgeon"} for k, row in enumerate(neighbours(6))
    ]
    result, _ = look(shared_address, crowd(300) + offices)
    assert [c.explained for c in result.candidates] == [True]


def test_colleagues_who_give_their_practice_are_explained():
    practice = [{**row, "occupation": "Neurosurgeon", "employer": "Self"} for row in neighbours(4)]
    result, _ = look(shared_address, crowd(300) + practice)
    assert [c.explained for c in result.candidates] == [True]


def test_boxes_of_one_post_office_are_not_one_address():
    boxes = [{**row, "street": f"P.O. Box {8650 + k}"} for k, row in enumerate(neighbours(6))]
    assert look(shared_address, crowd(300) + boxes)[0].candidates == ()


# F3: under the threshold


def under(n, amounts=(185, 190, 195, 199), **more):
    idle = {"employer": "Not Employed", "occupation": "Not Employed"}
    return [gift(30 + k % 4, amounts[k % len(amounts)], **{**person(900 + k), **idle, **more}) for k in range(n)]


@pytest.mark.parametrize("place", [{"postcode": "97042"}, {}])
def test_gifts_just_under_the_threshold(place):
    result, found = look(structuring, crowd(300) + under(20, **place))
    lead = min(alike(result.candidates), key=lambda c: c.p)
    assert lead.p < 1e-9
    assert set(found[result.candidates.index(lead)]) == {f"T{n}" for n in range(301, 321)}
    assert lead.rules == ("us-itemisation",)


def test_a_surge_of_all_sizes_is_explained():
    surge = under(60, amounts=(5, 10, 25, 50, 175, 180, 199), postcode="97042")
    result, _ = look(structuring, crowd(300) + surge)
    assert alike(result.candidates) == []


def test_a_monthly_donor_is_explained():
    monthly = [gift(7 * k, 150, **person(900, postcode="97042")) for k in range(12)]
    assert alike(look(structuring, crowd(300) + monthly)[0].candidates) == []


# F4: identities


def split(**more):
    names = (("Rouwenhorst", "James"), ("Rouwnehorst", "James"), ("Rouwenhorst", "J."), ("Rouenhorst", "Jaems"))
    return [
        gift(10 * k, 2000, **{**person(900), "last_name": last, "first_name": first, **more})
        for k, (last, first) in enumerate(names)
    ]


def test_one_donor_in_several_spellings():
    result, found = look(split_identity, crowd(200) + split())
    assert max(found, key=len) == [f"T{n}" for n in range(201, 205)]
    assert min(c.p for c in result.candidates) < 1e-6
    assert not result.candidates[0].explained


def test_within_the_limit_it_is_nothing():
    rows = [{**row, "amount_minor": 60_000} for row in split()]
    assert look(split_identity, crowd(200) + rows)[0].candidates == ()


def test_what_went_back_is_not_over_the_limit():
    rows = crowd(300) + split()
    size, most = len(rows), max(row["amount_minor"] for row in split())
    back = [
        {**gift(40, -(row["amount_minor"] - 100) / 100, kind="refund"), "standing": "refund", "pair": at}
        for at, row in enumerate(split(), size - len(split()))
    ]
    assert most > 10_000
    assert look(split_identity, rows)[0].candidates
    assert look(split_identity, rows + back)[0].candidates == ()


def test_a_couple_is_no_candidate():
    couple = [gift(k, 2700, **{**person(900), "first_name": first}) for k, first in enumerate(("Martha", "Philip"))]
    assert look(split_identity, crowd(200) + couple)[0].candidates == ()


def test_father_and_son_are_explained():
    both = [gift(k, 2600, **{**person(900), "first_name": "James", "suffix": s}) for k, s in enumerate(("Sr", "Jr"))]
    both[1]["street"] = "9 Other Rd"
    assert alike(look(split_identity, crowd(200) + both)[0].candidates) == []


# F7: no history


def years(recipients=8):
    """Two years of gifts by the same donors to several recipients."""
    rows = []
    for k in range(recipients):
        rows += [{**row, "recipient": f"C{k}"} for row in crowd(40, 100 * k)]
    return rows + [{**row, "date": row["date"].replace(year=2020)} for row in rows]


def test_many_first_gifts_near_the_limit():
    sudden = [gift(760 + k, 2800, recipient="C3", **person(5000 + k)) for k in range(15)]
    result, found = look(first_gift, years() + sudden)
    assert len(found) == 1
    assert set(found[0]) == {f"T{n}" for n in range(641, 656)}
    assert result.candidates[0].p < 1e-4


def test_without_earlier_years_it_is_not_computed():
    result, _ = look(first_gift, crowd(200, recipients=("C1", "C2", "C3")))
    assert "more than a year" in result.skipped


# F8: capacity


def test_far_above_the_same_occupation():
    rows = [gift(n % 90, 20 + n % 60, **person(n, occupation="Cashier")) for n in range(1200)]
    rows += [gift(k, 2700, **person(3000, occupation="Cashier")) for k in range(3)]
    result, found = look(capacity, rows)
    assert found == [["T1201", "T1202", "T1203"]]
    assert result.candidates[0].p == pytest.approx(1 / 1202)


def test_equal_totals_have_one_rank_and_currencies_stay_apart():
    """Sixty who all gave the most that the law allows are no sixty oddities, nor is a krone a dollar."""
    rows = [gift(0, 20 + n % 60, **person(n, occupation="Cashier")) for n in range(1200)]
    rows += [gift(0, 2700, **person(3000 + n, occupation="Cashier")) for n in range(60)]
    assert look(capacity, rows)[0].candidates == ()
    rows = [*rows[:1200], gift(0, 9000, currency="DKK", **person(4000, occupation="Cashier"))]
    assert not [ids for ids in look(capacity, rows)[1] if "T1201" in ids]


def test_a_company_over_its_profit():
    firm = {"entity": "E1", "kind": "company", "names": ["Quillfire Ltd"], "profit_minor": 100_000, "currency": "USD"}
    rows = [gift(0, 5000, donor_type="company", donor_name="Quillfire Ltd")]
    result, found = look(capacity, rows, entities=[firm])
    assert found == [["T1"]]
    assert result.candidates[0].p is None
    richer = {**firm, "profit_minor": 600_000}
    assert look(capacity, rows, entities=[richer])[0].candidates == ()


def test_a_limit_in_dollars_says_nothing_of_gifts_in_pesos():
    rows = [gift(0, 2700), gift(0, 2700, currency="MXN")]
    register = tables(rows).register
    assert register.limit.tolist() == pytest.approx([270_000, float("nan")], nan_ok=True)
    assert [register.labels(row, "contribution-limit") != () for row in (0, 1)] == [True, False]
    assert register.total(np.array([0, 1])) == "2,700.00 MXN and 2,700.00 USD"


# F12: bundles


def test_an_intermediary_who_brings_its_own_staff():
    def brought(n, by, firm, own):
        extra = {"intermediary": by, "intermediary_employer": firm}
        return [gift(k, 400, **person(n + k, **({"employer": own} if own else {})), **extra) for k in range(8)]

    rows = (
        brought(0, "I1", "Marrow Bank", "") + brought(50, "I2", "Sandglass Law", "") + brought(90, "I3", "Q Co", "Q Co")
    )
    result, found = look(bundles, rows)
    assert found == [[f"T{n}" for n in range(17, 25)]]
    assert result.tested == 3


def test_without_intermediaries_it_is_not_computed():
    assert look(bundles, crowd(20))[0].skipped


# F15: symmetry


def in_order(days=(0, 5, 9), people=5):
    return [
        gift(day + k, 300, recipient=f"C{c}", **person(900 + k)) for k in range(people) for c, day in enumerate(days)
    ]


def test_the_same_recipients_in_the_same_order():
    many = crowd(600, recipients=tuple(f"C{n}" for n in range(20)))
    twice = [{**row, "recipient": f"C{n * 7 % 20}"} for n, row in enumerate(many)]
    thrice = [{**row, "recipient": f"C{n * 13 % 20}"} for n, row in enumerate(many)]
    _, found = look(symmetry, many + twice + thrice + in_order())
    assert [f"T{n}" for n in range(1801, 1816)] in found


def test_a_joint_fundraiser_is_explained():
    rows = crowd(300, recipients=("C7", "C8", "C9")) + in_order(days=(0, 0, 1), people=1) * 1
    assert alike(look(symmetry, rows)[0].candidates) == []

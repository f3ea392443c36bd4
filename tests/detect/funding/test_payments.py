"""Flags about payments: F13, F14, F17, F18."""

from datetime import timedelta

import pytest
from tests.detect.funding.made import DAY, crowd, gift, person, shown, tables
from tests.detect.funding.test_companies import listed

from tocsin.detect.funding import digits, loans, payment_method, refund_loop


def look(flag, rows, **more):
    made = tables(rows, **more)
    result = flag.DETECTOR.run(made)
    return result, shown(result, made)


# F13


def loan(amount=50_000, **terms):
    told = {
        "rate": 4.0,
        "due": DAY + timedelta(days=400),
        "repaid_minor": 0,
        "converted_minor": 0,
        "loan_status": "Out",
    }
    return gift(0, amount, kind="loan", **{**person(900), **told, **terms})


@pytest.mark.parametrize(
    ("terms", "flagged"),
    [
        ({}, False),
        ({"rate": 0.0}, False),
        ({"rate": 0.0, "due": None}, True),
        ({"rate": 0.0, "due": DAY + timedelta(days=10)}, True),
        ({"rate": None, "due": None}, False),  # not told is no sign
        ({"due": None, "converted_minor": 100}, True),
    ],
)
def test_signs_of_a_gift(terms, flagged):
    result, _ = look(loans, [*crowd(100), loan(**terms)])
    assert bool(result.candidates) is flagged
    assert result.tested == 1


def test_a_loan_that_is_repaid_is_explained():
    result, _ = look(loans, [*crowd(100), loan(rate=0.0, due=None, repaid_minor=5_000_000)])
    assert result.candidates[0].explained


def test_terms_that_most_loans_have_are_not_rare():
    usual = [loan(1000 + n, rate=0.0, due=None) for n in range(60)]
    _, found = look(loans, [*usual, loan(90_000, rate=0.0, due=None)])
    assert ["T61"] in found
    assert len(found) <= 3


# F14


def test_amounts_unlike_those_of_the_type_only_order():
    usual = [{**row, "recipient": f"C{k}"} for k in range(5) for row in crowd(60, 100 * k)]
    strange = [gift(k % 60, 700 + k * 0.01, "C9", **person(900 + k)) for k in range(60)]
    made = tables(usual + strange)
    result = digits.DETECTOR.run(made)
    assert result.candidates == ()
    assert max(result.tilt, key=result.tilt.get) == made.register.recipients.to_pylist().index("C9")
    assert all(0 <= value <= 1 for value in result.tilt.values())


# F17


def back(day=4, amount=2400, **more):
    return {**gift(day, -amount, kind="refund", **person(950)), "standing": "refund", **more}


def test_a_refund_to_somebody_else_by_reference():
    rows = [*crowd(50), {**gift(0, 2500, **person(900)), "gift": "G1"}, back(back_reference="G1")]
    result, found = look(refund_loop, rows)
    assert found == [["G1", "T52"]]
    assert result.candidates[0].p is None


def test_a_refund_to_somebody_else_by_an_unusual_amount():
    rows = [*crowd(50), gift(0, 2417.13, **person(900)), back(amount=2417.13)]
    result, found = look(refund_loop, rows)
    assert found == [["T51", "T52"]]
    assert result.candidates[0].p < 0.9
    usual = [*crowd(200), back(day=80, amount=100)]
    assert look(refund_loop, usual)[0].candidates[0].p > 0.9


def test_a_refund_to_the_donor_is_ordinary():
    rows = [*crowd(50), gift(0, 2500, **person(950)), back(amount=2500)]
    result, _ = look(refund_loop, rows)
    assert result.candidates == ()
    assert result.tested == 0


def test_a_refund_to_the_family_is_explained():
    mine = {**person(900), "last_name": "Calloway"}
    rows = [*crowd(50), {**gift(0, 2500, **mine), "gift": "G1"}, back(back_reference="G1", last_name="Calloway")]
    assert look(refund_loop, rows)[0].candidates[0].explained


# F18


def by(method, n=10, amounts=(185, 190, 199), **more):
    return [gift(k, amounts[k % 3], **person(900 + k), method=method, **more) for k in range(n)]


@pytest.mark.parametrize("method", ["crypto", "prepaid card", "gift card"])
def test_hard_to_name_and_just_under(method):
    result, found = look(payment_method, crowd(300) + by(method))
    assert found == [[f"T{n}" for n in range(301, 311)]]
    assert result.candidates[0].p < 1e-6


def test_small_gifts_in_crypto_are_nothing():
    assert look(payment_method, crowd(300) + by("crypto", amounts=(10, 25, 40)))[0].candidates == ()


def test_a_wallet_of_several_donors_and_one_on_a_list():
    rows = by("crypto", 4, (10, 20, 30), wallet="1Shared") + by("crypto", 1, (50, 50, 50), wallet="1Listed")
    number = {"kind": "wallet", "number": "1Listed", "country": None}
    on_list = listed({"list": "us-ofac-sdn", "entry": "7", "numbers": [number]})
    result, found = look(payment_method, rows, listed=on_list)
    assert sorted(found) == [["T1", "T2", "T3", "T4"], ["T5"]]
    assert [len(c.path) for c in result.candidates] == [1, 0]

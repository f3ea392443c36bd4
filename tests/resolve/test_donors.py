"""Rows of a register: which are one donor."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from tocsin.engine.embedded import Embedded
from tocsin.model.gift import GIFTS
from tocsin.resolve import fitted, pairs
from tocsin.resolve.donor import Donor, compare_donors
from tocsin.resolve.donors import resolve, resolve_donors

EMPTY = {
    field.name: None
    if field.nullable
    else False
    if pa.types.is_boolean(field.type)
    else 0
    if "int" in str(field.type)
    else dt.date(2018, 1, 1)
    if pa.types.is_date(field.type)
    else ""
    for field in GIFTS
}
HERE = {"street": "12 Main Street", "city": "Albany", "region": "NY", "postcode": "12203"}


def gifts(*rows):
    return pa.Table.from_pylist([{**EMPTY, "donor_type": "person", **row} for row in rows], GIFTS)


def numbers(*rows):
    return resolve_donors(gifts(*rows)).to_pylist()


def test_one_name_at_one_address_whatever_the_unit():
    rows = [
        {**HERE, "donor_name": "SMITH, JOHN", "street": street} for street in ("12 Main St Apt 4", "12 MAIN STREET")
    ]
    assert numbers(*rows) == [0, 0]


def test_one_name_in_two_places_is_two_donors():
    away = {"street": "9 Elm St", "city": "Dallas", "region": "TX", "postcode": "75201"}
    assert numbers({**HERE, "donor_name": "SMITH, JOHN"}, {**away, "donor_name": "SMITH, JOHN"}) == [0, 1]


def test_a_family_at_one_address_is_not_one_donor():
    names = ("SMITH, JOHN", "SMITH, MARY", "SMITH, JOHN")
    assert numbers(*({**HERE, "donor_name": name} for name in names)) == [0, 1, 0]


def test_another_spelling_at_one_address_is_joined_with_its_probability():
    found = resolve(gifts(*({**HERE, "donor_name": n} for n in ("SMITH, JOHN A", "SMITH, JOHN", "JONES, ANN"))))
    assert found.donor.to_pylist() == [0, 0, 1]
    one, other, alone = found.probability.to_pylist()
    assert one == other
    assert 0.9 <= one < 1
    assert alone is None


def test_without_an_address_postcode_and_employer_count():
    row = {"donor_name": "DOE, JANE", "postcode": "12203", "employer": "ACME INC"}
    assert numbers(row, {**row, "employer": "Acme, Inc."}, {**row, "postcode": "94105"}) == [0, 0, 1]


def test_a_person_and_a_company_of_one_name_are_two():
    row = {**HERE, "donor_name": "FORD"}
    assert numbers(row, {**row, "donor_type": "company"}) == [0, 1]


def test_companies_are_joined_without_their_legal_form():
    rows = [
        {**HERE, "donor_type": "company", "donor_name": name} for name in ("ACME WIDGETS LLC", "Acme Widgets, L.L.C.")
    ]
    assert numbers(*rows) == [0, 0]


def test_names_in_fields_are_read():
    fields = {"last_name": "Smith", "first_name": "John"}
    assert numbers({**HERE, "donor_name": "SMITH, JOHN"}, {**HERE, **fields, "donor_name": None}) == [0, 0]


def test_rows_that_tell_nothing_are_donors_of_their_own_record():
    assert numbers({}, {}, {"donor_name": "DOE, JANE"}) == [0, 0, 1]
    assert numbers() == []


def test_donors_are_numbered_in_the_order_of_their_first_row():
    names = ("BAKER, ANN", "COOPER, ANN", "BAKER, ANN", "MASON, PAUL")
    assert numbers(*({**HERE, "donor_name": name} for name in names)) == [0, 1, 0, 2]


def crowd(number):
    """Donors who give twice, the second time with a middle initial, and their true numbers."""
    drawn = np.random.default_rng(7)
    letters = "bcdfghklmnprstv"
    rows, truth = [], []
    for k in range(number):
        last = "".join(drawn.choice(list(letters), 3)) + "a" + "".join(drawn.choice(list(letters), 3))
        first = str(drawn.choice(["Anna", "Robert", "Maria", "Paul", "Laura", "Peter", "Ingrid", "Hugo"]))
        place = {"street": f"{drawn.integers(1, 900)} Oak St", "postcode": str(drawn.integers(10_000, 10_060))}
        said = {**place, "city": "Springfield", "employer": f"Firm {drawn.integers(0, 200)}", "occupation": "clerk"}
        other = {"employer": "retired"} if drawn.random() < 0.3 else {}
        rows += [{**said, "donor_name": f"{last}, {first}"}, {**said, **other, "donor_name": f"{last}, {first} Q"}]
        truth += [k, k]
    return gifts(*rows), np.array(truth)


def agreement(found, truth):
    """Share of the pairs found that are true, and of the true ones that are found."""
    found = found.to_numpy()
    same = found[:, None] == found[None, :]
    true = truth[:, None] == truth[None, :]
    off = ~np.eye(truth.size, dtype=bool)
    both = (same & true & off).sum()
    return both / (same & off).sum(), both / (true & off).sum()


@pytest.mark.parametrize("enough", [1, 10**9])
def test_a_crowd_is_told_apart(enough, monkeypatch):
    monkeypatch.setattr(pairs, "ENOUGH", enough)  # 1: by the model that splink fits; else by the learned weights
    table, truth = crowd(400)
    precision, recall = agreement(resolve_donors(table), truth)
    assert precision > 0.98
    assert recall > 0.9


@pytest.mark.parametrize("enough", [pytest.param(1, marks=pytest.mark.slow), 10**9])
def test_the_order_of_the_rows_decides_nothing_nor_does_an_engine(enough, monkeypatch, tmp_path):
    monkeypatch.setattr(pairs, "ENOUGH", enough)
    table, _ = crowd(60 if enough > 1 else 150)
    firms = [
        {**HERE, "donor_type": "company", "donor_name": f"Acme Widgets {end}"} for end in ("LLC", "L.L.C.", "of NY")
    ]
    table = pa.concat_tables([table, gifts(*firms)])
    order = np.random.default_rng(1).permutation(table.num_rows)
    fits, fit = [], fitted.fit
    monkeypatch.setattr(fitted, "fit", lambda people: fits.append(fit(people)) or fits[-1])
    whole, shuffled = resolve(table), resolve(table.take(pa.array(order)))
    sets = set(zip(whole.donor.take(pa.array(order)).to_pylist(), shuffled.donor.to_pylist(), strict=True))
    assert len(sets) == len(whole.donor.unique()) == len(shuffled.donor.unique())
    assert shuffled.probability.equals(whole.probability.take(pa.array(order)))
    assert fits[:1] == fits[1:]
    monkeypatch.setattr(fitted, "fit", lambda people: fits[0])
    with Embedded(tmp_path, partitions=5) as engine:
        found = resolve(table, engine)
    assert found.donor.equals(whole.donor)
    assert found.probability.equals(whole.probability)
    assert whole.probability.null_count < table.num_rows


def test_two_donors_compared():
    here = Donor("SMITH, JOHN A", "12 Main St Apt 4", "Albany", "NY", "12203")
    assert compare_donors(here, Donor("John Smith", "12 Main Street", "Albany", "NY", "122031234")).probability > 0.9
    assert compare_donors(here, Donor("John Smith", "9 Elm St", "Dallas", "TX", "75201")).probability < 0.5
    assert compare_donors(here, here._replace(name="DOE, JANE")).probability < 0.1
    found = compare_donors(here, here)
    assert sum(part.weight for part in found.parts) == pytest.approx(found.log_odds)

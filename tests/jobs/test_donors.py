"""What is written of donors where names are withheld."""

import numpy as np
import pyarrow as pa
from tests.detect.funding.made import gift, person

from tocsin.jobs.donors import Donors
from tocsin.model.gift import SETTLED

KEY = b"k" * 32


def written(*rows, key=KEY):
    table = pa.Table.from_pylist([{"gift": f"g{n}", "row": n, **row} for n, row in enumerate(rows)], schema=SETTLED)
    return Donors(table, np.arange(len(rows)), key).table().to_pylist()


def test_a_firm_of_ones_own_is_withheld_with_the_name():
    own = gift(**person(1, last_name="Quillfire", employer="Law Office of A. Quillfire", occupation="Lawyer"))
    other = gift(**person(2, employer="Harbour Works"))
    first, second = written(own, other)
    assert (first["employer"], first["occupation"]) == (None, "Lawyer")
    assert second["employer"] == "Harbour Works"
    assert written(own, key=None)[0]["employer"] == "Law Office of A. Quillfire"


def test_an_intermediary_keeps_a_number_and_no_name():
    rows = [gift(**person(n, intermediary=told)) for n, told in enumerate(["C00401224", "Ann Quillfire 3rd"])]
    first, second = written(*rows)
    assert first["intermediary"] == "C00401224"
    assert second["intermediary"].startswith("person_")


def test_who_owns_a_donor_has_no_name_although_a_year_stands_beside_it():
    (row,) = written(gift(donor_type="company", donor_name="Quillfire LLC", owner_name="Jane Doe (1970)"))
    assert row["owner_name"].startswith("person_")
    assert row["donor"] == "Quillfire LLC"

"""Donors of the simulated register: nothing is missing and spellings differ little, so some levels are never seen."""

from tocsin.resolve.donors import resolve_donors
from tocsin.simulate.money.election import MoneyParams, simulate_money


def test_every_spelling_of_a_simulated_donor_is_resolved():
    gifts = simulate_money(MoneyParams(gifts=6_000, schemes=0, decoys=0)).gifts
    found = resolve_donors(gifts).to_pylist()
    rows = gifts.select(["donor_type", "last_name", "first_name", "postcode"]).to_pylist()
    plain = {}
    for row, donor in zip(rows, found, strict=True):
        if row["donor_type"] == "person":
            key = (row["last_name"].upper(), row["first_name"].upper(), row["postcode"])
            plain.setdefault(key, set()).add(donor)
    donors = {donor for several in plain.values() for donor in several}
    assert sum(len(several) == 1 for several in plain.values()) > 0.98 * len(plain)
    assert 0.8 * len(plain) < len(donors) < 1.02 * len(plain)

from collections import defaultdict
from datetime import timedelta

import pyarrow.compute as pc
import pytest

from tocsin.model.gift import GIFTS
from tocsin.simulate.money.desk import ITEMISED, LIMITS, TRUTH, UNITS, cycle
from tocsin.simulate.money.election import DECOYS, END, SCHEMES, START, MoneyParams, simulate_money


@pytest.fixture(scope="module")
def register():
    return simulate_money(MoneyParams(gifts=4_000, seed=3))


@pytest.fixture(scope="module")
def rows(register):
    """The gifts of each unit, in order of date."""
    unit_of = {row["gift"]: row["unit"] for row in register.truth.to_pylist()}
    by_unit = defaultdict(list)
    for row in register.gifts.to_pylist():
        by_unit[unit_of[row["gift"]]].append(row)
    return by_unit


def each(rows, kind):
    """The units of a kind: level or number, gifts."""
    found = {int(name.rpartition("-")[2]): gifts for name, gifts in rows.items() if name.rpartition("-")[0] == kind}
    assert found
    return found.items()


def test_the_same_seed_gives_the_same_register_and_another_does_not():
    params = MoneyParams(gifts=1_000, seed=5)
    first, again, other = (simulate_money(p) for p in (params, params, MoneyParams(gifts=1_000, seed=6)))
    assert first == again
    assert first.gifts != other.gifts


def test_one_more_scheme_of_each_kind_leaves_the_others_as_they_were():
    few, more = (simulate_money(MoneyParams(gifts=1_000, schemes=n)) for n in (1, 2))

    def given(register):
        planted = {row["gift"]: row["unit"] for row in register.truth.to_pylist() if row["role"] == "scheme"}
        return {
            (planted[r["gift"]], r["donor_name"], r["date"], r["amount_minor"])
            for r in register.gifts.to_pylist()
            if r["gift"] in planted and r["donor_type"] == "person"
        }

    assert given(few) < given(more)


def test_gifts_have_the_schema_and_are_numbered_in_order_of_date(register):
    gifts = register.gifts
    assert gifts.schema == GIFTS
    assert gifts["row"].to_pylist() == list(range(1, gifts.num_rows + 1))
    days = gifts["date"].to_pylist()
    assert days == sorted(days)
    assert days[0] >= START
    assert days[-1] <= END + timedelta(days=40)  # a refund may come late
    assert len(set(gifts["gift"].to_pylist())) == gifts.num_rows


def test_truth_and_units_agree_with_the_gifts(register, rows):
    assert register.truth.schema == TRUTH
    assert register.units.schema == UNITS
    assert set(register.truth["gift"].to_pylist()) == set(register.gifts["gift"].to_pylist())
    units = {unit["unit"]: unit for unit in register.units.to_pylist()}
    assert set(units) == set(rows) - {""}
    for name, unit in units.items():
        assert unit["gifts"] == len(rows[name])
        assert unit["total_minor"] == sum(max(0, row["amount_minor"]) for row in rows[name])


def test_every_kind_is_there_at_every_level(register):
    units = register.units.to_pylist()
    assert {(u["kind"], u["difficulty"]) for u in units if u["role"] == "scheme"} == {
        (kind, level) for kind in SCHEMES for level in (1, 2, 3)
    }
    assert {u["kind"] for u in units if u["role"] == "decoy"} == set(DECOYS)
    assert all(u["what"] for u in units)


def test_only_what_is_asked_for_is_planted():
    register = simulate_money(MoneyParams(gifts=1_000, schemes=0, decoys=0))
    assert register.units.num_rows == 0
    assert set(register.truth["role"].to_pylist()) == {"ordinary"}


def test_ordinary_gifts_of_persons_are_as_many_as_asked_for(rows):
    given = [row for row in rows[""] if row["kind"] == "money" and row["donor_type"] == "person"]
    assert len(given) == 4_000


def test_ordinary_donors_keep_the_limit(rows):
    totals = defaultdict(int)
    for row in rows[""]:
        if row["recipient_type"] == "H" and row["kind"] == "money" and not row["memo"]:
            totals[row["donor_name"], row["street"], row["recipient"], row["election"]] += row["amount_minor"]
    assert max(totals.values()) <= max(LIMITS.values())


def test_every_conduit_line_explains_an_earmarked_gift(rows):
    gifts = {row["gift"]: row for row in rows[""]}
    memos = [row for row in rows[""] if row["memo"]]
    assert len(memos) > 300
    for memo in memos:
        gift = gifts[memo["back_reference"]]
        assert (gift["amount_minor"], gift["recipient"]) == (memo["amount_minor"], memo["recipient"])
        assert gift["other_id"] == memo["other_id"]


def test_conduits_give_near_the_limit_from_one_employer(rows):
    for level, gifts in each(rows, "employer-conduit"):
        assert len({row["donor_name"] for row in gifts}) >= 4
        assert all(0.6 < row["amount_minor"] / LIMITS[cycle(row["date"])] <= 1 for row in gifts)
        assert (gifts[-1]["date"] - gifts[0]["date"]).days < {1: 3, 2: 7, 3: 40}[level]
    assert len({row["employer"] for row in dict(each(rows, "employer-conduit"))[1]}) == 1
    assert len({row["employer"] for row in dict(each(rows, "employer-conduit"))[3]}) > 1


def test_shared_addresses_bring_several_families_to_one_door(rows):
    for level, gifts in each(rows, "shared-address"):
        assert len({row["last_name"] for row in gifts}) >= 3
        assert len({row["postcode"] for row in gifts}) == 1
        assert (len({row["street"] for row in gifts}) == 1) == (level == 1)


def test_structured_gifts_stay_below_the_threshold(rows):
    for _, gifts in each(rows, "structuring"):
        assert len(gifts) > 20
        assert all(0.6 * ITEMISED < row["amount_minor"] < ITEMISED for row in gifts)


def test_a_split_identity_passes_the_limit_that_no_row_passes(rows):
    for _, gifts in each(rows, "identity-split"):
        limit = LIMITS[cycle(gifts[0]["date"])]
        assert all(row["amount_minor"] <= limit for row in gifts)
        assert sum(row["amount_minor"] for row in gifts) > limit
        assert len({row["donor_name"] for row in gifts}) == len(gifts)
        assert len({row["postcode"] for row in gifts}) == 1


def owners_of(ownership, company):
    """Everybody above a company, with the share that comes down to it."""
    found, todo = {}, [(company, 1.0)]
    while todo:
        held, share = todo.pop()
        for stake in ownership.stakes:
            if stake.held == held:
                found[stake.owner] = found.get(stake.owner, 0) + share * (stake.share or 0)
                todo.append((stake.owner, share * (stake.share or 0)))
    return found


def test_listed_owners_stand_above_new_shells_with_half_of_them_or_more(register, rows):
    companies = {company.number: company for company in register.ownership.companies}
    owners = {owner.entity: owner for owner in register.ownership.owners}
    numbers = {entry.name for entry in register.listed}
    for level, gifts in each(rows, "shell-listed-owner"):
        company = companies[gifts[0]["company_number"]]
        assert 0 < (gifts[0]["date"] - company.formed).days <= {1: 20, 2: 45, 3: 110}[level]
        above = owners_of(register.ownership, company.number)
        listed = [entity for entity in above if owners[entity].listed_as]
        assert sum(above[entity] for entity in listed) >= 0.5
        assert len(listed) == (2 if level == 3 else 1)
        assert {owners[entity].listed_as for entity in listed} <= numbers
        assert all((owners[entity].listed_as == owners[entity].name) == (level < 3) for entity in listed)


def test_lawful_companies_have_no_listed_or_foreign_owner_of_weight(register, rows):
    owners = {owner.entity: owner for owner in register.ownership.owners}
    for kind in ("company-with-history", "foreign-minority"):
        for _, gifts in each(rows, kind):
            above = owners_of(register.ownership, gifts[0]["company_number"])
            assert sum(share for entity, share in above.items() if owners[entity].country != "us") <= 0.1


def test_money_passes_through_an_association_within_ninety_days(rows):
    for _, gifts in each(rows, "pass-through"):
        inward = [row for row in gifts if row["recipient_type"] == "association"]
        outward = [row for row in gifts if row["donor_type"] == "association"]
        assert {row["other_id"] for row in outward} == {row["recipient"] for row in inward}
        assert 0.8 <= sum(r["amount_minor"] for r in outward) / sum(r["amount_minor"] for r in inward) <= 1
        assert 0 < (outward[-1]["date"] - inward[0]["date"]).days <= 90


def test_refunds_go_to_somebody_else_in_schemes_and_to_the_donor_otherwise(rows):
    for kind, gifts in rows.items():
        by_id = {row["gift"]: row for row in gifts}
        for refund in (row for row in gifts if row["kind"] == "refund"):
            same = by_id[refund["back_reference"]]["last_name"].upper() == refund["last_name"].upper()
            assert same != kind.startswith("refund-loop")


def test_a_listed_wallet_pays_on_the_first_level(register, rows):
    listed = {entry.name for entry in register.listed if entry.kind == "wallet"}
    paid = {level: {row["wallet"] for row in gifts} for level, gifts in each(rows, "near-threshold-crypto")}
    assert paid[1] == listed
    assert paid[2] == {None}
    assert len(paid[3]) > 10


def test_namesakes_bear_a_listed_name(register, rows):
    listed = {entry.name for entry in register.listed}
    names = {f"{gifts[0]['first_name']} {gifts[0]['last_name']}" for _, gifts in each(rows, "namesake")}
    assert len(names & listed) >= 1


def test_origins_of_names_and_parties_are_mixed(register):
    gifts = register.gifts
    shares = pc.value_counts(gifts["recipient_party"]).to_pylist()
    assert len([share for share in shares if share["counts"] > 500]) == 3

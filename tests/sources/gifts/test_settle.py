"""What becomes of each row: one case a rule, and the real filings where they are."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.gifts.samples import fec_filing

from tocsin.model.gift import GIFTS, SETTLED, STANDINGS
from tocsin.sources.gifts import read_gifts
from tocsin.sources.gifts.settle import settle

FILINGS = Path(__file__).parents[4] / "shared/data/funding/fec/filings"
PLANTED = FILINGS.parent / "planted_dev.csv"
BASE = {
    "register": "test",
    "jurisdiction": "us",
    "recipient": "C1",
    "date": date(2020, 1, 1),
    "amount_minor": 10_000,
    "currency": "USD",
    "kind": "money",
    "donor_type": "person",
    "last_name": "Morrow",
    "first_name": "Anna",
    "memo": False,
    "filing": "100",
    "file": "f",
}


def gifts(*rows):
    return pa.Table.from_pylist(
        [{**BASE, "gift": f"G{n}", "row": n + 1, **row} for n, row in enumerate(rows)], schema=GIFTS
    )


def settled(*rows):
    found = settle(gifts(*rows))
    assert found.schema == SETTLED
    return list(zip(found["standing"].to_pylist(), found["pair"].to_pylist(), strict=True))


def test_of_nothing():
    assert settle(GIFTS.empty_table()).schema == SETTLED


def test_unlike_gifts_count():
    assert settled({}, {"amount_minor": 5}, {"recipient": "C2"}) == [("counted", None)] * 3


def test_the_same_row_again():
    again = {"gift": "X", "date": date(2020, 2, 2)}
    assert settled({}, again, again, again) == [
        ("counted", None),
        ("counted", None),
        ("duplicate", 1),
        ("duplicate", 1),
    ]


@pytest.mark.parametrize(
    "change", [{"amount_minor": 1}, {"date": date(2020, 3, 3)}, {"last_name": "Vale"}, {"filing": "101"}]
)
def test_the_same_id_with_other_content_is_another_gift(change):
    assert settled({"gift": "X"}, {"gift": "X", **change}) == [("counted", None)] * 2


def test_rows_without_a_filing_are_told_apart_by_id():
    assert [s for s, _ in settled({"filing": None, "gift": "a.csv:2"}, {"filing": None, "gift": "a.csv:3"})] == [
        "counted"
    ] * 2


def test_a_filing_replaced_by_the_last_of_a_chain():
    rows = [{"gift": "A", "filing": "100"}, {"gift": "A", "filing": "200", "amends": "100"}]
    rows += [
        {"gift": "A", "filing": "300", "amends": "200"},
        {"gift": "B", "filing": "100"},
        {"gift": "A", "filing": "150"},
    ]
    assert settled(*rows) == [
        ("superseded", 2),
        ("superseded", 2),
        ("counted", None),
        ("superseded", None),
        ("counted", None),
    ]


def test_two_amendments_of_one_original_that_is_not_there():
    rows = [{"filing": "9", "amends": "1", "gift": "A"}, {"filing": "10", "amends": "1", "gift": "A"}]
    assert settled(*rows) == [("superseded", 1), ("counted", None)]


def test_a_chain_that_bites_its_tail_ends():
    assert len(settled({"filing": "1", "amends": "2"}, {"filing": "2", "amends": "1"})) == 2


def test_another_committee_with_the_same_number_of_filing_stays():
    rows = [{"filing": "100", "recipient": "C2"}, {"filing": "200", "amends": "100"}]
    assert [standing for standing, _ in settled(*rows)] == ["counted", "counted"]


def test_a_row_that_stands_again_in_an_amendment():
    report = {"report": "Q1 2020", "gift": "A"}
    rows = [
        {**report, "filing": "99", "amendment": "N"},
        {**report, "filing": "100", "amendment": "A", "amount_minor": 7},
    ]
    assert settled(*rows, {**report, "report": "Q2 2020", "filing": "101", "amendment": "N"}) == [
        ("superseded", 1),
        ("counted", None),
        ("counted", None),
    ]


CONDUIT = {"memo": True, "donor_type": "committee", "last_name": None, "first_name": None, "donor_name": "Platform"}
CONDUIT |= {"memo_text": "Above contribution earmarked through this organization."}


@pytest.mark.parametrize(
    ("donor", "platform"),
    [
        ({"gift": "A", "back_reference": "B"}, {"gift": "B"}),
        ({"gift": "A"}, {"gift": "B", "back_reference": "A"}),
        ({"gift": "17"}, {"gift": "17E"}),
    ],
)
def test_an_earmark_by_reference_or_id(donor, platform):
    assert settled(donor, {"amount_minor": 1}, {**CONDUIT, **platform}) == [
        ("counted", 2),
        ("counted", None),
        ("conduit", 0),
    ]


def test_an_earmark_by_place():
    assert settled({"amount_minor": 1}, {}, CONDUIT) == [("counted", None), ("counted", 2), ("conduit", 1)]


def test_a_committees_memo_without_an_earmark_is_a_memo():
    assert settled({}, {**CONDUIT, "memo_text": "interest"}) == [("counted", None), ("memo", None)]


PASSED = {"line": "24T", "recipient": "C1", "intermediary": "C9", "filing": "7"}


def test_an_intermediarys_report_of_a_gift_that_the_recipient_reports():
    own = {"line": "15E", "date": date(2020, 1, 20), "first_name": "ANNA", "last_name": "MORROW"}
    assert settled(PASSED, own) == [("conduit", 1), ("counted", 0)]


@pytest.mark.parametrize(
    "change", [{"date": date(2020, 6, 1)}, {"amount_minor": 1}, {"first_name": "Ann"}, {"recipient": "C2"}]
)
def test_an_intermediarys_report_counts_where_nobody_else_reports_the_gift(change):
    assert settled(PASSED, {"line": "15E", **change}) == [("counted", None), ("counted", None)]


def test_two_gifts_and_one_report():
    assert [standing for standing, _ in settled(PASSED, {**PASSED, "gift": "Z"}, {"line": "15E"})].count("conduit") == 1


def test_redesignation_and_reattribution():
    moved = {"kind": "redesignation", "memo": True}
    taken, put = {**moved, "amount_minor": -500}, {**moved, "amount_minor": 500}
    assert settled({}, taken, put) == [("counted", None), ("redesignation", 2), ("redesignation", 1)]
    assert settled(taken, {**put, "first_name": "Ben"}) == [("redesignation", 1), ("redesignation", 0)]
    assert settled(put, taken, put)[1:] == [("redesignation", 0), ("redesignation", None)]


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "redesignation", "amount_minor": -5},
        {"kind": "refund", "amount_minor": -5},
        {"amount_minor": 0},
        {"memo": True},
        {"memo": True, "donor_type": "committee", "memo_text": "earmarked"},
        {"line": "24T"},
        {"line": "F65"},
        {"kind": "loan", "line": "SA13A"},
        {"kind": "loan", "line": "SC/10"},
        {"amends": "100", "filing": "100"},
        {"amends": "100", "filing": None},
        {"amendment": "A", "report": "Q1"},
        {"amendment": "A", "report": "Q1", "filing": None},
        {"donor_type": None, "last_name": None, "first_name": None},
        {"method": "payroll"},
    ],
    ids=str,
)
def test_every_sort_of_row_alone_and_three_times(row):
    assert len(settled(row)) == 1
    assert len(settled(row, {**row, "gift": "X"}, {**row, "gift": "Y"})) == 3
    assert len(settled(row, row, {})) == 3


def test_a_redesignation_in_parts():
    moved = {"kind": "redesignation"}
    parts = [{**moved, "amount_minor": amount} for amount in (-1_600, 1_400, 200, 50)]
    assert [standing for standing, _ in settled(*parts)] == ["redesignation", *["counted"] * 3]
    assert [standing for standing, _ in settled({}, *parts[:3])] == ["counted", *["redesignation"] * 3]
    shared = [{**parts[0]}, {**parts[1], "first_name": "Ben"}, {**parts[2], "first_name": "Cal"}]
    assert [standing for standing, _ in settled(*shared)] == ["redesignation"] * 3


def test_a_gift_that_only_speaks_of_a_redesignation_counts():
    assert settled({"kind": "redesignation", "memo": False}) == [("counted", None)]


def test_a_memo_points_to_what_it_explains():
    assert settled({"gift": "A", "kind": "transfer"}, {"memo": True, "back_reference": "A"}) == [
        ("transfer", None),
        ("memo", 0),
    ]


def test_a_gift_wholly_given_back():
    back = {"kind": "refund", "amount_minor": -10_000, "date": date(2020, 2, 1)}
    assert settled({}, back) == [("refunded", 1), ("refund", 0)]
    assert settled({"date": date(2020, 3, 1)}, back) == [("counted", None), ("refund", None)]


def test_a_gift_given_back_in_part_and_then_the_rest():
    part = {"kind": "refund", "amount_minor": -4_000, "date": date(2020, 2, 1)}
    assert settled({}, part) == [("counted", 1), ("refund", 0)]
    rest = {**part, "amount_minor": -6_000, "date": date(2020, 2, 2)}
    assert [standing for standing, _ in settled({}, part, rest)] == ["refunded", "refund", "refund"]


def test_what_goes_back_in_another_currency_is_another_gifts():
    back = {"kind": "refund", "amount_minor": -10_000, "date": date(2020, 2, 1), "currency": "EUR"}
    assert settled({}, back) == [("counted", None), ("refund", None)]
    assert settled({}, {"currency": "EUR"}, back)[:2] == [("counted", None), ("refunded", 2)]


def test_of_several_gifts_of_one_amount_each_refund_takes_one():
    back = {"kind": "refund", "amount_minor": -10_000, "date": date(2020, 2, 1)}
    assert settled({}, {}, {}, back, {**back, "gift": "Y"})[:3] == [("refunded", 3), ("refunded", 4), ("counted", None)]


def test_a_refund_of_a_donor_with_very_many_gifts_is_quick():
    many = [{"date": date(2020, 1, 1 + n % 28), "amount_minor": 5} for n in range(20_000)]
    back = [{"kind": "refund", "amount_minor": -3, "date": date(2020, 5, 1)}] * 2_000
    assert [standing for standing, _ in settled(*many, *back)].count("refund") == 2_000


def test_a_row_that_says_itself_that_it_went_back_takes_no_other_with_it():
    assert settled({}, {"kind": "refund"}) == [("counted", None), ("refund", None)]


def test_transfers():
    own = {"donor_type": "committee", "donor_name": "Test Party", "recipient_name": "TEST PARTY"}
    assert [standing for standing, _ in settled({"kind": "transfer"}, own, {**own, "donor_type": "person"})] == [
        "transfer",
        "transfer",
        "counted",
    ]


def test_loans_with_terms_take_the_place_of_the_lines_that_repeat_them():
    terms = {"kind": "loan", "line": "SC/10", "gift": "L"}
    later = {**terms, "filing": "200", "date": date(2020, 1, 1)}
    line = {"kind": "loan", "line": "SA13A", "date": date(2020, 1, 1)}
    assert settled(terms, line, {**later, "date": date(2020, 1, 2)}) == [
        ("superseded", 2),
        ("duplicate", 2),
        ("counted", None),
    ]


def test_notices_within_48_hours():
    assert settled({"line": "F65"}, {"line": "SA11AI", "filing": "9"}) == [("duplicate", 1), ("counted", None)]
    assert settled({"line": "F65"}) == [("counted", None)]


def payroll(donors, days, stated=False):
    method = "payroll" if stated else None
    return [
        {
            "last_name": f"D{donor}",
            "gift": f"{donor}-{n}",
            "date": date(2020, 1 + n, 5),
            "amount_minor": 2_000,
            "method": method,
        }
        for donor in range(donors)
        for n in range(days)
    ]


def test_payroll_stated_and_seen():
    assert {standing for standing, _ in settled(*payroll(2, 2, stated=True))} == {"payroll"}
    assert {standing for standing, _ in settled(*payroll(12, 4))} == {"payroll"}


@pytest.mark.parametrize("rows", [payroll(12, 2), payroll(5, 6)], ids=["two pay days", "five donors"])
def test_no_payroll(rows):
    assert {standing for standing, _ in settled(*rows)} == {"counted"}


def test_a_committee_that_is_given_to_daily_has_no_pay_days():
    days = [date.fromordinal(737_425 + n) for n in range(60)]
    rows = [{"last_name": f"D{n % 40}", "gift": f"{day}{n}", "date": day} for day in days for n in range(20)]
    assert {standing for standing, _ in settled(*rows)} == {"counted"}


def test_one_gift_beside_a_payroll_programme_counts():
    rows = [*payroll(12, 4), {"last_name": "Vale", "date": date(2020, 1, 5), "amount_minor": 270_000}]
    assert settled(*rows)[-1] == ("counted", None)


def test_the_order_of_the_rows_does_not_matter():
    rows = [
        {},
        {"kind": "refund", "amount_minor": -10_000, "date": date(2020, 2, 1)},
        PASSED,
        {"line": "15E", "last_name": "Vale"},
    ]
    rows += [
        *payroll(12, 4),
        {**CONDUIT, "back_reference": "G0"},
        {"filing": "200", "amends": "100", "recipient": "C3"},
    ]
    table = gifts(*rows)
    order = np.random.default_rng(1).permutation(len(rows))
    straight, mixed = settle(table), settle(table.take(pa.array(order)))
    found = dict(zip(mixed["row"].to_pylist(), mixed["standing"].to_pylist(), strict=True))
    assert found == dict(zip(straight["row"].to_pylist(), straight["standing"].to_pylist(), strict=True))


ROW = st.fixed_dictionaries(
    {
        "gift": st.sampled_from(["A", "AE", "B", "C"]),
        "filing": st.sampled_from([None, "1", "2", "30", "x"]),
        "amends": st.sampled_from([None, None, "1", "2", "x"]),
        "amendment": st.sampled_from([None, "N", "A"]),
        "report": st.sampled_from([None, "Q1 2020"]),
        "recipient": st.sampled_from(["C1", "C2"]),
        "date": st.sampled_from([date(2020, 1, 1), date(2020, 1, 9), date(2021, 1, 1)]),
        "amount_minor": st.sampled_from([-500, -100, 0, 100, 400, 500]),
        "kind": st.sampled_from(["money", "money", "loan", "refund", "redesignation", "transfer"]),
        "donor_type": st.sampled_from(["person", "committee", None]),
        "last_name": st.sampled_from(["Morrow", "Vale", None]),
        "donor_name": st.sampled_from(["Platform", None]),
        "memo": st.booleans(),
        "memo_text": st.sampled_from([None, "earmarked"]),
        "line": st.sampled_from([None, "SA11AI", "24T", "F65", "SC/9", "SA13A"]),
        "back_reference": st.sampled_from([None, "A", "AE"]),
        "method": st.sampled_from([None, "payroll"]),
    }
)


@given(st.lists(ROW, max_size=25))
def test_whatever_the_rows_every_one_has_a_standing_and_pairs_are_rows(rows):
    found = settle(pa.Table.from_pylist([{**BASE, **row, "row": n} for n, row in enumerate(rows)], schema=GIFTS))
    standings, pairs = found["standing"].to_pylist(), found["pair"].to_pylist()
    assert len(standings) == len(rows)
    assert set(standings) <= set(STANDINGS)
    for at, (standing, pair) in enumerate(zip(standings, pairs, strict=True)):
        assert pair is None or (0 <= pair < len(rows) and pair != at)
        if standing == "conduit" and pair is not None:
            assert rows[pair]["amount_minor"] == rows[at]["amount_minor"]
            assert standings[pair] not in ("duplicate", "superseded")
        if standing == "counted":
            assert not rows[at]["memo"]


def test_chunks_do_not_matter():
    table = gifts({}, {"kind": "refund", "amount_minor": -10_000, "date": date(2020, 2, 1)}, {"gift": "G0"}, CONDUIT)
    chunked = pa.concat_tables([table.slice(n, 1) for n in range(table.num_rows)])
    assert settle(chunked).to_pylist() == settle(table).to_pylist()


def test_filings_read_from_files(tmp_path):
    (tmp_path / "100.fec").write_bytes(fec_filing())
    (tmp_path / "200.fec").write_bytes(fec_filing(form="F3A", amends="100"))
    found = settle(read_gifts([str(tmp_path)]).table)
    standings = list(
        zip(found["filing"].to_pylist(), found["gift"].to_pylist(), found["standing"].to_pylist(), strict=True)
    )
    assert standings == [
        ("100", "A1", "superseded"),
        ("100", "A1E", "superseded"),
        ("100", "A2", "superseded"),
        ("100", "R1", "superseded"),
        ("200", "A1", "counted"),
        ("200", "A1E", "conduit"),
        ("200", "A2", "counted"),
        ("200", "R1", "refund"),
    ]


real = pytest.mark.skipif(not FILINGS.exists(), reason="the real data is not here")


def counts(*names):
    found = settle(read_gifts([str(FILINGS / name) for name in names]).table)
    assert set(found["standing"].to_pylist()) <= set(STANDINGS)
    return found, {
        row["values"]: row["counts"] for row in pc.value_counts(found["standing"].combine_chunks()).to_pylist()
    }


@real
@pytest.mark.parametrize(("name", "lines"), [("1544132.fec", 1_269), ("1229017.fec", 80)])
def test_every_conduit_line_of_a_real_filing_has_its_donor(name, lines):
    found, standings = counts(name)
    pairs = found.filter(pc.equal(found["standing"], "conduit"))
    assert standings["conduit"] == len(pairs) == lines == pairs["pair"].drop_null().length()
    donors = found.take(pairs["pair"].combine_chunks())
    assert donors["amount_minor"].to_pylist() == pairs["amount_minor"].to_pylist()
    assert set(donors["standing"].to_pylist()) <= {"counted", "refunded"}
    assert set(donors["donor_type"].to_pylist()) == {"person"}
    assert len(set(pairs["pair"].to_pylist())) == lines


@real
def test_a_real_amendment_replaces_its_original():
    found, standings = counts("467627.fec", "767339.fec")
    assert standings["superseded"] == 564
    old = found.filter(pc.equal(found["filing"], "467627"))
    assert set(old["standing"].to_pylist()) == {"superseded"}
    assert old["pair"].null_count <= 5


@real
def test_a_real_payroll_pac():
    _, standings = counts("27789.fec")
    assert standings["payroll"] > 2_600


@real
def test_the_planted_table():
    found = settle(read_gifts([str(PLANTED)]).table)
    standings = {
        row["values"]: row["counts"] for row in pc.value_counts(found["standing"].combine_chunks()).to_pylist()
    }
    assert standings["conduit"] == 1_349
    assert standings["redesignation"] == 34
    assert standings["payroll"] > 2_600  # told by the days alone, for the table does not name it

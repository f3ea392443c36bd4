"""Ownership data: each format read to the values that were written, and the real statements where they are."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.sources.owners import samples

from tocsin.errors import InputError
from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.sources.owners import read_owners
from tocsin.sources.owners.reading import FORMATS

BODS = Path(__file__).parents[4] / "shared/data/funding/bods"


def read(tmp_path, data):
    path = tmp_path / "owners"
    path.write_bytes(data)
    return read_owners([str(path)])


def has(row, /, **wanted):
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize("format_", samples.SAMPLES)
def test_is_recognised_and_keeps_the_schemata(tmp_path, format_):
    owners = read(tmp_path, samples.SAMPLES[format_])
    assert [entry.format for entry in owners.inputs] == [format_]
    assert (owners.entities.schema, owners.holdings.schema) == (ENTITIES, HOLDINGS)
    assert owners.entities.num_rows
    assert owners.rejected == []


def test_every_format_has_a_sample():
    assert set(samples.SAMPLES) == set(FORMATS)


def bods(tmp_path, statements=samples.BODS):
    owners = read(tmp_path, json.dumps(statements).encode())
    return {row["entity"]: row for row in owners.entities.to_pylist()}, owners.holdings.to_pylist(), owners


def test_bods_entities(tmp_path):
    entities, _, _ = bods(tmp_path)
    has(entities["c1"], kind="company", names=["Harbour Lane Ltd", "HL"], company_number="01234567", country="gb")
    has(entities["c1"], formed=date(2018, 2, 3), address="1 Quay", postcode="N1 1AA", row=1)
    has(entities["p1"], kind="person", names=["Anna Morrow"], country="cy", residence="gb", birth_date="1970-05")
    has(entities["s1"], kind="state", country="ru")
    has(entities["r3#unnamed"], kind="anonymous", names=[], status="interestedPartyExemptFromDisclosure")


def test_bods_holdings_through_time(tmp_path):
    _, holdings, _ = bods(tmp_path)
    first, votes, later, board, unnamed, indirect = holdings
    has(
        first,
        owner="p1",
        held="c1",
        share_min=0.6,
        share_max=0.6,
        control=False,
        since=date(2019, 1, 1),
        until=date(2021, 6, 1),
    )
    has(votes, interest="votingRights", share_min=0.25, share_max=0.5, control=False, until=date(2021, 6, 1))
    has(later, share_min=0.4, until=date(2022, 6, 1), row=5)
    has(board, owner="s1", control=True, until=date(2021, 1, 1), share_min=None)
    has(unnamed, owner="r3#unnamed", interest="unknownInterest", until=None)
    has(indirect, interest="indirect shareholding", share_min=0.3)


@pytest.mark.parametrize(
    ("kind", "share", "control"),
    [
        ("votingRights", {"exact": 51}, True),
        ("votingRights", {"exact": 50}, False),
        ("votingRights", None, True),
        ("trustee", None, True),
        ("shareholding", {"exact": 100}, False),
        ("rightsToProfitOrIncome", None, False),
    ],
)
def test_bods_control(tmp_path, kind, share, control):
    told = samples.statement(
        "relationship", "r", subject="c", interestedParty="p", interests=[samples.interest(kind, share)]
    )
    _, holdings, _ = bods(tmp_path, [told])
    assert holdings[0]["control"] is control


def test_bods_statements_that_cannot_be_read_are_set_aside(tmp_path):
    bad = [
        {"statementId": "1", "recordType": "entity", "recordDetails": {}},
        samples.statement("relationship", "r", interestedParty="p"),
        samples.statement("alien", "r"),
        "no object",
        {"statementID": "1", "statementType": "personStatement"},
    ]
    _, holdings, owners = bods(tmp_path, [*samples.BODS, *bad])
    assert [bad.row for bad in owners.rejected] == [10, 11, 12, 13, 14]
    assert len(holdings) == 6
    assert "before 0.4" in owners.rejected[4].reason


def test_bods_shares_that_no_share_can_be_are_left_out(tmp_path):
    share = {"exact": 250}
    told = samples.statement(
        "relationship", "r", subject="c", interestedParty="p", interests=[samples.interest(share=share)]
    )
    _, holdings, _ = bods(tmp_path, [told])
    assert holdings[0]["share_min"] is None


def test_bods_one_statement_a_line(tmp_path):
    assert read(tmp_path, samples.lines(samples.BODS)).holdings.num_rows == 6


def test_significant_control(tmp_path):
    owners = read(tmp_path, samples.SAMPLES["companies-house-psc"])
    person, company, secret = owners.entities.to_pylist()
    has(
        person,
        kind="person",
        country="gb",
        residence="gb",
        birth_date="1970-05",
        postcode="EH6 6AA",
        address="1, Quay, Leith",
    )
    has(company, kind="company", country="de", company_number="HRB 1")
    has(secret, kind="anonymous", names=[], status="unnamed")
    shares, votes, influence, whole = owners.holdings.to_pylist()
    has(
        shares,
        held="GB-COH-01234567",
        share_min=0.25,
        share_max=0.5,
        control=False,
        since=date(2016, 4, 6),
        until=date(2019, 1, 1),
    )
    has(votes, share_min=0.75, share_max=1.0, control=True)
    has(influence, share_min=None, control=True)
    has(whole, share_min=0.75, share_max=1.0, control=False, until=None)


def test_a_chain_of_registered_companies_holds_together(tmp_path):
    """The owner in one line is the company of another, and the one that the register of companies tells of."""

    def line(held, name, kind="corporate-entity-person-with-significant-control", **more):
        data = {"kind": kind, "name": name, "natures_of_control": ["ownership-of-shares-75-to-100-percent"], **more}
        return json.dumps({"company_number": held, "data": data})

    number = {"registration_number": "1234567", "country_registered": "England And Wales"}
    control = [
        line("00000009", "Harbour Lane Ltd", identification=number),
        line("00000008", "Harbour Lane Ltd", identification={**number, "registration_number": "01234567"}),
        line("01234567", "Anna Morrow", kind="individual-person-with-significant-control"),
        line(
            "00000007",
            "Hafen GmbH",
            identification={"registration_number": "HRB 12345", "country_registered": "Germany"},
        ),
        line(
            "00000006", "Bay Inc", identification={"registration_number": "1234567", "country_registered": "Delaware"}
        ),
    ]
    (tmp_path / "psc.json").write_text("\n".join(control) + "\n")
    (tmp_path / "companies.csv").write_bytes(samples.SAMPLES["companies"])
    owners = read_owners([str(tmp_path / name) for name in ("psc.json", "companies.csv")])
    ids = owners.entities["entity"].to_pylist()
    assert len(set(ids)) == len(ids)
    (lane,) = [row for row in owners.entities.to_pylist() if row["entity"] == "GB-COH-01234567"]
    assert lane["formed"] is not None
    links = {(row["owner"], row["held"]) for row in owners.holdings.to_pylist()}
    lane_s = {("GB-COH-01234567", "GB-COH-00000009"), ("GB-COH-01234567", "GB-COH-00000008")}
    assert lane_s <= links
    assert ("GB-COH-01234567#3", "GB-COH-01234567") in links
    assert ("GB-COH-00000007#4", "GB-COH-00000007") in links
    assert ("GB-COH-00000006#5", "GB-COH-00000006") in links


def test_followthemoney(tmp_path):
    owners = read(tmp_path, samples.SAMPLES["ftm"])
    company, person = owners.entities.to_pylist()
    has(
        company,
        names=["Harbour Lane Ltd", "HL"],
        country="gb",
        address="1 Quay, Leith",
        postcode="EH6 6AA",
        formed=date(2018, 2, 3),
    )
    has(person, kind="person", country="cy", birth_date="1970-05")
    owned, directed = owners.holdings.to_pylist()
    has(owned, owner="p1", held="c1", share_min=0.25, share_max=0.5, control=False, since=date(2018, 2, 3))
    has(directed, interest="Secretary", share_min=None, control=False)
    assert owners.inputs[0].notes == ("1 entities of other schemata were passed over",)


def test_companies_house(tmp_path):
    first, second = read(tmp_path, samples.SAMPLES["companies"]).entities.to_pylist()
    has(
        first,
        entity="GB-COH-01234567",
        names=["HARBOUR LANE LTD"],
        country="gb",
        status="Active",
        address="1 QUAY, LEITH, SCOTLAND",
    )
    has(first, formed=date(2018, 2, 3), accounts=date(2020, 1, 31), postcode="EH6 6AA", kind="company", row=2)
    has(second, dissolved=date(2021, 5, 4), formed=date(2019, 2, 13))


def test_another_register_of_companies(tmp_path):
    owners = read(tmp_path, samples.COMPANIES.encode())
    (company,) = owners.entities.to_pylist()
    has(company, entity="US-L1", agent="Agent & Co", officers=["Anna Morrow", "Eve Vale"], net_assets_minor=-120_050)
    has(company, profit_minor=3_000, currency="USD", formed=date(2018, 2, 3))
    assert [(bad.row, bad.reason) for bad in owners.rejected] == [(3, "no company number")]


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    (tmp_path / "a.json").write_bytes(samples.SAMPLES["bods"])
    (tmp_path / "b.json").write_bytes(b"nothing\n")
    owners = read_owners([str(tmp_path)])
    assert [entry.posts for entry in owners.inputs] == [10, 0]
    with pytest.raises(InputError):
        read_owners([str(tmp_path / "b.json")])


@pytest.mark.skipif(not BODS.exists(), reason="the real data is not here")
def test_the_statements_of_the_standard():
    owners = read_owners([str(BODS)])
    assert {entry.format for entry in owners.inputs if entry.file.endswith(".json")} == {"bods"}
    assert owners.rejected == []
    held = {(row["owner"], row["held"]): row["share_min"] for row in owners.holdings.to_pylist()}
    assert held["rec-alpha-corp", "rec-beta-corp"] == held["rec-beta-corp", "rec-alpha-corp"] == 1.0
    assert ("rec-rel-opaque-no-ubo#unnamed", "rec-opaque-holdings-sa") in held

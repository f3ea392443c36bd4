"""Flags about companies and other organisations: F5, F6, F9, F10, F11, F16; and who stands behind a company."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from tests.detect.funding.made import DAY, RULES, crowd, gift, name, person, shown, tables

from tocsin.detect.funding import company_cluster, foreign_link, in_kind, listed_link, new_entity, pass_through
from tocsin.model.listing import LISTED
from tocsin.resolve.screen import HITS


def look(flag, rows, **more):
    made = tables(rows, **more)
    result = flag.DETECTOR.run(made)
    return result, shown(result, made)


def firm_gift(day=0, amount=5000, firm="Quillfire LLC", **more):
    return gift(day, amount, donor_type="company", donor_name=firm, election=None, **more)


def firm(entity="E1", called="Quillfire LLC", **more):
    return {"entity": entity, "kind": "company", "names": [called], "country": "us", **more}


def someone(entity, **more):
    return {"entity": entity, "kind": "person", "names": [f"Name of {entity}"], **more}


def holding(owner, held, share=None, **more):
    return {"owner": owner, "held": held, "share_min": share, "share_max": share, "interest": "shareholding", **more}


# F5


@pytest.mark.parametrize(("days", "flagged"), [(20, True), (180, True), (181, False), (2000, False)])
def test_a_company_is_new_within_the_days(days, flagged):
    result, _ = look(new_entity, [firm_gift()], entities=[firm(formed=DAY - timedelta(days=days))])
    assert bool(result.candidates) is flagged


def test_a_company_that_gives_more_than_it_is_worth():
    worth = firm(formed=date(1990, 1, 1), net_assets_minor=100_000, currency="USD")
    result, _ = look(new_entity, [firm_gift()], entities=[worth])
    assert "net assets" in result.candidates[0].title


def test_a_name_that_two_companies_bear_is_nobodys():
    twins = [firm(formed=DAY), firm("E2", formed=DAY)]
    assert look(new_entity, [firm_gift()], entities=twins)[0].skipped
    numbered = [{**one, "company_number": number} for one, number in zip(twins, ("1", "2"), strict=True)]
    result, _ = look(new_entity, [firm_gift(company_number="2")], entities=numbered)
    assert result.candidates[0].path[0].source == "E2"


# F6


@pytest.mark.parametrize(("country", "own"), [(None, True), ("us", True), ("cy", False)])
def test_a_number_of_another_country_is_another_companys(country, own):
    made = firm(called="Other Name Ltd", company_number="77", country=country, formed=DAY - timedelta(days=3))
    _, found = look(new_entity, [firm_gift(company_number="77")], entities=[made])
    assert found == ([["T1"]] if own else [])


def test_companies_of_one_address():
    rows = crowd(200)
    for k in range(4):
        suite = f"9020 Dogwood Ln Ste {300 + k}"
        rows.append(firm_gift(k, 2700, f"{name(k)} {name(k + 50)} LLC", street=suite, postcode="97213"))
    result, found = look(company_cluster, rows)
    assert found[0] == [f"T{n}" for n in range(201, 205)]
    assert result.candidates[0].p < 1e-5


def test_companies_of_one_stem():
    rows = crowd(200)
    for k, trade in enumerate(("Freight", "Staffing", "Holdings", "Dental Group", "Realty")):
        where = {"street": f"{k}1 {name(k)} Rd", "postcode": "56001"}
        rows.append(firm_gift(6 * k, 2300, f"Marrowgate {trade} LLC", **where))
    result, found = look(company_cluster, rows)
    assert [f"T{n}" for n in range(201, 206)] in found
    assert min(c.p for c in result.candidates) < 1e-5


def test_companies_of_one_officer():
    firms = [firm(f"E{k}", f"{name(k)} LLC", officers=["Vale, Dorothea"]) for k in range(4)]
    rows = crowd(100) + [firm_gift(k, 900, f"{name(k)} LLC") for k in range(4)]
    rows += [firm_gift(k, 900, f"{name(k)} LLC") for k in range(100, 130)]
    firms += [firm(f"E{k}", f"{name(k)} LLC", officers=[f"{name(k)}, X"]) for k in range(100, 130)]
    _, found = look(company_cluster, rows, entities=firms)
    assert [f"T{n}" for n in range(101, 105)] in found


def test_companies_of_one_owner_or_board_member():
    rows = crowd(100) + [firm_gift(k, 900, f"{name(k)} LLC") for k in range(40)]
    firms = [firm(f"E{k}", f"{name(k)} LLC") for k in range(40)]
    behind = [holding(f"P{k}", f"E{k}", 1.0) for k in range(40)]
    board = [{**holding("Q1", f"E{k}"), "interest": "boardMember", "control": True} for k in range(4)]
    result, found = look(company_cluster, rows, entities=firms, holdings=behind + board)
    assert found == [[f"T{n}" for n in range(101, 105)]]
    assert "one owner or board member" in result.candidates[0].title
    assert not look(company_cluster, rows, entities=firms, holdings=behind)[0].candidates


def test_an_old_group_is_explained():
    groups = []
    for year in (2014, 2016, 2018):
        for k in range(4):
            row = firm_gift(k, 900, f"Marrowgate {name(k)}", street="1 Mill Rd", postcode="97001")
            groups.append({**row, "date": date(year, 4, 2 + k), "recipient": f"C{year}"})
    result, _ = look(company_cluster, crowd(200) + groups)
    assert result.candidates
    assert all(candidate.explained for candidate in result.candidates)


# F9


def test_shares_of_several_owners_abroad_are_added_up():
    people = [someone("P1", residence="ru"), someone("P2", country="ae"), someone("P3", country="us")]
    stakes = [holding("P1", "E1", 0.15), holding("P2", "E1", 0.15), holding("P3", "E1", 0.7)]
    result, _ = look(foreign_link, [firm_gift()], entities=[firm(), *people], holdings=stakes)
    (candidate,) = result.candidates
    assert {step.target for step in candidate.path} == {"person P1", "person P2"}
    assert "Name of" not in candidate.title + candidate.sentence
    assert candidate.rules == ("any-foreign-owner",)
    small = [holding("P1", "E1", 0.1), holding("P2", "E1", 0.1), holding("P3", "E1", 0.8)]
    assert look(foreign_link, [firm_gift()], entities=[firm(), *people], holdings=small)[0].candidates == ()


def test_an_owner_counts_on_the_day_of_the_gift():
    left = [holding("P1", "E1", 1.0, until=DAY - timedelta(days=1))]
    people = [firm(), someone("P1", country="ru")]
    assert look(foreign_link, [firm_gift()], entities=people, holdings=left)[0].candidates == ()
    joined = [holding("P1", "E1", 1.0, since=DAY)]
    assert look(foreign_link, [firm_gift()], entities=people, holdings=joined)[0].candidates


def test_control_without_shares_counts_a_seat_on_the_board_does_not():
    people = [firm(), someone("P1", country="ru")]
    rules = [holding("P1", "E1", control=True, interest="appointmentOfBoard")]
    sits = [holding("P1", "E1", control=True, interest="boardMember")]
    assert look(foreign_link, [firm_gift()], entities=people, holdings=rules)[0].candidates
    assert look(foreign_link, [firm_gift()], entities=people, holdings=sits)[0].candidates == ()


@pytest.mark.parametrize(
    ("law", "country", "year", "abroad"),
    [("de", "lu", 2018, False), ("de", "gb", 2018, False), ("de", "gb", 2020, True), ("de", "ch", 2018, True),
     ("nl", "lu", 2018, True), ("us", "gb", 2018, True)],
)  # fmt: skip
def test_within_the_union_is_not_abroad_for_german_parties(law, country, year, abroad):
    row = {**firm_gift(jurisdiction=law, currency="EUR", country=country), "date": date(year, 5, 2)}
    assert look(foreign_link, [row])[1] == ([["T1"]] if abroad else [])


def test_a_card_from_abroad_of_a_donor_who_states_no_address_is_nothing():
    at_home, untold = person(1), {**person(2), "region": None}
    _, found = look(foreign_link, [gift(card_country="ru", **at_home), gift(card_country="ru", **untold)])
    assert found == [["T1"]]


def test_a_circle_of_owners_ends():
    people = [firm(), firm("E2", "Marrow Ltd"), someone("P1", country="ru")]
    stakes = [holding("E2", "E1", 1.0), holding("E1", "E2", 0.6), holding("P1", "E2", 0.4)]
    result, _ = look(foreign_link, [firm_gift()], entities=people, holdings=stakes)
    assert [step.target for step in result.candidates[0].path] == ["Marrow Ltd", "person P1"]


def test_addresses_and_cards_abroad():
    rows = [firm_gift(country="cy"), gift(1, 50, **person(1), country="us", card_country="ru")]
    rows += [gift(1, 50, **person(2), country="us", card_country="us")]
    _, found = look(foreign_link, rows)
    assert found == [["T1"], ["T2"]]


def test_a_recipient_with_many_donors_abroad():
    rows = []
    for k in range(12):
        here = crowd(100, 100 * k, recipients=(f"C{k:02}",), country="us")
        rows += [
            {**row, "country": "ca", "region": "ZZ"} if n < (30 if k == 5 else 2) else row for n, row in enumerate(here)
        ]
    result, found = look(foreign_link, rows)
    assert [len(one) for one in found] == [30]
    assert result.candidates[0].p < 1e-6


# F10


def listed(*entries):
    empty = {field.name: [] for field in LISTED if pa.types.is_list(field.type)}
    rows = [{**empty, "schema": "Person", "file": "l", "row": 1, **entry} for entry in entries]
    return pa.Table.from_pylist(rows, schema=LISTED)


def hits(*found):
    fact = {"part": "birth date", "weight": 2.0, "detail": ""}
    rows = [{"name": "x", "probability": 0.97, "rank": 1.0, "parts": [fact], **one} for one in found]
    return pa.Table.from_pylist(rows, schema=HITS)


SDN, EU = {"list": "us-ofac-sdn", "entry": "7"}, {"list": "eu-fsf", "entry": "9"}


def owned(shares, on=SDN, since=date(2018, 1, 1), **more):
    people = [firm(), *(someone(f"P{n}", country="ru") for n in range(len(shares)))]
    stakes = [holding(f"P{n}", "E1", share) for n, share in enumerate(shares)]
    above = hits(*({"query": n + 1, **on} for n in range(len(shares))))
    on_list = listed({**on, "listed": since})
    return look(listed_link, [firm_gift()], entities=people, holdings=stakes, owner_hits=above, listed=on_list, **more)


def test_half_of_a_company_by_several_listed_owners():
    result, found = owned((0.3, 0.2))
    assert found == [["T1"]]
    assert result.candidates[0].rules == ("us-fifty-2014 (unverified)",)
    assert {step.relation for step in result.candidates[0].path} == {"is owned by", "is listed as"}
    assert owned((0.3, 0.19))[0].candidates == ()


def test_half_is_half_of_each_link_and_not_of_the_chain():
    """31 CFR and OFAC FAQ 401: what a blocked person holds by half is blocked itself; 50 % of 50 % is 50 %."""
    people = [firm(), firm("E2", "Marrow Ltd"), someone("P1")]
    stakes = [holding("E2", "E1", 0.5), holding("P1", "E2", 0.5)]
    more = {"owner_hits": hits({"query": 2, **SDN}), "listed": listed({**SDN, "listed": date(2018, 1, 1)})}
    assert look(listed_link, [firm_gift()], entities=people, holdings=stakes, **more)[0].candidates
    stakes[1] = holding("P1", "E2", 0.49)
    assert look(listed_link, [firm_gift()], entities=people, holdings=stakes, **more)[0].candidates == ()


def test_each_list_by_the_rule_of_its_own_jurisdiction():
    assert (
        owned((0.5,), on={"list": "gb-uksl", "entry": "1"}, since=date(2018, 1, 1))[0].candidates == ()
    )  # more than half
    assert owned((0.5,), on=EU)[0].candidates


@pytest.mark.parametrize(
    ("since", "state"),
    [
        (DAY, "listed"),
        (DAY + timedelta(days=30), "listed later"),
        (DAY + timedelta(days=400), None),
        (None, "not told"),
    ],
)
def test_the_day_of_the_gift_decides(since, state):
    result, _ = owned((1.0,), since=since)
    assert [state in candidate.sentence for candidate in result.candidates] == ([True] if state else [])


def test_a_donor_with_no_more_than_the_name_is_a_namesake():
    rows = crowd(10)
    probe = tables(rows)
    number = probe.donor[3].as_py()
    on_list = listed({**SDN, "listed": date(2018, 1, 1)})
    for parts, explained in (([], True), ([{"part": "birth date", "weight": 1.5, "detail": ""}], False)):
        found = hits({"query": number, **SDN, "parts": parts})
        result, ids = look(listed_link, rows, donor_hits=found, listed=on_list)
        assert ids == [["T4"]]
        assert result.candidates[0].explained is explained


def test_a_gift_while_listed_counts_although_another_came_after():
    rows = [firm_gift(), firm_gift(400)]
    people, stakes = [firm(), someone("P0")], [holding("P0", "E1", 1.0)]
    until = DAY + timedelta(days=100)
    for since, explained in ((DAY, False), (DAY - timedelta(days=900), False), (None, None)):
        on_list = listed({**SDN, "listed": since, "delisted": until if since else DAY - timedelta(days=1)})
        more = {"owner_hits": hits({"query": 1, **SDN}), "listed": on_list}
        (one,) = look(listed_link, rows, entities=people, holdings=stakes, **more)[0].candidates
        if explained is None:  # listed no more on any day of a gift
            assert "no longer listed" in one.sentence
            assert one.explained
        else:
            assert f"us-ofac-sdn on {DAY}: listed" in one.sentence
            assert one.explained is explained


def test_a_second_entry_that_does_not_count_makes_no_lead_of_a_namesake():
    rows = crowd(10)
    number = tables(rows).donor[3].as_py()
    late = {"list": "us-ofac-sdn", "entry": "8"}
    on_list = listed({**SDN, "listed": date(2018, 1, 1)}, {**late, "listed": date(2026, 1, 1)})
    found = hits({"query": number, **SDN, "parts": []}, {"query": number, **late, "parts": [], "probability": 0.99})
    (one,) = look(listed_link, rows, donor_hits=found, listed=on_list)[0].candidates
    assert one.explained
    assert one.effects[0].value == 0.97


def test_without_lists_it_is_not_computed():
    assert look(listed_link, crowd(3))[0].skipped == "no list was given to screen against"


# F11


def through(share=0.9, wait=40):
    name_of = {"recipient": "C900", "recipient_name": "Fund for Meadows"}
    inflow = [firm_gift(3 * k, 20_000, f"{name(k)} LLC", **name_of) for k in range(2)]
    out = gift(wait, 40_000 * share, "C1", donor_type="association", donor_name="Fund for Meadows")
    return [*inflow, out]


@pytest.mark.parametrize(
    ("share", "wait", "flagged"), [(0.9, 40, True), (1.0, 5, True), (0.5, 40, False), (0.9, 120, False)]
)
def test_an_association_that_hands_on_what_it_took(share, wait, flagged):
    _, found = look(pass_through, crowd(50) + through(share, wait))
    assert found == ([["T51", "T52", "T53"]] if flagged else [])


def test_other_currencies_are_not_handed_on():
    *inflow, out = through()
    assert look(pass_through, [*inflow, out])[1]
    assert look(pass_through, [*inflow, {**out, "currency": "EUR"}])[1] == []


def test_a_fund_of_many_for_many_is_explained():
    rows = through()
    rows += [gift(k - 300, 900, "C900", recipient_name="Fund for Meadows", **person(k)) for k in range(20)]
    rows += [gift(-200, 50, c, donor_type="association", donor_name="Fund for Meadows") for c in ("C2", "C3")]
    result, _ = look(pass_through, rows)
    assert [c.explained for c in result.candidates] == [True] * len(result.candidates)


# F16


def test_services_from_abroad_and_from_a_new_firm():
    rows = [firm_gift(kind="in-kind", country="cy"), firm_gift(1, firm="Marrow LLC", kind="in-kind", country="us")]
    rows += [firm_gift(2, firm="Sandglass LLC", kind="in-kind", country="us")]
    firms = [firm("E2", "Marrow LLC", formed=DAY), firm("E3", "Sandglass LLC", formed=date(2001, 1, 1))]
    result, found = look(in_kind, rows, entities=firms)
    assert sorted(found) == [["T1"], ["T2"]]
    assert result.tested == 3


def test_the_rules_used_are_in_the_table():
    assert {rule.id for rule in RULES.rules} >= {"any-foreign-owner", "us-fifty-2014", "gb-fifty", "eu-fifty"}

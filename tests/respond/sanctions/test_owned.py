"""Companies that listed persons own and that the list does not name, by each jurisdiction's rule."""

from datetime import date

import pyarrow as pa
import pytest
from tests.respond import made

from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.rules import Rules
from tocsin.respond.sanctions.gap import gap
from tocsin.respond.sanctions.owned import OWNED, Ownership, owned

DAY = date(2025, 1, 1)
RULES = Rules.load()
HITS = pa.schema([("query", pa.int64()), ("list", pa.string()), ("entry", pa.string()), ("probability", pa.float64())])
LISTING = {"us": {"us-ofac-sdn:U1": "A", "us-ofac-sdn:U2": "B"}, "gb": {"gb-uksl:G1": "A"}, "eu": {"eu-fsf:E1": "A"}}


def entity(name, kind="company"):
    empty = {field.name: [] if pa.types.is_list(field.type) else None for field in ENTITIES}
    return {**empty, "entity": name, "kind": kind, "names": [name.title()], "file": "bods.json", "row": 1}


def holding(owner, held, share=None, control=False, interest="shareholding", since=None, until=None):
    shares = {"share_min": share, "share_max": share}
    days = {"since": since, "until": until}
    return {"owner": owner, "held": held, **shares, "control": control, "interest": interest, **days,
            "file": "bods.json", "row": 7}  # fmt: skip


def data(*holdings, hits=(("ivan", "us-ofac-sdn", "U1", 0.99),)):
    names = dict.fromkeys(["ivan", "anna", *(h[end] for h in holdings for end in ("owner", "held"))])
    entities = [entity(name, "person" if name in ("ivan", "anna") else "company") for name in names]
    rows = [dict(zip(HITS.names, (list(names).index(who), *rest), strict=True)) for who, *rest in hits]
    return Ownership(
        pa.Table.from_pylist(entities, ENTITIES),
        pa.Table.from_pylist(list(holdings), HOLDINGS),
        pa.Table.from_pylist(rows, HITS),
    )


def found(*holdings, day=DAY, **others):
    table = owned(data(*holdings, **others), LISTING, RULES, day)
    assert table.schema.equals(OWNED)
    return {(row["jurisdiction"], row["entity"]): row for row in table.to_pylist()}


BOTH = (("ivan", "us-ofac-sdn", "U1", 0.99), ("ivan", "gb-uksl", "G1", 0.99), ("ivan", "eu-fsf", "E1", 0.99))


@pytest.mark.parametrize(
    ("share", "places"), [(0.49, set()), (0.5, {"us", "eu"}), (0.51, {"us", "eu", "gb"}), (1.0, {"us", "eu", "gb"})]
)
def test_half_is_enough_for_some_and_not_for_others(share, places):
    assert {place for place, _ in found(holding("ivan", "mill", share), hits=BOTH)} == places


def test_shares_of_two_listed_persons_are_added_where_the_law_adds_them():
    two = (holding("ivan", "mill", 0.3), holding("anna", "mill", 0.3))
    hits = (*BOTH, ("anna", "us-ofac-sdn", "U2", 0.95), ("anna", "gb-uksl", "G1", 0.95))
    rows = found(*two, hits=hits)
    assert set(rows) == {("us", "mill")}
    row = rows["us", "mill"]
    assert (row["share"], row["owners"], row["probability"]) == (pytest.approx(0.6), ["A", "B"], 0.95)


def test_a_chain_passes_on_in_full_and_tells_its_links():
    rows = found(holding("ivan", "top", 0.6), holding("top", "mid", 0.6), holding("mid", "low", 0.6))
    assert set(rows) == {("us", "top"), ("us", "mid"), ("us", "low")}
    assert rows["us", "low"]["share"] == 0.6
    assert [link.partition(":")[0] for link in rows["us", "low"]["path"]] == ["mid → low", "top → mid", "ivan → top"]
    assert "(bods.json, row 7)" in rows["us", "low"]["path"][0]


def test_a_broken_chain_stops():
    assert set(found(holding("ivan", "top", 0.4), holding("top", "low", 1.0))) == set()


def test_circles_end():
    circle = (holding("ivan", "a", 0.5), holding("a", "b", 0.5), holding("b", "a", 0.5))
    rows = found(*circle)
    assert set(rows) == {("us", "a"), ("us", "b")}
    assert rows["us", "a"]["share"] == 1.0


def test_control_counts_where_the_law_says_so():
    control = holding("ivan", "mill", control=True, interest="appointmentOfBoard")
    assert {place for place, _ in found(control, hits=BOTH)} == {"eu", "gb"}
    seat = holding("ivan", "mill", control=True, interest="boardMember")
    assert found(seat, hits=BOTH) == {}
    votes = holding("ivan", "mill", 0.3, control=True, interest="votingRights")
    assert found(votes, hits=BOTH) == {}


def test_only_what_held_on_the_day():
    sold = holding("ivan", "mill", 1.0, since=date(2020, 1, 1), until=date(2022, 6, 30))
    assert set(found(sold, day=date(2022, 6, 30))) == {("us", "mill")}
    assert found(sold, day=date(2022, 7, 1)) == {}
    assert found(sold, day=date(2019, 12, 31)) == {}


def test_the_rule_is_that_of_the_day():
    two = (holding("ivan", "mill", 0.3), holding("anna", "mill", 0.3))
    hits = (("ivan", "us-ofac-sdn", "U1", 0.99), ("anna", "us-ofac-sdn", "U2", 0.95))
    assert found(*two, hits=hits, day=date(2014, 8, 12)) == {}
    assert set(found(*two, hits=hits, day=date(2014, 8, 13))) == {("us", "mill")}
    assert "us-fifty-2014 (unverified)" in {row["rule"] for row in found(*two, hits=hits).values()}


def test_a_company_on_the_list_is_no_gap_and_a_doubtful_owner_none():
    listed = (("ivan", "us-ofac-sdn", "U1", 0.99), ("mill", "us-ofac-sdn", "U2", 0.97))
    assert found(holding("ivan", "mill", 1.0), hits=listed) == {}
    assert found(holding("ivan", "mill", 1.0), hits=(("ivan", "us-ofac-sdn", "U1", 0.4),)) == {}


def test_the_gap_tells_them_for_those_listed_on_the_day():
    owners = data(holding("ivan", "mill", 1.0), hits=BOTH)
    today = gap(made.LISTS, made.SAME, DAY, owners=owners)
    assert [(r["jurisdiction"], r["entity"], r["owners"]) for r in today.owned.to_pylist()] == [
        ("eu", "mill", ["0"]),
        ("gb", "mill", ["0"]),
        ("us", "mill", ["0"]),
    ]
    before = gap(made.LISTS, made.SAME, date(2022, 3, 1), owners=owners)
    assert [r["jurisdiction"] for r in before.owned.to_pylist()] == ["eu"]
    assert gap(made.LISTS, made.SAME, DAY).owned.num_rows == 0

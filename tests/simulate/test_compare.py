import pyarrow as pa
import pytest

from tocsin.simulate.compare import FOUND, found_against_planted
from tocsin.simulate.election import TRUTH, UNITS


def account(name, role, unit="", strength=""):
    return {"account": name, "role": role, "unit": unit, "kind": unit.split("-")[0], "strength": strength}


def unit(name, role, members):
    kind = name.split("-")[0]
    return {"unit": name, "role": role, "kind": kind, "members": members, "objects": 5, "jitter_s": 9.0, "layers": []}


TRUTH_ROWS = pa.Table.from_pylist(
    [account(f"a{i}", "operation", "link-1", "weak") for i in range(4)]
    + [account(f"f{i}", "decoy", "fans-1") for i in range(3)]
    + [account(f"r{i}", "operation", "reply-2", "strong") for i in range(2)]
    + [account(f"o{i}", "ordinary") for i in range(10)],
    schema=TRUTH,
)
UNIT_ROWS = pa.Table.from_pylist(
    [unit("fans-1", "decoy", 3), unit("link-1", "operation", 4), unit("reply-2", "operation", 2)], schema=UNITS
)
FINDINGS = {
    "one": ("lead", ["a0", "a1", "a2", "o5"]),
    "two": ("lead", ["a0"]),
    "three": ("explained", ["f0", "f1", "f2", "o1"]),
}


def test_each_unit_is_matched_with_its_best_finding():
    table = found_against_planted(FINDINGS, TRUTH_ROWS, UNIT_ROWS)
    assert table.schema == FOUND
    fans, link, reply, everyone = table.to_pylist()
    assert (fans["standing"], fans["finding"], fans["right"], fans["named"]) == ("explained", "three", 3, 4)
    assert (fans["recall"], fans["precision"]) == (1.0, 0.75)
    assert (link["finding"], link["recall"], link["precision"], link["strength"]) == ("one", 0.75, 0.75, "weak")
    assert (reply["standing"], reply["finding"], reply["recall"]) == ("not found", None, 0.0)
    assert (everyone["role"], everyone["named"], everyone["right"]) == ("ordinary", 4, 1)
    assert everyone["recall"] == pytest.approx(0.1)


def test_a_table_of_members_says_the_same():
    rows = [{"finding": f, "standing": s, "account": a} for f, (s, accounts) in FINDINGS.items() for a in accounts]
    from_table = found_against_planted(pa.Table.from_pylist(rows), TRUTH_ROWS, UNIT_ROWS)
    assert from_table.equals(found_against_planted(FINDINGS, TRUTH_ROWS, UNIT_ROWS))


def test_nothing_found_and_nothing_planted():
    assert set(found_against_planted({}, TRUTH_ROWS, UNIT_ROWS)["standing"].to_pylist()) == {"not found", None}
    empty = found_against_planted(FINDINGS, TRUTH.empty_table(), UNITS.empty_table())
    assert empty.num_rows == 1

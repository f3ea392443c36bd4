"""Objects of collections on both databases: what a check finds, what filters give, what is kept of a clock."""

import pytest

from tocsin.errors import WorkspaceError
from tocsin.store import exchange, posts
from tocsin.store.exchange import EVERY, Match

FIRST, SECOND, THIRD = (f"{year}-01-01T00:00:00.000Z" for year in (2020, 2021, 2022))


def made(number, modified=FIRST, **more):
    id_ = f"identity--{number:08x}-0000-4000-8000-000000000000"
    common = {"type": "identity", "spec_version": "2.1", "id": id_, "created": FIRST, "modified": modified}
    return {**common, "name": f"Body {number}", **more}


def keep(workspace, objects, collection="c", source=""):
    with workspace.write("ann", "test", collection) as writer:
        return exchange.add(writer, collection, [exchange.given(one) for one in objects], source)


def found(workspace, match=EVERY, collection="c", after=-1, limit=1000, **options):
    with workspace.read() as reader:
        rows = exchange.page(reader, collection, match, after, limit, **options).rows
    return [(int(row.id[10:18], 16), row.stamp[:4]) for row in rows]


@pytest.fixture
def filled(workspace):
    """Two objects with three versions, out of order, and one with one; and a 2.0 object that has a 2.1 version too."""
    keep(workspace, [made(1, SECOND), made(2), made(1)])
    keep(workspace, [made(1, THIRD), made(3), made(2, SECOND), made(2, THIRD, revoked=True)])
    old = {name: value for name, value in made(4, THIRD).items() if name != "spec_version"}
    keep(workspace, [old, made(4)])
    return workspace


CASES = {
    "last": (Match(), [(1, "2022"), (3, "2020"), (2, "2022"), (4, "2020")]),
    "first": (Match(versions=("first",)), [(2, "2020"), (1, "2020"), (3, "2020"), (4, "2020")]),
    "all": (
        EVERY,
        [(1, "2021"), (2, "2020"), (1, "2020"), (1, "2022"), (3, "2020"), (2, "2021"), (2, "2022"), (4, "2020")],
    ),
    "exact": (Match(versions=(exchange.version_key(SECOND),)), [(1, "2021"), (2, "2021")]),
    "first and last": (Match(ids=(made(1)["id"],), versions=("first", "last")), [(1, "2020"), (1, "2022")]),
    "2.0": (Match(specs=("2.0",)), [(4, "2022")]),
    "2.0 or 2.1": (Match(ids=(made(4)["id"],), specs=("2.0", "2.1"), versions=("all",)), [(4, "2022"), (4, "2020")]),
    "type": (Match(types=("tool",)), []),
    "ids": (Match(ids=(made(3)["id"], "nothing\0")), [(3, "2020")]),
}


@pytest.mark.parametrize("case", CASES)
def test_filters(filled, case):
    match, wanted = CASES[case]
    assert found(filled, match) == wanted
    with filled.read() as reader:  # the same, row by row
        rows, after = [], -1
        while shelf := exchange.page(reader, "c", match, after, 1).rows:
            rows += [(int(row.id[10:18], 16), row.stamp[:4]) for row in shelf]
            after = shelf[-1].added
    assert rows == wanted


def test_versions_sort_as_instants_at_any_precision():
    stamps = [
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.000000001Z",
        "2020-01-01T00:00:00.1Z",
        "2020-01-01T00:00:01Z",
    ]
    keys = [exchange.version_key(stamp) for stamp in stamps]
    assert keys == sorted(keys)
    assert exchange.version_key("2020-01-01T00:00:00.100Z") == keys[2]
    assert exchange.version_key("2020-01-01") == exchange.version_key("2020-01-01T00:00:00+00:00") == ""


def test_the_same_version_again_and_with_another_content(workspace):
    assert keep(workspace, [made(1), made(1)]) == ["new", "same"]
    assert keep(workspace, [made(1), made(1, name="Another"), made(1, "2020-01-01T00:00:00Z")]) == [
        "same",
        "differs",
        "differs",
    ]
    assert keep(workspace, [made(1)], "other") == ["new"]
    assert found(workspace) == [(1, "2020")]


def test_what_came_from_a_partner_can_be_left_out(workspace):
    keep(workspace, [made(1)], source="them")
    keep(workspace, [made(2)])
    assert found(workspace, without="them") == [(2, "2020")]


def test_removal_makes_the_version_before_the_last_one(filled):
    id_ = made(1)["id"]
    with filled.write("ann", "test") as writer:
        assert exchange.remove(writer, "c", id_, Match(versions=("last",))) == 1
    assert found(filled, Match(ids=(id_,))) == [(1, "2021")]
    with filled.write("ann", "test") as writer:
        assert exchange.remove(writer, "c", id_) == 2
        assert exchange.remove(writer, "c", id_) == 0
    assert found(filled, Match(ids=(id_,), versions=("all",))) == []
    assert keep(filled, [made(1)]) == ["new"]
    assert filled.check() == []


def test_a_write_that_fails_leaves_nothing(workspace):
    entries = workspace.journal.head().seq
    with pytest.raises(KeyError), workspace.write("ann", "test") as writer:  # noqa: PT012
        exchange.add(writer, "c", [exchange.given(made(1))])
        exchange.given({})
    assert found(workspace) == []
    assert workspace.journal.head().seq == entries


THREE = f"WHERE id = '{made(3)['id']}'"
WRITTEN = "is not what journal entry"
TAMPERED = {
    f"UPDATE exchange_object SET body = replace(body, 'Body 3', 'Body X') {THREE}": WRITTEN,
    f"UPDATE exchange_object SET collection = 'public' {THREE}": WRITTEN,
    f"UPDATE exchange_object SET source = 'public' {THREE}": WRITTEN,
    f"UPDATE exchange_object SET newest = 0 {THREE}": "its column newest",
    f"UPDATE exchange_object SET newest = 1 WHERE stamp = '{SECOND}'": "its column newest",
    f"UPDATE exchange_object SET type = 'tool' {THREE}": "its column type",
    f"UPDATE exchange_object SET stamp = '{SECOND}' {THREE}": "its column stamp",
    f"UPDATE exchange_object SET added = 5 {THREE}": "written by no journal entry",
    f"DELETE FROM exchange_object {THREE}": "a journal entry wrote it and none removed it",
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_what_somebody_changes_in_the_database_is_found(filled, raw, statement):
    assert filled.check() == []
    assert raw(statement)
    faults = [str(fault) for fault in filled.check()]
    assert any(TAMPERED[statement] in fault for fault in faults), faults


def test_each_object_is_a_leaf_of_its_entry(workspace):
    keep(workspace, [made(number) for number in range(5)])
    entry = workspace.journal.head()
    changes = workspace.journal.changes(entry.seq)
    with workspace.read() as reader:
        rows = exchange.page(reader, "c", EVERY, -1, 10).rows
    assert [(change.kind, change.id, change.version) for change in changes] == [
        ("exchange_object", str(row.added), 1) for row in rows
    ]


def test_posts_wait_and_are_settled_once(workspace):
    first, second = (posts.receive(workspace, "account", "c", "{}", n) for n in (1, 2))
    with workspace.read() as reader:
        assert posts.waiting(reader) == first
    for again in (True, False):
        with workspace.write("account", "test") as writer:
            assert posts.settle(writer, first, 1, [], 0) is again
    with workspace.read() as reader:
        assert posts.waiting(reader) == second
        assert posts.status(reader, first.id, "account").success == 1
        assert posts.status(reader, first.id, "somebody else") is None
        assert posts.status(reader, "nothing\0", "account") is None
    assert workspace.check() == []


def test_how_far_a_partner_has_read_only_grows(workspace):
    keep(workspace, [made(number) for number in range(3)])
    with workspace.read() as reader:
        added = [row.added for row in exchange.page(reader, "c", EVERY, -1, 10).rows]
    entries = workspace.journal.head().seq
    for at, end in ((0, False), (1, False), (2, True), (0, False), (2, True)):
        posts.serve(workspace, "account", "c", added[at], end=end)
    assert [entry.action for entry in workspace.journal.entries(after=entries)] == [posts.FETCHED] * 2
    with workspace.read() as reader:
        (served,) = posts.fetched(reader, "c")
        assert posts.fetched(reader, "other") == ()
    assert served.upto == exchange.EPOCH + posts.timedelta(microseconds=added[2])
    assert served.first <= served.last


def test_an_object_without_what_it_takes_is_refused():
    for broken in ({}, {"id": "x"}, {"id": 1, "type": "x"}, made(1, "yesterday"), made(1, 5)):
        with pytest.raises((KeyError, TypeError, ValueError)):
            exchange.given(broken)


def test_a_damaged_database_is_said_to_be_so(filled, raw, database):
    if database:
        pytest.skip("a file of SQLite's is damaged here")
    raw("DROP TABLE exchange_object")
    with pytest.raises(WorkspaceError):
        found(filled)
    assert any("exchange_object" in str(fault) for fault in filled.check())

"""Records in a workspace: versions, pages, one transaction one entry, many threads; the same on both databases."""

import json
import threading
import time
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import text
from tests.store.build import START, item, lead

from tocsin.errors import ConflictError, NotFoundError, UsageError, WorkspaceError
from tocsin.model.case import Approval, Case, Lead, Rules
from tocsin.model.evidence import Item
from tocsin.store import database as databases
from tocsin.store import records, schema
from tocsin.store.workspace import Workspace


def put(workspace, *some):
    with workspace.write("ada", "put") as w:
        return w.put_many(some)


def test_a_record_comes_back_as_it_was(workspace):
    new = lead(
        1,
        title='Ärger "ß" \u2028 🔔 \\ \0',
        score=-7,
        reason="\ud83d\udd14".encode("utf-16", "surrogatepass").decode("utf-16"),
    )
    (stored,) = put(workspace, new)
    assert stored == new.but(version=1)
    with workspace.read() as r:
        assert r.get(Lead, new.id) == stored
        assert r.find(Lead, new.id) == stored
        assert r.find(Lead, "other") is None
        assert r.find(Lead, "\0") is None
        assert r.find(Case, new.id) is None
        with pytest.raises(NotFoundError, match="no lead other"):
            r.get(Lead, "other")


def test_each_write_gives_the_next_version_and_a_stale_one_is_refused(workspace):
    (first,) = put(workspace, lead())
    (second,) = put(workspace, first.but(title="Other"))
    assert second.version == 2
    with pytest.raises(ConflictError, match="was read as version 1 and is now version 2"):
        put(workspace, first.but(title="Third"))
    with pytest.raises(ConflictError, match="was read as version 0"):
        put(workspace, second.but(version=0))
    with pytest.raises(ConflictError, match="not there any more"):
        put(workspace, lead().but(version=1))
    with workspace.read() as r:
        assert r.get(Lead, first.id) == second
    assert workspace.check() == []


def test_a_record_removed_and_written_again_goes_on_counting(workspace):
    (first,) = put(workspace, lead())
    with workspace.write("ada", "remove") as w:
        w.remove(Lead, first.id)
        with pytest.raises(NotFoundError):
            w.remove(Lead, first.id)
    with workspace.read() as r:
        assert r.find(Lead, first.id) is None
        with pytest.raises(NotFoundError):
            r.trace(Lead, first.id)
    assert put(workspace, first.but(version=0))[0].version == 3
    assert workspace.check() == []


def test_a_block_sees_what_it_wrote_and_can_write_it_again(workspace):
    with workspace.write("ada", "twice") as w:
        first = w.put(lead())
        assert w.get(Lead, first.id) == first
        w.put(first.but(title="Other"))
        with pytest.raises(ConflictError, match="twice at once"):
            w.put_many([lead(id="same"), lead(id="same")])
    with workspace.read() as r:
        assert r.get(Lead, first.id).title == "Other"
    assert workspace.journal.head().changes == 2
    assert workspace.check() == []


def test_a_block_that_raises_writes_nothing(workspace):
    before = workspace.journal.head()
    new = lead()
    with pytest.raises(ConflictError), workspace.write("ada", "fail") as w:
        w.put_many([new, lead().but(version=7)])
    with workspace.read() as r:
        assert r.find(Lead, new.id) is None
    assert workspace.journal.head() == before
    put(workspace, new)
    assert workspace.check() == []


def test_a_write_inside_a_write_is_refused_at_once(workspace):
    with pytest.raises(RuntimeError, match="inside a write"), workspace.write("ada", "outer"):
        workspace.note("ada", "inner", "")
    workspace.note("ada", "after", "")


def pages(reader, limit, **what):
    """All items of a list, page by page."""
    after = ""
    while True:
        page = reader.page(Lead, after=after, limit=limit, **what)
        assert len(page.items) <= limit
        yield from page.items
        after = page.next
        if not after:
            return


@pytest.fixture
def filled(workspace):
    """A workspace with leads whose values repeat, so that the id has to break ties."""
    states = ("new", "dismissed", "in case")
    made = [lead(i % 7, id=f"{i:02}", state=states[i % 3], case=f"c{i % 2}", detector="d") for i in range(50)]
    return workspace, put(workspace, *made)


ORDERS = ["id", "-id", "score", "-score", "updated", "-updated", "state", "-case"]
LISTS = [
    {},
    {"state": "new"},
    {"state": ("new", "dismissed")},
    {"state": ("new", "in case", "new"), "standing": "lead", "case": "c1"},
    {"case": ("c0", "c1"), "score": 3},
    {"id": ("01", "07", "none")},
    {"updated": START + timedelta(seconds=2)},
    {"state": ()},
    {"case": ()},
]


def test_pages_together_are_the_whole_list_in_order(filled):
    workspace, made = filled
    for where, order in product(LISTS, ORDERS):

        def wanted(record, where=where):
            return all(getattr(record, f) in (v if isinstance(v, tuple) else (v,)) for f, v in where.items())

        field = order.removeprefix("-")
        expected = sorted(
            filter(wanted, made), key=lambda one, field=field: (getattr(one, field), one.id), reverse=order[0] == "-"
        )
        with workspace.read() as r:
            for limit in (7, 50):
                assert list(pages(r, limit, where=where, order=order)) == expected, (where, order)
            assert r.count(Lead, where) == len(expected)


def test_order_is_that_of_code_points_on_both_databases(workspace):
    names = ["Zebra", "apple", "Äpfel", "äpfel", "_", "10", "9", "zoo", "ż", "🔔", "Z a", "Za"]
    put(workspace, *(lead(detector=name) for name in names))
    with workspace.read() as r:
        assert [one.detector for one in r.page(Lead, order="detector").items] == sorted(names)


def test_a_list_asked_for_wrongly_is_refused(filled):
    workspace, _ = filled
    with workspace.read() as r:
        cursor = r.page(Lead, order="score", limit=1).next
        for wrong in (
            {"order": "title"},
            {"order": "--score"},
            {"where": {"text": "x"}},
            {"after": "?"},
            {"after": "W10"},
            {"after": "é"},
            {"order": "updated", "after": cursor},
            {"limit": 0},
            {"limit": 1001},
        ):
            with pytest.raises(UsageError):
                r.page(Lead, **wrong)
        with pytest.raises(UsageError):
            r.count(Lead, {"body": 1})


@pytest.mark.parametrize("value", [2**70, -(2**70), "\0", "\ud800", None])
def test_values_that_no_column_can_hold_are_simply_not_found(filled, value):
    workspace, _ = filled
    with workspace.read() as r:
        assert r.count(Lead, {"score" if isinstance(value, int) else "finding": value}) == (50 if value is None else 0)
    assert workspace.journal.entries(after=2**70) == []


def test_a_page_at_any_depth_reads_an_index_from_its_place(filled):
    """What makes paging flat: the plan seeks in an index and sorts nothing, also where values are narrowed."""
    workspace, _ = filled
    with workspace._database.read() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # fifty rows are read faster without an index
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
            connection.execute(text("SET LOCAL enable_sort = off"))
        for where, index in (({}, "lead_score"), ({"state": "new"}, "lead_state_score")):
            chosen = records._page(Lead, where, "-score", records._cursor([3, "22"]), 11)
            sql = str(chosen.compile(connection, compile_kwargs={"literal_binds": True}))
            rows = connection.execute(text(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + sql.replace(":", "\\:")))
            plan = "\n".join(str(row[-1]) for row in rows)
            assert index in plan
            assert "Sort" not in plan
            assert "TEMP B-TREE" not in plan
            assert ("(score,id)<(?,?)" if sqlite else "Index Cond: ") in plan


def test_readers_wait_for_no_writer_and_see_one_state(workspace):
    (first,) = put(workspace, lead())
    with workspace.read() as early:
        assert early.count(Lead) == 1
        with workspace.write("ada", "slow") as w:
            w.put(first.but(title="Other"))
            w.put(lead())
            began = time.monotonic()
            with workspace.read() as meanwhile:
                assert meanwhile.get(Lead, first.id).title == first.title
                assert meanwhile.count(Lead) == 1
            assert time.monotonic() - began < 1
        assert early.count(Lead) == 1
        assert early.get(Lead, first.id).title == first.title
    with workspace.read() as late:
        assert late.count(Lead) == 2


def test_many_threads_write_and_read(workspace):
    (counter,) = put(workspace, lead())
    conflicts, errors = [], []

    def work(name):
        try:
            done = 0
            while done < 5:
                with workspace.read() as r:
                    seen = r.get(Lead, counter.id)
                try:
                    with workspace.write(name, "count") as w:
                        w.put(seen.but(score=seen.score + 1))
                    done += 1
                except ConflictError:
                    conflicts.append(name)
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with workspace.read() as r:
        assert (r.get(Lead, counter.id).score, r.get(Lead, counter.id).version) == (40, 41)
    assert workspace.journal.head().seq == 41
    assert workspace.check() == []


def test_two_that_have_it_open_take_turns(workspace, database):
    other = Workspace.open(workspace.path, database)
    for turn, one in enumerate([workspace, other] * 3):
        with one.write("ada", "put") as w:
            w.put(lead(turn))
    with other.read() as r:
        assert r.count(Lead) == 6
    other.close()
    assert workspace.check() == []


def test_a_writer_that_holds_on_is_an_error_in_words(workspace, database, monkeypatch):
    monkeypatch.setattr(databases, "WAIT_S", 1)
    other = Workspace.open(workspace.path, database)
    with workspace.write("ada", "slow"), pytest.raises(WorkspaceError, match=r"locked|lock timeout") as error:
        other.note("bob", "quick", "")
    assert "try again" in error.value.hint
    other.close()


def test_it_opens_again_with_all_it_held(workspace, database):
    made = put(workspace, *(lead(i) for i in range(3)))
    stored = workspace.vault.put(b"bytes")
    put(workspace, item(stored))
    workspace.close()
    again = Workspace.open(workspace.path, database)
    assert (again.id, again.title, again.tables.is_dir()) == (workspace.id, "Watch", True)
    with again.read() as r:
        assert {one.id for one in r.page(Lead).items} == {one.id for one in made}
        assert r.page(Item).items[0].sha256 == stored.sha256
    assert again.check() == []
    again.close()


def test_the_url_of_the_database_stays_out_of_the_folder(workspace, database, monkeypatch):
    if not database:
        pytest.skip("only PostgreSQL has one")
    workspace.close()
    for path in workspace.path.rglob("*"):
        assert not path.is_file() or database.encode() not in path.read_bytes()
    with pytest.raises(WorkspaceError, match="PostgreSQL") as error:
        Workspace.open(workspace.path)
    assert "TOCSIN_DATABASE" in error.value.hint
    monkeypatch.setenv("TOCSIN_DATABASE", database)
    Workspace.open(workspace.path).close()


def test_a_folder_or_database_in_use_is_not_taken(workspace, database, tmp_path):
    with pytest.raises(UsageError, match="not an empty folder"):
        Workspace.create(workspace.path, "Second")
    if database:
        with pytest.raises(UsageError, match="already holds tables"):
            Workspace.create(tmp_path / "second", "Second", database)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        Workspace.create(tmp_path / "file", "Second")


def test_another_workspaces_database_is_refused(workspace, database, tmp_path, request):
    second = Workspace.create(tmp_path / "second", "Second", request.getfixturevalue("postgres")() if database else "")
    second.close()
    about = json.loads((second.path / "workspace.json").read_text())
    (workspace.path / "workspace.json").write_text(json.dumps(about))
    with pytest.raises(WorkspaceError, match="not the database of the workspace"):
        Workspace.open(workspace.path, database)


@pytest.mark.parametrize("url", ["here", "mysql://host/base", "postgresql//", "sqlite:///x.db"])
def test_what_is_no_url_of_postgresql_is_refused(tmp_path, url):
    with pytest.raises(UsageError) as error:
        Workspace.create(tmp_path / "w", "W", url)
    assert error.value.hint.startswith("postgresql://")


def test_a_server_that_is_not_there_is_an_error_without_the_password(tmp_path):
    with pytest.raises(WorkspaceError) as error:
        Workspace.create(tmp_path / "w", "W", "postgresql://me:geheim@127.0.0.1:1/base")
    assert "geheim" not in str(error.value)


def test_a_folder_that_is_none_is_refused(tmp_path, workspace):
    with pytest.raises(WorkspaceError, match="not a workspace"):
        Workspace.open(tmp_path / "nothing")
    about = workspace.path / "workspace.json"
    for wrong in ("{", '{"format": 2, "id": "", "title": "", "database": "sqlite"}'):
        about.write_text(wrong)
        with pytest.raises(WorkspaceError, match=r"workspace\.json"):
            Workspace.open(workspace.path)


def test_a_missing_database_file_is_not_made_anew(tmp_path):
    made = Workspace.create(tmp_path / "w", "W")
    made.close()
    (made.path / "records.sqlite").unlink()
    with pytest.raises(WorkspaceError, match="missing"):
        Workspace.open(made.path)
    assert not (made.path / "records.sqlite").exists()


def test_many_records_are_one_entry_in_seconds(workspace):
    began = time.process_time()
    with workspace.write("ada", "import") as w:
        made = w.put_many(
            Approval(action="publish", subject=f"{i:06}", content="", by="a", given=START) for i in range(10_000)
        )
    assert time.process_time() - began < 10  # a tenth of them here, all in bench/store.py
    assert (len(made), workspace.journal.head().changes, workspace.journal.head().seq) == (10_000, 10_000, 1)
    with workspace.read() as r:
        assert r.count(Approval) == 10_000


def test_kinds_are_written_in_one_block_and_a_kind_without_index_is_kept(workspace):
    with workspace.write("ada", "mixed") as w:
        w.put_many([lead(), Rules(), lead()])
    with workspace.read() as r:
        assert (r.count(Lead), r.get(Rules, "rules").version) == (2, 1)
    assert workspace.check() == []


def test_only_fields_that_can_be_searched_are_indexed():
    class Odd(Lead):
        indexed = ("platforms",)

    with pytest.raises(TypeError, match=r"lead\.platforms"):
        schema.sort_of(Odd, "platforms")


def test_erased_text_is_not_in_the_files_any_more(tmp_path):
    workspace = Workspace.create(tmp_path / "w", "W")
    with workspace.write("ada", "put", note="a note about Wiebke") as w:
        stored = w.put(lead(title="Wiebke called", detector="Wiebke"))
        number = w.seq
    with workspace.write("ada", "erase") as w:
        w.remove(Lead, stored.id)
        w.erase_note(number)
        with pytest.raises(NotFoundError, match="has no note"):
            w.erase_note(number)
    assert workspace.check() == []
    workspace.close()
    assert not [path for path in workspace.path.rglob("*") if path.is_file() and b"Wiebke" in path.read_bytes()]


def test_a_step_that_fails_leaves_nothing_behind(tmp_path, database, monkeypatch):
    """Tables are made and changed in one transaction on both databases."""
    from alembic import op

    monkeypatch.setattr(op, "create_index", lambda *_: 1 / 0)
    opened = databases.postgresql(database) if database else databases.sqlite(tmp_path / "half.sqlite")
    with pytest.raises(ZeroDivisionError), opened.write() as connection:
        databases.migrate(connection)
    with opened.read() as connection:
        names = (
            "SELECT name FROM sqlite_master"
            if not database
            else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
        assert connection.execute(text(names)).all() == []
    opened.close()

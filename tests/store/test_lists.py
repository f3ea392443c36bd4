"""Editions of lists in a workspace: on both databases, checked with everything else, and a history over them."""

from datetime import date

import pytest
from tests.sources.lists import samples

from tocsin.errors import NotFoundError, WorkspaceError
from tocsin.model.listing import ListEdition
from tocsin.sources.lists import read_list
from tocsin.store.lists import add_edition, editions, history_of, table_of

SECOND = date(2024, 6, 7)


@pytest.fixture
def add(workspace, tmp_path):
    """Read files and keep the edition."""

    def put(name, data, **more):
        path = tmp_path / name
        path.write_bytes(data)
        read = read_list([path], **more)
        return add_edition(workspace, "ada", [path], read.edition, read.table)

    return put


def test_an_edition_is_kept_as_it_came(workspace, add):
    record = add("eu.xml", samples.eu_fsf())
    assert (record.list, record.published, record.entries, record.added_by) == ("eu-fsf", "2024-05-06", 4, "ada")
    with workspace.vault.open(record.files[0].sha256) as kept:
        assert kept.read() == samples.eu_fsf()
    assert record.files[0].name == "eu.xml"
    assert record.digest == record.files[0].sha256
    assert table_of(workspace, record).num_rows == 4
    assert editions(workspace) == (record,)
    assert record.edition().file == "eu.xml"
    assert workspace.check() == []


def test_the_same_edition_is_kept_once(workspace, add):
    first, again = add("eu.xml", samples.eu_fsf()), add("eu.xml", samples.eu_fsf())
    assert first == again
    assert len(editions(workspace)) == 1
    add("uk.xml", samples.uksl_xml())
    assert [one.list for one in editions(workspace)] == ["eu-fsf", "gb-uksl"]
    assert [one.list for one in editions(workspace, "gb-uksl")] == ["gb-uksl"]


def test_several_files_are_one_edition(workspace, tmp_path):
    paths = [tmp_path / name for name in ("sdn_2024-05-06.csv", "add.csv", "alt.csv")]
    for path, data in zip(paths, samples.ofac_tables(), strict=True):
        path.write_bytes(data)
    read = read_list(paths)
    record = add_edition(workspace, "ada", paths, read.edition, read.table)
    assert [file.name for file in record.files] == [path.name for path in paths]
    assert record.digest not in {file.sha256 for file in record.files}
    assert workspace.check() == []


def test_the_history_of_a_workspace(workspace, add):
    with pytest.raises(NotFoundError):
        history_of(workspace).days("eu-fsf")
    add("new.xml", samples.eu_fsf(samples.PEOPLE, SECOND))
    add("old.xml", samples.eu_fsf(samples.PEOPLE[:2]))
    history = history_of(workspace)
    assert history.days("eu-fsf") == (samples.DAY, SECOND)
    changes = history.changes("eu-fsf", samples.DAY, SECOND).to_pylist()
    assert [(one["entry"], one["change"]) for one in changes] == [("EU.1003.1", "added"), ("EU.1004.1", "added")]


def test_of_one_day_the_edition_added_later_counts(workspace, add):
    add("first.xml", samples.eu_fsf())
    add("corrected.xml", samples.eu_fsf(samples.PEOPLE[:1]))
    assert history_of(workspace).as_of("eu-fsf", samples.DAY).num_rows == 1


def test_a_check_misses_a_file_of_an_edition(workspace, add):
    record = add("eu.xml", samples.eu_fsf())
    path = workspace.vault.path(record.files[0].sha256)
    path.chmod(0o600)
    path.unlink()
    assert any("is not there" in fault.what for fault in workspace.check())


def test_a_table_that_is_lost_comes_back_with_its_edition(workspace, add):
    record = add("eu.xml", samples.eu_fsf())
    (workspace.tables / "lists" / f"{record.digest}.parquet").write_bytes(b"PAR1")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        history_of(workspace).as_of("eu-fsf", samples.DAY)
    add("eu.xml", samples.eu_fsf())
    assert history_of(workspace).as_of("eu-fsf", samples.DAY).num_rows == 4


def test_it_is_in_the_journal(workspace, add):
    record = add("eu.xml", samples.eu_fsf())
    head = workspace.journal.head()
    assert (head.action, head.subject, head.actor) == ("list edition added", "eu-fsf 2024-05-06", "ada")
    with workspace.read() as reader:
        assert reader.get(ListEdition, record.id) == record

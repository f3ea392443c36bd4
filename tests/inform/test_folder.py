"""The folder of a site: whole or not at all, and nobody else's files."""

import json

import pytest

from tocsin.errors import UsageError, WorkspaceError
from tocsin.inform import folder


def put(to, files, workspace="ours"):
    with folder.replaced(to, workspace) as part:
        for name, text in files.items():
            (part / name).parent.mkdir(exist_ok=True)
            (part / name).write_text(text)


def held(to):
    return {name: (to / name).read_text() for name in folder.files(to) if name != folder.MARK}


def test_a_new_site_takes_the_place_of_the_old(tmp_path):
    put(tmp_path / "site", {"index.html": "1", "feed.atom": "x"})
    put(tmp_path / "site", {"index.html": "2", "cases/a.html": "a"})
    assert held(tmp_path / "site") == {"index.html": "2", "cases/a.html": "a"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_folders_above_are_made_and_an_empty_one_is_taken(tmp_path):
    put(tmp_path / "a" / "b" / "site", {"index.html": "1"})
    (tmp_path / "empty").mkdir()
    put(tmp_path / "empty", {"index.html": "1"})
    assert held(tmp_path / "empty") == held(tmp_path / "a" / "b" / "site")


def test_what_fails_changes_nothing(tmp_path):
    put(tmp_path / "site", {"index.html": "1"})
    with pytest.raises(TypeError):
        put(tmp_path / "site", {"index.html": "2", "feed.atom": None})
    assert held(tmp_path / "site") == {"index.html": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["letter.txt", "cases/letter.txt", ".git/config"])
def test_a_file_of_somebody_else_is_refused_and_kept(tmp_path, name):
    put(tmp_path / "site", {"index.html": "1", "cases/a.html": "a"})
    (tmp_path / "site" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "site" / name).write_text("mine")
    with pytest.raises(UsageError, match=name):
        put(tmp_path / "site", {"index.html": "2"})
    assert (tmp_path / "site" / name).read_text() == "mine"
    assert (tmp_path / "site" / "index.html").read_text() == "1"


@pytest.mark.parametrize("mark", [None, "", "[]", "{}", '{"workspace": "ours"}', '{"workspace": "ours", "files": 3}'])
def test_a_folder_that_is_no_site_is_refused(tmp_path, mark):
    (tmp_path / "index.html").write_text("mine")
    if mark is not None:
        (tmp_path / folder.MARK).write_text(mark)
    with pytest.raises(UsageError, match="not a public site"):
        put(tmp_path, {"index.html": "2"})
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_file_in_the_place_is_refused(tmp_path):
    (tmp_path / "site").write_text("mine")
    with pytest.raises(UsageError):
        put(tmp_path / "site", {"index.html": "2"})
    assert (tmp_path / "site").read_text() == "mine"


def test_the_site_of_another_workspace_is_refused(tmp_path):
    put(tmp_path / "site", {"index.html": "1"}, "theirs")
    with pytest.raises(UsageError, match="of this workspace"):
        put(tmp_path / "site", {"index.html": "2"})


def test_a_page_that_was_published_cannot_vanish(tmp_path):
    put(tmp_path / "site", {"index.html": "1", "cases/a.html": "a"})
    with pytest.raises(WorkspaceError, match=r"cases/a\.html"):
        put(tmp_path / "site", {"index.html": "2"})
    assert held(tmp_path / "site") == {"index.html": "1", "cases/a.html": "a"}


@pytest.mark.parametrize("moved", [False, True])
def test_a_kill_leaves_nothing_that_stands_in_the_way(tmp_path, moved):
    put(tmp_path / "site", {"index.html": "1", "cases/a.html": "a"})
    (tmp_path / ".site.part").mkdir()
    (tmp_path / ".site.part" / "index.html").write_text("half")
    if moved:  # between the two renames
        (tmp_path / "site").rename(tmp_path / ".site.old")
    with pytest.raises(WorkspaceError, match="no longer has"):  # the old pages still count
        put(tmp_path / "site", {"index.html": "2"})
    put(tmp_path / "site", {"index.html": "2", "cases/a.html": "a"})
    assert held(tmp_path / "site") == {"index.html": "2", "cases/a.html": "a"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_mark_lists_every_file(tmp_path):
    put(tmp_path / "site", {"index.html": "1", "cases/a.html": "a"})
    mark = json.loads((tmp_path / "site" / folder.MARK).read_text())
    assert mark == {"workspace": "ours", "files": ["cases/a.html", "index.html"]}


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        put(tmp_path / "file" / "site", {"index.html": "1"})
    assert "--to" in caught.value.hint

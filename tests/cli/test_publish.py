"""`tocsin publish` as a user runs it."""

import pytest
from tests.cases.making import people
from tests.inform.made import START, publication, uid
from tests.jobs.commands import tocsin

from tocsin.model.case import Case
from tocsin.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.create(tmp_path / "workspace", "Watch of the North")
    people(made)
    with made.write("somebody", "publish") as writer:
        case = Case(title="Plain", working_title="1", owner="anna", opened=START, updated=START)
        writer.put(case.but(id=uid("plain")))
        writer.put(publication("plain", 1))
    made.close()
    return tmp_path


def test_publish_writes_the_site_and_says_where(workspace):
    words = ["publish", "workspace", "--to", "site", "--language", "de", "--base-url", "https://watch.example"]
    done = tocsin(*words, cwd=workspace)
    assert done.stdout == "1 case in 1 issue.\nSite: site/index.html\n"
    assert "Veröffentlichte Fälle" in (workspace / "site" / "index.html").read_text()
    assert (workspace / "site" / "sitemap.xml").is_file()
    assert not (workspace / "site" / "exports").exists()


def test_publish_writes_exports_when_asked(workspace):
    tocsin("publish", "workspace", "--to", "site", "--exports-by", "bela", cwd=workspace)
    assert len(list((workspace / "site" / "exports").iterdir())) == 1
    done = tocsin("publish", "workspace", "--to", "site", "--exports-by", "nobody", cwd=workspace, code=6)
    assert "nobody" in done.stderr


def test_publish_refuses_a_folder_of_others(workspace):
    (workspace / "home").mkdir()
    (workspace / "home" / "letter.txt").write_text("mine")
    done = tocsin("publish", "workspace", "--to", "home", cwd=workspace, code=2)
    assert "not a public site" in done.stderr
    assert "--to" in done.stderr
    assert (workspace / "home" / "letter.txt").read_text() == "mine"


def test_publish_refuses_what_is_no_workspace(workspace):
    done = tocsin("publish", "nowhere", "--to", "site", cwd=workspace, code=5)
    assert done.stderr.startswith("Error: ")
    assert not (workspace / "site").exists()

"""`tocsin targets rumour` and `tocsin targets posture` as a user gives them."""

import csv
import json
from contextlib import closing

import pytest
from tests.assure.posture.test_posture import GOOD, POOR
from tests.assure.rumour.test_rumour import COUNTS, audit_folder
from tests.cases.making import people
from typer.testing import CliRunner

from tocsin.cli.targets import targets
from tocsin.errors import InputError, NotFoundError, RefusedError, UsageError
from tocsin.model.rumour import KeptRumour
from tocsin.store.workspace import Workspace

TEXT = "Machines switched votes in Elm County"
TABLE = ["--counts", "counts.csv", "--left", "manifest=cards on the manifest", "--right", "records"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    audit_folder(tmp_path)
    (tmp_path / "counts.csv").write_text(COUNTS + "Total,,220,219\n")
    return tmp_path


def run(*words):
    return CliRunner().invoke(targets, words)


def test_what_bears_on_it_is_shown_and_written(here):
    words = [*TABLE, "--by-place", "county", "--audit", "elm", "--place", "Elm County", "--out"]
    done = run("rumour", TEXT, *words, "page.html")
    assert done.exit_code == 0, done.exception
    assert "Suggested: votes-switched (100%), by the words machines, switched" in done.stdout
    assert "cards on the manifest: 150; records: 150; no row differs" in done.stdout
    assert "cards on the manifest: 220; records: 219; 1 of 3 rows differ, by -1 in all" in done.stdout
    assert "3.10%, at or below the limit of 5%" in done.stdout
    assert "Not here: hand tally" in done.stdout
    page = (here / "page.html").read_text()
    assert "TLP:AMBER" in page
    assert "nobody has confirmed it yet" in page
    run("rumour", f"{TEXT} | <b>", *words, "page.md")
    assert "\\<b\\>" in (here / "page.md").read_text()
    tally = run("rumour", TEXT, *TABLE, "--by-hand", "--kind", "totals-changed").stdout
    assert "hand tally: cards on the manifest against records" in tally


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["Nice weather"], UsageError, "no kind"),
        (["The results website was hacked", "--audit", "elm"], NotFoundError, "none of the evidence bears"),
        ([TEXT, "--kind", "saucers"], NotFoundError, "saucers"),
        ([TEXT, "--counts", "counts.csv"], UsageError, "which columns"),
        ([TEXT, *TABLE[:2], "--left", "a", "--right", "b"], InputError, "no column 'a'"),
        ([TEXT, *TABLE, "--by-place", "county", "--place", "Ash"], InputError, "no row of Ash"),
        ([TEXT, "--items", "none.json"], InputError, "cannot be read"),
        ([TEXT, "--out", "page.doc"], UsageError, "neither"),
    ],
)
def test_what_cannot_be_done_is_said(words, error, said):
    done = run("rumour", *words)
    assert isinstance(done.exception, error), done.exception
    assert said in str(done.exception)
    assert done.exception.hint


def test_in_a_workspace_it_is_kept_with_its_files(here):
    with closing(Workspace.create(here / "kept", "Kept")) as ws:
        people(ws)
    done = run("rumour", TEXT, *TABLE, "--by-place", "county", "--audit", "elm", "--workspace", "kept", "--by", "anna")
    assert done.exit_code == 0, done.exception
    assert "No kind was chosen" in done.stdout
    done = run("rumour", TEXT, *TABLE, "--kind", "votes-switched", "--workspace", "kept", "--by", "anna")
    assert "Bears on it: as many records" in done.stdout
    assert isinstance(run("rumour", TEXT, "--workspace", "kept", "--by", "nobody").exception, NotFoundError)
    with closing(Workspace.open(here / "kept")) as ws, ws.read() as reader:
        kept = {one.chosen: one for one in reader.page(KeptRumour).items}
        assert {chosen: len(one.items) for chosen, one in kept.items()} == {"": 5, "votes-switched": 1}
        assert all(ws.vault.path(item.sha256).is_file() for item in kept[""].items)
        assert kept[""].settled == ()


def test_posture_of_each_name_and_the_controls(here):
    (here / "saved.json").write_text(json.dumps([GOOD, POOR]))
    done = run("posture", "saved.json", "--out", "out")
    assert done.exit_code == 0, done.exception
    assert "Not met: Must mail to this name come encrypted? Controls: sc-8" in done.stdout
    assert "Names: 2; with something not met: 1" in done.stdout
    rows = list(csv.DictReader((here / "out/points.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 10
    assert rows[0] | {"name": "elm.example", "check": "spf", "state": "met", "controls": "si-8 sc-8"} == rows[0]
    assert isinstance(run("posture", "--ask", "counts.csv", "--out", "out").exception, RefusedError)
    assert isinstance(run("posture", "--out", "out").exception, UsageError)

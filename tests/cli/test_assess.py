"""`tocsin assess` as its page tells it: every command there is run, in its order."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from tocsin.cli.app import command
from tocsin.model.people import ROLES
from tocsin.store.workspace import Workspace
from tocsin.web.auth import accounts

PAGE = Path(__file__).parents[2] / "docs/how-to/assess.md"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs `tocsin LINE` beside two workspaces; `place` has who the page names, `other` the federal desk."""
    for name, people in (("place", ("root", "sam", "ann", "vic")), ("other", ("root", "fay"))):
        workspace = Workspace.create(tmp_path / name, name)
        with workspace.write("", "account made") as writer:
            for login in people:
                accounts.new_person(writer, login, login.title(), ROLES if login == "root" else ("reader",))
        workspace.close()
    (tmp_path / "plan.txt").write_text("From May the clerk answers for it.")
    monkeypatch.chdir(tmp_path)

    def called(line, code=0):
        with pytest.raises(SystemExit) as ended:
            command().main(shlex.split(line), prog_name="tocsin")
        told = capsys.readouterr()
        assert ended.value.code == code, f"{line}\n{told.out}\n{told.err}"
        return told.out + told.err

    return called


def fill(path, **states):
    """Fill the table in; the rows come back as they were read."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row | {"state": states.get(row["question"].replace("-", "_"), "")} for row in rows)
    return rows


def test_the_page_is_true(run, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    run("assess party other 'Federal Desk' --level federal --person fay --by root")
    desk = re.search(r"Key (\w{64})", run("assess card other 'Federal Desk' desk.json --by root"))[1]
    run(f"assess admit place desk.json --key {desk} --by root")
    said, key = {}, ""
    for line in (line.removeprefix("$ tocsin assess ") for block in blocks for line in block.splitlines()):
        if "--from sheet.csv" in line:
            asked = fill(
                tmp_path / "sheet.csv", office_01="met", capture_01="Not met", capture_02="so", office_03="met"
            )
            said["set aside"] = run(f"assess {line}", 1)
            continue
        if line.startswith("card"):
            run("assess party place 'State of Arden' --parent 'Federal Desk' --by root")
        said[line] = run("assess " + line.replace("KEY", key))
        key = key or "".join(re.findall(r"Key (\w{64})", said[line]))
        if "capture-01 met" in line:
            both = run("assess gaps place 'Brook County' --by ann")
    assert len(asked) > 100
    assert "3 answers given, 0 as before, 1 set aside.\nsheet.csv:" in said["set aside"]
    assert "'so' is no state" in said["set aside"]
    assert re.search(r"capture-01 .*: disputed: .*\n +Brook County: not met; Tally Works: met", both)
    found = {line.split()[0]: text for line, text in said.items()}
    assert found["differences"].startswith("Brook County, capture-01: Brook County: not met; Tally Works: met")
    assert "Tally Works withdrew what it said" in found["gaps"]
    assert "Name one person (Clerk)" in found["plan"]
    assert f"Brook County: 2 of {len(asked)} answered" in found["rollup"]
    assert found["peers"].startswith("Figures of")
    assert "figures of 1 office" in found["give"]
    assert "State of Arden: 0 answers new or withdrawn, a roll-up, figures of peers" in found["take"]
    assert "not for" not in run("assess rollup other 'Federal Desk' --by fay")
    run("assess sheet place 'Brook County' sheet.html --language de --by ann")
    assert "nicht erfüllt" in (tmp_path / "sheet.html").read_text()
    refused = run("assess gaps place 'Brook County' --by vic", 8)
    assert "only who speaks for Brook County" in refused

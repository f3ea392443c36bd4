"""`tocsin assess threats` and `tocsin assess controls`: what an office's answers close, and where it stands."""

import csv
import shlex

import pytest

from tocsin.cli.app import command
from tocsin.model.people import ROLES
from tocsin.store.workspace import Workspace
from tocsin.web.auth import accounts


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    workspace = Workspace.create(tmp_path / "place", "place")
    with workspace.write("", "account made") as writer:
        for login in ("root", "ann"):
            accounts.new_person(writer, login, login.title(), ROLES if login == "root" else ("reader",))
    workspace.close()
    monkeypatch.chdir(tmp_path)

    def called(line, code=0):
        with pytest.raises(SystemExit) as ended:
            command().main(["assess", *shlex.split(line)], prog_name="tocsin")
        told = capsys.readouterr()
        assert ended.value.code == code, f"{line}\n{told.out}\n{told.err}"
        return told.out + told.err

    called("party place Brook --level local --person ann --by root")
    return called


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_answers_close_paths_fixes_are_proposed_and_controls_stand(run, tmp_path):
    run("sheet place Brook told.csv --by ann")
    asked = rows(tmp_path / "told.csv")
    with (tmp_path / "told.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, asked[0])
        writer.writeheader()
        writer.writerows(row | {"state": "met" if row["question"] == "tabulation-11" else "not met"} for row in asked)
    run("answer place Brook --from told.csv --by ann")
    told = run("threats place Brook --technology PCOS --budget 5 --votes 500 --places 20 --cast 10000 --by ann")
    assert "0 not known" in told
    assert "PCOS Attack voting equipment: 0 open, 0 not known, 9 closed" in told
    assert "at least" in told
    assert "proven best" in told
    run("threats place Brook --technology PCOS --votes 500 --places 20 --cast 10000 --out paths.csv --by ann")
    found = rows(tmp_path / "paths.csv")
    assert {row["standing"] for row in found if row["threat"] == "T1"} == {"closed"}
    assert {row["people"] for row in found if "Decide" in row["steps"]} <= {"2-2"}
    assert "there are DRE" in run("threats place Brook --technology ZZ --by ann", 2)
    assert "speaks for" in run("threats place Brook --by root", 8)
    stands_on_controls(run, tmp_path)


def stands_on_controls(run, tmp_path):
    """Of a catalogue that ships, and of one that is loaded with its mappings."""
    run("answer place Brook office-07 met --by ann")
    assert "PR.AA-03 Identity Management, Authentication, and Access Control: office-07: met" in run(
        "controls place Brook nist-csf-2-0 --by ann"
    )
    (tmp_path / "own.csv").write_text("Number,name\n1.1,Second factor\n1.2,Other\n")
    run("catalogue place own.csv own --column id=Number --by root")
    (tmp_path / "map.csv").write_text("source,source_id,target,target_id\nown,1.1,cisa-cpg-2-0,3.F\n")
    run("controls place Brook own --mappings map.csv --out own-stands.csv --by ann")
    first, second = rows(tmp_path / "own-stands.csv")
    assert "office-07: met" in first["questions"]
    assert second["questions"] == ""
    assert "there are cisa-cpg-2-0" in run("controls place Brook zz --by ann", 6)

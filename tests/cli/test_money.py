"""`tocsin money` as a user runs it: registers scanned, names screened, lists kept and lined up, a dossier judged."""

import csv
import json
import os
import pty
import re
import subprocess

import pyarrow.parquet as pq
import pytest
from tests.cases.making import people
from tests.jobs.commands import TOCSIN, tocsin, unpacked
from tests.respond.sanctions.dossiers import source, with_sources

from tocsin.model.gift import SETTLED
from tocsin.simulate.money.election import MoneyParams
from tocsin.simulate.money.write import write_money
from tocsin.store.workspace import Workspace

OUTPUTS = {"evidence.parquet", "gifts.parquet", "leads.csv", "report.html", "scan.json", "quarantine.csv", "key"}
WITH = ["--owners", "made/owners.json", "--lists", "made/lists"]


def money(*words, cwd, **more):
    return tocsin("money", *words, cwd=cwd, **more)


def table(path):
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """A small simulated register, scanned with its owners and lists."""
    folder = tmp_path_factory.mktemp("register")
    gifts = write_money(MoneyParams(gifts=3000, decoys=1), folder / "made")
    lines = gifts.read_text().splitlines(keepends=True)
    private = next(n for n, line in enumerate(lines) if ",person," in line)
    lines.append(lines[private].replace(",USD,", ",DOUBLOONS,", 1).replace("20", "??", 1))  # cannot be read
    gifts.write_text("".join(lines))
    return folder, money("scan", "made/gifts.csv", "--out", "out", *WITH, cwd=folder)


@pytest.fixture(scope="module")
def summary(register):
    return json.loads((register[0] / "out" / "scan.json").read_bytes())


def test_from_register_to_leads(register, summary):
    folder, done = register
    assert {path.name for path in (folder / "out").iterdir()} == {*OUTPUTS, ".tocsin-lock"}
    assert (
        summary["command"] == "tocsin money scan made/gifts.csv --out out --owners made/owners.json --lists made/lists"
    )
    assert done.stdout.endswith("Report: out/report.html\n")
    assert re.search(r"In all [\d,]+ gifts by [\d,]+ donors: .* counted", done.stdout)
    leads = [finding for finding in summary["findings"] if finding["standing"] == "lead"]
    assert len(leads) == len([row for row in table(folder / "out" / "leads.csv") if row["standing"] == "lead"]) > 5
    counted = summary["money"]["standings"]
    assert counted["conduit"] > 50
    assert (
        sum(counted.values())
        == summary["money"]["gifts"]
        == pq.read_metadata(folder / "out" / "gifts.parquet").num_rows
    )


def test_a_row_that_cannot_be_read_is_set_aside_without_its_names(register, summary):
    folder, _ = register
    (row,) = table(folder / "out" / "quarantine.csv")
    assert int(row["row"]) == len((folder / "made" / "gifts.csv").read_text().splitlines())
    assert row["reason"]
    assert row["text"] == ""
    assert summary["inputs"][0]["rejected"] == 1


def test_a_path_leads_from_the_gift_to_a_list(summary):
    paths = [finding["money"]["path"] for finding in summary["findings"]]
    whole = [path for path in paths if {"gave to", "is listed as"} <= {step["relation"] for step in path}]
    assert whole, [sorted({step["relation"] for step in path}) for path in paths if path]


def test_no_private_donor_is_named_in_what_comes_out(register):
    folder, _ = register
    given = [row for row in table(folder / "made" / "gifts.csv") if row["donor_type"] == "person"]
    names = {row["donor_name"].lower() for row in given}
    streets = {row["street"].lower() for row in given if row["street"]}
    assert min(len(names), len(streets)) > 500
    for path, text in unpacked(folder / "out"):
        said = text.lower()
        assert not [name for name in names if name in said][:3], path
        assert not [street for street in streets if len(street) > 12 and street in said][:3], path


def test_rows_of_a_lead_are_found_again_in_the_register(register, summary):
    folder, _ = register
    lines = (folder / "made" / "gifts.csv").read_text().splitlines()
    rows = [row for finding in summary["findings"] for row in finding["money"]["rows"]]
    assert all(lines[row["row"] - 1].startswith(row["gift"]) for row in rows)


def test_the_gifts_are_written_with_their_donor(register):
    written = pq.read_table(register[0] / "out" / "gifts.parquet")
    assert written.schema.names == [*SETTLED.names, "donor"]
    assert written["donor"].null_count == 0


def test_names_are_kept_on_demand_and_stay_out_of_a_workspace(register):
    folder, _ = register
    money("scan", "made/gifts.csv", "--out", "named", "--names", cwd=folder)
    assert json.loads((folder / "named" / "scan.json").read_bytes())["pseudonymised"] is False
    refused = tocsin("workspace", "refused", "--scan", "named", cwd=folder, code=2)
    assert "keeps the names" in refused.stderr


def test_leads_open_in_a_workspace(register, summary):
    folder, _ = register
    done = tocsin("workspace", "kept", "--scan", "out", cwd=folder)
    assert f"{len(summary['findings'])} new" in done.stdout


@pytest.fixture(scope="module")
def kept(register):
    """A workspace with people and the simulated lists."""
    folder, _ = register
    ws = Workspace.create(folder / "desk", "Desk")
    people(ws)
    ws.close()
    added = money("lists", "desk", "made/lists", "--by", "anna", cwd=folder).stdout
    return folder, added


def test_lists_are_kept_shown_and_compared(kept):
    folder, added = kept
    shown = money("lists", "desk", cwd=folder).stdout
    assert sorted(added.splitlines()) == sorted(shown.splitlines())
    assert len(shown.splitlines()) == 4
    told = ["--since", "2023-06-30", "--until", "2024-02-23"]
    changes = money("lists", "desk", "--changes", "us-ofac-sdn", *told, cwd=folder).stdout
    assert len([line for line in changes.splitlines() if line.startswith("added ")]) > 10
    again = money("lists", "desk", "made/lists", "--by", "anna", cwd=folder).stdout
    assert sorted(again.splitlines()) == sorted(shown.splitlines())
    assert "who does it?" in money("lists", "desk", "made/lists", cwd=folder, code=2).stderr


def test_names_are_screened(kept):
    folder, _ = kept
    listed = [
        row.split('","')[1]
        for row in (folder / "made/lists/2024-02-23/sdn.csv").read_text().splitlines()[:40]
        if '"individual"' in row
    ]
    names = ["name,country", *(f'"{name}",' for name in listed), '"Nobody, Wilhelmina Quarterstone",us']
    (folder / "names.csv").write_text("\n".join(names) + "\n")
    done = money("screen", "names.csv", "--out", "hits.csv", "--workspace", "desk", cwd=folder)
    hits = table(folder / "hits.csv")
    assert f"{len(listed) + 1} names, {len(hits)} hits: hits.csv" in done.stdout
    assert {hit["asked"] for hit in hits} == set(listed)
    ranks = [float(hit["rank"]) for hit in hits]
    assert ranks == sorted(set(ranks), reverse=True)
    assert all(hit["why"] and 0 < float(hit["probability"]) < 1 for hit in hits)
    before = money(
        "screen", "names.csv", "--out", "none.csv", "--workspace", "desk", "--on", "2020-01-01", cwd=folder, code=2
    )
    assert "no list was published by 2020-01-01" in before.stderr


@pytest.mark.slow
def test_lists_are_lined_up_on_any_past_day(kept):
    folder, _ = kept
    done = money("gap", "--out", "gap", "--workspace", "desk", "--on", "2024-03-01", cwd=folder)
    assert re.match(r"[\d,]+ persons and organisations on the lists of US, EU, as of 2024-03-01\.", done.stdout)
    rows = table(folder / "gap" / "gap.csv")
    both = {row["cluster"] for row in rows if row["jurisdiction"] == "us" and row["listed"] == "yes"} & {
        row["cluster"] for row in rows if row["jurisdiction"] == "eu" and row["listed"] == "yes"
    }
    assert both
    earlier = money("gap", "--out", "then", "--workspace", "desk", "--on", "2023-07-01", cwd=folder).stdout
    assert earlier.split()[0] != done.stdout.split()[0]


def test_a_dossier_is_held_against_the_regimes(kept):
    folder, _ = kept
    written = with_sources(source("p", "C3")).model_dump(
        mode="json", exclude={"id", "version", "case", "authors", "updated"}
    )
    (folder / "dossier.json").write_text(json.dumps(written))
    done = money("package", "dossier.json", "--out", "package", "--on", "2025-06-01", cwd=folder)
    assert "a draft for people" in done.stdout.lower()
    verdicts = dict(line.split(": ", 1) for line in done.stdout.splitlines()[:-1])
    assert verdicts["gb-russia"] == "every requirement is met"
    assert verdicts["eu-2024-2642"].startswith("not enough yet: limb i, act a1: 0 of 2 sources")
    assert "not enough yet" in (folder / "package" / "package.md").read_text().lower()
    assert (folder / "package" / "package.html").is_file()


@pytest.mark.slow
def test_the_columns_of_a_register_are_asked_for_at_a_terminal(tmp_path):
    rows = [f"Bund {n % 3},{n % 28 + 1:02}.03.2024,{n}00,Werk {n}" for n in range(1, 40)]
    (tmp_path / "odd.csv").write_text("\n".join(["an,am,wert,von", *rows]) + "\n")
    here, there = pty.openpty()
    command = [TOCSIN, "money", "scan", "odd.csv", "--out", "out", "--currency", "EUR", "--jurisdiction", "de"]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=there, stdout=there, stderr=subprocess.DEVNULL)
    os.close(there)
    # gift, recipient, its party, date, amount, currency, kind, method, type of donor, name, then nothing more
    os.write(here, b"\nan\n\nam\n3\n\n\n\n\nvon\n" + b"\n" * 16)
    said = b""
    try:
        while more := os.read(here, 4096):
            said += more
    except OSError:  # the terminal is gone
        pass
    os.close(here)
    assert process.wait(60) == 0, said.decode()
    assert json.loads((tmp_path / "out" / "scan.json").read_bytes())["money"]["gifts"] == 39
    assert b"--map recipient=an --map date=am --map amount=wert --map donor_name=von" in said


def test_what_is_wrong_is_said(register):
    folder, _ = register
    (folder / "odd.csv").write_text("a,b,c\n1,2,3\n")
    odd = money("scan", "odd.csv", "--out", "odd", cwd=folder, code=4).stderr
    assert "no column can be told to be the recipient" in odd
    assert "--map recipient=COLUMN" in odd
    assert "no such file" in money("scan", "none.csv", "--out", "none", cwd=folder, code=4).stderr
    assert "give --lists" in money("gap", "--out", "empty", cwd=folder, code=2).stderr
    assert "give --lists" in money("screen", "odd.csv", "--out", "x.csv", cwd=folder, code=2).stderr
    assert (
        "no sanctions list that is known" in money("gap", "--lists", "odd.csv", "--out", "x", cwd=folder, code=4).stderr
    )
    assert (
        "give one of the two"
        in money("gap", "--lists", "made/lists", "--workspace", "desk", "--out", "x", cwd=folder, code=2).stderr
    )

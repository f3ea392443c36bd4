"""Lists as they were published: OFAC's files of January 2022, 191 days of its changes, and what the Official Journal
and the British cyber list say, written in the layouts of the authorities' own files."""

import csv
import json
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pyarrow as pa
import pytest
from tests.sources.lists import samples
from tests.sources.lists.samples import Listed

from common import ROOT
from tocsin.model.arrow import pc
from tocsin.model.history import History
from tocsin.model.listing import LISTED, Edition
from tocsin.sources.lists import read_list
from tocsin.sources.lists.countries import countries
from tocsin.sources.lists.days import day, partials

DATA = ROOT.parent / "shared/data/sanctions"
OFAC = DATA / "us_ofac"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the sanctions data are not beside the checkout")

#: day on which an entry was taken off and put back again, which a first and last day cannot tell
GAP = date(2022, 3, 18)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sdn():
    return read_list([OFAC / f"{table}_2022-01.csv" for table in ("sdn", "add", "alt")])


def test_ofac_as_of_january_2022(sdn):
    assert (sdn.edition.list, sdn.edition.published, sdn.edition.entries) == ("us-ofac-sdn", "2022-01-31", 9043)
    assert [row.reason for row in sdn.rejected] == ["this entry stands twice", "its entry is not in the main file"]


def test_nothing_of_ofac_is_lost(sdn):
    """Every id, every name of every table, counted with another reader."""
    by_id = {row["entry"]: row for row in sdn.table.to_pylist()}
    with (OFAC / "sdn_2022-01.csv").open(encoding="utf-8", newline="") as file:
        main = [row for row in csv.reader(file) if len(row) == 12]
    assert set(by_id) == {row[0] for row in main}
    squeezed = [(row[0], " ".join(row[1].split())) for row in main[:-1]]
    assert all(by_id[id_]["names"][0]["name"] == name for id_, name in squeezed)
    with (OFAC / "alt_2022-01.csv").open(encoding="utf-8", newline="") as file:
        alias = [(row[0], " ".join(row[3].split())) for row in csv.reader(file) if row[0] in by_id and row[3] != "-0- "]
    assert all(name in {one["name"] for one in by_id[id_]["names"]} for id_, name in alias)
    born = [row for row in main[:-1] if re.search(r"(^|; )DOB ", row[11])]
    assert all(by_id[row[0]]["birth_dates"] for row in born)
    passports = [row for row in main[:-1] if re.search(r"(^|; )Passport [A-Z0-9]", row[11])]
    found = [row for row in passports if any(one["kind"] == "passport" for one in by_id[row[0]]["numbers"])]
    assert len(found) > 0.97 * len(passports)
    wallets = {
        (row[0], one) for row in main[:-1] for one in re.findall(r"Digital Currency Address - \S+ (\w+)", row[11])
    }
    assert wallets == {
        (id_, one["number"]) for id_, row in by_id.items() for one in row["numbers"] if one["kind"] == "wallet"
    }


def test_ofac_agrees_with_the_snapshots_of_another_source(sdn):
    """The timeline was made from daily snapshots by others; it has the names of entries as they stood in 2023."""
    then = [row for row in rows(timeline_path()) if row["first_seen"] <= "2022-01-31" <= row["last_seen"]]
    by_id = {row["entry"]: row for row in sdn.table.to_pylist()}
    both = [row for row in then if row["ent_num"] in by_id]
    assert len(both) > 0.98 * len(then)
    same = sum(by_id[row["ent_num"]]["names"][0]["name"] == " ".join(row["name"].split()) for row in both)
    assert same > 0.98 * len(both)


def timeline_path():
    return OFAC / "sdn_timeline_2021-08-18_2023-06-30.csv"


@pytest.fixture(scope="module")
def replay():
    """One edition a day of change, made of first and last days; and what was published of each day."""
    told = {}
    for row in rows(OFAC / "sdn_daily_changes_2021-08_2023-06.csv"):
        before = told.get(row["date"], (0, 0, 0))
        told[row["date"]] = (int(row["total"]), before[1] + int(row["added"]), before[2] + int(row["removed"]))
    entries = rows(timeline_path())
    texts = {field.name: [] for field in LISTED if pa.types.is_list(field.type)}
    table = pa.Table.from_pylist(
        [
            {
                **texts,
                "list": "us-ofac-sdn",
                "entry": row["ent_num"],
                "schema": "Person" if row["sdn_type"] == "individual" else "Organization",
                "names": [{"name": row["name"], "kind": "primary"}],
                "programmes": row["program"].split("] ["),
                "file": "timeline",
                "row": i,
            }
            for i, row in enumerate(entries)
        ],
        LISTED,
    )
    first, last = (pa.array([row[name] for row in entries]) for name in ("first_seen", "last_seen"))
    editions = []
    for published in told:
        there = table.filter(pc.and_(pc.less_equal(first, published), pc.greater_equal(last, published)))
        about = {"file": published, "sha256": "0" * 64, "entries": len(there), "rejected": 0}
        editions.append((Edition(list="us-ofac-sdn", published=published, **about), there))
    return History(editions), {date.fromisoformat(one): figures for one, figures in told.items()}


def test_any_of_the_days_comes_out_as_it_was_published(replay):
    history, told = replay
    assert len(told) == 192
    off = {one for one, (total, *_) in told.items() if history.as_of("us-ofac-sdn", one).num_rows != total}
    assert off == {GAP}


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_the_changes_of_each_day_come_out(replay, step):
    history, told = replay
    days = history.days("us-ofac-sdn")
    for before, after in [*pairwise(days)][::step]:
        if GAP not in (before, after):
            change = history.changes("us-ofac-sdn", before, after)["change"].to_pylist()
            assert (change.count("added"), change.count("removed")) == told[after][1:], after


def test_first_days_come_out(replay):
    history, _ = replay
    found = {row["entry"]: row for row in history.first_seen("us-ofac-sdn").to_pylist()}
    for row in rows(timeline_path()):
        seen = found[row["ent_num"]]
        assert (str(seen["first"]), seen["censored"]) == (row["first_seen"], row["left_censored"] == "1")


def journal():
    """The Official Journal's entries, from seven acts."""
    for path in sorted((DATA / "eu_journal").glob("*.csv")):
        for row in rows(path):
            land = countries(row["nationality"] or row["country"] or row["jurisdiction"]) or ["xx"]
            born = partials(row["birthDate"])
            yield Listed(
                id=f"{row['celex']}-{row['recordId']}-{path.stem}-{row['annex']}",
                kind="person" if row["schema"] == "Person" else "organisation",
                first="",
                last=" ".join(row["name"].split()) or " ".join(row["alias"].split()) or "?",
                aliases=tuple(filter(None, (" ".join(one.split()) for one in row["alias"].split(";")))),
                weak=tuple(filter(None, (" ".join(one.split()) for one in row["weakAlias"].split(";")))),
                born=date.fromisoformat(born[0]) if born and len(born[0]) == 10 else None,
                country=(land[0], "Somewhere"),
                gender=row["gender"] if row["gender"] in ("male", "female") else "",
                passport=" ".join(row["passportNumber"].split()),
                position=" ".join(row["position"].split()),
                programme=row["programKey"],
                listed=day(row["startDate"]) or date(2014, 3, 17),
                reason=" ".join(row["reason"].split()),
            )


def cyber():
    """The British cyber list."""
    for row in json.loads((DATA / "uk_cyber/individuals.json").read_text()):
        land = countries(row["nationality"]) or ["xx"]
        born = partials(row["dateOfBirth"])
        yield Listed(
            id=row["ukSanctionsRef"],
            kind="person",
            first=" ".join(filter(None, (row["firstName"], row["middleName"]))),
            last=row["lastName"],
            aliases=tuple(" ".join(alias.split()) for alias in row["aliases"]),
            script=row["nameNonLatinScript"] or "",
            born=date.fromisoformat(born[0]) if born and len(born[0]) == 10 else None,
            country=(land[0], row["nationality"] or ""),
            listed=day(row["dateDesignated"]),
            reason=" ".join((row["statementOfReasons"] or "").split()),
        )


def expected(entries, written):
    """Entry -> name, all names, birth date, listing and reason, as they were written."""
    unique = {written(one): one for one in entries}
    return {
        id_: (one.name, {one.name, *one.aliases, *one.weak, *([one.script] if one.script else [])}, one)
        for id_, one in unique.items()
    }


@pytest.mark.parametrize(
    ("make", "source", "written"),
    [
        (samples.eu_fsf, journal, lambda one: f"EU.{one.id}.1"),
        (samples.uksl_xml, cyber, lambda one: one.id),
        (samples.uksl_csv, cyber, lambda one: one.id),
        (samples.seco, journal, lambda one: one.id),
        (samples.dfat, lambda: numbered(journal()), lambda one: one.id),
    ],
    ids=["eu", "gb-xml", "gb-csv", "ch", "au"],
)
def test_real_entries_survive_each_layout(tmp_path, make, source, written):
    entries = list({one.id: one for one in source()}.values())
    path = tmp_path / ("list_2026-08-01.xlsx" if make is samples.dfat else "list_2026-08-01")
    path.write_bytes(make(entries))
    read = read_list([path])
    assert read.rejected == []
    found = {row["entry"]: row for row in read.table.to_pylist()}
    wanted = expected(entries, written)
    assert set(found) == set(wanted)
    for id_, (name, every, one) in wanted.items():
        row = found[id_]
        assert row["names"][0]["name"] == name
        assert {said["name"] for said in row["names"]} == every
        assert row["listed"] == one.listed
        assert (row["reason"] or "") == one.reason
        if one.born and one.kind == "person":
            assert row["birth_dates"] == [one.born.isoformat()]


def numbered(entries):
    """Australia's references are numbers."""
    return [replace(one, id=str(i)) for i, one in enumerate(entries, 1)]


def test_older_days_of_british_listings_come_through_the_former_list(tmp_path):
    """Listings taken over from EU law carry 31 December 2020; the list of OFSI has the older day beside it."""
    header = ["Name 6", "Name 1", "Name 2", "Group Type", "Alias Type", "Regime", "Other Information", "Listed On"]
    header += ["UK Sanctions List Date Designated", "Group ID"]
    people = json.loads((DATA / "uk_cyber/individuals.json").read_text())
    with (tmp_path / "ConList.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Last Updated", "01/08/2025"])
        writer.writerow(header)
        for one in people:
            name = [one["lastName"], one["firstName"], one["middleName"] or ""]
            other = f"(UK Sanctions List Ref):{one['ukSanctionsRef']}. (UK Statement of Reasons):..."
            days = [one["listedOn"], one["dateDesignated"], one["groupId"]]
            writer.writerow([*name, "Individual", "Primary name", "Cyber", other, *days])
    found = {row["entry"]: row for row in read_list([tmp_path / "ConList.csv"]).table.to_pylist()}
    ids = {id_: one for one in people for id_ in one["ukSanctionsRef"].split("; ")}  # one stands under two regimes
    assert set(found) == set(ids)
    inherited = [one for one in people if day(one["listedOn"]) < day(one["dateDesignated"])]
    assert inherited
    for id_, one in ids.items():
        older = day(one["listedOn"]) if one in inherited else None
        row = found[id_]
        assert (row["inherited"], row["listed"]) == (older, day(one["dateDesignated"]))

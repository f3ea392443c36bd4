"""The pages of an audit: complete in every language, without scripts, and of published files alone."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from html import unescape

import pytest
from tests.assure.audit.life.town import Town, begin, enter

from tocsin.assure.audit.life import draw, risk, setup
from tocsin.errors import NotFoundError, UnknownFormat, UsageError
from tocsin.inform import i18n
from tocsin.inform.notebook import check_draw, write_pages, write_sheets
from tocsin.inform.notebook.book import read_book
from tocsin.inform.notebook.charts import risk_chart
from tocsin.inform.notebook.pages import render
from tocsin.jobs import audit
from tocsin.jobs.audit import AuditFiles


def csv_files(town, folder):
    folder.mkdir()
    (folder / "manifest.csv").write_text(
        "Jurisdiction,Batch,Cards\n" + "".join(f"Adams,b{b},{town.size}\n" for b in range(12))
    )
    rows = [
        f"Adams,{batch},{position},{batch}-{position},{contest},{votes[0]}\n"
        for (batch, position), card in town.scan.items()
        for contest, votes in card.items()
    ]
    (folder / "cvrs.csv").write_text("jurisdiction,batch,position,card,contest,choice\n" + "".join(rows))
    told = {"winners": {"": 1}, "votes_allowed": {"": 1}}
    return AuditFiles([str(folder / "manifest.csv")], [str(folder / "cvrs.csv")], told=told)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An audit by the jobs, with a name of a choice that is no HTML."""
    town, base = Town(), tmp_path_factory.mktemp("notebook")
    path = base / "a"
    audit.new_audit(path, setup.Plan("Adams <2026>", "comparison", "County & clerk"), csv_files(town, base / "files"))
    audit.commit(path)
    audit.throw(path, "Ann", "3141592653")
    audit.throw(path, "Bo", "2718281828")
    audit.end_ceremony(path)
    audit.draw_round(path, 40)
    form = (path / "round-1/form.csv").read_text().splitlines()
    names = form[0].split(",")[1:]
    filled = [form[0]]
    for row in form[1:]:
        unit = row.split(",")[0]
        filled.append(",".join([unit, *(town.read(unit, name, "") for name in names)]))
    for person in ("Pat", "Quin"):
        audit.enter(path, person, audit.form_readings("\n".join(filled)))
    audit.compute_risk(path)
    audit.write_report(path)
    return path


def pages(folder):
    return sorted(path for path in folder.rglob("*.html"))


def test_every_page_is_there_in_every_language(folder):
    names = {path.relative_to(folder).as_posix() for path in pages(folder)}
    english = {f"{name}.html" for name in ("index", "seed", "check", "round-1")}
    english |= {"round-1/sheets/retrieval.html", "round-1/sheets/reading.html"}
    others = {name.replace(".html", f".{code}.html") for name in english for code in i18n.languages() if code != "en"}
    assert names == english | others


def test_pages_are_complete_and_harmless(folder):
    for path in pages(folder):
        html = path.read_text()
        assert "Adams &lt;2026&gt;" in html
        assert not re.search(r"<script|<2026>| on\w+=|https?://(?!www.w3.org)", html), path
        for link in re.findall(r'href="([^"#]+)"', html):
            assert (path.parent / link).exists(), (path.name, link)


def test_a_language_changes_words_alone(folder):
    for path in pages(folder):
        if path.name.endswith(".de.html"):
            source, other = path.with_name(path.name.replace(".de.", ".")).read_text(), path.read_text()
            assert re.findall(r"<(\w+)", source) == re.findall(r"<(\w+)", other)
            assert 'lang="de"' in other
            assert source != other


def words_of(path):
    return unescape(re.sub(r"<[^>]+>", "", path.read_text().partition("</style>")[2]))


def test_sentences_are_apart_and_in_one_language(folder):
    for path in pages(folder):
        assert not re.search(r"[a-zäöü0-9][.][A-ZÄÖÜ][a-z]", words_of(path)), path
    book = read_book(folder)
    name = next(iter(book.contests.values())).contest.name
    chosen = f"{name}: 90% of simulated audits end by then if the reported result is right"
    told = replace(book.rounds[0], round=book.rounds[0].round.model_copy(update={"chosen": chosen}))
    book = replace(book, rounds=(told,))
    german = dict(render(book, "de"))["round-1.de.html"]
    assert "90% der simulierten Prüfungen enden bis dahin" in german
    assert "simulated" not in german


def test_the_page_gives_what_is_to_be_noted(folder):
    html = (folder / "check.html").read_text()
    last = (folder / "log.jsonl").read_bytes().split(b"\n")[-2]
    for data in ((folder / "commitment.json").read_bytes(), last):
        assert sha256(data).hexdigest() in html
    assert "without a trace" not in html


def test_pages_fit_the_kind_of_audit(tmp_path):
    """Whole batches have no position; a ranked winner rests on claims with those standing; polling has no records."""
    town = Town(share=0.8)
    folder = begin(tmp_path / "batch", town, "batch", "macro", town.inputs((), range(12)))
    draw.start_round(folder)
    enter(folder, town)
    write_sheets(folder.path, folder.write)
    assert "Position" not in words_of(folder.path / "round-1/sheets/retrieval.html")
    write_pages(read_book(folder.path), folder.write)
    assert "machine's records are published" not in words_of(folder.path / "seed.html").casefold()
    ranked = Town(ranked=True)
    folder = begin(tmp_path / "irv", ranked, "comparison", "alpha")
    draw.start_round(folder, 20)
    enter(folder, ranked)
    risk.measure_round(folder)
    write_pages(read_book(folder.path), folder.write)
    claims = folder.setup.contests[0].assertions
    shown = words_of(folder.path / "round-1.html")
    assert shown.count("first preferences than") + shown.count("while these alone") == len(claims)
    assert "First preferences: " in (folder.path / "index.html").read_text()


def test_the_script_says_what_it_does_not_check(folder, tmp_path, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    made = json.loads((copy / "audit.json").read_text())
    (copy / "audit.json").write_text(json.dumps(made | {"by_style": True}))
    check_draw.main(copy)
    assert "NOT checked" in capsys.readouterr().out


def test_a_copy_without_lock_can_be_worked_in(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"))
    assert audit.write_report(copy).outcome
    for step in (audit.commit, audit.write_report, audit.compute_risk):
        with pytest.raises(NotFoundError):
            step(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


def test_forms_that_a_kill_left_out_are_made(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    names = ["round-1/form.csv", "round-1/sheets/reading.de.html"]
    before = [(copy / name).read_bytes() for name in names]
    for name in names:
        (copy / name).unlink()
    audit.write_report(copy)
    assert [(copy / name).read_bytes() for name in names] == before


def test_names_of_no_file_or_contest_are_refused(tmp_path):
    given = csv_files(Town(), tmp_path / "files")
    for wrong in (
        {"mappings": {"batch": {"": "Box"}}},
        {"formats": {"resluts": "hart"}},
        {"winners": {"Mayr": ["Bo"]}},
    ):
        with pytest.raises(UsageError):
            audit.read_inputs(replace(given, **wrong))
    (tmp_path / "files/manifest.csv").write_text("Where,How many\nb0,5\n")
    with pytest.raises(UnknownFormat) as caught:
        audit.read_inputs(given)
    assert "--map manifest.batch=" in caught.value.hint


def test_the_chart_says_what_it_shows(folder):
    book = read_book(folder)
    assert risk_chart(book, "Risk: park 0.01", "Limit").count("<polyline") == len(book.contests)
    risk = book.last.contests[0]
    assert (
        f"{risk.contest}: {risk.risk:.3g}"
        in re.search('aria-label="Risk: ([^"]*)"', (folder / "index.html").read_text())[1]
    )


def test_the_script_needs_nothing_but_python(folder):
    ran = subprocess.run(
        [sys.executable, "-I", "-S", folder / "check_draw.py", folder], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "round-1 comes out again\n"), ran.stderr


@pytest.mark.slow
def test_pages_are_accessible_and_fit_a_phone(folder):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page(
            viewport={"width": 360, "height": 800}, bypass_csp=True
        )
        for path in pages(folder):
            page.goto(path.as_uri())
            found = Axe().run(page).response["violations"]
            assert [one["id"] for one in found] == [], path.name
            assert "sheets" in path.parts or page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), (
                path.name
            )


def test_a_page_that_says_something_else_is_found(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert {check.outcome for check in audit.verify(copy)} == {"passed"}
    (copy / "index.html").write_text((copy / "index.html").read_text().replace("Ann", "Bo"))
    assert [(check.step, check.detail) for check in audit.verify(copy) if check.outcome == "failed"] == [
        ("pages", "index.html")
    ]

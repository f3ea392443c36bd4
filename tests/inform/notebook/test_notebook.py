"""The pages of an audit: complete in every language, without scripts, and of published files alone."""

import re
import shutil
import subprocess
import sys

import pytest
from tests.assure.audit.life.town import Town

from tocsin.assure.audit.life import setup
from tocsin.inform import i18n
from tocsin.inform.notebook.book import read_book
from tocsin.inform.notebook.charts import risk_chart
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
    return AuditFiles([str(folder / "manifest.csv")], [str(folder / "cvrs.csv")])


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

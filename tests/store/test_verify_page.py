"""The page that checks an export, in Chromium: agrees with `tocsin verify` on all that was done to it, asks nobody."""

import re
import shutil

import pytest
from tests.store import exported
from tests.store.damage import damages

from tocsin.store.verify import verify
from tocsin.store.verify_page import page as written

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
ROWS = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    file = tmp_path_factory.mktemp("page") / "verify.html"
    file.write_bytes(written())
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.seen, page.said = [], []
        page.on("request", lambda request: page.seen.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(file.as_uri())
        yield page
        assert page.seen == [file.as_uri()]
        assert page.said == []
        browser.close()


def told(page, data):
    """Give the page a file; what it says: its verdict, and where faults are."""
    page.get_by_label("Export (zip)").set_input_files([])
    page.locator("#verdict").evaluate("one => { one.textContent = 'waiting' }")
    page.get_by_label("Export (zip)").set_input_files({"name": "e.zip", "mimeType": "application/zip", "buffer": data})
    page.locator("#verdict", has_text=re.compile("holds|Faults found|Not checked")).wait_for()
    rows = page.locator("#faults tbody tr").evaluate_all(ROWS)
    return page.locator("#verdict").text_content(), {(file, entry, place) for file, entry, place, _ in rows}


def expected(folder, data):
    faults = verify(exported.write(folder, data)).faults
    said = f"Faults found: {len(faults)}." if faults else "Everything in this export holds."
    return said, {
        (one.file or "the zip itself", "" if one.entry is None else str(one.entry), f"{one.start} to {one.end}")
        for one in faults
    }


def test_a_good_export_is_good_to_the_page(good, page):
    assert told(page, good.data) == ("Everything in this export holds.", set())
    text = page.locator("main").inner_text()
    assert "entries: 7" in text
    assert "records: 6" in text
    assert exported.read_journal(good.files)[-1]["time"] in text
    assert "signatures need the authority's certificates" in text
    assert not page.locator("#faults").is_visible()


def test_the_page_in_the_export_is_this_page(good):
    assert good.files["verify.html"] == written()


def disagreements(good, page, folder, step):
    wrong = {}
    for what, (data, _) in list(damages(good).items())[::step]:
        found, wanted = told(page, data), expected(folder, data)
        if found != wanted:
            wrong[what] = (found, wanted)
    assert told(page, good.data) == ("Everything in this export holds.", set())  # nothing is left of the last one
    return wrong


def test_damage_is_found_where_tocsin_verify_finds_it(good, page, tmp_path):
    assert disagreements(good, page, tmp_path, 5) == {}


@pytest.mark.slow
def test_every_damage_is_found_where_tocsin_verify_finds_it(good, page, tmp_path):
    assert disagreements(good, page, tmp_path, 1) == {}


@pytest.mark.slow
def test_flipped_bits_all_over_are_found_where_tocsin_verify_finds_them(good, page, tmp_path):
    wrong = {}
    for number, at in enumerate(range(0, len(good.data), 61)):
        data = exported.flip(good.data, at, 1 << number % 8)
        if told(page, data) != expected(tmp_path, data):
            wrong[at] = told(page, data)
    assert wrong == {}


def test_the_page_is_read_by_a_screen_reader_and_used_with_a_keyboard(good, page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    told(page, exported.flip(good.data, 100))
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    page.locator("body").click(position={"x": 1, "y": 1})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"


def test_names_in_an_export_stay_text(good, page):
    data = exported.loose(sorted([*good.files.items(), ("<img src=x onerror=alert(1)>", b"x")]))
    told(page, data)
    assert page.locator("#faults img").count() == 0
    assert page.get_by_role("cell", name="<img src=x onerror=alert(1)>").count() == 1

"""The pages of a gap and of a package in a real browser: no request, no sideways scrolling, axe. Slow."""

import shutil
from datetime import date

import pytest
from tests.respond import made
from tests.respond.sanctions.dossiers import FULL
from tests.respond.sanctions.test_owned import BOTH, data, holding

from tocsin.respond.sanctions.export import write_gap, write_package
from tocsin.respond.sanctions.gap import gap
from tocsin.respond.sanctions.package import package

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
DAY = date(2025, 1, 1)


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(scope="module", params=["gap", "empty gap", "package"])
def address(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("pages")
    if request.param == "package":
        write_package(package(FULL.but(name="X" * 300), DAY), out)
        return (out / "package.html").as_uri()
    owners = data(holding("ivan", "m" * 200, 1.0), hits=BOTH)
    listed = made.LISTS if request.param == "gap" else made.table()
    write_gap(gap(listed, made.SAME, DAY, owners=owners), out)
    return (out / "report.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_nothing_is_asked_for_and_nothing_is_off_the_screen(browser, address, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    seen, said = [], []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert (seen, said) == ([address], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width

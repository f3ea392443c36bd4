"""The report in a real browser: no request, no sideways scrolling, keyboard, axe. Slow."""

import shutil

import build
import pytest

from tocsin.share.write import write_all

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(scope="module", params=["plain", "hostile", "empty"])
def address(request, tmp_path_factory):
    scan = build.scan({"plain": 3, "hostile": 2, "empty": 0}[request.param], hostile=request.param == "hostile")
    out = tmp_path_factory.mktemp(request.param)
    write_all(out, scan.summary, scan.edges, scan.evidence, scan.posts_by_hour)
    return (out / "report.html").as_uri()


def opened(browser, address, **options):
    page = browser.new_page(**options)
    page.seen, page.said = [], []
    page.on("request", lambda request: page.seen.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_is_asked_for(browser, address, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(browser, address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.seen == [address]
    assert page.said == []


@pytest.mark.parametrize("width", [360, 740, 800, 1280])
def test_the_page_never_scrolls_sideways(browser, address, width):
    page = opened(browser, address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_that_opens_is_reached_by_keyboard_with_a_visible_focus(browser, address):
    page = opened(browser, address, viewport={"width": 1280, "height": 800})
    wanted = page.evaluate("document.querySelectorAll('a, summary').length")
    reached = 0
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if name in {"A", "SUMMARY"}:
            reached += 1
            assert outline != "none"
    assert reached >= wanted

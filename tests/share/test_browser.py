"""The report in a real browser: no request, no sideways scrolling, keyboard, axe. Slow."""

import shutil
from datetime import UTC, datetime

import build
import pytest

from tocsin.share.live.page import Shown, ShownLead, render
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


@pytest.fixture(scope="module", params=["plain", "hostile", "empty", "live"])
def address(request, tmp_path_factory):
    if request.param == "live":
        page = tmp_path_factory.mktemp("live") / "index.html"
        page.write_text(live_page())
        return page.as_uri()
    scan = build.scan({"plain": 3, "hostile": 2, "empty": 0}[request.param], hostile=request.param == "hostile")
    out = tmp_path_factory.mktemp(request.param)
    write_all(out, scan.summary, scan.edges, scan.evidence, scan.posts_by_hour)
    return (out / "report.html").as_uri()


def live_page():
    """The page of a live desk with leads that stand and that ended, hostile names among them."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    found = build.scan(3, hostile=True).summary.findings
    leads = [ShownLead(f"lead-{k}", finding, now, now, None) for k, finding in enumerate(found)]
    ended = (ShownLead("lead-9", found[0], now, now, now),)
    counts = (9, 8, 1, 1, 1)
    shown = Shown(
        "ws://127.0.0.1/x", now, False, 20, 900, now, now, counts, 10, 1.5, 0, 2, 300, tuple(leads), ended, ()
    )
    return render(shown)


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


@pytest.mark.parametrize("width", [360, 740, 800, 970, 1280])
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


def test_the_live_page_loads_itself_again_until_it_is_held(browser, tmp_path):
    (tmp_path / "index.html").write_text(live_page().replace("10000", "300"))
    address = (tmp_path / "index.html").as_uri()
    page = opened(browser, address)  # what is changed has another digest, and does not run
    page.wait_for_timeout(1_000)
    assert page.seen == [address]
    assert page.said
    (tmp_path / "index.html").write_text(live_page())
    page = opened(browser, address)
    page.clock.install()
    page.reload()
    with page.expect_navigation():
        page.clock.fast_forward(11_000)
    page.get_by_role("link", name="Hold this page").click()
    page.clock.fast_forward(30_000)
    page.wait_for_timeout(500)
    assert len(page.seen) == 3
    page.get_by_role("link", name="Go on loading it again").click()
    with page.expect_navigation():
        page.clock.fast_forward(11_000)

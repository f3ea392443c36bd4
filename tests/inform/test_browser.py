"""The site in a real browser: axe, no request, no script, keyboard, print, right to left. Slow."""

import shutil

import pytest
from tests.inform import made

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
CASES = [f"cases/{made.uid(name)}.html" for name in ("plain", "withdrawn", "hostile")]
PAGES = ["index.html", "corrections.html", "method.html", "decisions.html", *CASES]
PAGES += [f"cases/{made.uid('withdrawn')}-1.html"]


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


def opened(browser, file, **options):
    page = browser.new_page(**options)
    page.seen, page.said = [], []
    page.on("request", lambda request: page.seen.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize(("site", "scheme", "width"), [("en", "light", 1280), ("de", "dark", 320)])
def test_axe_finds_nothing_and_nothing_is_asked_for(browser, sites, site, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    for name in PAGES:
        page = opened(browser, sites / site / name, viewport={"width": width, "height": 800}, color_scheme=scheme)
        found = axe.Axe().run(page).response["violations"]
        assert [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found] == [], name
        assert page.seen == [(sites / site / name).as_uri()]
        assert page.said == []
        page.close()


def test_an_exercise_passes_axe(browser, sites):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    for scheme in ("light", "dark"):
        page = opened(browser, sites / "exercise" / "index.html", color_scheme=scheme)
        assert axe.Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [320, 640, 641, 1280])
def test_no_page_scrolls_sideways(browser, sites, width):
    for name in PAGES:
        page = opened(browser, sites / "de" / name, viewport={"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.close()


def test_the_style_is_taken_and_the_page_needs_no_script(browser, sites):
    plain = opened(browser, sites / "en" / CASES[1], java_script_enabled=False)
    assert plain.locator(".notice").first.evaluate("one => getComputedStyle(one).borderInlineStartWidth") == "8px"
    assert plain.get_by_text("We were wrong.").first.is_visible()


def test_a_withdrawal_is_as_large_as_the_claim_and_seen_first(browser, sites):
    page = opened(browser, sites / "en" / CASES[1], viewport={"width": 1280, "height": 900})
    notice = page.get_by_role("region", name="Withdrawal, March 5, 2026")
    claim = page.get_by_role("heading", name="What happened")
    assert notice.bounding_box()["y"] + notice.bounding_box()["height"] < 900
    assert notice.bounding_box()["y"] < claim.bounding_box()["y"]
    assert notice.bounding_box()["width"] >= claim.bounding_box()["width"]


def test_every_link_is_reached_by_keyboard_with_a_visible_focus(browser, sites):
    page = opened(browser, sites / "en" / CASES[0])
    wanted = page.evaluate("document.querySelectorAll('a, [tabindex=\"0\"]').length")
    seen = set()
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle,"
            " document.activeElement.getBoundingClientRect().left, document.activeElement.tagName]"
        )
        if told[3] == "A":
            seen.add(told[0])
            assert told[1] != "none"
            assert told[2] >= 0  # the skip link shows itself
    assert len(seen) >= page.evaluate("new Set([...document.querySelectorAll('a')].map(a => a.outerHTML)).size")


def test_the_skip_link_leads_to_the_text(browser, sites):
    page = opened(browser, sites / "en" / "index.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("width", [320, 1280])
def test_right_to_left_mirrors_the_page(browser, sites, width):
    """No catalogue is right to left yet; the style must be ready for one."""
    page = opened(browser, sites / "en" / CASES[1], viewport={"width": width, "height": 800})
    sides = "one => ['Left', 'Right'].map(side => getComputedStyle(one)[`border${side}Width`])"
    assert page.locator(".notice").first.evaluate(sides) == ["8px", "1px"]
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.locator(".notice").first.evaluate(sides) == ["1px", "8px"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_print_keeps_the_withdrawal_and_drops_the_menu(browser, sites):
    page = opened(browser, sites / "en" / CASES[1])
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert page.get_by_text("We were wrong.").first.is_visible()
    assert len(page.pdf()) > 10_000

"""The shell's pages in Chromium: axe finds nothing, the keyboard reaches everything, nothing overflows, nothing breaks
without JavaScript, print and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import PASSWORD

from tocsin.model.people import Preferences
from tocsin.web import pages
from tocsin.web.auth import invitations

PATHS = [
    "/",
    "/account",
    "/people",
    "/people/{me}",
    "/journal",
    "/journal/0",
    "/journal/roots",
    "/settings",
    "/nowhere",
]
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, [tabindex='0']"


def addresses(page, workspace):
    """Every page of the shell, those before the door first."""
    with workspace.write("", "settings changed") as writer:
        writer.put(Preferences(exercise=True, issuer="https://provider.example", client="tocsin"))
    token = invitations.invite(workspace, page.person.actor, ["reader"], "for Zoe")
    workspace.journal.make_root(workspace.journal.head().time.date())
    return ("/sign-in", f"/invitation/{token}", *(path.replace("{me}", page.person.id) for path in PATHS), "/nowhere")


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_overflows(enter, workspace, width, scheme, language):
    page = enter(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    problems = []
    page.on("console", lambda message: problems.append(message.text))
    for path in addresses(page, workspace):
        page.goto(path)
        found = Axe().run(page).response["violations"]
        told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
        assert told == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("document.documentElement.lang") == language
    assert [text for text in problems if "404" not in text] == []


def test_a_form_that_was_refused_says_so_to_a_screen_reader(enter):
    page = enter()
    page.goto("/account")
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password").fill("a long enough password")
    page.get_by_label("The same password again").fill("another long enough password")
    page.get_by_role("button", name="Save").click()
    assert "The two passwords differ." in page.get_by_role("alert").inner_text()
    assert Axe().run(page).response["violations"] == []


def focused(page):
    return page.evaluate("(e => (e.labels?.[0] ?? e).innerText.trim().split('\\n')[0])(document.activeElement)")


def test_signing_in_and_out_with_the_keyboard_alone(served, chromium, join):
    join("ann", ("reader",), signed_in=False)
    context = chromium.new_context(base_url=served.state.origin)
    page = context.new_page()
    page.goto("/account")
    assert focused(page) == "Name to sign in with"
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(10):
        if focused(page) == "Sign out":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    context.close()


def test_every_control_is_reached_in_order_and_seen(enter, workspace):
    page = enter()
    for path in ("/people", "/settings"):
        page.goto(path)
        wanted = page.locator(CONTROLS).filter(visible=True).count()
        reached = []
        for _ in range(wanted + 6):  # a field for a date has three stops
            page.keyboard.press("Tab")
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            if page.evaluate("document.activeElement !== document.body"):
                reached.append((page.evaluate("document.activeElement.outerHTML"), style))
        assert len({html for html, _ in reached}) >= wanted - 1, path  # two buttons may read the same
        assert {style for _, style in reached} == {"solid"}, path


def test_the_page_is_complete_without_javascript(enter):
    page = enter(java_script_enabled=False)
    page.goto("/account")
    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Name to sign in with").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="What is next").wait_for()


@pytest.mark.parametrize("scripted", [True, False])
def test_more_rows_of_the_journal(enter, workspace, scripted):
    if scripted and not pages.asset("vendor/htmx.min.js"):
        pytest.skip("htmx was not built: make assets")
    page = enter(java_script_enabled=scripted)
    for number in range(60):
        workspace.note("", "something happened", f"case-{number}")
    page.goto("/journal")
    rows = page.locator("#entries > tr")
    assert rows.count() == 50
    page.get_by_role("link", name="More").click()
    page.get_by_role("link", name="0", exact=True).wait_for()
    whole = workspace.journal.head().seq + 1
    assert rows.count() == (whole if scripted else whole - 50)
    assert page.get_by_role("link", name="More").count() == 0


def test_print_leaves_out_what_paper_cannot_do(enter):
    page = enter()
    page.goto("/journal")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert not page.get_by_role("button", name="Check everything now").is_visible()
    assert page.get_by_role("table").is_visible()

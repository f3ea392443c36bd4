"""The rooms of a case in Chromium: axe finds nothing, nothing sticks out, narrow or wide, in either direction."""

import re
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from tests.web import paths, texts
from tests.web.forms import send
from tests.web.walk import overflowing

from tocsin.model.case import Publication, Review
from tocsin.model.evidence import Item
from tocsin.web import i18n, pages

BEGIN, END, WORD = "\u05d0\u05d1", "\u05ea", " \u05e9\u05dc\u05d5\u05dd"  # letters from right to left
pytestmark = pytest.mark.slow


@pytest.fixture
def rooms(join, workspace, tmp_path, served):
    """A published case with everything in it, one under review, and the addresses of all pages about them."""
    author = join("ann", ("analyst", "publisher", "custodian", "reviewer"))
    reader = join("bob", ("reviewer", "publisher"))
    paths.take_in(workspace, author.person, tmp_path / "scan")
    first, second, _ = paths.lead_ids(author)
    case = paths.ready(author, reader, first)
    upload = {"file": ("page.html", b"<h1>Shown</h1><script>alert(1)</script>")}
    kept = send(author, case, f"{case}/evidence", files=upload, source="an address " + "x" * 300)
    send(author, kept.url.path, f"{kept.url.path}/copy")
    paths.publish(author, reader, case)
    other = paths.open_case(author, second)
    paths.in_scope(author, other, f"lead:{second}")
    paths.name_names(author, other)
    paths.write(author, other, f"lead:{second}")
    paths.ask_review(author, other, reader.person)
    with workspace.read() as found:
        review = found.page(Review, {"state": "asked"}).items[0].id
        issue = found.page(Publication).items[0].id
        item = found.page(Item, {"how": "upload", "is_copy": False}).items[0].id
    claims = [f"{other}/claims/{which}" for which in ("behaviour", "deception", "reach", "attribution")]
    forms = [f"{other}/{part}" for part in ("facts", "scope", "names", "end", "history", "review", "reply", "publish")]
    mine = [
        "/leads?state=all",
        "/leads/new",
        "/tips",
        "/requests",
        f"/findings/{first}",
        f"/findings/{first}/posts",
        "/cases",
        case,
        other,
    ]
    mine += [*claims, *forms, f"{case}/publish", f"{case}/reply", "/evidence", f"/evidence/{item}"]
    mine += ["/reply?state=all", "/publications", f"/publications/{issue}"]
    return {author.person: mine, reader.person: ["/review", f"/review/{review}", other]}


@pytest.fixture
def look(served, chromium, rooms):
    """Yield each page of the rooms in Chromium, for who may see it."""
    contexts = []

    def pages_in(**options):
        for person, addresses in rooms.items():
            context = chromium.new_context(base_url=served.state.origin, **options)
            contexts.append(context)
            token = served.state.sessions.begin(person, "password")
            context.add_cookies([{"name": "session", "value": token, "url": served.state.origin}])
            page = context.new_page()
            page.on("console", lambda message: problems.append(message.text))
            for address in addresses:
                assert page.goto(address).status == 200, address
                yield address, page

    problems = []
    yield pages_in
    for context in contexts:
        context.close()
    assert problems == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_axe_finds_nothing(look, width, scheme):
    axe = Axe()
    for address, page in look(viewport={"width": width, "height": 800}, color_scheme=scheme):
        found = axe.run(page).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == [], address
        assert overflowing(page) == [], address


def test_german_fits_on_every_page(look):
    for address, page in look(locale="de-DE", viewport={"width": 640, "height": 800}):
        assert page.locator("html").get_attribute("lang") == "de", address
        assert overflowing(page) == [], address


@pytest.fixture
def mirrored(tmp_path, monkeypatch):
    """A catalogue that is written from right to left, longer than the English, with every placeholder."""
    catalogue = Catalog(locale="he")
    for text in texts.every():
        parts = (text,) if isinstance(text, str) else text
        turned = tuple(BEGIN + part + END + WORD * (len(part) // 12) for part in parts)
        catalogue.add(text, turned[0] if isinstance(text, str) else turned * catalogue.num_plurals)
    folder = tmp_path / "locale" / "he"
    folder.mkdir(parents=True)
    written = BytesIO()
    write_po(written, catalogue)
    (folder / "mirrored.po").write_bytes(written.getvalue())
    monkeypatch.setattr(i18n, "FOLDER", tmp_path / "locale")
    for cached in (i18n.language, pages.environment):
        cached.cache_clear()
    yield
    for cached in (i18n.language, pages.environment):
        cached.cache_clear()


@pytest.mark.parametrize("width", [320, 1280])
def test_from_right_to_left_nothing_sticks_out(rooms, mirrored, look, width, tmp_path):
    for address, page in look(locale="he-IL", viewport={"width": width, "height": 800}):
        assert page.locator("html").get_attribute("dir") == "rtl", address
        assert overflowing(page) == [], address
        shot = tmp_path / f"{re.sub(r'[^a-z]+', '-', address)}-{width}.png"
        page.screenshot(path=shot, full_page=True)
        assert shot.stat().st_size > 5_000, address

"""A message is checked in the workbench; people confirm or reject what looks like a claim; nothing gives a verdict."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from tests.web.forms import said, send
from tests.web.walk import overflowing

from tocsin.detect.fabrication import encoders
from tocsin.detect.fabrication.pictures.hashes import hash_picture
from tocsin.jobs.check import checker_in, keep
from tocsin.jobs.claims import ClaimsRequest, add_claims, links_in, settle
from tocsin.jobs.sites import Lists, add_sites

CLAIM = "The mayor of <i>Oldtown</i> closed 12 polling stations on the day before the vote."
MESSAGE = CLAIM.replace("12", "15")


@pytest.fixture
def picture():
    data = io.BytesIO()
    drawn = Image.effect_mandelbrot((400, 300), (-1.5, -1, 0.6, 1), 40).rotate(20)
    drawn.save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def kept(workspace, tmp_path, join, picture, monkeypatch):
    """An analyst, in a workspace that keeps a claim with a picture."""
    monkeypatch.setattr(encoders, "available", tuple)
    file = tmp_path / "claims.csv"
    pdq = hash_picture(picture).hex
    file.write_text(f'claim,publisher,verdict,url,pdq\n"{CLAIM}",Desk,No evidence,https://desk.example/1,{pdq}\n')
    analyst = join("cat", ("analyst",))
    add_claims(workspace, analyst.person.actor, ClaimsRequest((str(file),)), "Desk <May>")
    return analyst


def heading(page):
    return re.search(r"<h1>(.*?)</h1>", page.text)[1]


def test_from_a_message_to_a_confirmed_link(kept, join):
    assert "Desk &lt;May&gt;" in kept.get("/check").text
    assert "Nachricht prüfen" in kept.get("/check", headers={"accept-language": "de"}).text
    page = send(kept, "/check", "/check", text=MESSAGE)
    assert heading(page).startswith("This looks like something that was checked.")
    assert "<mark>15 </mark>" in page.text
    assert "<i>Oldtown" not in page.text
    assert "No evidence" in page.text
    assert "suggested" in page.text
    token = re.search(r'name="csrf" value="(\w+)"', page.text)[1]
    done = kept.post("/check/keep", data={"csrf": token, "text": MESSAGE}, headers={"origin": "http://localhost:8000"})
    assert said(done) == "The suggestions are kept."
    here = re.search(r'action="(/check/links/[^"]+)"', done.text)[1]
    assert "a reason is needed" in send(kept, "/check/links", here, why=" ", act="confirm").text.lower()
    reader = join("bob", ("reader",))
    assert here not in reader.get("/check/links").text
    assert said(send(kept, "/check/links", here, why="Same day, same mayor.", act="confirm")) == "The link is saved."
    assert "Same day, same mayor." in reader.get("/check/links?state=confirmed").text
    assert heading(send(reader, "/check", "/check", text=MESSAGE)) == "This was checked."
    assert said(send(kept, "/check/links", here, act="reopen")) == "The link is saved."


def test_pictures_addresses_and_what_is_neither(kept, picture, workspace, tmp_path):
    turned = io.BytesIO()
    framed = Image.new("RGB", (520, 460), "white")
    framed.paste(Image.open(io.BytesIO(picture)), (60, 80))
    framed.transpose(Image.Transpose.ROTATE_90).save(turned, "PNG")
    files = {"picture": ("x.png", turned.getvalue())}
    assert heading(send(kept, "/check", "/check", files=files, text="")) == "This was checked."
    assert heading(send(kept, "/check", "/check", text="https://desk.example/1?fbclid=2")) == "This was checked."
    listed = tmp_path / "l.csv"
    listed.write_text("domain,category\nbad.example,<b>unreliable\n")
    add_sites(workspace, kept.person.actor, Lists((), (("Some list", None, str(listed)),)))
    assert "bad.example: &lt;b&gt;unreliable (opinion of Some list" in send(
        kept, "/check", "/check", text="https://bad.example/x").text  # fmt: skip
    page = send(kept, "/check", "/check", text="My aunt bakes bread")
    assert heading(page).startswith("Nobody has checked this")
    assert "Check it yourself" in page.text
    assert send(kept, "/check", "/check", text="  ").status_code == 400
    assert send(kept, "/check", "/check", files={"picture": ("x.png", b"none")}, text="").status_code == 422


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_sticks_out(kept, enter, workspace, width, scheme, language):
    page = enter(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    actor = kept.person.actor
    for text in (MESSAGE, MESSAGE + " today " + "x" * 200):
        found = checker_in(workspace).text(text)
        keep(workspace, actor, text, found)
    settle(workspace, actor, links_in(workspace)[0].id, "confirmed", "Same day. " + "y" * 100)
    for address in ("/check", "/check/links", "/check answer"):
        page.goto(address.removesuffix(" answer"))
        if address.endswith("answer"):
            page.locator("textarea").fill(MESSAGE)
            page.locator("main form button").click()
            page.wait_for_load_state()
        assert page.locator("html").get_attribute("lang") == language
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == [], address
        assert overflowing(page) == [], address

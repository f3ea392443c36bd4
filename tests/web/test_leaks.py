"""Leaks in the workbench: taken in, weighed by two, opened with a reason; nothing of the content before that."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.jobs.test_leak_intake import MAIL
from tests.web.forms import said, send
from tests.web.walk import overflowing

from tocsin.jobs.leak_intake import Origin, take
from tocsin.model.evidence import Item
from tocsin.model.leak import QUESTIONS, LeakItem
from tocsin.web.routes.leaks import FINDS, Weighing

ROOM = "/leaks"
ANSWERS = dict.fromkeys(QUESTIONS, "looked <b>at</b>")


def thing(workspace, sort):
    with workspace.read() as reader:
        return reader.page(LeakItem, {"sort": sort}, limit=1).items[0].id


def test_a_leak_is_weighed_by_two_before_others_open_it(join, workspace):
    ann, bob, cor = join("ann", ("analyst",)), join("bob", ("reviewer",)), join("cor", ("publisher",))
    new = f"{ROOM}/new"
    sent = {"files": ("Jürgen's inbox.eml", MAIL)}
    assert "title" in said(send(ann, new, new, files=sent, title=" ", weigher=bob.person.id))
    kept = send(ann, new, new, files=sent, title="A mail", how="by post", weigher=bob.person.id)
    assert said(kept) == "The leak is kept."
    here, mail = kept.url.path, thing(workspace, "mail")
    assert "inbox.eml" in kept.text
    for page in (here, "/evidence"):
        assert "inbox" not in cor.get(page).text, page
        assert "Count" not in cor.get(page).text, page
    asked = {"thing": mail, "why": "to see"}
    refused = cor.submit(f"{here}/open", asked, page="/account")
    assert refused.status_code == 403
    assert "The count" not in refused.text
    assert "without a reason" in said(bob.submit(f"{here}/open", {"thing": mail, "why": " "}, page=here))
    opened = bob.submit(f"{here}/open", asked, page=here)
    assert "The count" in opened.text
    assert "steal()" not in opened.text
    assert "secret-host" not in opened.text

    weighing = {**ANSWERS, "finds": "interest", "reason": "it shows the change"}
    assert "not answered: less" in said(send(ann, here, f"{here}/weigh", **{**weighing, "less": " "}))
    assert said(send(ann, here, f"{here}/weigh", **weighing)) == "What you found is kept."
    assert "it shows the change" not in bob.get(here).text  # before bob's own
    page = send(bob, here, f"{here}/weigh", **weighing).text
    assert "weighed: may be shown" in page
    assert "looked &lt;b&gt;at&lt;/b&gt;" in page
    assert "The count" in cor.submit(f"{here}/open", asked, page=here).text
    assert "2 openings" in cor.get(here).text
    note = ann.submit(f"{here}/open", {"thing": thing(workspace, "document"), "why": "for the case"}, page=here)
    assert "plan B" in note.text
    with workspace.read() as reader:
        original = reader.page(Item, {"how": "upload"}).items[0].id
    assert ann.submit(f"/evidence/{original}/original", page="/account").status_code == 403
    dan = join("dan", ("reader",))
    assert dan.submit(f"{here}/weigh", weighing, page="/account").status_code == 403
    assert "<form" not in dan.get(here).text.partition("<main")[2]
    assert [entry.action for entry in workspace.journal.entries()].count("open leak item") == 3


def test_every_question_has_a_field():
    assert set(QUESTIONS) == set(Weighing.model_fields) - {"finds", "reason"}
    assert set(FINDS) == {"interest", "harm", "unclear"}


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_overflows(enter, workspace, tmp_path, join, width, scheme, language):
    page = enter(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    file = tmp_path / "a.eml"
    file.write_bytes(MAIL)
    leak = take(workspace, page.person.actor, [str(file)], Origin("A mail", "by post", datetime.now(UTC)))
    for path in (ROOM, f"{ROOM}/new", f"{ROOM}/{leak.id}"):
        assert page.goto(path).status == 200
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == [], path
        assert overflowing(page) == [], path

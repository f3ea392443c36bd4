"""What the server does by itself, and the pages about it."""

from datetime import UTC, datetime, timedelta

from tocsin.cases import retention
from tocsin.model.case import Tip
from tocsin.model.evidence import Timestamp
from tocsin.model.people import ROLES, Actor, Preferences
from tocsin.web import daily

PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"


def test_old_tips_end_and_a_root_is_made_of_days_that_are_over(workspace):
    custodian = Actor(id="c", roles=frozenset(ROLES))
    tip, other = (retention.add_tip(workspace, custodian, text) for text in ("old", "new"))
    with workspace.write("", "time passes") as writer:
        writer.put(tip.but(expires=datetime.now(UTC) - timedelta(seconds=1)))
    daily.keep(workspace)
    with workspace.read() as reader:
        assert reader.find(Tip, tip.id) is None
        assert reader.find(Tip, other.id) is not None
    assert workspace.journal.roots() == []  # the workspace is of today
    assert workspace.check() == []


def test_an_authority_that_does_not_answer_is_pending_and_shown_so(workspace, join):
    workspace.journal.make_root(datetime.now(UTC).date())
    with workspace.write("", "settings changed") as writer:
        writer.put(Preferences(authority="http://localhost:1/", certificates=PEM))
    daily.keep(workspace)
    with workspace.read() as reader:
        assert [one.state for one in reader.page(Timestamp).items] == ["pending"]
    page = join().get("/journal/roots").text
    assert ">pending</span>" in page
    assert "no answer" in page


def test_a_custodian_makes_the_root_of_today(join, workspace):
    browser = join("ann", ("custodian",))
    page = browser.submit("/journal/roots", page="/journal/roots")
    assert workspace.journal.roots()[0].root in page.text
    assert join("bob", ("analyst",)).submit("/journal/roots").status_code == 403


def test_settings_that_cannot_work_are_refused(join, workspace):
    browser = join()
    for data in (
        {"authority": "https://tsa.example", "certificates": "nothing"},
        {"authority": "ftp://tsa.example", "certificates": PEM},
        {"issuer": "https://provider.example"},
        {"client": "tocsin"},
    ):
        page = browser.submit("/settings", data, page="/settings")
        assert page.status_code == 400, data
        assert 'role="alert"' in page.text
    with workspace.read() as reader:
        assert reader.find(Preferences, "workspace") is None


def test_two_persons_change_a_threshold(join):
    values = {"reply_days": "7", "alternatives": "2", "tip_days": "30", "frozen_until": ""}
    ann, bob, eve = join("ann"), join("bob", ("publisher",)), join("eve", ("analyst", "custodian"))
    for _ in range(2):
        assert "Another person must enter" in ann.submit("/settings/rules", values, page="/settings").text
    assert eve.submit("/settings/rules", values, page="/settings").status_code == 403
    assert "Another person" in bob.submit("/settings/rules", {**values, "tip_days": "31"}, page="/settings").text
    assert "in force" in bob.submit("/settings/rules", values, page="/settings").text
    assert "<dd>7</dd>" in eve.get("/settings").text
    wrong = bob.submit("/settings/rules", {**values, "reply_days": "0"}, page="/settings")
    assert wrong.status_code == 422

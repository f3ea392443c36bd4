"""Accounts: the first link, invitations, passwords, sessions, roles, limits."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.conftest import ORIGIN, PASSWORD, Browser

from tocsin.model.people import ROLES, Credential, Invitation, Person, Session
from tocsin.web.auth import accounts, invitations, limits, passwords, sessions

NEW = "another long sentence to remember"


def account(token, browser, login="first", **changed):
    path = f"/invitation/{token}"
    fields = {"login": login, "name": "First", "password": PASSWORD, "again": PASSWORD, **changed}
    return browser.submit(path, fields, page=path)


def people(workspace):
    with workspace.read() as reader:
        return {person.login: person for person in accounts.everybody(reader)}


def test_first_link_makes_one_account_with_every_role(app, workspace):
    token, browser = invitations.first(workspace), Browser(app)
    assert account(token, browser).url.path == "/"
    assert people(workspace)["first"].roles == ROLES
    assert browser.get("/account").status_code == 200
    assert account_refused(app, token) == 404
    assert invitations.first(workspace) == ""


def account_refused(app, token):
    return Browser(app).get(f"/invitation/{token}").status_code


def test_link_is_kept_as_a_digest_and_ends_after_half_an_hour(app, workspace):
    token = invitations.first(workspace)
    with workspace.read() as reader:
        kept = reader.get(Invitation, sessions.hashed(token))
    assert token not in kept.model_dump_json()
    assert timedelta(minutes=29) < kept.expires - datetime.now(UTC) <= timedelta(minutes=30)
    with workspace.write("", "time passes") as writer:
        writer.put(kept.but(expires=datetime.now(UTC) - timedelta(seconds=1)))
    assert account_refused(app, token) == 404


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"password": "too short", "again": "too short"}, 400, "at least 15 characters"),
        ({"again": NEW}, 400, "two passwords differ"),
        ({"name": ""}, 422, "name"),
        ({"password": "x" * 1025, "again": "x" * 1025}, 422, "too long"),
    ],
)
def test_what_an_invitation_refuses_leaves_it_open(app, workspace, changed, status, words):
    token, browser = invitations.first(workspace), Browser(app)
    answer = account(token, browser, **changed)
    assert answer.status_code == status
    assert words in answer.text
    assert people(workspace) == {}
    assert account(token, browser).status_code == 200


def test_invitation_gives_its_roles_once(join, app, workspace):
    boss = join("boss")
    page = boss.submit("/people/invitations", {"roles": ["reader", "analyst"], "note": "for Ann"}, page="/people")
    token = page.text.split("/invitation/")[1].split("<")[0]
    assert "for Ann" in boss.get("/people").text
    assert token not in boss.get("/people").text
    taken = account(token, Browser(app), login="BOSS")
    assert taken.status_code == 409
    assert account(token, Browser(app), login="ann").status_code == 200
    assert people(workspace)["ann"].roles == ("reader", "analyst")
    assert account_refused(app, token) == 404


def test_withdrawn_invitation_is_worthless(join, app, workspace):
    boss = join("boss")
    token = invitations.invite(workspace, boss.person.actor, ["reader"])
    boss.submit(f"/people/invitations/{sessions.hashed(token)}/withdraw", page="/people")
    assert account_refused(app, token) == 404


def test_sign_in_and_out(join, app):
    browser = join(signed_in=False)
    assert browser.get("/people").url.path == "/sign-in"
    page = browser.submit("/sign-in", {"login": " Ann ", "password": PASSWORD, "next": "/people"}, page="/sign-in")
    assert page.url.path == "/people"
    kept = dict(browser.cookies)
    assert browser.submit("/sign-out").url.path == "/sign-in"
    again = Browser(app)
    again.cookies.update(kept)
    assert again.get("/people").url.path == "/sign-in"


@pytest.mark.parametrize(
    "target", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "x", ""]
)
def test_sign_in_leads_nowhere_else(join, target):
    browser = join(signed_in=False)
    data = {"login": "ann", "password": PASSWORD, "next": target}
    answer = browser.submit("/sign-in", data, page="/sign-in", follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_wrong_name_and_wrong_password_get_the_same_answer(join, monkeypatch):
    browser = join(signed_in=False)
    work = []
    verify = passwords._hasher.verify
    monkeypatch.setattr(passwords, "_hasher", type("Counting", (), {
        "verify": lambda self, kept, given: (work.append(kept), verify(kept, given)),
    })())  # fmt: skip
    answers = [
        browser.submit("/sign-in", {"login": login, "password": NEW}, page="/sign-in") for login in ("ann", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [answer.text.replace('value="ann"', "").replace('value="nobody"', "") for answer in answers]
    assert texts[0] == texts[1]
    assert len(work) == 2  # one argon2id each, with the same parameters
    assert work[0].split("$")[:4] == work[1].split("$")[:4]


def test_closed_account_is_out_at_once_and_cannot_come_back(join, workspace):
    boss, ann = join("boss"), join("ann", ("reader",))
    assert ann.get("/account").url.path == "/account"
    boss.submit(f"/people/{ann.person.id}/active", {"active": "false"}, page=f"/people/{ann.person.id}")
    assert ann.get("/account").url.path == "/sign-in"
    answer = ann.submit("/sign-in", {"login": "ann", "password": PASSWORD}, page="/sign-in")
    assert answer.status_code == 401
    with workspace.read() as reader:
        assert reader.count(Session, {"person": ann.person.id}) == 0


def test_roles_change_at_once(join):
    boss, ann = join("boss"), join("ann", ("reader",))
    assert ann.get("/people").status_code == 403
    path = f"/people/{ann.person.id}"
    boss.submit(f"{path}/roles", {"roles": ["reader", "administrator"]}, page=path)
    assert ann.get("/people").status_code == 200


def test_the_last_administrator_stays(join):
    boss = join("boss")
    path = f"/people/{boss.person.id}"
    assert boss.submit(f"{path}/roles", {"roles": ["reader"]}, page=path).status_code == 409
    assert boss.submit(f"{path}/active", {"active": "false"}, page=path).status_code == 409
    assert boss.get("/people").status_code == 200


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_only_administrators_manage_people(join, role):
    other, ann = join("other", ("reader",)), join("ann", (role,))
    path = f"/people/{other.person.id}"
    assert ann.get(path).status_code == 403
    for tail in ("roles", "active", "sessions/end", "link"):
        answer = ann.submit(f"{path}/{tail}", {"roles": ["administrator"], "active": "false"})
        assert answer.status_code == 403, tail
    assert ann.submit("/people/invitations", {"roles": ["administrator"]}).status_code == 403
    assert ann.submit("/settings", {"exercise": "true"}).status_code == 403
    assert (ann.get("/journal").status_code == 200) == (role == "custodian")


def test_password_change_needs_the_old_one_and_ends_other_sessions(join, app):
    ann, other = join(), Browser(app)
    other.submit("/sign-in", {"login": "ann", "password": PASSWORD}, page="/sign-in")
    assert other.get("/account").url.path == "/account"
    fields = {"password": NEW, "again": NEW}
    assert ann.submit("/account/password", {**fields, "old": NEW}, page="/account").status_code == 400
    assert ann.submit("/account/password", {**fields, "old": PASSWORD}, page="/account").status_code == 200
    assert ann.get("/account").url.path == "/account"
    assert other.get("/account").url.path == "/sign-in"
    assert other.submit("/sign-in", {"login": "ann", "password": PASSWORD}, page="/sign-in").status_code == 401
    assert other.submit("/sign-in", {"login": "ann", "password": NEW}, page="/sign-in").url.path == "/"


def test_new_way_in_for_who_lost_theirs(join, app, workspace):
    boss, ann = join("boss"), join("ann", ("reader",))
    page = boss.submit(f"/people/{ann.person.id}/link", page=f"/people/{ann.person.id}")
    token = page.text.split("/invitation/")[1].split("<")[0]
    fresh = Browser(app)
    assert account(token, fresh, login="zoe", password=NEW, again=NEW).status_code == 200
    assert people(workspace)["ann"].roles == ("reader",)
    assert "zoe" not in people(workspace)
    assert ann.get("/account").url.path == "/sign-in"  # her other sessions ended
    assert Browser(app).submit(
        "/sign-in", {"login": "ann", "password": NEW}, page="/sign-in"
    ).url.path == "/"  # fmt: skip


def test_sessions_are_listed_and_ended(join, app, workspace):
    ann, other = join(), Browser(app)
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    other.submit("/sign-in", {"login": "ann", "password": PASSWORD}, page="/sign-in", headers=agent)
    assert "Firefox, Linux" in ann.get("/account").text
    with workspace.read() as reader:
        newest = reader.page(Session, {"person": ann.person.id}, "-expires").items[0]
    ann.submit("/account/sessions/end", {"session": newest.id}, page="/account")
    assert other.get("/account").url.path == "/sign-in"
    assert ann.get("/account").url.path == "/account"


def test_nobody_ends_the_session_of_another(join, workspace):
    bob, eve = join("bob", ("reader",)), join("eve", ("analyst", "custodian"))
    with workspace.read() as reader:
        session = reader.page(Session, {"person": bob.person.id}).items[0]
    assert eve.submit("/account/sessions/end", {"session": session.id}, page="/account").status_code == 403
    assert bob.get("/account").url.path == "/account"


def test_session_ends_absolutely_and_idle(join, workspace, app, monkeypatch):
    ann = join()
    with workspace.read() as reader:
        session = reader.page(Session, {"person": ann.person.id}).items[0]
    assert sessions.LIFE - timedelta(minutes=1) < session.expires - datetime.now(UTC) <= sessions.LIFE
    app.state.sessions._used[session.id] = datetime.now(UTC) - sessions.IDLE - timedelta(seconds=1)
    assert ann.get("/account").url.path == "/sign-in"
    app.state.sessions._used[session.id] = datetime.now(UTC)
    assert ann.get("/account").url.path == "/account"
    with workspace.write("", "time passes") as writer:
        writer.put(session.but(expires=datetime.now(UTC)))
    assert ann.get("/account").url.path == "/sign-in"
    join("bob")  # signing in clears what has ended
    with workspace.read() as reader:
        assert reader.find(Session, session.id) is None


def test_tokens_and_passwords_are_not_kept(join, workspace):
    ann = join()
    token = ann.cookies["session"]
    with workspace.read() as reader:
        kept = [r.model_dump_json() for kind in (Session, Credential, Person) for r in reader.page(kind).items]
    assert kept
    assert not any(token in text or PASSWORD in text for text in kept)
    assert len(token) >= 43  # 256 bits in base64url


def test_too_many_tries_at_one_account(join, workspace):
    ann = join(signed_in=False)
    wrong, right = ({"login": "ann", "password": password} for password in (NEW, PASSWORD))
    statuses = [ann.submit("/sign-in", wrong, page="/sign-in").status_code for _ in range(limits.PER_ACCOUNT + 1)]
    assert statuses == [401] * limits.PER_ACCOUNT + [429]
    answer = ann.submit("/sign-in", right, page="/sign-in")
    assert answer.status_code == 429
    assert "Wait 15 minutes and try again." in answer.text
    actions = [entry.action for entry in workspace.journal.entries()]
    assert "sign-in refused: too many tries" in actions


def test_limiter_is_bounded_and_forgets_after_its_window(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: clock[0])
    limiter = limits.Limiter(2)
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(limits.TooOftenError):
        limiter.take("a")
    limiter.take("b")
    clock[0] = limits.WINDOW_S
    limiter.take("a")
    monkeypatch.setattr(limits, "KEYS", 10)
    for number in range(100):
        limiter.take(str(number))
    assert len(limiter._seen) == 10


def test_password_of_other_signs_is_the_same_password():
    kept = passwords.hashed("ﬁfteen letters Å and more")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.verify(kept, "fifteen letters Å and more")
    assert not passwords.verify(kept, "Fifteen letters Å and more")
    assert not passwords.verify("", "nobody's password")


def test_every_change_is_in_the_journal_without_names(join, app, workspace):
    boss, _ = join("boss"), join("ann", ("reader",))
    boss.submit("/people/invitations", {"roles": ["reader"], "note": "for Zoe"}, page="/people")
    whole = "".join(entry.model_dump_json() for entry in workspace.journal.entries())
    assert not any(name in whole for name in ("ann", "Ann", "boss", "Boss", "Zoe"))
    assert workspace.check() == []


def test_address_of_the_link_is_that_of_the_server(join):
    page = join().submit("/people/invitations", {"roles": ["reader"]}, page="/people")
    assert f"{ORIGIN}/invitation/" in page.text

"""Passkeys, with Chromium's virtual authenticator (Chrome DevTools Protocol, domain WebAuthn)."""

import json
from urllib.parse import unquote_plus

import pytest
from tests.web.conftest import Browser

from tocsin.model.people import Credential
from tocsin.web.auth import passkeys
from tocsin.web.auth.pending import Pending

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def authenticator(page, **changed):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": {**KEY, **changed}})["authenticatorId"]


def add_passkey(page, name="my key"):
    page.goto("/account")
    page.get_by_label("What you call it").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


def test_a_passkey_is_made_used_and_removed(enter, workspace):
    page = enter()
    session, key = authenticator(page)
    add_passkey(page)
    page.get_by_text("The passkey can be used from now on.").wait_for()
    kept = credential(workspace)
    assert (kept.person, kept.name) == (page.person.id, "my key")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/")
    page.get_by_role("heading", name="What is next").wait_for()
    assert credential(workspace).uses > kept.uses
    assert session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]["isResidentCredential"]

    page.goto("/account")
    page.get_by_role("button", name="Remove passkey my key").click()
    page.get_by_text("That way in is removed.").wait_for()
    assert credential(workspace) is None
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey was not accepted.").wait_for()


def credential(workspace):
    with workspace.read() as reader:
        return next(iter(reader.page(Credential, {"type": "passkey"}).items), None)


def test_a_key_that_does_not_know_its_user_is_refused(enter, workspace):
    page = enter()
    authenticator(page, hasUserVerification=False, isUserVerified=False)
    add_passkey(page)
    page.get_by_text("No passkey was made.").wait_for()
    assert credential(workspace) is None


def test_the_passkey_of_a_closed_account_opens_nothing(enter, workspace):
    page = enter()
    authenticator(page)
    add_passkey(page)
    page.get_by_text("The passkey can be used from now on.").wait_for()
    with workspace.write("", "account closed") as writer:
        writer.put(page.person.but(active=False))
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey was not accepted.").wait_for()


def test_an_answer_works_once_and_only_where_it_was_asked(enter, served, workspace):
    page = enter()
    authenticator(page)
    add_passkey(page)
    page.get_by_text("The passkey can be used from now on.").wait_for()
    page.get_by_role("button", name="Sign out").click()
    with page.expect_request("**/sign-in/passkey") as caught:
        page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="What is next").wait_for()
    answer = dict(pair.split("=", 1) for pair in caught.value.post_data.split("&"))["answer"]
    replayed = json.loads(unquote_plus(answer))
    pending, origin = Pending(), served.state.origin
    with pytest.raises(passkeys.SignInError):  # the challenge is not known any more
        passkeys.check(workspace, served.state.pending, "another browser", origin, json.dumps(replayed))
    signed = json.loads(passkeys.base64url_to_bytes(replayed["response"]["clientDataJSON"]))
    challenge = passkeys.base64url_to_bytes(signed["challenge"]).decode()
    pending._kept[challenge] = (float("inf"), "b", "get")
    with pytest.raises(passkeys.SignInError):  # another site
        passkeys.check(workspace, pending, "b", "http://localhost:1", json.dumps(replayed))
    assert challenge not in pending._kept
    pending._kept[challenge] = (float("inf"), "b", "create")
    with pytest.raises(passkeys.SignInError):  # asked for another use
        passkeys.check(workspace, pending, "b", origin, json.dumps(replayed))
    pending._kept[challenge] = (float("inf"), "b", "get")
    with pytest.raises(passkeys.SignInError):  # the counter did not go on: a copy of the key
        passkeys.check(workspace, pending, "b", origin, json.dumps(replayed))
    with workspace.write("", "counter set back") as writer:
        writer.put(credential(workspace).but(uses=0))
    pending._kept[challenge] = (float("inf"), "b", "get")
    assert passkeys.check(workspace, pending, "b", origin, json.dumps(replayed)).id == page.person.id


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 1}', '{"id": "x", "response": {}}', "x" * 30_000])
def test_broken_answers_are_refused_in_words(join, app, answer):
    page = Browser(app).submit("/sign-in/passkey", {"answer": answer}, page="/sign-in")
    assert page.status_code in (401, 422)
    signed_in = join().submit("/account/passkeys", {"answer": answer, "name": "x"}, page="/account")
    assert signed_in.status_code in (400, 422)
    assert 'role="alert"' in page.text


def test_no_passkey_for_an_address_of_numbers(join):
    browser = join()
    headers = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}
    assert passkeys.site("http://[::1]:8000") == ""
    assert "data-passkey" not in browser.get("/account", headers=headers).text
    assert browser.submit("/account/passkeys/question", page="/account", headers=headers).status_code == 400


def test_what_waits_is_bounded_and_taken_once(monkeypatch):
    pending = Pending()
    key = pending.put("a", 1)
    assert pending.take("b", key) is None
    assert (pending.take("a", key), pending.take("a", key)) == (1, None)
    monkeypatch.setattr("tocsin.web.auth.pending.MOST", 3)
    keys = [pending.put("a", number) for number in range(5)]
    assert [pending.take("a", key) for key in keys] == [None, None, 2, 3, 4]
    monkeypatch.setattr("tocsin.web.auth.pending.LIFE_S", -1)
    assert pending.take("a", pending.put("a", 1)) is None

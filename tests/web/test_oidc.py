"""OpenID Connect against a provider on loopback: who gets in, and every lie that must not."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from tests.web import provider as small
from tests.web.conftest import ORIGIN, Browser

from tocsin.errors import UsageError
from tocsin.model.people import Credential, Preferences
from tocsin.web.app import create_app
from tocsin.web.auth import accounts, invitations, openid


@pytest.fixture
def provider(workspace):
    with small.running() as running:
        with workspace.write("", "settings changed") as writer:
            writer.put(Preferences(issuer=running.issuer, client=small.CLIENT))
        yield running


@pytest.fixture
def app(workspace, provider):
    return create_app(workspace, ORIGIN, small.SECRET)


@pytest.fixture
def ann(join, workspace, provider):
    """Somebody whose account is joined to the identity the provider vouches for."""
    browser = join("ann", ("reader",), signed_in=False)
    with workspace.write("", "identity joined") as writer:
        openid.join(writer, browser.person, provider.issuer, provider.subject)
    return browser


def there_and_back(browser, start="/sign-in/openid?next=/account"):
    """Follow the browser's way to the provider and back; returns the last page here."""
    out = browser.get(start, follow_redirects=False)
    assert out.status_code == 303, out.text
    return browser.get(to_provider(out.headers["location"]))


def to_provider(url):
    answer = httpx2.get(url)
    assert answer.status_code == 307, answer.text
    back = answer.headers["location"]
    assert back.startswith(f"{ORIGIN}/sign-in/openid/back?")
    return back


def test_a_joined_identity_signs_in(ann, provider):
    page = there_and_back(ann)
    assert page.url.path == "/account"
    assert "Ann" in page.text
    asked = provider.asked[0]
    assert min(map(len, asked.values())) >= 43  # 256 bits each
    assert len(set(asked.values())) == 3


def test_an_identity_nobody_joined_opens_nothing(join, app, provider, workspace):
    join("ann", ("reader",), signed_in=False)
    page = there_and_back(Browser(app))
    assert page.status_code == 401 or page.url.path == "/sign-in"
    with workspace.read() as reader:
        assert len(accounts.everybody(reader)) == 1


LIES = {
    "another nonce": {"claims": {"nonce": "x"}},
    "no nonce": {"claims": {"nonce": None}},
    "another audience": {"claims": {"aud": "someone else"}},
    "another party authorised": {"claims": {"azp": "someone else"}},
    "another issuer": {"claims": {"iss": "https://elsewhere.example"}},
    "over": {"claims": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}},
    "not yet": {"claims": {"nbf": int(time.time()) + 3600}},
    "no subject": {"claims": {"sub": None}},
    "another key": {"signs_with": RSAKey.generate_key(2048)},
    "discovery of another": {"metadata": {"issuer": "https://elsewhere.example"}},
    "plain endpoint elsewhere": {"metadata": {"token_endpoint": "http://elsewhere.example/token"}},
    "no keys": {"metadata": {"jwks_uri": "http://localhost:1/"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_opens_nothing(ann, provider, lie):
    for name, value in LIES[lie].items():
        setattr(provider, name, value)
    out = ann.get("/sign-in/openid", follow_redirects=False)
    if out.status_code == 303 and out.headers["location"].startswith(provider.issuer):
        out = ann.get(to_provider(out.headers["location"]), follow_redirects=False)
    assert out.status_code in (401, 303)
    assert "session" not in ann.cookies
    assert ann.get("/account").url.path == "/sign-in"


def test_unsigned_tokens_and_shared_keys_are_refused(ann, provider, monkeypatch):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    def unsigned(asked):
        claims = {"iss": provider.issuer, "sub": provider.subject, "aud": small.CLIENT, "nonce": asked["nonce"]}
        claims |= {"iat": int(time.time()), "exp": int(time.time()) + 60}
        return f"{part({'alg': 'none'})}.{part(claims)}."

    monkeypatch.setattr(provider, "id_token", unsigned)
    there_and_back(ann)
    assert "session" not in ann.cookies


def test_an_answer_belongs_to_the_browser_that_asked(ann, app, provider):
    back = to_provider(ann.get("/sign-in/openid", follow_redirects=False).headers["location"])
    other = Browser(app)
    other.get("/sign-in")
    assert other.get(back).status_code == 400
    assert "session" not in other.cookies
    assert ann.get(back).url.path == "/"
    assert ann.get(back).status_code == 400  # once


@pytest.mark.parametrize("changed", [{"state": "x"}, {"code": "x"}, {"iss": "https://elsewhere.example"}, {"iss": ""}])
def test_a_changed_answer_opens_nothing(ann, provider, changed):
    back = urlsplit(to_provider(ann.get("/sign-in/openid", follow_redirects=False).headers["location"]))
    values = {**{name: value[0] for name, value in parse_qs(back.query).items()}, **changed}
    answer = ann.get(back.path, params=values)
    assert answer.status_code in (400, 401) or answer.url.path == "/sign-in"
    assert "session" not in ann.cookies


def test_the_wrong_secret_opens_nothing(ann, app, provider):
    app.state.openid_secret = "wrong"
    there_and_back(ann)
    assert "session" not in ann.cookies


def link(page):
    found = page.text.split('rel="external"')[0].rsplit('href="', 1)[1].split('"')[0]
    return found.replace("&amp;", "&")


def test_an_account_joins_an_identity_and_only_its_own_browser_can(join, app, provider, workspace):
    bob = join("bob", ("reader",))
    page = bob.submit("/account/openid", page="/account")
    assert bob.get(to_provider(link(page))).url.path == "/account"
    with workspace.read() as reader:
        kept = reader.page(Credential, {"type": "openid"}).items
    assert [one.person for one in kept] == [bob.person.id]
    eve = join("eve", ("reader",))
    again = eve.submit("/account/openid", page="/account")
    assert eve.get(to_provider(link(again))).status_code == 409
    fresh = Browser(app)
    assert there_and_back(fresh).url.path == "/account"
    assert "bob" in fresh.get("/account").text


def test_an_invitation_is_accepted_with_an_identity(app, provider, workspace):
    token, browser = invitations.first(workspace), Browser(app)
    path = f"/invitation/{token}"
    page = browser.submit(f"{path}/openid", {"login": "first", "name": "First"}, page=path)
    assert browser.get(to_provider(link(page))).url.path == "/"
    with workspace.read() as reader:
        person = accounts.find(reader, "first")
        assert accounts.credential(reader, "password", person.id) is None
    assert there_and_back(Browser(app)).url.path == "/account"


def test_in_chromium_there_and_back(served, chromium, provider, workspace, join):
    served.state.openid_secret = small.SECRET
    ann = join("ann", ("reader",))
    with workspace.write("", "identity joined") as writer:
        openid.join(writer, ann.person, provider.issuer, provider.subject)
    context = chromium.new_context(base_url=served.state.origin)
    page = context.new_page()
    page.goto("/people")
    page.get_by_role("link", name="Sign in at").click()
    page.wait_for_url("**/people")  # a reader may not see it, but is signed in
    page.goto("/account")
    page.get_by_text("identity elsewhere").wait_for()
    page.get_by_role("button", name="Join an identity").click()
    page.get_by_role("link", name="Go there").click()
    page.get_by_text("That identity belongs to an account already.").wait_for()
    context.close()


@pytest.mark.parametrize("address", ["http://elsewhere.example", "ftp://x", "", "x", "javascript:alert(1)", "https://"])
def test_addresses_of_providers_are_https(address, join):
    with pytest.raises(UsageError):
        openid.checked(address)
    if address:
        data = {"issuer": address, "client": "x"}
        assert join().submit("/settings", data, page="/settings").status_code == 400

"""The gate: hosts, other sites, form tokens, sizes, headers, errors, downloads, what is shown to nobody."""

import json

import pytest
from fastapi import APIRouter, UploadFile
from fastapi.responses import JSONResponse
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, PASSWORD, Browser

from tocsin.web import pages, security
from tocsin.web.app import create_app
from tocsin.web.visit import Who

PAGES = (
    "/",
    "/account",
    "/people",
    "/journal",
    "/journal/0",
    "/journal/roots",
    "/settings",
    "/sign-in",
    "/no-such-page",
)


def sent(browser, path="/language", data=None, **headers):
    """A post with exactly these headers besides the token."""
    fields = {"csrf": browser.token("/account"), "language": "de", **(data or {})}
    return browser.post(path, data=fields, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:9000", "localhost:8000.evil.example", ""])
def test_other_hosts_get_no_answer(app, host):
    answer = TestClient(app, base_url=ORIGIN).get("/sign-in", headers={"host": host})
    assert answer.status_code == 421
    assert "Watch on the vote" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:8000"])
def test_each_name_of_loopback_is_this_server(app, host):
    assert TestClient(app, base_url=ORIGIN).get("/sign-in", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9000"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_other_sites_change_nothing(join, headers):
    browser = join()
    assert sent(browser, **headers).status_code == 403
    assert sent(browser, origin=ORIGIN, **{"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64, "ü" * 64, None])
def test_a_form_without_its_token_changes_nothing(join, token):
    browser = join()
    data = {"csrf": token} if token is not None else {"csrf": []}
    assert sent(browser, data=data).status_code == 403
    assert browser.post("/language", json={"language": "de"}).status_code == 403


def test_a_token_belongs_to_one_session(join, app):
    ann, bob = join("ann"), join("bob")
    assert sent(bob, data={"csrf": ann.token("/account")}).status_code == 403
    stranger = Browser(app)
    token = stranger.token("/sign-in")
    stranger.submit("/sign-in", {"login": "ann", "password": PASSWORD}, page="/sign-in")
    assert sent(stranger, data={"csrf": token}).status_code == 403


def test_every_form_that_posts_has_a_token_and_every_post_wants_one(join, app):
    browser = join()
    for path in PAGES:
        text = browser.get(path).text
        assert text.count('method="post"') == text.count('name="csrf"'), path
    tried = 0
    for route, operations in app.openapi()["paths"].items():
        if "post" in operations:
            path = route.replace("{seq}", "0").replace("{", "").replace("}", "")
            assert browser.post(path, headers={"origin": ORIGIN}).status_code in (403, 413), route
            tried += 1
    assert tried > 15


@pytest.mark.parametrize("path", [*PAGES, "/static/tocsin.css", "/openapi.json"])
def test_headers_are_strict(join, path):
    headers = join().get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == policy.pop("base-uri") == policy.pop("frame-ancestors") == "'none'"
    assert set(policy.values()) == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_static_files_named_with_their_digest_may_be_kept(app):
    answer = TestClient(app, base_url=ORIGIN).get(pages.asset("tocsin.css"))
    assert "immutable" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(join, path):
    text = join().get(path).text
    assert "<style" not in text
    assert " style=" not in text
    assert " on" + "click=" not in text
    assert text.count("<script") == text.count('<script src="/static/')
    assert "//" not in text.replace(ORIGIN, "").replace("https:// ", "").replace('content="http', "")


def test_cookies_are_closed(join, workspace):
    browser = join(signed_in=False)
    answer = browser.submit("/sign-in", {"login": "ann", "password": PASSWORD}, page="/sign-in", follow_redirects=False)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("session="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_cookies_are_for_https_only_where_the_address_is(workspace):
    with TestClient(create_app(workspace, "https://tocsin.example"), base_url="https://tocsin.example") as client:
        cookie = client.get("/sign-in").headers["set-cookie"]
        assert cookie.startswith("__Host-browser=")
        assert "Secure" in cookie
        assert client.get("/sign-in", headers={"host": "localhost"}).status_code == 421


def too_large(size):
    return b"csrf=" + b"x" * (size - 5)


@pytest.mark.parametrize("signed_in", [True, False])
def test_forms_are_bounded(join, signed_in):
    browser = join(signed_in=signed_in)
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}

    def pieces():
        yield too_large(security.FORM_BYTES)
        yield b"x"

    for body in (too_large(security.FORM_BYTES + 1), pieces()):
        answer = browser.post("/sign-in", content=body, headers=headers)
        assert answer.status_code == 413
        assert "too large" in answer.text
    assert browser.post("/sign-in", content=too_large(1000), headers=headers).status_code != 413


def test_uploads_are_streamed_to_a_file_and_only_for_who_is_signed_in(app, join):
    router = APIRouter()

    @router.post("/upload", max_body_size=8 << 20, response_class=JSONResponse)
    def upload(who: Who, file: UploadFile):
        assert file.file.fileno() > 0  # on disk, not in memory
        return {"size": file.size, "rolled": file.file._rolled}

    app.include_router(router)
    app.state.uploads.append((router.routes[0].path_regex, router.routes[0].max_body_size))
    data = {"file": ("big.bin", b"\0" * (3 << 20))}
    browser = join()
    headers = {"origin": ORIGIN, "x-csrf-token": browser.token("/account")}
    assert browser.post("/upload", files=data, headers=headers).json() == {"size": 3 << 20, "rolled": True}
    more = {"file": ("big.bin", b"\0" * (9 << 20))}
    assert browser.post("/upload", files=more, headers=headers).status_code == 413
    stranger = Browser(app)
    assert stranger.post("/upload", files=data, headers={"origin": ORIGIN}).status_code == 413


def test_an_attachment_is_never_shown(app, join):
    router = APIRouter()

    @router.get("/some-evidence")
    def evidence(who: Who):
        return pages.attachment([b"<script>alert(1)</script>"], 'a"\r\nX: y/../ä.html', 25)

    app.include_router(router)
    answer = join().get("/some-evidence")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    kept = answer.headers["content-disposition"]
    assert kept.startswith('attachment; filename="a___X__y_.._')
    assert kept.endswith("; filename*=UTF-8''a%22%0D%0AX%3A%20y%2F..%2F%C3%A4.html")
    assert "x" not in answer.headers


def test_an_error_nobody_foresaw_is_a_page_without_a_trace(app, join, capsys):
    router = APIRouter()

    @router.get("/broken")
    def broken():
        words = "the secret inside"
        raise RuntimeError(words)

    app.include_router(router)
    browser = join()
    answer = browser.get("/broken")
    assert answer.status_code == 500
    assert "the fault is ours" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    told = browser.get("/broken", headers={"accept": "application/json"}).json()
    assert told["error"].startswith("The program failed")
    log = "".join(capsys.readouterr())
    assert "RuntimeError" in log
    assert "secret" not in log


@pytest.mark.parametrize(
    ("path", "status"), [("/no-such-page", 404), ("/people/nobody", 404), ("/journal/9999", 404), ("/journal/x", 422)]
)
def test_errors_are_words_or_json(join, path, status):
    browser = join()
    page = browser.get(path)
    assert page.status_code == status
    assert 'role="alert"' in page.text
    answer = browser.get(path, headers={"accept": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "hint"}


def test_programs_that_are_not_signed_in_are_told_so(app):
    answer = TestClient(app, base_url=ORIGIN).get("/", headers={"accept": "application/json"})
    assert answer.status_code == 401


def test_nothing_but_the_doors_is_open_to_strangers(app):
    stranger = Browser(app)
    inside = {"/sign-in", "/sign-in/openid", "/sign-in/openid/back", "/invitation/{token}"}
    for route, operations in app.openapi()["paths"].items():
        if "get" in operations and route not in inside:
            answer = stranger.get(route.replace("{seq}", "0"), follow_redirects=False)
            assert answer.status_code == 303, route
            assert answer.headers["location"].startswith("/sign-in?next="), route
    assert stranger.get("/openapi.json", headers={"accept": "application/json"}).status_code == 401


def test_what_people_type_is_text(join, app, workspace):
    browser = join(signed_in=False)
    typed = '"><script>alert(1)</script>'
    page = browser.submit("/sign-in", {"login": typed, "password": "x"}, page="/sign-in")
    assert typed not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_message_is_shown_once_and_cannot_be_planted(join):
    browser = join()
    page = browser.submit("/account/sessions/end", page="/account")
    assert "Your other sessions have ended." in page.text
    assert "have ended" not in browser.get("/account").text
    browser.cookies.set("message", "eyJhIjoxfQ==", domain="localhost.local", path="/")
    assert browser.get("/account").status_code == 200
    assert 'class="told"' not in browser.get("/account").text


def test_more_fields_than_any_form_has_are_refused(join):
    browser = join()
    fields = [("csrf", browser.token("/account"))] + [("x", "y")] * security.FORM_FIELDS
    body = "&".join(f"{name}={value}" for name, value in fields)
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
    assert browser.post("/language", content=body, headers=headers).status_code == 400


def test_the_description_names_every_address(join):
    found = json.loads(join().get("/openapi.json").text)
    assert {"/", "/account", "/people", "/journal", "/settings", "/sign-in"} <= set(found["paths"])

"""A workspace behind the workbench, and browsers of people with given roles: without JavaScript, and Chromium."""

import re
import shutil
import socket
import threading

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from tocsin.model.people import ROLES
from tocsin.store.workspace import Workspace
from tocsin.web.app import create_app
from tocsin.web.auth import accounts, passwords

ORIGIN = "http://localhost:8000"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def hashed():
    return passwords.hashed(PASSWORD)


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.create(tmp_path / "workspace", "Watch on the vote")
    yield made
    made.close()


@pytest.fixture
def app(workspace):
    return create_app(workspace, ORIGIN)


class Browser(TestClient):
    """A browser without JavaScript: keeps cookies, sends what Chromium sends, fills in a form's token."""

    def __init__(self, app, person=None, **options):
        super().__init__(app, base_url=ORIGIN, headers={"accept": "text/html"}, **options)
        self.person = person

    def token(self, path):
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def submit(self, path, data=None, page="/", **options):
        """Post a form found on `page` to `path`."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", **options.pop("headers", {})}
        return self.post(path, data={"csrf": self.token(page), **(data or {})}, headers=headers, **options)


@pytest.fixture
def join(app, workspace, hashed):
    """Make an account with these roles and return its browser, signed in."""

    def make(login="ann", roles=ROLES, signed_in=True):
        with workspace.write("", "account made") as writer:
            person = accounts.new_person(writer, login, login.title(), roles)
            accounts.put_password(writer, person, hashed)
        browser = Browser(app, person)
        if signed_in:
            token = app.state.sessions.begin(person, "password")
            browser.cookies.set("session", token, domain="localhost.local", path="/")
        return browser

    return make


@pytest.fixture
def served(workspace):
    """Serve the workbench on loopback; returns its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://localhost:{listening.getsockname()[1]}"
        app = create_app(workspace, origin)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield app
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium. Skips where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def enter(served, workspace, chromium, hashed):
    """Make an account and return a page of Chromium in which it is signed in. Requests elsewhere fail the test."""
    contexts, outside = [], []

    def make(login="ann", roles=ROLES, **options):
        with workspace.write("", "account made") as writer:
            person = accounts.new_person(writer, login, login.title(), roles)
            accounts.put_password(writer, person, hashed)
        origin = served.state.origin
        context = chromium.new_context(base_url=origin, **options)
        contexts.append(context)
        context.on("request", lambda request: None if request.url.startswith(origin) else outside.append(request.url))
        token = served.state.sessions.begin(person, "password")
        context.add_cookies([{"name": "session", "value": token, "url": origin}])
        page = context.new_page()
        page.person = person
        return page

    yield make
    for context in contexts:
        context.close()
    assert outside == []

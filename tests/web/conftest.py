"""A workspace behind the workbench, and browsers of people with given roles: without JavaScript, and Chromium."""

import re

import pytest
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
            page = browser.submit("/sign-in", {"login": login, "password": PASSWORD}, page="/sign-in")
            assert page.status_code == 200, page.text
        return browser

    return make

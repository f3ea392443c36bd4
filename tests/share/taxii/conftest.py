"""Tocsin instances on loopback, each with a workspace, a TAXII server and people with every role."""

import os
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn

from tocsin.model.people import ROLES, Actor
from tocsin.progress import Silent
from tocsin.share.taxii import accounts, partners, sync
from tocsin.share.taxii.client import variable
from tocsin.store import exchange
from tocsin.store.workspace import Workspace
from tocsin.web.app import create_app

ACTOR = Actor(id="ann", roles=frozenset(ROLES))
FIRST = "2020-01-01T00:00:00.000Z"


def identity(modified=FIRST, id_="", **more):
    """An object of the least size."""
    id_ = id_ or f"identity--{uuid4()}"
    common = {"type": "identity", "spec_version": "2.1", "id": id_, "created": FIRST, "modified": modified}
    return {**common, "name": "A body", "identity_class": "organization", **more}


@dataclass(eq=False)
class Instance:
    """A Tocsin that is served."""

    workspace: Workspace
    url: str

    def collection(self, readable=True, writable=True):
        return accounts.open_collection(
            self.workspace, ACTOR, "Shared", "partners", readable=readable, writable=writable
        ).id

    def admit(self, name, reads=(), writes=()):
        """Let an account in; gives `name:token`."""
        _, token = accounts.open_account(self.workspace, ACTOR, name, tuple(reads), tuple(writes))
        return f"{name}:{token}"

    def keep(self, collection, objects):
        """Put objects there as publishing does, without its check."""
        with self.workspace.write("ann", "test", collection) as writer:
            return exchange.add(writer, collection, [exchange.given(one) for one in objects])

    def held(self, collection):
        """Multiset of ids and versions, in order, with each text."""
        with self.workspace.read() as reader:
            rows = exchange.page(reader, collection, exchange.EVERY, -1, 1_000_000).rows
        return sorted((row.id, row.stamp, row.body) for row in rows)

    def knows(self, name, url, secret, *links):
        return partners.add(self.workspace, ACTOR, name, url, "", links, secret)

    def pull(self, name, secret):
        return sync.pull(self.workspace, ACTOR, name, secret, Silent())

    def push(self, name, secret):
        return sync.push(self.workspace, ACTOR, name, secret, Silent())


@contextmanager
def serving(workspace):
    """Serve a workspace on loopback; gives the address of discovery."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `tocsin serve` does
        origin = f"http://localhost:{listening.getsockname()[1]}"
        config = uvicorn.Config(create_app(workspace, origin), log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield f"{origin}/taxii2/"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def instance(folder: Path, title="Watch", database=""):
    """A new workspace, served."""
    workspace = Workspace.create(folder, title, database)
    with serving(workspace) as url:
        yield Instance(workspace, url)
    workspace.close()


@pytest.fixture
def one(tmp_path):
    with instance(tmp_path / "one", "One") as made:
        yield made


@pytest.fixture
def two(tmp_path):
    with instance(tmp_path / "two", "Two") as made:
        yield made


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch):
    """Nothing of this machine's environment is shown to a server of the test."""
    for name in [name for name in os.environ if name.startswith(variable(""))]:
        monkeypatch.delenv(name)

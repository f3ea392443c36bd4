"""A workspace with people, and the cases built in it."""

import pytest
from tests.cases.making import Built, people

from tocsin.store.workspace import Workspace


@pytest.fixture
def ws(tmp_path):
    made = Workspace.create(tmp_path / "workspace", "Watch")
    people(made)
    yield made
    made.close()


@pytest.fixture
def built(ws):
    return Built(ws)


@pytest.fixture
def clock(monkeypatch):
    """Sets the time of acts."""
    from tocsin.cases import acts

    return lambda time: monkeypatch.setattr(acts, "now", lambda: time)

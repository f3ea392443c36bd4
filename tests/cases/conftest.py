"""A workspace with people, and the cases built in it."""

import pytest
from tests.cases.making import Built


@pytest.fixture
def built(ws):
    return Built(ws)


@pytest.fixture
def clock(monkeypatch):
    """Sets the time of acts."""
    from tocsin.cases import acts

    return lambda time: monkeypatch.setattr(acts, "now", lambda: time)

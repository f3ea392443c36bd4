"""The door for built-ins and outsiders: everything by name, and clear words where it cannot open."""

from importlib.metadata import EntryPoint

import pytest

from tocsin import plugins
from tocsin.errors import UsageError


def register(monkeypatch, *points):
    made = [EntryPoint(name, value, "tocsin.sources") for name, value in points]
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point for point in made if point.group == group])


def test_built_ins_come_in_by_name_and_in_order():
    found = plugins.load("sources")
    assert list(found) == sorted(found)
    assert found["csv"].id == "csv"


def test_two_of_one_name(monkeypatch):
    register(monkeypatch, ("a", "json:loads"), ("a", "json:dumps"))
    with pytest.raises(UsageError, match="two installed packages register 'a'"):
        plugins.load("sources")


@pytest.mark.parametrize("value", ["no_such_module_here:x", "json:no_such_name"])
def test_one_that_cannot_be_loaded(monkeypatch, value):
    register(monkeypatch, ("broken", value))
    with pytest.raises(UsageError, match="cannot load 'broken'") as caught:
        plugins.load("sources")
    assert caught.value.hint


def test_nothing_registered(monkeypatch):
    register(monkeypatch)
    assert plugins.load("sources") == {}

"""Settings come from the environment and are checked."""

import pytest

from tocsin import settings
from tocsin.errors import UsageError


def test_defaults_ask_for_no_more_than_the_machine_has():
    assert 1 <= settings.load().threads <= settings.usable_cpus()


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv("TOCSIN_MEMORY_MB", "512")
    monkeypatch.setenv("TOCSIN_THREADS", "1")
    assert (settings.load().memory_mb, settings.load().threads) == (512, 1)


@pytest.mark.parametrize(("name", "value"), [("MEMORY_MB", "12"), ("THREADS", "0"), ("THREADS", "two"), ("DEBUG", "x")])
def test_a_wrong_value_names_the_variable(monkeypatch, name, value):
    monkeypatch.setenv(f"TOCSIN_{name}", value)
    with pytest.raises(UsageError, match=f"TOCSIN_{name}={value}") as error:
        settings.load()
    assert f"TOCSIN_{name}" in error.value.hint

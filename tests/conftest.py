"""Fixtures for more than one folder of tests."""

import os
import runpy
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# The same examples in every run of `make test`; `make test-all` draws new ones.
settings.register_profile("same", derandomize=True, database=None)
settings.load_profile("default" if os.environ.get("TOCSIN_NEW_EXAMPLES") else "same")


@pytest.fixture(autouse=True)
def _log_as_at_the_start():
    """A command that was run sends the log to its own stderr, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def reference(tmp_path_factory) -> Path:
    """The generated part of the documentation, made anew."""
    folder = tmp_path_factory.mktemp("reference")
    runpy.run_path(str(ROOT / "docs" / "reference.py"))["write"](folder)
    return folder


@pytest.fixture(scope="session")
def sail(tmp_path_factory) -> str:
    """Address of a Sail server (Spark Connect) of one process. Kernels it runs must be in tocsin or tests."""
    return _shared("sail", tmp_path_factory)


@pytest.fixture(scope="session")
def sail_cluster(tmp_path_factory) -> str:
    """Address of a Sail server with a local cluster of two workers."""
    return _shared("sail-cluster", tmp_path_factory)


@pytest.fixture(scope="session")
def pyspark(tmp_path_factory):
    """Address of an Apache Spark 4 server on Java 17; for slow tests."""
    from tests.servers import free_port, spark

    port = free_port()
    server = spark(tmp_path_factory.mktemp("spark"), port)
    yield f"sc://127.0.0.1:{port}"
    server.terminate()
    server.wait(30)


def _shared(mode, tmp_path_factory):
    from tests.servers import shared

    base = tmp_path_factory.getbasetemp()
    return shared(mode, (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "servers")


@pytest.fixture
def ws(tmp_path):
    """A workspace with people."""
    from tests.cases.making import people

    from tocsin.store.workspace import Workspace

    made = Workspace.create(tmp_path / "workspace", "Watch")
    people(made)
    yield made
    made.close()

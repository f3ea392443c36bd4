"""Fixtures for more than one folder of tests."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def reference(tmp_path_factory) -> Path:
    """The generated part of the documentation, made anew."""
    folder = tmp_path_factory.mktemp("reference")
    runpy.run_path(str(ROOT / "docs" / "reference.py"))["write"](folder)
    return folder

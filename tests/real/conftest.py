"""The measurements under bench/ are what these tests run."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))


def pytest_collection_modifyitems(items):
    from common import DATA

    if not DATA.exists():
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="the coordination data are not beside the checkout"))

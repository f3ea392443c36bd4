import sys
from pathlib import Path

import pytest

# `made` makes the publications these tests share.
sys.path.insert(0, str(Path(__file__).parent))

from made import full, publication

from tocsin.inform.pages import Look
from tocsin.inform.write import write
from tocsin.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    opened = Workspace.create(tmp_path / "workspace", "Watch of the North")
    yield opened
    opened.close()


@pytest.fixture
def issued(workspace):
    """Put publications into the workspace, as `made.publication` takes them."""

    def put(name, number, issue="claim", **more):
        one = publication(name, number, issue, **more)
        with workspace.write("somebody", "publish", one.case) as writer:
            return writer.put(one)

    return put


@pytest.fixture(scope="session")
def sites(tmp_path_factory):
    """The full site in each language, without and with an address, and one of an exercise."""
    looks = {"en": Look("en"), "de": Look("de"), "addressed": Look("en", "https://watch.example/site/")}
    folder = tmp_path_factory.mktemp("sites")
    for name, look in looks.items():
        write(full(), look, folder / name, {})
    write(full(exercise=True), Look("en"), folder / "exercise", {})
    return folder

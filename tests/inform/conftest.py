"""The full site in each language, without and with an address, and one of an exercise."""

import pytest
from tests.inform.made import full

from tocsin.inform.pages import Look
from tocsin.inform.write import write


@pytest.fixture(scope="session")
def sites(tmp_path_factory):
    looks = {"en": Look("en"), "de": Look("de"), "addressed": Look("en", "https://watch.example/site/")}
    folder = tmp_path_factory.mktemp("sites")
    for name, look in looks.items():
        write(full(), look, folder / name, {})
    write(full(exercise=True), Look("en"), folder / "exercise", {})
    return folder

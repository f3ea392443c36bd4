"""The dossier of the how-to page is read, and the page says what the rules say."""

import re
from datetime import date
from pathlib import Path

import pytest

from tocsin.model.criteria import Criteria
from tocsin.respond.sanctions.package import package
from tocsin.respond.sanctions.reading import read_dossier

PAGE = (Path(__file__).parents[3] / "docs/how-to/sanctions.md").read_text()


@pytest.fixture
def dossier(tmp_path):
    path = tmp_path / "dossier.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])
    return read_dossier(path)


def test_the_example_is_a_dossier_that_is_enough_for_the_eu(dossier):
    (found,) = package(dossier, date(2025, 6, 1), regimes=["eu-2024-2642"]).assessments
    assert found.met, found.missing
    assert [act.id for act in found.relied_on] == ["rally"]


def test_the_codes_of_the_page_are_those_of_the_rules():
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", PAGE, re.MULTILINE))
    conduct = Criteria.load().conduct
    assert {code: words for code, words in told.items() if code in conduct} == conduct

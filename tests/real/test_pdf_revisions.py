"""Real PDF files with revisions, signatures and forms."""

import csv
import hashlib
from datetime import UTC, datetime

import pytest

from common import DATA
from tocsin.detect.leaks import revisions
from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.documents import DETECTOR
from tocsin.model.paper import Paper
from tocsin.sources.confined import Reader
from tocsin.sources.packed import LIMITS

FOLDER = DATA.parent / "content/pdf"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the content data are not beside the checkout")


@pytest.fixture(scope="module")
def history():
    with Reader(LIMITS) as reader:
        yield lambda data: revisions.history(data, reader)


@pytest.fixture(scope="module")
def files():
    with (FOLDER / "facts.tsv").open() as rows:
        facts = list(csv.DictReader(rows, delimiter="\t"))
    return [(row, (FOLDER / row["file"]).read_bytes()) for row in facts]


def test_states_and_signatures_are_counted(files, history):
    for fact, data in files:
        found = history(data)
        linear = b"/Linearized" in data[:1024]  # its first end mark is of no state of its own
        assert len(found.revisions) == int(fact["eof_markers"]) - linear, fact["file"]
        assert len(found.signed) == int(fact["byte_ranges"]), fact["file"]
        assert found.gaps == 0, fact["file"]


def test_forms_that_change_what_stands_elsewhere_are_told(files, history):
    told = {fact["file"] for fact, data in files if history(data).shared}
    assert told == {fact["file"] for fact, _ in files if fact["hidden_form_override"] == "True"}


def test_signing_again_is_no_lead_and_encrypted_files_are_told(files):
    papers = [Paper(fact["file"], hashlib.sha256(data).hexdigest(), "application/pdf", data) for fact, data in files]
    result = DETECTOR.run(LeakTables(papers=papers, day=datetime(2027, 1, 1, tzinfo=UTC)))
    leads = {papers[one.rows[0]].name for one in result.candidates if not one.interest}
    assert leads == {fact["file"] for fact, _ in files if fact["hidden_form_override"] == "True"}
    assert result.measured["PDF files whose past cannot be read"] == "3 of 22"

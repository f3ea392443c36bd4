"""Pictures of a finding side by side: only working copies, only for those who see the names of their case."""

import hashlib
import io

import pytest
from PIL import Image
from tests.detect.fabrication.pictures import drawn
from tests.share.narratives import making
from tests.web import paths
from tests.web.forms import send

from tocsin.cases import leads
from tocsin.model.case import Lead
from tocsin.model.finding import PictureMatch

ORIGINAL = drawn.jpeg(drawn.scene(1), 90)
COPY = drawn.jpeg(drawn.written_over(drawn.scene(1)))


@pytest.fixture
def analyst(join, workspace, tmp_path, monkeypatch):
    """An analyst with a lead about the two pictures."""
    match = PictureMatch(
        picture=hashlib.sha256(COPY).hexdigest(),
        original=hashlib.sha256(ORIGINAL).hexdigest(),
        change="something laid over it",
        distance=30,
    )
    monkeypatch.setattr(making, "PictureMatch", lambda **_: match)
    browser = join("ann", ("analyst", "custodian"))
    leads.import_findings(workspace, browser.person.actor, making.folder(tmp_path / "narratives"))
    return browser


@pytest.fixture
def lead(workspace, analyst):
    with workspace.read() as reader:
        return next(one.id for one in reader.page(Lead).items if one.body.content.sign == "picture")


def test_two_pictures_are_shown_beside_each_other_and_laid_over(analyst, lead, join, workspace):
    page = analyst.get(f"/pictures/{lead}")
    assert page.text.count("not in a case whose names you see") == 2
    assert f"/pictures/{lead}" in analyst.get(f"/findings/{lead}").text
    assert analyst.get(f"/pictures/{lead}/0/laid").status_code == 403
    case = paths.open_case(analyst, lead)
    items = [
        send(analyst, case, f"{case}/evidence", files={"file": ("a.jpg", data)}).url.path for data in (ORIGINAL, COPY)
    ]
    assert analyst.get(f"/pictures/{lead}").text.count("Make a working copy") == 2
    for item in items:
        send(analyst, item, f"{item}/copy")
    page = analyst.get(f"/pictures/{lead}").text
    assert all(f"{item}/picture" in page for item in items)
    answer = analyst.get(f"/pictures/{lead}/0/laid")
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).width > 900
    assert analyst.get(f"/pictures/{lead}/7/laid").status_code == 404
    reader = join("bob", ("reader",))
    assert reader.get(f"/pictures/{lead}").text.count("not in a case whose names you see") == 2
    assert reader.get(f"/pictures/{lead}/0/laid").status_code == 403
    with workspace.read() as kept:
        other = next(one.id for one in kept.page(Lead).items if one.body.content.sign != "picture")
    assert "no pictures that are one" in analyst.get(f"/pictures/{other}").text
    assert analyst.get("/pictures/x").status_code == 404

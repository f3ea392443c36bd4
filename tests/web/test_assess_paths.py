"""The page of attack paths on one technology: steps, what closes them, teams; for who speaks for the party only."""

import re

import pytest

from tocsin.assure.assessment import answers
from tocsin.assure.assessment.answers import Given
from tocsin.assure.assessment.profile import shipped
from tocsin.model.assessment import COMPONENTS, Party
from tocsin.model.people import Actor


@pytest.fixture
def county(workspace, join):
    browser = join("county", ("reader",))
    made = Party(id="county", name="Brook", level="local", components=COMPONENTS, people=[browser.person.id])
    answers.put_party(workspace, Actor(id="root", roles={"administrator"}), made)
    return browser


def test_paths_follow_the_answers(county, workspace, join):
    page = "/assess/of/county/threats/PCOS"
    begun = county.get(page).text
    assert 'class="tag warn">not known' in begun
    assert "counted here as if they were not met" in begun
    assert '<a href="#T1">' in begun
    assert re.search(
        r'<td class="shade-none"><span class="nowrap">\d+ not known', county.get("/assess/of/county/threats").text
    )
    assert "Start with the questionnaire." in county.get("/assess/of/county").text
    gaps = county.get("/assess/of/county/gaps").text
    assert "Start with the questionnaire." in gaps
    assert 'id="found"' not in gaps
    given = [Given("county", one.id, "met" if one.id == "tabulation-11" else "not met") for one in shipped().questions]
    answers.answer(workspace, county.person.actor, "county", given)
    first = county.get(page).text.partition("<h2")[2].partition("<h2")[0]
    assert first.count('class="tag good">closed') == 9
    shown = county.get(f"{page}?votes=100000&places=2&cast=1000").text
    assert "too few places" in shown
    assert re.search(r"reached in \d+ of 100 tries", shown)
    assert "T1200" in shown
    assert 'href="/assess/of/county/questions/registration-13"' in shown
    assert county.get("/assess/of/county/threats/ZZ").status_code == 404
    assert county.get(f"{page}?places=0").status_code == 422
    assert join("other", ("reader",)).get(page).status_code == 403
    assert 'id="found"' in county.get("/assess/of/county/gaps").text
    county.submit("/language", {"language": "de"}, page=page)
    assert "Siegel ungesehen öffnen und schließen" in county.get(page).text

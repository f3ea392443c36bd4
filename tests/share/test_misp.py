"""MISP both ways, judged by PyMISP and misp-stix: nothing unsaid gets lost."""

import json
from dataclasses import replace

import pytest
from stix_objects import sdo
from views import HOSTILE, objects, shared

from tocsin.errors import InputError, UsageError
from tocsin.share import formats
from tocsin.share.misp import from_misp, to_misp
from tocsin.share.stix.check import problems
from tocsin.share.stix.importing import from_stix

pymisp = pytest.importorskip("pymisp", reason="pip install 'tocsin[misp]'")
pytest.importorskip("misp_stix_converter", reason="pip install 'tocsin[misp]'")


@pytest.fixture(scope="module")
def event():
    return to_misp(shared())


def loaded(made):
    found = pymisp.MISPEvent()
    found.load(json.loads(made.text))
    return found


def test_pymisp_reads_the_event(event):
    found = loaded(event)
    assert found.info == "Harbour case"
    assert (found.published, int(found.distribution)) == (False, 0)
    assert [tag.name for tag in found.tags if tag.name.startswith("tlp:")] == ["tlp:amber"]
    reports = {report.name: report.content for report in found.event_reports}
    assert "two sources" in reports["Claim: behaviour"]
    assert "Unit 7" in reports["Brief"]
    assert "- Harbour case *uses* Flooding" in reports["Relations"].splitlines()
    assert {a.value for a in found.attributes} == {"https://news.example/1", "https://t.example/h"}


def test_every_object_is_accounted_for(event):
    assert event.ledger.balance()
    rows = {row.object: row for row in event.ledger.rows if not row.field}
    assert set(rows) == {obj["id"] for obj in objects()}
    assert {row.outcome for row in rows.values()} == {"mapped"}
    assert (event.attributes, event.references, event.clusters) == (2, 0, 4)
    assert event.reports == len(loaded(event).event_reports)


def test_what_has_no_place_is_counted_as_lost():
    unknown = sdo("x-own", 99, weather="fog")
    made = to_misp(replace(shared(), objects=(*objects(), unknown)))
    assert made.ledger.counts()["quarantined"] == 1
    assert made.ledger.balance()


def test_hostile_text_is_kept_as_text():
    reports = {report.name: report.content for report in loaded(to_misp(shared(HOSTILE))).event_reports}
    assert "\u202e" not in reports["Brief"] + reports["Claim: behaviour"]
    assert "<script" not in reports["Brief"].replace("\\<", "")


def test_the_event_comes_back_as_stix_that_can_be_taken_in(event):
    found = from_misp(event.text)
    assert {"note", "url", "campaign", "threat-actor", "attack-pattern"} <= {obj["type"] for obj in found}
    assert any("two sources" in obj.get("content", "") for obj in found)
    taken = from_stix(found, "case", "origin")
    assert taken.ledger.balance()
    assert taken.ledger.counts()["quarantined"] == 0
    assert taken.tlp == "amber"
    assert [problem for obj in found for problem in problems(obj)] == []


def test_an_event_of_others_with_objects_references_and_a_cluster():
    other = pymisp.MISPEvent()
    other.info = "Ships"
    other.add_tag("tlp:green")
    blog = pymisp.MISPObject("microblog")
    post = blog.add_attribute("post", "The ships are late.", type="text")
    blog.add_attribute("url", "https://s.example/1", type="url")
    address = pymisp.MISPObject("url")
    address.add_attribute("url", "https://s.example/2", type="url")
    blog.add_reference(address.uuid, "related-to")
    other.add_object(blog)
    other.add_object(address)
    other.add_attribute("domain", "s.example")
    made = json.dumps(from_misp(other.to_json().encode()))
    for words in ("The ships are late.", "https://s.example/1", "https://s.example/2", "s.example", "related-to"):
        assert words in made, words
    assert post.value in made


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"Event": []}', b'{"Event": {"info": 1, "Attribute": 5}}', b"null"]
)
def test_what_is_no_event_is_said_so(data):
    with pytest.raises(InputError, match="not a MISP event"):
        from_misp(data)


def test_what_is_missing_is_said(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(formats, "import_module", absent)
    for act in (lambda: to_misp(shared()), lambda: from_misp(b"{}")):
        with pytest.raises(UsageError) as raised:
            act()
        assert raised.value.hint == "pip install 'tocsin[misp]'"

"""Atom by the rules of RFC 4287, JSON Feed by those of version 1.1."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from tests.inform import made

from tocsin.inform import feeds, pages, write

A = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def once(parent, name):
    found = parent.findall(A + name)
    assert len(found) == 1, name
    return found[0]


def check_common(element):
    """Sections 4.1.1 and 4.1.2: exactly one id, title and updated."""
    identity = once(element, "id").text
    assert identity.startswith("urn:uuid:")
    UUID(identity.removeprefix("urn:uuid:"))
    assert once(element, "title").text.strip()
    updated = once(element, "updated").text
    assert RFC3339.fullmatch(updated)
    return identity, datetime.fromisoformat(updated)


def check_atom(root):
    assert root.tag == A + "feed"
    _, latest = check_common(root)
    assert once(root, "author").find(A + "name").text
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang")
    allowed = {A + name for name in ("author", "id", "link", "subtitle", "title", "updated", "entry")}
    assert {child.tag for child in root} <= allowed
    check_links(root)
    ids = set()
    for entry in root.findall(A + "entry"):
        identity, updated = check_common(entry)
        ids.add(identity)
        assert datetime.fromisoformat(once(entry, "published").text) <= updated <= latest
        content = once(entry, "content")
        assert content.get("type", "text") == "text"  # 3.1.1.1: text holds no child elements
        assert len(content) == 0
        assert content.text
        assert [link.get("rel") for link in check_links(entry)] == ["alternate"]
    assert len(ids) == len(root.findall(A + "entry"))  # 4.1.1: no two entries with one id


def check_links(element):
    """4.1.1: not more than one alternate of the same type and language; 4.2.7: each has an address."""
    links = element.findall(A + "link")
    assert all(link.get("href") for link in links)
    kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in links]
    assert len(kinds) == len(set(kinds))
    return links


@pytest.mark.parametrize("name", ["en", "de", "addressed", "exercise"])
def test_atom_keeps_the_rules(sites, name):
    check_atom(ET.fromstring((sites / name / feeds.ATOM).read_bytes()))


def test_an_atom_feed_of_nothing_keeps_the_rules(tmp_path):
    write.write(made.site(), pages.Look("en"), tmp_path / "site", {})
    root = ET.fromstring((tmp_path / "site" / feeds.ATOM).read_bytes())
    check_atom(root)
    assert root.findall(A + "entry") == []


@pytest.mark.parametrize("name", ["en", "de", "addressed", "exercise"])
def test_json_feed_keeps_the_rules(sites, name):
    document = json.loads((sites / name / feeds.JSON).read_bytes())
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"]
    assert all(one["name"] for one in document["authors"])
    assert len({item["id"] for item in document["items"]}) == len(document["items"])
    for item in document["items"]:
        assert isinstance(item["id"], str)
        assert item["content_text"]
        assert RFC3339.fullmatch(item["date_published"])
        assert RFC3339.fullmatch(item["date_modified"])


@pytest.mark.parametrize("name", ["en", "addressed"])
def test_every_link_of_the_feeds_leads_to_a_page(sites, name):
    base = "https://watch.example/site/" if name == "addressed" else ""
    root = ET.fromstring((sites / name / feeds.ATOM).read_bytes())
    links = [link.get("href") for link in root.iter(A + "link")]
    links += [item["url"] for item in json.loads((sites / name / feeds.JSON).read_bytes())["items"]]
    assert len(links) > 10
    for link in links:
        assert link.startswith(base)
        assert (sites / name / link.removeprefix(base)).is_file()
        assert bool(urlsplit(link).scheme) == bool(base)


def entries(sites, title):
    root = ET.fromstring((sites / "en" / feeds.ATOM).read_bytes())
    return {
        entry.find(A + "title").text: entry
        for entry in root.findall(A + "entry")
        if title in entry.find(A + "title").text
    }


def test_both_feeds_say_the_same(sites):
    root = ET.fromstring((sites / "en" / feeds.ATOM).read_bytes())
    items = json.loads((sites / "en" / feeds.JSON).read_bytes())["items"]
    names = {"id": "id", "title": "title", "content": "content_text", "published": "date_published"}
    atom = [{key: entry.find(A + name).text for name, key in names.items()} for entry in root.findall(A + "entry")]
    assert atom == [{key: item[key] for key in names.values()} for item in items]


def test_a_withdrawal_stands_in_the_feed_and_in_the_entry_it_withdraws(sites):
    found = entries(sites, "Case withdrawn")
    assert set(found) == {"Withdrawal: Case withdrawn", "Withdrawn: Case withdrawn"}
    for entry in found.values():
        assert entry.find(A + "content").text == "The file was forged. We were wrong."
        assert entry.find(A + "updated").text == found["Withdrawal: Case withdrawn"].find(A + "published").text


def test_a_correction_gives_what_changed_and_then_what_is_said(sites):
    found = entries(sites, "Case corrected")
    assert found["Correction: Case corrected"].find(A + "content").text.endswith("Twelve accounts acted together.")
    assert "Fourteen" not in "".join(entry.find(A + "content").text for entry in found.values())


def test_a_feed_holds_the_newest(tmp_path):
    many = made.site(*(made.case(made.publication(f"case {n:04}", n % 7 + 1)) for n in range(120)))
    write.write(many, pages.Look("en"), tmp_path / "site", {})
    items = json.loads((tmp_path / "site" / feeds.JSON).read_bytes())["items"]
    times = [item["date_published"] for item in items]
    assert len(items) == 100
    assert times == sorted(times, reverse=True)
    assert min(times) >= sorted((one.current.made.isoformat() for one in many.cases), reverse=True)[99][:19]


def test_an_exercise_is_marked_in_every_entry(sites):
    items = json.loads((sites / "exercise" / feeds.JSON).read_bytes())["items"]
    assert all(item["title"].startswith("Exercise: ") for item in items)

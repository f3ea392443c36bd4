"""The room of exchange: imports and exports, the ledger with its filter, who may read it, and what axe says."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.share.stix.samples import TIME, damaged, everything, sdo
from tests.web.forms import send
from tests.web.walk import overflowing

from tocsin.cases import work
from tocsin.model.exchange import Entity
from tocsin.share.stix import exporting, importing


@pytest.fixture
def author(join):
    return join("ann", ("analyst", "custodian"))


@pytest.fixture
def exchanges(author, workspace, tmp_path):
    """An import of damaged objects and an export of it."""
    objects = [sdo("report", name="Quiet river", published=TIME), *damaged(3), *everything(), 7]
    data = json.dumps({"objects": objects}).encode()
    case, taken, _ = importing.take_in_bytes(workspace, author.person.actor, data, "from the partner.json")
    _, given = exporting.export(workspace, author.person.actor, case.id, "core", tmp_path / "core.json")
    return case, taken, given


def test_the_list_counts_what_the_ledger_holds(author, exchanges):
    case, taken, given = exchanges
    page = author.get("/exchange").text
    assert f'href="/exchange/{taken.id}?outcome=quarantined">{taken.quarantined}<' in page
    assert f"/exchange/{given.id}" in page
    assert case.title in page


@pytest.mark.parametrize("outcome", ["kept", "repaired", "mapped", "quarantined"])
def test_a_ledger_is_narrowed_to_an_outcome(author, exchanges, outcome):
    _, taken, _ = exchanges
    rows, address = 0, f"/exchange/{taken.id}?outcome={outcome}"
    for number in range(5):
        page = author.get(f"{address}&after={number * 50}").text
        rows += page.count('<td class="mono">') // 3
    assert rows == getattr(taken, outcome)


def test_fields_are_paged(author, exchanges):
    _, taken, _ = exchanges
    first = author.get(f"/exchange/{taken.id}?fields=true").text
    second = author.get(f"/exchange/{taken.id}?fields=true&after=50").text
    assert 'rel="next"' in first
    assert first != second
    assert author.get(f"/exchange/{taken.id}?fields=true&after=9999999").text.count("<tr>") == 0


def test_only_who_sees_the_names_reads_a_ledger(join, exchanges):
    case, taken, _ = exchanges
    other = join("bob", ("analyst",))
    page = other.get("/exchange").text
    assert case.title not in page
    assert case.working_title in page
    refused = other.get(f"/exchange/{taken.id}")
    assert refused.status_code == 403
    assert "from the partner.json" not in refused.text
    reader = join("cleo", ("reader",))
    assert reader.get("/exchange").status_code == 403
    assert 'href="/exchange"' not in reader.get("/").text


def test_what_is_not_there_is_said(author):
    assert "Nothing was imported or exported yet" in author.get("/exchange").text
    assert author.get("/exchange/nothing").status_code == 404
    assert author.get("/exchange/nothing?outcome=lost").status_code == 422


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing(author, exchanges, served, chromium, width, scheme, language):
    case, taken, given = exchanges
    coded = f"/cases/{case.id}/entities"
    entity(author, case, sort="measure", name="C00012")
    context = chromium.new_context(
        base_url=served.state.origin, viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language
    )
    token = served.state.sessions.begin(author.person, "password")
    context.add_cookies([{"name": "session", "value": token, "url": served.state.origin}])
    page = context.new_page()
    for path in (
        "/exchange",
        coded,
        f"/exchange/{taken.id}",
        f"/exchange/{taken.id}?fields=true",
        f"/exchange/{given.id}",
    ):
        page.goto(path)
        told = [
            (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in Axe().run(page).response["violations"]
        ]
        assert told == [], path
        assert overflowing(page) == [], path
        assert page.evaluate("document.documentElement.lang") == language
    context.close()


def entity(browser, case, **fields):
    return send(browser, f"/cases/{case.id}/entities", f"/cases/{case.id}/entities", **fields)


def test_a_case_is_coded_in_the_browser(author, workspace):
    case = work.open_case(workspace, author.person.actor, "Title", "Case")
    assert "It is in the case." in entity(author, case, sort="technique", name="t0049", text="seen").text
    entity(author, case, sort="measure", name="Platform regulation")
    entity(author, case, sort="narrative", name="stolen", text="The vote is stolen.")
    channel = {"platform": "telegram", "account": "abc", "attribution": "state-linked"}
    entity(author, case, sort="channel", name="abc", **channel)
    page = entity(author, case, sort="channel", name="his own", account="q", private="true").text
    assert "Flood Information Space" in page
    assert "the name differs between releases" in page
    assert "Judge law, proportion and harm" in page
    with workspace.read() as reader:
        made = exporting.to_stix(reader, case.id, "core")
        held = reader.page(Entity, {"case": case.id}).items
    kinds = {obj["type"] for obj in made.objects}
    assert {"attack-pattern", "course-of-action", "infrastructure", "user-account"} <= kinds
    assert [obj["name"] for obj in made.objects if obj["type"] == "infrastructure"] == ["abc"]
    (technique,) = [one for one in held if one.sort == "technique"]
    gone = send(author, f"/cases/{case.id}/entities", f"/cases/{case.id}/entities/remove", entity=technique.id).text
    assert "It is out of the case." in gone
    assert "Flood Information Space" not in gone


def test_who_says_what_stands_side_by_side(author, workspace, join):
    by, of = (sdo("identity", name=name, identity_class="organization") for name in ("Body One", "Body Two"))
    incident = sdo("campaign", name="Harbour")
    said = [
        sdo("opinion", opinion=opinion, object_refs=[incident["id"]], created_by_ref=body["id"])
        for body, opinion in ((by, "strongly-agree"), (of, "disagree"))
    ]
    data = json.dumps({"type": "bundle", "objects": [by, of, incident, *said]}).encode()
    case, _, _ = importing.take_in_bytes(workspace, author.person.actor, data, "two.json")
    page = author.get(f"/cases/{case.id}/entities").text
    assert page.index("Who says what") < page.index("Body One", page.index("Who says what"))
    for words in ("strongly-agree", "disagree", "Body Two", "Harbour"):
        assert words in page[page.index("Who says what") :]
    assert "strongly-agree" not in join("bob", ("analyst",)).get(f"/cases/{case.id}/entities").text


def test_what_cannot_be_coded_is_said_in_the_form(author, workspace, join):
    case = work.open_case(workspace, author.person.actor, "Title", "Case")
    refused = entity(author, case, sort="technique", name="T9999", text="what I wrote")
    assert refused.status_code == 400
    assert "DISARM has nothing of that number or name." in refused.text
    assert "what I wrote" in refused.text
    other = join("bob", ("analyst",))
    assert other.get(f"/cases/{case.id}/entities").status_code == 403

"""Leads on what is said, imitated or leaked go out with what was seen of it, and with nothing of the leak."""

import hashlib
import json

import pytest
from tests.cases.making import ANNA, START, account, finding, scan_folder
from tests.jobs.leak_files import weighed
from tests.share.stix.judges import findings

from tocsin.cases import work
from tocsin.jobs.claims import links_in, settle
from tocsin.jobs.intake import take_in_one
from tocsin.model.case import Lead, Name
from tocsin.model.finding import Change, ClaimLink, Content, Leak, Lookalike, Wording
from tocsin.model.people import Person

CHECK = {"text": "The dam is sold.", "publisher": "Checks", "verdict": "False", "date": None, "probability": 0.9}
LINKS = tuple(
    ClaimLink(claim=state, url=f"https://checks.example/{state}", state=state, **CHECK)
    for state in ("suggested", "confirmed", "rejected")
)
WORDING = Wording(
    relation="first", text="They sell the dam to Norland.", language="en", posts=3, accounts=2, platforms=("plaza",),
    first=START, last=START, similarity=1.0, by="exact",
)  # fmt: skip
SITE = Lookalike(name="courier.test", imitated="courier.example", office="Courier", technique="ending", score=0.9)
TEXT = "burn the list"


@pytest.fixture
def case(ws, tmp_path):
    """A case of a lead of each kind."""
    said = {"posts": 3, "accounts": 2, "detectors": ("fabrication.repeats",)}
    made = (
        finding(1, ("a", "b"), ("p1", "p2"), content=Content(
            sign="same thing said", wordings=(WORDING,), claims=LINKS, **said
        )),
        finding(2, ("c",), ("p3",), subjects=(SITE.name,), content=Content(
            sign="imitated outlet", names=(SITE,), **said
        )),
        finding(3, ("d",), ("anna smith.eml:1",), subjects=("anna smith.eml",), leak=Leak(
            sign="mail", documents=1, verdicts={"contradicted": 1},
            changes=(Change(kind="insertion", place="body", before="", after=TEXT),),
        )),
    )  # fmt: skip
    scan = scan_folder(tmp_path / "scan", made)
    (tmp_path / "leak").mkdir()
    (tmp_path / "leak" / "a.txt").write_bytes(b"leaked")
    told = json.loads((scan / "scan.json").read_text())
    told["reading"] = {"documents": 1, "leak": [hashlib.sha256(b"leaked").hexdigest()]}
    (scan / "scan.json").write_text(json.dumps(told))
    with ws.read() as reader:
        weighed(ws, tmp_path, ANNA, reader.get(Person, "bela").actor)
    assert take_in_one(ws, ANNA, scan).new == 3
    with ws.read() as reader:
        ids = [lead.id for lead in reader.page(Lead).items]
    return work.open_case(ws, ANNA, "The dam", "Case 9", ids).id


def test_leads_of_content_and_leaks_in_stix(case, export):
    bundle, text = export(case)
    assert findings(text) == []

    def values(kind, name):
        return {obj[name] for obj in bundle.objects if obj["type"] == kind}

    assert values("domain-name", "value") == {SITE.name}
    assert values("user-account", "user_id") == {account("a"), account("b")}
    references = [one for obj in bundle.objects if obj["type"] == "note" for one in obj.get("external_references", ())]
    told = {one["external_id"].rpartition("/")[2]: one["description"] for one in references}
    assert set(told) == {"suggested", "confirmed"}
    assert "confirmed by nobody" in told["suggested"]
    assert "confirmed by a person; the publisher's own verdict: False" in told["confirmed"]
    assert TEXT not in text
    assert "smith" not in text


def test_what_people_decide_on_a_suggested_check_goes_out(case, export, ws):
    kept = {one.link.claim: one for one in links_in(ws)}
    assert {one.state for one in kept.values()} == {"suggested"}
    settle(ws, ANNA, kept["suggested"].id, "confirmed", "The same dam.")
    settle(ws, ANNA, kept["confirmed"].id, "rejected", "Another dam.")
    bundle, _ = export(case)
    [told] = [one for obj in bundle.objects if obj["type"] == "note" for one in obj.get("external_references", ())]
    assert told["external_id"].endswith("/suggested")
    assert "confirmed by a person" in told["description"]


def test_whoever_reads_without_names_reads_wordings_without_them(case, ws):
    from tocsin.cases.blinding import Blinder

    hide = Blinder([Name(sort="country", text="Norland", placeholder="Country A", standing="named")])
    with ws.read() as reader:
        hidden = [hide.record(lead) for lead in reader.page(Lead).items]
    texts = [one.text for lead in hidden if lead.body.content for one in lead.body.content.wordings]
    assert texts == ["They sell the dam to Country A."]


def test_the_public_page_counts_no_accounts_for_mails(case, ws):
    from tests.cases.making import GRADE

    from tocsin.cases import claims, snapshot
    from tocsin.model.case import Case, Link

    with ws.read() as reader:
        every = list(reader.page(Lead).items)
        version = claims.claim_of(reader, case, "behaviour").version
    links = tuple(Link(to="lead", id=lead.id, note="seen", source="B", information="2") for lead in every)
    said = {"text": "It was altered.", "basis": "The signature.", "grade": GRADE, "evidence": links}
    claims.edit(ws, ANNA, case, "behaviour", version, **said)
    with ws.read() as reader:
        body = snapshot.body(reader, reader.get(Case, case), ())
    counted = {found.id: (found.accounts, found.posts) for found in body.findings}
    assert counted == {"coord-000000000001": (2, 3), "coord-000000000002": (2, 3), "coord-000000000003": (0, 0)}
    assert TEXT not in body.model_dump_json()

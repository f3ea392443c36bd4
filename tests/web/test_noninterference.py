"""What is withheld from a role occurs in none of its responses: pages, lists, errors, downloads, the journal."""

import re

import pytest
from tests.cases import making
from tests.cases.making import ANNA, BELA, Built, World, finding, scan_folder
from tests.web.conftest import ORIGIN

from tocsin.cases import leads, publish, retention, review, work
from tocsin.cases.acts import every
from tocsin.model.people import ROLES
from tocsin.store.capture import capture
from tocsin.store.schema import KINDS as KINDS_OF_RECORDS

#: Names of the side of a case, which nobody reads who has not asked to; written so that no other text holds them.
WORLD = World("Qzmeadow", "Qzharbour", "Qzines", "Qztomas", "Qznorland", "Qzsudmark")
HIDDEN = [name.encode() for name in WORLD] + [b"Qzquentin", b"Qzbasis", b"Qzgossip"]
PRIVATE = b"Qzprivate"


@pytest.fixture
def secrets(workspace, tmp_path):
    """Cases with marked secrets: one under review, one closed, one published with a private person in its evidence."""
    making.people(workspace)
    folder = scan_folder(
        tmp_path / "scan",
        [finding(1, "abcdef", [f"p{n}" for n in range(30)]), finding(2, "ghijkl", [f"q{n}" for n in range(30)])],
        texts={f"p{n}": f"Qznorland loves the Qzharbour #QzharbourNow {n}" for n in range(30)}
        | {f"q{n}": f"Qzprivate said {n}" for n in range(30)},
    )
    leads.import_findings(workspace, ANNA, folder)
    with workspace.read() as reader:
        first, second = (reader.page(leads.Lead, {"finding": f"coord-{n:012x}"}).items[0].id for n in (1, 2))
    case = Built(workspace, WORLD)
    work.attach(workspace, ANNA, case.case_id, [first])
    case.named().in_scope().written()
    work.add_name(workspace, ANNA, case.case_id, "person", "Qzquentin", "private")
    case.claim("behaviour", basis="Qzbasis of Qznorland.")
    content = b"<p>Qznorland and Qzquentin</p>"
    capture(
        workspace, content, "Qznorland-plan.html", by=ANNA.id, case=case.case_id, source="https://qznorland.example/x"
    )
    case.reviewed().heard()
    closed = Built(workspace, WORLD).named()
    work.close(workspace, ANNA, closed.case_id, "domestic", "Qzharbour did it at home.")
    public = Built(workspace, World())
    work.attach(workspace, ANNA, public.case_id, [second])
    work.add_name(workspace, ANNA, public.case_id, "person", "Qzprivate", "private")
    capture(workspace, b"Qzprivate", "Qzprivate.txt", by=ANNA.id, case=public.case_id, source="from Qzprivate")
    public.ready()
    for actor in (ANNA, BELA):
        publish.approve(workspace, actor, public.case_id, "publish")
    publish.issue(workspace, BELA, public.case_id, "publish")
    tip = retention.add_tip(workspace, ANNA, "Qzgossip from somebody.", danger=True)
    retention.keep_tip(workspace, making.CORA, tip.id, case.case_id)
    retention.add_tip(workspace, ANNA, "Qzwhisper of somebody in danger.", danger=True)
    return case, public


def ids(workspace):
    """The ids of all records by their kind."""
    with workspace.read() as reader:
        return {kind.kind: [record.id for record in every(reader, kind)] for kind in KINDS_OF_RECORDS}


def routes(app, method):
    """The paths of the rooms, as they are written: `/cases/{key}`."""
    described = app.openapi()["paths"]
    return [path for path, verbs in described.items() if method in verbs]


KINDS = {
    "/findings": "lead",
    "/cases": "case",
    "/evidence": "item",
    "/review": "review",
    "/publications": "publication",
    "/tips": "tip",
}


def filled(path, keys):
    """The addresses of a path: with each id of the kind it is about, and one of another kind."""
    if "{" not in path:
        return [path]
    path = path.replace("{which}", "behaviour").replace("{seq}", "12").replace("{token}", "x")
    kind = next((kind for start, kind in KINDS.items() if path.startswith(start)), "person")
    chosen = [*keys[kind], keys["claim"][0]]
    return [re.sub(r"{\w+}", key, path) for key in chosen] if "{" in path else [path]


LISTS = ("/leads?state=all", "/cases?state=closed", "/reply?state=all", "/journal?before=40", "/evidence?how=upload")


def answers(browser, app, keys):
    """Every answer to reading, and to a form sent without what it needs."""
    reading = [address for path in routes(app, "get") for address in filled(path, keys)]
    for path in (*LISTS, *reading):
        yield path, browser.get(path)
    token = browser.token("/account")
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    for path in routes(app, "post"):
        if not path.startswith(("/sign", "/account", "/invitation", "/language", "/settings", "/people")):
            for address in filled(path, keys):
                if not address.endswith("/names/show"):
                    yield f"POST {address}", browser.post(address, data={"csrf": token, **WRONG}, headers=headers)


#: Values that are of the right kind and do not fit: the refusal must not say what would.
WRONG = {
    "version": 1, "text": "x", "action": "publish", "reason": "because", "placeholder": "Country A", "whom": "x",
    "how": "x", "person": "bela", "lead": "x", "outcome": "domestic", "title": "x", "working_title": "x",
    "act": "restore", "number": 1, "entry": 3, "sort": "party", "standing": "named", "answer": "yes",
}  # fmt: skip


@pytest.mark.parametrize(
    "role", [one if one in ("reader", "reviewer") else pytest.param(one, marks=pytest.mark.slow) for one in ROLES]
)
def test_a_role_alone_reads_nothing_withheld(role, app, join, workspace, secrets):
    _, public = secrets
    browser = join("eve", (role,))
    keys = ids(workspace)
    marks = (*HIDDEN, PRIVATE) if role == "custodian" else (*HIDDEN, PRIVATE, b"Qzwhisper")
    seen = 0
    for path, answer in answers(browser, app, keys):
        assert answer.status_code < 500, path
        seen += answer.status_code == 200
        withheld = [word for word in marks if word in answer.content]
        assert withheld == [], (path, answer.status_code, withheld)
        assert not any(word.decode() in str(answer.headers) for word in (*HIDDEN, PRIVATE)), path
    assert seen > 25
    assert public.world.helped in browser.get(f"/cases/{public.case_id}").text


def test_the_marks_are_there_for_who_may_read_them(app, join, workspace, secrets):
    """The search above would find them."""
    case, public = secrets
    browser = join("ann", ("analyst",))
    with workspace.write("", "test") as w:
        w.put(case.case.but(seen_by=(browser.person.id,)))
        w.put(public.case.but(seen_by=(browser.person.id,)))
    pages = [answer.content for path, answer in answers(browser, app, ids(workspace)) if path.startswith("/")]
    everything = b"".join(pages)
    elsewhere = (b"Qzsudmark", b"Qzgossip")  # in no page, or for custodians and the owner
    assert [word for word in HIDDEN if word not in everything and word not in elsewhere] == []
    assert PRIVATE in everything


def test_a_blind_reviewer_reads_nothing_withheld_until_the_grades_are_given(app, join, workspace, secrets):
    case, _ = secrets
    browser = join("rita", ("reviewer",))
    case.edit(unknown="Who paid Qzines.")
    review.ask(workspace, ANNA, case.case_id, browser.person.id)
    keys = ids(workspace)
    for path, answer in answers(browser, app, keys):
        assert answer.status_code < 500, path
        assert [word for word in (*HIDDEN, PRIVATE) if word in answer.content] == [], path

"""The rooms of an assessment: answered through forms, and nobody reads another's answers on any page."""

import re
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import ORIGIN
from tests.web.forms import Forms, send

from tocsin.assure.assessment import answers
from tocsin.assure.assessment.answers import Given
from tocsin.model.assessment import COMPONENTS, Party, Product
from tocsin.model.people import Actor

SECRET = "the door of the store room does not lock"
ROOT = Actor(id="root", roles={"administrator"})


@pytest.fixture
def four(workspace, join):
    """A county, its state, the federal level and a vendor, each with somebody who speaks for it; a second county."""
    who = {name: join(name, ("reader",)) for name in ("fed", "state", "county", "other", "vendor")}
    levels = {"fed": "federal", "state": "state", "county": "local", "other": "local", "vendor": "vendor"}
    above = {"state": "fed", "county": "state", "other": "state"}
    for name, browser in who.items():
        runs = COMPONENTS if levels[name] == "local" else ()
        answers.put_party(workspace, ROOT, Party(
            id=name, name=f"The {name}", level=levels[name], parent=above.get(name, ""), components=runs,
            people=[browser.person.id],
        ))  # fmt: skip
    vendor = who["vendor"].person.actor
    made = Product(id="scanner", vendor="vendor", name="Scanner", release="2.1", components=["capture"])
    answers.put_product(workspace, vendor, made)
    answers.use(workspace, who["county"].person.actor, "county", "capture", "scanner")
    return who


def say(workspace, who, party, subject, question="capture-01", state="met"):
    digests = (answers.keep(workspace, BytesIO(f"file of {party}".encode())),)
    given = Given(subject, question, state, SECRET, digests)
    return answers.answer(workspace, who[party].person.actor, party, [given], digests)[0]


def test_an_office_answers_sees_the_vendors_state_and_plans(four, workspace):
    county, vendor = four["county"], four["vendor"]
    say(workspace, four, "vendor", "scanner")
    page = "/assess/of/county/questions?component=capture&subject=county"
    shown = county.get(page).text
    number = len(re.findall(r'name="question"', shown))
    states, texts = ([first, *[""] * (number - 1)] for first in ("not met", "It is old."))
    done = send(county, page, "/assess/of/county/questions", state=states, statement=texts)
    assert "1 answer is kept." in done.text
    asked = "/assess/of/county/questions/capture-01"
    files = {"evidence": ("photo.txt", b"a photograph")}
    done = send(county, asked, asked, files=files, state="partly", statement="Old")
    assert "The answer is kept." in done.text
    assert "<bdi>photo.txt</bdi>" in done.text
    assert "The vendor</bdi> (<bdi>Scanner 2.1</bdi>)" in done.text
    assert "disputed" in done.text
    key, digest = re.search(r"/assess/answers/([\w-]+)/evidence/(\w{64})", done.text).groups()
    kept = county.submit(f"/assess/answers/{key}/evidence/{digest}", page=asked)
    assert kept.content == b"a photograph"
    assert "photo.txt" in kept.headers["content-disposition"]
    assert vendor.submit(f"/assess/answers/{key}/evidence/{digest}", page="/assess/of/vendor").status_code == 403
    measure = {"question": "capture-01", "action": "Buy a new one", "owner": "Clerk", "due": "2020-01-31"}
    done = county.submit("/assess/of/county/plan", measure, page=asked)
    assert "The measure is kept." in done.text
    assert "overdue" in county.get("/assess/of/county/gaps").text
    for part in ("", "/plan", "/threats?budget=10", "/files", "/sheet", "/table"):
        assert county.get(f"/assess/of/county{part}").status_code == 200, part
    paths = [county.get(f"/assess/of/county/threats{more}").text for more in ("", "?technology=VBM")]
    assert [len(re.findall('<th scope="row">', text)) for text in paths] == [7, 1]
    state = four["state"]
    local = {"level": "local", "parent": "state", "components": ["capture"], "people": [state.person.id]}
    many = [Party(id=f"m{i}", name=f"M{i}", **local) for i in range(9)]
    for one in many:
        answers.put_party(workspace, ROOT, one)
    assert county.submit("/assess/peers", page="/assess/peers").status_code == 403
    for one in many[:5]:
        answers.answer(workspace, state.person.actor, one.id, [Given(one.id, "capture-01", "met")])
    assert "New figures are released." in state.submit("/assess/peers", page="/assess/peers").text
    shown = county.get("/assess/peers").text
    row = re.search(r"capture-01</span></td>(.*?)</tr>", shown, re.DOTALL)[1]
    assert re.findall(r">([^<>\s]+)</", row) == ["5", *"·····", "6", "disputed"]
    rolled = re.search(r"capture-01</span></td>(.*?)</tr>", state.get("/assess/rollup/state").text, re.DOTALL)[1]
    assert re.findall(r">([^<>\s]+)</", rolled) == ["11", "5", *"·····", "6"]
    assert "Where answers differ" in vendor.get("/assess/of/vendor").text


def test_what_a_colleague_wrote_meanwhile_stays_and_nothing_entered_is_lost(four, workspace):
    county, page, to = four["county"], "/assess/of/county/questions?component=capture", "/assess/of/county/questions"
    form = next(one for one in Forms(county.get(page).text).found if one["action"] == to)
    sent = {name: [value or "" for field, value in form["fields"] if field == name] for name in form["names"]}
    say(workspace, four, "county", "county")  # a colleague, to the first question
    sent["state"][:3], sent["statement"][:4] = ["not met", "", "met"], ["mine", "since 2020", "", ""]
    done = county.post(to, data=sent, headers={"origin": ORIGIN, "sec-fetch-site": "same-origin"})
    assert done.status_code == 409
    assert "1 answer is kept. 2 are not kept:" in " ".join(re.sub("<[^>]+>", " ", done.text).split())
    form = next(one for one in Forms(done.text).found if one["action"] == to)
    again = {name: [value or "" for field, value in form["fields"] if field == name] for name in form["names"]}
    assert (again["state"][:3], again["statement"][:2]) == (["not met", "", "met"], ["mine", "since 2020"])
    with workspace.read() as reader:
        assert answers.before(answers.open_book(reader), "county", "county", "capture-01").state == "met"
    again["state"][1] = "partly"
    done = county.post(to, data=again, headers={"origin": ORIGIN, "sec-fetch-site": "same-origin"})
    assert "2 answers are kept." in done.text
    asked = "/assess/of/county/questions/capture-01"
    assert send(county, asked, asked, shown="", state="met").status_code == 409
    assert "withdraw it there" in send(county, page, to, state=["", *again["state"][1:]]).text


def test_an_administrator_says_who_takes_part_and_a_state_answers_about_its_offices(four, workspace, join):
    root, state = join("root", ("administrator",)), four["state"]
    assert state.get("/assess/parties/new").status_code == 403
    said = {"name": "Third county", "level": "local", "parent": "state", "components": ["capture"],
            "people": [root.person.id]}  # fmt: skip
    done = root.submit("/assess/parties", said, page="/assess/parties/new")
    assert "The party is kept." in done.text
    key = re.search(r"/assess/parties/([\w-]{36})", done.text)[1]
    done = send(root, f"/assess/parties/{key}", "/assess/parties", parent="")
    assert "The party is kept." in done.text
    assert send(root, f"/assess/parties/{key}", "/assess/parties", version=1).status_code == 409
    assert "Third county" not in state.get("/assess/of/state").text
    page = "/assess/of/state/questions?subject=other&component=capture"
    assert page.split("?")[0] in state.get("/assess/of/state").text
    states = ["met", *[""] * (len(re.findall('name="question"', state.get(page).text)) - 1)]
    assert "1 answer is kept." in send(state, page, "/assess/of/state/questions", state=states).text
    assert "The state</bdi>: " in four["other"].get("/assess/of/other/questions/capture-01").text


def test_nobody_reads_anothers_answers_on_any_page(four, workspace):
    given = {party: say(workspace, four, party, subject) for party, subject in
             (("county", "county"), ("state", "county"), ("fed", "county"), ("vendor", "scanner"))}  # fmt: skip
    held = given["county"]
    parts = ("", "/gaps", "/plan", "/threats", "/files", "/sheet", "/table", "/questions/capture-01",
             "/questions?component=capture", "/questions/capture-01?subject=scanner")  # fmt: skip
    common = ("/assess", "/assess/peers", "/assess/parties", "/journal", "/evidence")
    for name, browser in four.items():
        for part in parts if name != "county" else ():
            assert browser.get(f"/assess/of/county{part}").status_code == 403, (name, part)
        assert not any(SECRET in browser.get(address).text for address in common), name
        assert (SECRET in browser.get(f"/assess/of/{name}/table").text) == (name in given)
    for path in ("withdraw", f"evidence/{held.evidence[0]}"):
        assert four["state"].submit(f"/assess/answers/{held.id}/{path}").status_code == 403
    assert four["state"].get(f"/evidence/{held.evidence[0]}").status_code == 404
    assert four["state"].submit("/assess/of/county/oscal").status_code == 403
    assert four["county"].get("/assess/rollup/state").status_code == 403
    assert four["state"].get("/assess/rollup/county").status_code == 403
    seen = four["state"].get("/assess/rollup/state").text
    assert SECRET not in seen
    assert "2 offices." in seen
    shown = four["vendor"].get("/assess/of/vendor/questions/capture-01?subject=county")
    assert shown.status_code == 200  # where it has answered by its product it sees states
    assert "The county</bdi>: " in shown.text
    assert four["vendor"].get("/assess/of/vendor/questions/office-01?subject=county").status_code == 403
    above = four["state"].get("/assess/of/state/questions/capture-01?subject=county").text
    assert "Who says what" not in above  # its own answer there opens nothing
    assert "The state</bdi>: met" in four["county"].get("/assess/of/county/questions/capture-01").text
    assert SECRET not in shown.text


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (320, "dark", "de")])
def test_axe_finds_nothing_and_nothing_overflows(four, workspace, served, chromium, width, scheme, language):
    for party, subject in (("county", "county"), ("state", "county"), ("vendor", "scanner")):
        say(workspace, four, party, subject, state="not met" if party == "county" else "met")
    answers.use(workspace, four["other"].person.actor, "other", "capture", "scanner")
    pages = {
        "county": [
            "",
            "/questions?component=capture",
            "/questions/capture-01",
            "/gaps",
            "/plan",
            "/threats",
            "/threats/PCOS",
            "/files",
        ],
        "vendor": ["", "/questions/capture-01?subject=scanner"],
    }
    addresses = [("state", "/assess/rollup/state"), ("state", "/assess/peers"), ("county", "/assess"),
                 ("county", "/assess/parties"),
                 ("county", "/assess/parties/vendor"), ("county", "/assess/of/county/sheet")]  # fmt: skip
    addresses += [(name, f"/assess/of/{name}{part}") for name, parts in pages.items() for part in parts]
    with workspace.write("", "roles") as writer:
        person = four["county"].person
        writer.put(person.but(roles=("administrator",)))
    four["state"].submit("/assess/peers", page="/assess/peers")
    context = chromium.new_context(
        base_url=served.state.origin, viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language
    )
    for name, address in addresses:
        token = served.state.sessions.begin(four[name].person, "password")
        context.add_cookies([{"name": "session", "value": token, "url": served.state.origin}])
        page = context.new_page()
        assert page.goto(address).status == 200, address
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        page.close()
    context.close()

"""The main path of a case, walked through the forms of the workbench."""

from tests.cases.making import finding, scan_folder
from tests.web.forms import Forms, said, send

from tocsin.cases import leads

GRADE = {"source": "B", "information": "2", "likelihood": "very likely", "confidence": "moderate"}
SECRETS = ("Norland", "Harbour League", "Meadow Party", "Ines Kowal", "Quentin Ashgrove")


def take_in(workspace, person, folder, number=3):
    """Leads from a scan folder of `number` findings."""
    made = scan_folder(
        folder,
        [finding(n, [f"{n}-{i}" for i in range(6)], [f"p{n}-{i}" for i in range(30)]) for n in range(number)],
        texts={f"p{n}-{i}": "Norland loves the Harbour League" for n in range(number) for i in range(30)},
    )
    return leads.import_findings(workspace, person.actor, made)


def lead_ids(browser, address="/leads"):
    import re

    return re.findall(r'href="/findings/([0-9a-f-]{36})"', browser.get(address).text)


def open_case(browser, lead):
    """Open a case from a lead; return its address."""
    asked = browser.submit("/leads/act", {"act": "open", "lead": lead}, page="/leads")
    form = next(form for form in Forms(asked.text).found if form["action"] == "/cases")
    fields = dict(form["fields"]) | {"title": "Norland pushes the Harbour League", "working_title": "Case 1"}
    answer = browser.submit("/cases", fields, page="/leads")
    assert said(answer).startswith("The case is open."), said(answer)
    return str(answer.url.path).removesuffix("/scope")


def in_scope(browser, case, key):
    evidence = [f"{n}|{key}" for n in range(3)]
    return send(
        browser, f"{case}/scope", f"{case}/scope", answer=["yes"] * 3, reason=["It rests on the posts."] * 3,
        evidence=evidence,
    )  # fmt: skip


def name_names(browser, case):
    names = (
        ("country", "Norland", "named"),
        ("party", "Harbour League", "mentioned"),
        ("party", "Meadow Party", "mentioned"),
        ("candidate", "Ines Kowal", "mentioned"),
        ("person", "Quentin Ashgrove", "private"),
    )
    for sort, text, standing in names:
        answer = send(browser, f"{case}/names", f"{case}/names", sort=sort, text=text, standing=standing)
        assert said(answer) == "The name is on the list.", said(answer)


def write(browser, case, key):
    """The facts and the four claims."""
    answer = send(
        browser, f"{case}/facts", f"{case}/facts", summary="Accounts of Norland praised the Harbour League.",
        unknown="Who paid Ines Kowal.", interference="amplification", election="Council 2024", tlp="clear",
    )  # fmt: skip
    assert said(answer) == "The facts are saved.", said(answer)
    common = {"basis": "Two sources that do not know of each other.", **GRADE, "use": key, "note": "joint posts"}
    common |= {"grade_source": "B", "grade_information": "2"}
    for which, text in (("behaviour", "Accounts posted for the Harbour League."), ("deception", "They hid it.")):
        answer = send(browser, f"{case}/claims/{which}", f"{case}/claims/{which}", text=text, **common)
        assert said(answer) == "The claim is saved.", said(answer)
    url = f"{case}/claims/reach"
    steps = {"step_shown": "1", "step_at": ["2024-05-01T12:00", "", "", "", "", ""], "step_evidence": f"1|{key}"}
    answer = send(browser, url, url, text="It stayed on one platform.", **common, **steps)
    assert said(answer) == "The claim is saved.", said(answer)
    url = f"{case}/claims/attribution"
    answer = send(browser, url, url, made=None, text="Nothing shows who ran it.")
    assert said(answer) == "The claim is saved.", said(answer)
    url = f"{case}/claims/deception"
    last = len([form for form in Forms(browser.get(url).text).found if form["action"] == f"{url}/alternatives"]) - 1
    answer = send(browser, url, f"{url}/alternatives", last, text="Fans.", rejected="Fans do not post so.")
    assert said(answer) == "The alternative is kept.", said(answer)


def ask_review(browser, case, person):
    return send(browser, f"{case}/review", f"{case}/review", person=person.id)


def review(browser):
    """Grade blind, then open, and accept the review that waits."""
    import re

    page = re.search(r'href="(/review/[0-9a-f-]{36})"', browser.get("/review").text)[1]
    blind = browser.get(page).text
    four = {name: [value] * 3 for name, value in GRADE.items()}
    answer = send(browser, page, f"{page}/blind", **four, guess="Meadow Party")
    assert said(answer).startswith("Your blind grades are kept."), said(answer)
    answer = send(browser, page, f"{page}/decide", **four, decision="accepted", reasons="The posts carry it.")
    assert said(answer) == "Your decision is kept.", said(answer)
    return blind


def hear(browser, case):
    answer = send(browser, f"{case}/reply", f"{case}/reply", whom="Embassy of Norland", how="by letter")
    assert said(answer) == "The request is kept.", said(answer)
    held = next(f["action"] for f in Forms(answer.text).found if f["action"].endswith("/answer"))
    answer = send(browser, f"{case}/reply", held, text="Norland denies it.")
    assert said(answer) == "The answer is kept.", said(answer)


def ready(author, reader, lead):
    """A case that only lacks the approvals; returns its address."""
    case, key = open_case(author, lead), f"lead:{lead}"
    assert said(in_scope(author, case, key)) == "The answers are saved."
    name_names(author, case)
    write(author, case, key)
    assert said(ask_review(author, case, reader.person)) == "The review is asked for."
    review(reader)
    hear(author, case)
    return case


def publish(author, reader, case, **words):
    """Two persons approve; the second issues. Returns the answer of the last step."""
    url = f"{case}/publish"
    action = "correct" if words else "publish"
    forms = [f for f in Forms(author.get(url).text).found if f["action"] == f"{url}/approve"]
    number = next(n for n, form in enumerate(forms) if ("action", action) in form["fields"])
    answer = send(author, url, f"{url}/approve", number, **words)
    assert said(answer).startswith("Your yes is kept."), said(answer)
    answer = send(reader, url, f"{url}/approve")
    assert said(answer) == "Two persons have approved. It can be issued now.", said(answer)
    return send(reader, url, f"{url}/issue")

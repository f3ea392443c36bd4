"""The whole way in real Chromium, with a mouse and with a keyboard alone: from the one-time link over leads, case, each
gate and a second person to publication, check of the export, correction, and the public page."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.web.walk import Keyboard, Mouse, text_of

from tocsin.jobs.intake import take_in
from tocsin.jobs.request import Request
from tocsin.jobs.scan import scan
from tocsin.progress import Silent
from tocsin.settings import Settings
from tocsin.simulate.election import ElectionParams
from tocsin.simulate.write import write_simulation
from tocsin.web.auth import invitations

TOCSIN = Path(sys.executable).parent / "tocsin"
PASSWORD = "correct horse battery staple"
GRADE = (
    ("Reliability of the sources", "B"),
    ("Credibility of the information", "2"),
    ("Likelihood", "very likely"),
    ("Confidence in the basis", "moderate"),
)
BASIS = "Why the confidence is what it is"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A small simulated election, scanned."""
    folder = tmp_path_factory.mktemp("demo")
    posts = write_simulation(ElectionParams(posts=3_000, seed=3), folder / "election", progress=Silent())
    scan(Request((str(posts),), folder / "scan"), Settings(), Silent())
    return folder / "scan"


@pytest.fixture
def opened(served, chromium):
    """Open browsers of different people; any request elsewhere fails the test."""
    contexts, outside = [], []

    def make():
        origin = served.state.origin
        context = chromium.new_context(base_url=origin, accept_downloads=True, locale="en-US")
        context.on("request", lambda request: None if request.url.startswith(origin) else outside.append(request.url))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    yield make
    for context in contexts:
        context.close()
    assert outside == []


def make_account(hand, login):
    hand.fill_all(("Name to sign in with", login), ("Name that others see", login.title()))
    hand.fill_all(("Password", PASSWORD), ("The same password again", PASSWORD))
    hand.press("Save and sign in")


def refused(hand, case, action="approve", **fields):
    """What the server says to a direct request that the page may not even offer."""
    token = hand.page.locator("input[name=csrf]").first.input_value()
    form = {"csrf": token, "action": "publish", **fields}
    origin = re.match(r"https?://[^/]+", hand.page.url)[0]
    answer = hand.page.request.post(f"{case}/publish/{action}", form=form, headers={"origin": origin})
    assert answer.status == 403, (answer.status, answer.text())
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text().split('role="alert"')[1].split("</div>")[0]).split())


def first_closed(hand, case):
    """The first gate that the server names when the publication is approved by a direct request."""
    return re.search(r"not every gate is passed: ([^,;]+)", refused(hand, case))[1]


def open_case(hand):
    """From the front page to a case on the strongest lead."""
    hand.go("/")
    hand.follow(re.compile("Open leads"))
    hand.first_lead()
    hand.press("Open a case…")
    hand.fill_all(("Title", "Norland pushes the Harbour League"), ("Working title", "Case 1"))
    hand.press("Open the case")
    hand.done("The case is open.")
    return hand.page.url.partition("/cases/")[2].partition("/")[0]


def answer_scope(hand):
    for n in range(3):
        hand.choose("Answer", "yes", n)
        hand.fill("What it rests on", "On the posts.", n)
        hand.pick("Evidence", n)
    hand.press("Save the answers")
    hand.done("The answers are saved.")


def claim(hand, case, which, text, more=None):
    hand.go(f"{case}/claims/{which}")
    hand.fill("What is claimed, or why nothing is", text)
    hand.choose_all(GRADE)
    hand.fill(BASIS, "Two sources that do not know of each other.")
    box = hand.page.get_by_role("checkbox").nth(1)
    (hand.reach(box), hand.page.keyboard.press("Space")) if isinstance(hand, Keyboard) else box.check()
    hand.choose_all([(re.compile("^Source: "), "B"), (re.compile("^Information: "), "2")])
    if more:
        more()
    hand.press("Save the claim")
    hand.done("The claim is saved.")


def grade_claims(hand, case):
    hand.go(f"{case}/facts")
    hand.fill("What happened", "It is very likely, and we have high confidence, that Norland did it.")
    hand.press("Save")
    hand.done("One sentence holds a likelihood")
    hand.fill("What happened", "Accounts of Norland praised the Harbour League. Quentin Ashgrove wrote to us.")
    hand.fill_all(("What is not known", "Who paid Ines Kowal."), ("Election", "Council 2024"))
    hand.choose("Kind", "amplification")
    hand.press("Save")
    hand.done("The facts are saved.")
    claim(hand, case, "behaviour", "Accounts posted for the Harbour League together.")
    claim(hand, case, "deception", "They hid that they are one group.")

    def step():
        hand.tick("shown", 0)
        hand.when("When (UTC)", "2024-05-01", 0)
        hand.pick("Evidence", 0)

    claim(hand, case, "reach", "It stayed on one platform.", step)
    hand.go(f"{case}/claims/attribution")
    hand.untick("The case claims this")
    hand.fill("What is claimed, or why nothing is", "Nothing shows who ran it.")
    hand.press("Save the claim")


def consider(hand, case):
    hand.go(f"{case}/claims/deception")
    hand.fill("What else could explain what was seen", "Fans.")
    hand.fill("Why it is rejected", "Fans do not post in the same second.")
    hand.press("Add the explanation")
    hand.done("The alternative is kept.")


def name(hand, case, sort, text, standing):
    hand.go(f"{case}/names")
    hand.choose("What it is", sort)
    hand.fill("Name", text)
    hand.choose("Standing", standing)
    hand.press("Add")
    hand.done("The name is on the list.")


def grade_all(hand):
    for n in range(3):
        hand.choose_all(GRADE, n)


def decide(hand, reasons):
    grade_all(hand)
    hand.choose("Decision", "accepted")
    hand.fill("Reasons", reasons)
    hand.press("Decide")
    hand.done("Your decision is kept.")


def invite(hand, other):
    """The first account invites a second reader and publisher, who follows the link."""
    hand.go("/people")
    hand.untick(re.compile("^reader:"))
    hand.tick(re.compile("^reviewer:"))
    hand.tick(re.compile("^publisher:"))
    hand.press("Make a link")
    other.go(hand.page.locator("code").first.inner_text())
    make_account(other, "bob")


def review(hand, other, case):
    hand.go(f"{case}/review")
    hand.press("Ask")
    hand.done("The review is asked for.")
    other.go("/")
    other.follow(re.compile("Reviews that wait for me"))
    other.follow(re.compile("Case 1|Norland"))


def give_blind_grades(other):
    seen = text_of(other.page)
    assert "Party A" in seen
    assert not any(word in seen for word in ("Norland", "Harbour", "Kowal", "very likely Confidence"))
    grade_all(other)
    other.fill("Which side do you think it is about?", "Meadow Party")
    other.press("Keep my grades and show the names")
    other.done("Your blind grades are kept.")
    assert "Norland" in text_of(other.page)


def hear(hand, case):
    hand.go(f"{case}/reply")
    hand.fill_all(("Asked of", "Embassy of Norland"), ("By which way", "by letter"))
    hand.press("Keep that it was asked")
    hand.done("The request is kept.")
    assert first_closed(hand, case) == "reply"
    hand.fill("The answer, word for word", "Norland denies it.")
    hand.press("Keep the answer")
    hand.done("The answer is kept.")


def approve(hand, other, case, press, now):
    hand.go(f"{case}/publish")
    press()
    hand.done("Your yes is kept.")
    other.go(f"{case}/publish")
    other.press("Approve the same words")
    other.done("Two persons have approved.")
    other.press(now)
    other.done("It is issued.")


def pass_the_gates(hand, other, case):
    """Each gate refuses in its turn, until what it asks for is done."""
    assert first_closed(hand, case) == "scope"
    hand.go(f"{case}/scope")
    answer_scope(hand)
    assert first_closed(hand, case) == "claims"
    grade_claims(hand, case)
    assert first_closed(hand, case) == "alternatives"
    consider(hand, case)
    assert first_closed(hand, case) == "marking"
    hand.go(f"{case}/facts")
    hand.choose("Marking", "clear")
    hand.press("Save")
    for sort, text, standing in (
        ("country", "Norland", "named"),
        ("party", "Harbour League", "mentioned"),
        ("candidate", "Ines Kowal", "mentioned"),
        ("person", "Quentin Ashgrove", "private"),
    ):
        name(hand, case, sort, text, standing)
    assert first_closed(hand, case) == "private persons"
    hand.go(f"{case}/facts")
    hand.fill("What happened", "Accounts of Norland praised the Harbour League.")
    hand.press("Save")
    assert first_closed(hand, case) == "second reader"
    invite(hand, other)
    review(hand, other, case)
    give_blind_grades(other)
    decide(other, "The posts carry it.")
    assert first_closed(hand, case) == "reply"
    hear(hand, case)
    assert "two persons must approve" in refused(hand, case, "issue")


def correct(hand, other, case):
    hand.go(f"{case}/facts")
    hand.fill("What happened", "Fewer accounts of Norland than was said praised the Harbour League.")
    hand.press("Save")
    review(hand, other, case)
    assert "there is no blind part" in text_of(other.page)
    decide(other, "Still.")

    def press():
        hand.fill("What is different, and why", "Two accounts were counted twice.")
        hand.press("Approve the correction")

    approve(hand, other, case, press, "Correct now")


def tocsin(*words):
    return subprocess.run([TOCSIN, *map(str, words)], capture_output=True, text=True, check=False, timeout=120)


def check_export(hand, tmp_path):
    hand.fill("To whom, and why", "Partner, for a second look.")
    with hand.page.expect_download() as waiting:
        hand.button("Make the export").focus()
        hand.page.keyboard.press("Enter")
    waiting.value.save_as(tmp_path / "export.zip")
    done = tocsin("verify", tmp_path / "export.zip")
    assert done.returncode == 0, done.stdout + done.stderr
    damaged = bytearray((tmp_path / "export.zip").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.zip").write_bytes(damaged)
    assert tocsin("verify", tmp_path / "damaged.zip").returncode == 1


@pytest.mark.parametrize("kind", [Mouse, pytest.param(Keyboard, marks=pytest.mark.slow)])
def test_from_the_one_time_link_to_a_correction(kind, opened, workspace, scanned, tmp_path):
    take_in(workspace, [scanned])
    hand, other = kind(opened()), kind(opened())
    hand.go(f"/invitation/{invitations.first(workspace)}")
    make_account(hand, "ann")
    case = f"/cases/{open_case(hand)}"
    pass_the_gates(hand, other, case)
    approve(hand, other, case, lambda: hand.press("Approve the publication"), "Publish now")
    hand.go("/publications")
    hand.follow(re.compile("Norland"))
    check_export(hand, tmp_path)
    correct(hand, other, case)
    done = tocsin("publish", workspace.path, "--to", tmp_path / "site")
    assert done.returncode == 0, done.stdout + done.stderr
    public = hand.page.context.browser.new_page()
    public.goto((tmp_path / "site" / "index.html").as_uri())
    public.get_by_role("link", name=re.compile("Norland pushes")).first.click()
    seen = text_of(public)
    public.close()
    assert "Two accounts were counted twice." in seen
    assert "Norland denies it." in seen
    assert "Fewer accounts of Norland" in seen
    assert workspace.check() == []

"""The workbench under load: 100,000 findings and 10,000 cases in one workspace, on SQLite.

    python bench/web.py

Pages as a browser asks for them, through the whole application (gate, session, records, template) without a socket:
lists at the beginning, in the middle and at the end, cases as their owner and as a blinded reader sees them. A figure
is the median of 21, in milliseconds of CPU of this process; the work of the test client is in it.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from starlette.testclient import TestClient

from common import markdown, write
from store import START, fill
from tocsin.cases.scope import QUESTIONS
from tocsin.model.case import WHICH, Alternative, Case, CaseState, Claim, Lead, Link, Name, ScopeAnswer, Step
from tocsin.model.grades import Grade
from tocsin.model.people import ROLES, Person
from tocsin.model.record import Stored
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web.app import create_app
from tocsin.web.auth import accounts

CASES, LEADS_EACH, TIMES = 10_000, 3, 21
ORIGIN = "http://localhost:8000"
SENTENCES = "Accounts of Norland praised the Harbour League and wrote against the Meadow Party. " * 12
STATES: tuple[CaseState, ...] = ("draft", "in review", "reply", "closed")


def case(number: int, chance: random.Random, owner: str, leads: list[Lead]) -> list[Stored]:
    """A case with its claims, and the leads it was made from."""
    time = START + timedelta(seconds=chance.randrange(10**7))
    sorts = ("country", "party", "party", "candidate", "person")
    texts = (f"Norland {number}", "Harbour League", "Meadow Party", "Ines Kowal", "Quentin Ashgrove")
    made = Case(
        title=f"Norland pushes the Harbour League, {number}",
        working_title=f"Case {number}",
        owner=owner,
        opened=time,
        updated=time,
        state=chance.choice(STATES),
        summary=SENTENCES,
        unknown=SENTENCES,
        names=tuple(
            Name(sort=sort, text=text, placeholder=f"{sort.capitalize()} {'AB'[n == 2]}", standing="mentioned")
            for n, (sort, text) in enumerate(zip(sorts, texts, strict=True))
        ),
    )
    links = tuple(Link(to="lead", id=lead.id, source="B", information="2") for lead in leads)
    scope = tuple(
        ScopeAnswer(question=question, answer="yes", reason=SENTENCES[:200], evidence=links, by=owner, at=time)
        for question in QUESTIONS
    )
    grade = Grade(source="B", information="2", likelihood="likely", confidence="moderate")
    other = Alternative(text="Fans.", rejected=SENTENCES[:200], by=owner)
    steps = tuple(Step(level=level, shown=True, at=time, note=SENTENCES[:100], evidence=links) for level in (1, 2))
    claims = [
        Claim(
            case=made.id,
            which=which,
            text=SENTENCES,
            basis=SENTENCES[:200],
            grade=grade,
            evidence=links,
            alternatives=(other,),
            steps=steps if which == "reach" else (),
            updated=time,
        )
        for which in WHICH
    ]
    return [made.but(scope=scope), *claims, *(lead.but(case=made.id, state="in case") for lead in leads)]


def cases(workspace: Workspace, owner: str) -> None:
    """All cases, in one transaction for each thousand."""
    chance, number, after = random.Random(2), 0, ""
    while number < CASES:
        with workspace.read() as reader:
            page = reader.page(Lead, order="id", after=after, limit=990)
        after = page.next
        rest = iter(page.items)
        with workspace.write(owner, "bench") as w:
            while number < CASES and (leads := list(islice(rest, LEADS_EACH))):
                for record in case(number, chance, owner, leads):
                    w.put(record)
                number += 1


def cursors(reader: Reader, kind: type[Stored], where: dict[str, object], order: str) -> list[tuple[str, str]]:
    """Places in a list to go on from: its beginning, its middle, its last page."""
    number, after, found = reader.count(kind, where), "", []
    wanted = {"first": 0, "middle": number // 2 // 50 * 50, "last": max(0, number - 1) // 50 * 50}
    for at in range(0, number, 50):
        found += [(name, after) for name, place in wanted.items() if place == at]
        after = reader.page(kind, where, order, after, 50).next
    return found


def pages(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """What is measured: a name and an address."""
    with workspace.read() as reader:
        for name, after in cursors(reader, Lead, {"state": "new"}, "-score"):
            yield f"leads that are new, {name} page", f"/leads?after={after}"
        for name, after in cursors(reader, Lead, {}, "-updated"):
            yield f"all leads, {name} page", f"/leads?state=all&order=-updated&after={after}"
        for name, after in cursors(reader, Lead, {"state": "in case"}, "-score"):
            yield f"leads in cases, {name} page", f"/leads?state=in+case&after={after}"
        month = "since=2026-01-01&until=2026-01-02"
        yield "leads of a day", f"/leads?state=all&order=-last&{month}"
        yield "leads of one detector", "/leads?detector=amplification.coordination"
        for name, after in cursors(reader, Case, {}, "-updated"):
            yield f"cases, {name} page", f"/cases?after={after}"
            found = reader.page(Case, {}, "-updated", after, 1).items[0]
            yield f"case from the {name} page", f"/cases/{found.id}"
        yield "claim about reach", f"/cases/{found.id}/claims/reach"
        yield "finding", f"/findings/{reader.page(Lead, limit=1).items[0].id}"
    yield "front page", "/"


def signed_in(app: object, person: Person) -> TestClient:
    """A browser of a person."""
    browser = TestClient(app, base_url=ORIGIN, headers={"accept": "text/html"})  # type: ignore[arg-type]
    token = app.state.sessions.begin(person, "password")  # type: ignore[attr-defined]
    browser.cookies.set("session", token, domain="localhost.local", path="/")
    return browser


def cost(browser: TestClient, address: str) -> float:
    """Median milliseconds of CPU for a page."""
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        answer = browser.get(address)
        spent.append(1000 * (time.process_time() - began))
        assert answer.status_code == 200, (address, answer.status_code)
    return median(spent)


def main() -> None:
    """Fill, measure, print, keep."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "workspace", "Bench")
        app = create_app(workspace, ORIGIN)
        with workspace.write("", "accounts") as w:
            owner = accounts.new_person(w, "owner", "Owner", ROLES)
            reader = accounts.new_person(w, "reader", "Reader", ("reader", "reviewer"))
        fill(workspace)
        cases(workspace, owner.id)
        browsers = {"owner": signed_in(app, owner), "blinded reader": signed_in(app, reader)}
        found = {
            name: {
                who: cost(browser, address)
                for who, browser in browsers.items()
                if who == "owner" or "claim" not in name
            }
            for name, address in pages(workspace)
        }
        workspace.close()
    write("web", found)
    print(markdown(("CPU ms", *browsers), [(name, *(row.get(who) for who in browsers)) for name, row in found.items()]))


if __name__ == "__main__":
    main()

"""A hundred offices, every question answered: rolled up, written as OSCAL and read back, in CPU-seconds.

    python bench/assess.py

Offices run all components but that of campaigns; answers, statements and evidence are made up from a seed. Importing
compliance-trestle's models counts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tocsin.assure.assessment import oscal
from tocsin.assure.assessment.attackers import chances
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.fixes import best
from tocsin.assure.assessment.oscal import Contents
from tocsin.assure.assessment.peers import release
from tocsin.assure.assessment.profile import shipped
from tocsin.assure.assessment.rollup import roll_up
from tocsin.assure.assessment.threats import paths
from tocsin.model.assessment import COMPONENTS, STATES, Answer, Measure, Party

AT = datetime(2026, 9, 1, 8, 30, 15, 123456, UTC)
OFFICES = 100


def made(seed: int) -> Contents:
    """A state and its offices with an answer to every question, and a measure for each gap."""
    chance, profile = random.Random(seed), shipped()
    state = Party(id="state", name="State", level="state")
    offices = [
        Party(id=f"office-{n}", name=f"Office {n}", level="local", parent="state", components=COMPONENTS)
        for n in range(OFFICES)
    ]
    answers = tuple(
        Answer(
            party=office.id,
            subject=office.id,
            component=question.component,
            question=question.id,
            state=chance.choice(STATES),
            statement=f"As of {office.name}: {question.text}",
            evidence=(sha256(f"{office.id} {question.component}".encode()).hexdigest(),),
            at=AT,
            by=f"person of {office.id}",
        )
        for office in offices
        for question in profile.questions
    )
    measures = tuple(
        Measure(party=one.party, question=one.question, gap="Not yet.", action="Do it.", owner="Clerk", opened=AT)
        for one in answers
        if one.state in ("partly", "not met")
    )
    return Contents(parties=(state, *offices), answers=answers, measures=measures)


def timed(step: str, work: Callable[[], Any]) -> Any:
    """Do the work and tell its CPU-seconds."""
    start = time.process_time()
    done = work()
    print(f"{step:45} {time.process_time() - start:6.2f} CPU-s")
    return done


def run() -> float:
    """All steps; returns the CPU-seconds of rolling up and exporting."""
    contents, profile = made(7), shipped()
    book = Book(profile, {party.id: party for party in contents.parties}, {}, answers=contents.answers)
    start = time.process_time()
    released = timed("release of figures", lambda: release(book, [], AT))
    rolled = timed("roll-up of the state", lambda: roll_up(replace(book, released=released), "state", AT))
    told = Contents(parties=contents.parties[:1], rolled=(rolled,))
    timed("roll-up as assessment results", lambda: oscal.results_document(told, profile, AT))
    results = timed(
        f"{len(contents.answers):,} answers as assessment results",
        lambda: oscal.results_document(contents, profile, AT),
    )
    plan = timed(f"{len(contents.measures):,} measures as POA&M", lambda: oscal.plan_document(contents, profile, AT))
    spent = time.process_time() - start
    with TemporaryDirectory() as folder:
        for name, data in (("results", results), ("plan", plan)):
            path = Path(folder) / f"{name}.json"
            path.write_bytes(data)
            read = timed(f"{name} read back, {len(data) / 1e6:.1f} MB", lambda path=path: oscal.read_contents(path))
            assert (read.answers, read.measures) in ((contents.answers, ()), ((), contents.measures))
    return spent


def threats() -> None:
    """Paths, chances and the best fixes of one office with every question a gap."""
    gaps = {question.id: "not met" for question in shipped().questions}
    found = timed("paths of 49 threat trees", lambda: paths(gaps))
    timed("chances, 100,000 attacks a tree", lambda: chances(gaps, 1))
    costs = {question.id: float(question.effort_days) for question in shipped().questions}
    fixes = timed("best fixes for 50 days", lambda: best(found, costs, 50))
    print(f"{fixes.closes} of {fixes.paths} paths closed for {fixes.cost:g} days; proven bound {fixes.bound}")


if __name__ == "__main__":
    print(f"rolled up and exported in {run():.2f} CPU-s")
    threats()

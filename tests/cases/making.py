"""A workspace with four people, a scan folder, and a case taken as far as a test needs it."""

import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.cases import claims, gates, leads, publish, reply, review, scope, sight, work
from tocsin.model.case import Case, Graded, Link, Step
from tocsin.model.finding import Explanation, Finding, Interval, Member, ScanSummary, Test
from tocsin.model.grades import Grade
from tocsin.model.people import Actor, Person
from tocsin.model.tables import EVIDENCE
from tocsin.sources.pseudonyms import pseudonym
from tocsin.store.workspace import Workspace

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
KEY = bytes(range(32))
GRADE = Grade(source="B", information="2", likelihood="very likely", confidence="moderate")

ANNA = Actor(id="anna", roles=frozenset({"analyst", "publisher"}))
BELA = Actor(id="bela", roles=frozenset({"analyst", "reviewer", "publisher"}))
CORA = Actor(id="cora", roles=frozenset({"custodian", "administrator"}))
DANI = Actor(id="dani", roles=frozenset({"reader"}))
PEOPLE = (ANNA, BELA, CORA, DANI)


class World(NamedTuple):
    """The names that the tests put into a case; `swapped` exchanges the two sides."""

    harmed: str = "Meadow Party"
    helped: str = "Harbour League"
    candidate: str = "Ines Kowal"
    rival: str = "Tomas Brandt"
    country: str = "Norland"
    other: str = "Sudmark"

    def swapped(self):
        return World(self.helped, self.harmed, self.rival, self.candidate, self.other, self.country)


def people(ws):
    with ws.write("", "people") as w:
        for actor in PEOPLE:
            w.put(Person(id=actor.id, login=actor.id, name=actor.id.title(), roles=actor.roles, created=START))


def account(name):
    return pseudonym(KEY, "twitter", name)


def finding(number, accounts, posts, **other):
    members = tuple(account(name) for name in accounts)
    values = {
        "id": f"coord-{number:012x}",
        "detector": "amplification.coordination",
        "version": "1",
        "kind": "coordination",
        "standing": "lead",
        "title": f"{len(members)} accounts that act together",
        "sentence": "They shared the same links.",
        "subjects": members,
        "platforms": ("twitter",),
        "first": START,
        "last": START + timedelta(hours=2),
        "tests": (
            Test(question="More than chance?", name="together", null_model="dealt at random", observed=120.0,
                 expected=3.25, log_e=41.5),
        ),
        "effects": (Interval(name="ratio", value=36.9, low=20.0, high=60.0),),
        "explanations": (
            Explanation(code="app", question="One application?", verdict="does not fit", detail="Seven applications."),
        ),
        "members": tuple(Member(account=m, posts=9, together=5, expected=0.3, probability=0.9) for m in members),
        "objects": (),
        "evidence_posts": tuple(posts),
    }  # fmt: skip
    return Finding(**values | other)


def scan_folder(folder, findings, texts=None, pseudonymised=True, key=KEY):
    """A finished scan folder with these findings; each account's share of the posts is its evidence."""
    folder.mkdir(exist_ok=True)
    rows = [
        {
            "finding": one.id,
            "layer": "url",
            "object": "news.example/1",
            "account": one.subjects[n % len(one.subjects)],
            "post": post,
            "time": START + timedelta(minutes=n),
            "platform": "twitter",
            "text": (texts or {}).get(post, f"text of {post}"),
            "file": "posts.csv",
            "row": n,
        }
        for one in findings
        if one.subjects
        for n, post in enumerate(one.evidence_posts)
    ]
    pq.write_table(pa.Table.from_pylist(rows, EVIDENCE), folder / "evidence.parquet")
    summary = ScanSummary(
        tocsin="0",
        made=START,
        command="tocsin scan",
        inputs=(),
        posts=len(rows),
        accounts=9,
        first=START,
        last=START,
        time_grain_s=1.0,
        pseudonymised=pseudonymised,
        findings=tuple(findings),
    )
    (folder / "scan.json").write_text(summary.model_dump_json())
    if key:
        (folder / "key").write_bytes(key)
    return folder


class Built:
    """A case of `ANNA` that `BELA` may review, made step by step through the public functions."""

    def __init__(self, ws: Workspace, world: World = World()):  # noqa: B008  immutable
        self.ws, self.world = ws, world
        times = (START, START + timedelta(hours=3))
        self.lead = leads.add(
            ws, ANNA, f"{world.country} pushes {world.helped}", f"Accounts praise {world.rival}.", *times
        )
        self.case_id = work.open_case(ws, ANNA, f"{world.country} for {world.helped}", "Case 1", [self.lead.id]).id
        self.link = Link(to="lead", id=self.lead.id, note="joint posts", source="B", information="2")

    @property
    def case(self):
        with self.ws.read() as reader:
            return reader.get(Case, self.case_id)

    def gate(self, name):
        with self.ws.read() as reader:
            return next(gate for gate in gates.gates(reader, reader.get(Case, self.case_id)) if gate.name == name)

    def closed(self):
        with self.ws.read() as reader:
            return [gate.name for gate in gates.gates(reader, reader.get(Case, self.case_id)) if not gate.passed]

    def edit(self, **changes):
        return work.edit(self.ws, ANNA, self.case_id, self.case.version, **changes)

    def claim(self, which, **changes):
        with self.ws.read() as reader:
            version = claims.claim_of(reader, self.case_id, which).version
        return claims.edit(self.ws, ANNA, self.case_id, which, version, **changes)

    def consider(self, which, text, rejected):
        with self.ws.read() as reader:
            version = claims.claim_of(reader, self.case_id, which).version
        return claims.consider(self.ws, ANNA, self.case_id, which, version, text, rejected)

    def named(self):
        w, add = self.world, work.add_name
        add(self.ws, ANNA, self.case_id, "party", w.harmed, "mentioned", effect="harmed")
        add(self.ws, ANNA, self.case_id, "party", w.helped, "mentioned", effect="helped")
        add(self.ws, ANNA, self.case_id, "candidate", w.candidate, "mentioned", effect="harmed")
        add(self.ws, ANNA, self.case_id, "candidate", w.rival, "mentioned", effect="helped")
        add(self.ws, ANNA, self.case_id, "country", w.country, "named")
        add(self.ws, ANNA, self.case_id, "person", "Quentin Ashgrove", "private")
        return self

    def in_scope(self):
        scope.answer(
            self.ws,
            ANNA,
            self.case_id,
            [scope.Answer(question, "yes", "It rests on the posts.", (self.link,)) for question in scope.QUESTIONS],
        )
        return self

    def written(self):
        w = self.world
        self.edit(
            summary=f"Accounts praised {w.rival} of the {w.helped}.",
            unknown=f"Who paid. Whether {w.candidate} lost votes.",
            interference="amplification",
            election="Council 2024",
            tlp="clear",
        )
        common = {"basis": "Two sources that do not know of each other.", "grade": GRADE, "evidence": (self.link,)}
        self.claim("behaviour", text=f"Accounts posted against the {w.harmed} together.", **common)
        self.claim("deception", text="They hid that they are one group.", **common)
        step = Step(level=1, shown=True, at=START, note="First post.", evidence=(self.link,))
        self.claim("reach", text="It stayed on one platform.", steps=(step,), **common)
        self.claim("attribution", made=False, text="Nothing shows who ran it.")
        self.consider("deception", f"Fans of the {w.helped}.", "Fans do not post in the same second.")
        return self

    def graded(self, **changes):
        return [
            Graded(which=which, grade=GRADE.model_copy(update=changes)) for which in ("behaviour", "deception", "reach")
        ]

    def asked(self):
        self.review = review.ask(self.ws, ANNA, self.case_id, BELA.id)
        return self

    def reviewed(self, decision="accepted"):
        self.asked()
        if not self.review.again:
            blind = self.graded(likelihood="likely")
            review.grade_blind(self.ws, BELA, self.review.id, blind, f"the {self.world.harmed}")
        review.decide(self.ws, BELA, self.review.id, self.graded(), decision, "The posts carry it.")
        return self

    def heard(self):
        asked = reply.ask(self.ws, ANNA, self.case_id, "Country A", f"Embassy of {self.world.country}", "by letter")
        reply.answer(self.ws, ANNA, asked.id, f"{self.world.country} denies it.")
        return self

    def ready(self):
        return self.named().in_scope().written().reviewed().heard()

    def published(self):
        self.ready()
        publish.approve(self.ws, ANNA, self.case_id, "publish")
        publish.approve(self.ws, BELA, self.case_id, "publish")
        self.publication = publish.issue(self.ws, BELA, self.case_id, "publish")
        return self

    def look(self, actor):
        with self.ws.read() as reader:
            return sight.look(reader, actor, self.case_id)


def journal(ws):
    """Every entry as one text, with its note."""
    entries = ws.journal.entries(limit=1000)
    notes = ws.journal.notes(entries)
    return [f"{e.action} {e.subject} {notes.get(e.seq, '')}" for e in entries]


def as_text(records):
    return json.dumps([record.model_dump(mode="json") for record in records], ensure_ascii=False)

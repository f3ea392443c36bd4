"""Answers in workspaces, and signed files between them."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from tests.assure.assessment.made import office, profile, vendor

from tocsin.assure.assessment import answers, exchange, inherit, peers, plan, rollup
from tocsin.cases.acts import every, now
from tocsin.errors import ConflictError, ForbiddenError, InputError, NotFoundError, UsageError
from tocsin.model.assessment import Answer, Measure, PeerFigures, Product
from tocsin.model.people import Actor
from tocsin.store import signing
from tocsin.store.workspace import Workspace

ADMIN, ADA, BOB = (Actor(id=name, roles={role}) for name, role in
                   (("root", "administrator"), ("ada", "analyst"), ("bob", "reader")))  # fmt: skip
SECRET = "the door of the store room does not lock"


@pytest.fixture
def place(tmp_path):
    """Makes workspaces with parties; each knows them all, and `people` of some speak for theirs there."""
    opened = []

    def make(name, *parties):
        ws = Workspace.create(tmp_path / name, name)
        opened.append(ws)
        answers.load_profile(ws, ADMIN, profile())
        for party in parties:
            answers.put_party(ws, ADMIN, party)
        return ws

    yield make
    for ws in opened:
        ws.close()


def parties(**people):
    made = [office("fed", "", "federal", ()), office("state", "fed", "state", ()), office("c00", "state"), vendor()]
    return [party.but(people=people.get(party.id, ())) for party in made]


def book_of(ws):
    with ws.read() as reader:
        return answers.open_book(reader)


def introduce(one, party, other, tmp_path):
    key = exchange.card(one, party, tmp_path / "card.json")
    exchange.admit(other, ADMIN, tmp_path / "card.json", key)


def test_answers_are_given_for_whom_one_speaks_and_evidence_cannot_be_guessed(place):
    ws = place("one", *parties(c00=("ada",), vend=("bob",)))
    digests = (answers.keep(ws, BytesIO(b"a photograph")),)
    given = answers.Given("c00", "q0", "not met", SECRET, digests)
    (kept,) = answers.answer(ws, ADA, "c00", [given], digests)
    answers.answer(ws, ADA, "c00", [given])  # the file was attached before
    for actor, party, one, error in (
        (BOB, "c00", given, ForbiddenError),
        (BOB, "vend", answers.Given("c00", "q0", "met"), ForbiddenError),  # the office uses none of its products
        (ADA, "c00", answers.Given("c00", "q9", "met"), UsageError),
        (ADA, "c00", answers.Given("c09", "q0", "met"), NotFoundError),
    ):
        with pytest.raises(error):
            answers.answer(ws, actor, party, [one])
    scanner = answers.put_product(ws, BOB, Product(vendor="vend", name="Scanner", components=["capture"]))
    with pytest.raises(UsageError, match="no file that this party attached"):
        answers.answer(ws, BOB, "vend", [answers.Given(scanner.id, "q0", "met", evidence=digests)])
    with pytest.raises(ForbiddenError):
        answers.evidence(ws, BOB, kept.id, digests[0])
    answers.evidence(ws, ADA, kept.id, digests[0])
    assert ws.check() == []
    told = json.dumps([entry.model_dump(mode="json") for entry in ws.journal.entries(limit=1000)])
    assert "q0" not in told
    assert SECRET not in told
    assert kept.id not in told


def test_a_withdrawal_and_a_plan(place):
    ws = place("one", *parties(c00=("ada",), vend=("bob",)))
    scanner = answers.put_product(ws, BOB, Product(vendor="vend", name="Scanner"))
    answers.use(ws, ADA, "c00", "capture", scanner.id)
    with pytest.raises(ConflictError):
        answers.use(ws, ADA, "c00", "capture", scanner.id)
    (kept,) = answers.answer(ws, BOB, "vend", [answers.Given(scanner.id, "q0", "met")])
    assert [cell.standing for cell in inherit.cells(book_of(ws), "c00")] == ["met", "missing", "missing"]
    answers.withdraw(ws, BOB, kept.id)
    assert inherit.cells(book_of(ws), "c00")[0].reopened
    measure = Measure(party="c00", question="q0", action="Ask the vendor", owner="Ada", due="2026-10-01", opened=now())
    measure = plan.put_measure(ws, ADA, measure)
    with ws.read() as reader:
        found = plan.measures_of(reader, book_of(ws), ADA, "c00")
        with pytest.raises(ForbiddenError):
            plan.measures_of(reader, book_of(ws), BOB, "c00")
    gap = plan.gaps(book_of(ws), "c00", found)[0]
    assert (gap.measures, gap.overdue(now().date())) == ((measure,), True)
    assert plan.put_measure(ws, ADA, measure.but(state="done")).closed
    with ws.read() as reader:
        ended = book_of(ws).uses[0].id
    answers.stop_using(ws, ADA, ended)
    assert not inherit.cells(book_of(ws), "c00")[0].reopened


def test_four_parties_on_four_servers_come_to_the_figures_of_one(place, tmp_path):
    names = {"fed": ADA, "state": BOB, "c00": ADA, "vend": BOB}
    servers = {name: place(name, *parties(**{name: (actor.id,)})) for name, actor in names.items()}
    for name, ws in servers.items():
        for other in (other for key, other in servers.items() if key != name):
            introduce(ws, name, other, tmp_path)
    county, firm = servers["c00"], servers["vend"]
    scanner = answers.put_product(firm, BOB, Product(vendor="vend", name="Scanner", release="2.0"))

    def carry(giver, to):
        path = tmp_path / "stick.json"
        exchange.give(servers[giver], names[giver], giver, to, path)
        assert SECRET not in path.read_text()
        return exchange.take(servers[to], names[to], path)

    carry("vend", "c00")
    answers.use(county, ADA, "c00", "capture", scanner.id)
    answers.answer(county, ADA, "c00", [answers.Given("c00", "q0", "not met", SECRET)])
    carry("c00", "vend")
    (kept,) = answers.answer(firm, BOB, "vend", [answers.Given(scanner.id, "q0", "met", SECRET)])
    answers.answer(firm, BOB, "vend", [answers.Given(scanner.id, "q1", "met", SECRET)])
    assert carry("vend", "c00").answers == 2
    assert [cell.standing for cell in inherit.cells(book_of(county), "c00")] == ["disputed", "met", "missing"]
    carry("c00", "state")
    carry("vend", "state")
    answers.answer(servers["state"], BOB, "state", [answers.Given("c00", "q2", "partly", SECRET)])
    carry("state", "c00")
    assert inherit.cells(book_of(county), "c00")[2].standing == "partly"
    assert carry("state", "fed").roll_up
    expected = ["disputed", "met", "partly"]
    assert [cell.standing for name in ("c00", "state") for cell in inherit.cells(book_of(servers[name]), "c00")] == (
        expected * 2
    )
    for name in ("state", "fed"):
        found = rollup.roll_up(book_of(servers[name]), "fed", now())
        assert [(count.offices, count.standings, count.hidden) for count in found.counts] == [(1, {}, 1)] * 3
    assert not any(one.party == "c00" for one in book_of(servers["fed"]).answers)
    answers.withdraw(firm, BOB, kept.id)
    assert carry("vend", "c00").answers == 1
    assert inherit.cells(book_of(county), "c00")[0].reopened
    assert all(ws.check() == [] for ws in servers.values())


def test_a_file_that_is_not_the_givers_is_refused(place, tmp_path):
    state, county = place("s", *parties(state=("bob",))), place("c", *parties(c00=("ada",)))
    stick = tmp_path / "stick.json"
    answers.answer(county, ADA, "c00", [answers.Given("c00", "q0", "met")])
    exchange.give(county, ADA, "c00", "state", stick)
    with pytest.raises(InputError, match="not signed by"):
        exchange.take(state, BOB, stick)  # not let in yet
    introduce(county, "c00", state, tmp_path)
    with pytest.raises(ForbiddenError):
        exchange.take(state, ADA, stick)
    whole = json.loads(stick.read_text())

    def forged(**changes):
        content = {name: value for name, value in (whole | changes).items() if name not in ("key", "signature")}
        stick.write_text(json.dumps(signing.signed(county, content)))
        return stick

    stick.write_text(json.dumps(whole | {"to": "fed"}))
    with pytest.raises(InputError, match="signature does not hold"):
        exchange.take(state, BOB, stick)
    (held,) = whole["answers"]
    for bad in (
        {"answers": [held | {"party": "state", "subject": "state"}]},
        {"answers": [held | {"subject": "state"}]},
        {"answers": [held | {"statement": "x"}]},
        {"roll_up": {"id": "state", "made": held["at"], "offices": 9}},
        {"roll_up": {"id": "c00", "made": held["at"], "offices": -9}},
        {"uses": [{"office": "state", "component": "capture", "product": "none"}]},
        {"peers": {"made": held["at"], "by": "c00", "offices": ["c00"], "groups": [""], "labels": {}}},
    ):
        with pytest.raises(InputError):
            exchange.take(state, BOB, forged(**bad))
    assert book_of(state).answers == ()
    assert exchange.take(state, BOB, forged()).answers == 1
    with pytest.raises(ConflictError, match="not newer"):
        exchange.take(state, BOB, forged())
    with pytest.raises(InputError, match="changes an answer"):
        exchange.take(state, BOB, forged(made=now().isoformat(), answers=[held | {"state": "partly"}]))
    for content in (b"", b"[1]", b"{}", b"[" * 100_000, b"\xff"):
        stick.write_bytes(content)
        with pytest.raises(InputError):
            exchange.take(state, BOB, stick)


def test_figures_of_peers_leave_without_what_tells_offices_apart(place, tmp_path):
    counties = [office(f"c{i:02}", "state", people=("bob",)) for i in range(1, 13)]
    state = place("s", *parties(state=("bob",)), *counties)
    county = place("c", *parties(c00=("ada",)))
    for i in range(1, 13):
        answers.answer(state, BOB, f"c{i:02}", [answers.Given(f"c{i:02}", "q0", "met" if i < 8 else "partly")])
    with state.write("bob", "peers") as w:
        w.put(peers.release(book_of(state), [], now(), "bob"))
    introduce(state, "state", county, tmp_path)
    exchange.give(state, BOB, "state", "c00", tmp_path / "stick.json")
    assert exchange.take(county, ADA, tmp_path / "stick.json").peers
    with county.read() as reader:
        (found,) = every(reader, PeerFigures)
        assert list(every(reader, Answer)) == []
    assert (found.offices, found.labels, found.by) == ((), {}, "state")
    assert {count.question: (count.shown, count.hidden) for count in found.counts}["q0"] == ({"met": 7}, 6)


def test_what_a_file_may_not_do(place, tmp_path):
    """A vendor neither takes over another's product nor makes one in its name, nor answers for a time to come; no card
    replaces another; a roll-up that is not given any more counts no more; two receivers each take theirs."""
    county = place("c", *parties(c00=("ada",), state=("bob",)), office("c01", "state", people=("ada",)))
    firm, rogue = place("v", *parties(vend=("bob",))), place("m", vendor("mal", people=("bob",)), *parties())
    for ws, party in ((firm, "vend"), (rogue, "mal")):
        introduce(ws, party, county, tmp_path)
        introduce(county, "c00", ws, tmp_path)
    scanner = answers.put_product(firm, BOB, Product(id="scan", vendor="vend", name="Scanner", components=["capture"]))
    stick = tmp_path / "stick.json"
    exchange.give(firm, BOB, "vend", "c00", stick)
    answers.put_party(firm, ADMIN, office("c01"))
    other = tmp_path / "other.json"
    exchange.give(firm, BOB, "vend", "c01", other)
    exchange.take(county, ADA, other)
    exchange.take(county, ADA, stick)  # written before the one for c01

    def forged(ws, giver, **content):
        made = {"format": "tocsin-assess/1", "party": giver, "to": "c00", "made": now().isoformat()} | content
        stick.write_text(json.dumps(signing.signed(ws, made)))
        return exchange.take(county, ADA, stick)

    bare = {"name": "Scanner", "components": ["capture"]}
    forged(rogue, "mal", products=[bare | {"id": "scan", "vendor": "mal"}, bare | {"id": "fake", "vendor": "vend"}])
    assert book_of(county).products == {"scan": scanner.but(version=1)}
    said = {
        "party": "vend",
        "about": "product",
        "subject": "scan",
        "component": "capture",
        "question": "q0",
        "state": "met",
    }
    later = (now() + timedelta(days=2)).isoformat()
    for bad in ({"made": later}, {"answers": [said | {"at": later}]},
                {"answers": [said | {"at": now().isoformat(), "withdrawn": later}]}):  # fmt: skip
        with pytest.raises(InputError):
            forged(firm, "vend", **bad)
    answers.put_party(rogue, ADMIN, book_of(rogue).parties["vend"].but(key="", name="Not the vendor"))
    key = exchange.card(rogue, "vend", tmp_path / "card.json")
    with pytest.raises(ConflictError, match="another key"):
        exchange.admit(county, ADMIN, tmp_path / "card.json", key)
    assert exchange.admit(county, ADMIN, tmp_path / "card.json", key, "vend").key == key


def test_a_file_tells_nothing_of_an_answer_that_was_taken_back_and_no_time_of_day(place, tmp_path):
    county = place("c", *parties(c00=("ada",)))
    _, gone, again = (
        answers.answer(county, ADA, "c00", [answers.Given("c00", q, state)])[0]
        for q, state in (("q0", "met"), ("q1", "not met"), ("q0", "partly"))
    )
    answers.withdraw(county, ADA, gone.id)
    found = exchange.parcel(book_of(county), "c00", "state", "k" * 64, now())
    assert [(one.id, one.state) for one in found.answers] == [(again.id, "partly")]
    assert found.withdrawn == (gone.id,)
    assert found.answers[0].at == again.at.replace(hour=0, minute=0, second=0, microsecond=1)


def test_a_clock_that_was_set_back_does_not_bring_an_old_answer_back(place, monkeypatch):
    county = place("c", *parties(c00=("ada",)))
    answers.answer(county, ADA, "c00", [answers.Given("c00", "q0", "met")])
    early = now() - timedelta(days=300)
    monkeypatch.setattr(answers, "now", lambda: early)
    (kept,) = answers.answer(county, ADA, "c00", [answers.Given("c00", "q0", "not met")])
    assert inherit.cells(book_of(county), "c00")[0].standing == "not met"
    gone = answers.withdraw(county, ADA, kept.id)
    assert gone.withdrawn > kept.at
    assert inherit.cells(book_of(county), "c00")[0].standing == "missing"

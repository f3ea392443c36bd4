"""Tables that were filled in, and OSCAL out of a workspace and into another."""

import json
from io import BytesIO

import pytest
from tests.assure.assessment.made import answer, book, four, office, profile

from tocsin.assure.assessment import answers, plan, table
from tocsin.assure.assessment.oscal import read_contents
from tocsin.cases.acts import every, now
from tocsin.errors import ForbiddenError, InputError, TocsinError
from tocsin.jobs import assess, assess_oscal
from tocsin.model.assessment import Answer, Measure
from tocsin.model.people import Actor
from tocsin.store.workspace import Workspace

ADMIN, ADA = Actor(id="root", roles={"administrator"}), Actor(id="ada", roles={"reader"})
SECRET = "=the door of the store room does not lock"


@pytest.fixture
def place(tmp_path):
    """Makes workspaces in which Ada speaks for a county and somebody else for the state."""
    opened = []

    def make(name):
        ws = Workspace.create(tmp_path / name, name)
        opened.append(ws)
        answers.load_profile(ws, ADMIN, profile())
        answers.put_party(ws, ADMIN, office("state", level="state", components=(), people=("bob",)))
        answers.put_party(ws, ADMIN, office("c00", "state", people=("ada",)))
        return ws

    yield make
    for ws in opened:
        ws.close()


def said(ws):
    with ws.read() as reader:
        return {one.question: one for one in answers.open_book(reader).answers}


def test_a_table_that_was_filled_in(place, tmp_path):
    ws = place("one")
    with ws.read() as reader:
        (tmp_path / "t.csv").write_text(table.write_table(answers.open_book(reader), "c00"))
    lines = (tmp_path / "t.csv").read_text().splitlines()
    (tmp_path / "photo.txt").write_text("a photograph")
    rows = [
        f'c00,,q0,,NOT MET,"\'{SECRET}",photo.txt', "c00,,q1,,met,,missing.txt", "c00,,q2,,,,", "c00,,q9,,met,,",
        "state,,q1,,met,,", "c00,,q1,,perhaps,,",
    ]  # fmt: skip
    (tmp_path / "t.csv").write_text("\n".join([lines[0], *rows]))
    taken = assess.take_table(ws, ADA, "c00", tmp_path / "t.csv")
    assert (taken.given, [line for line, _ in taken.rejected]) == (1, [3, 5, 6, 7])
    kept = said(ws)["q0"]
    assert (kept.state, kept.statement, list(kept.files.values())) == ("not met", SECRET, ["photo.txt"])
    assert assess.take_table(ws, ADA, "c00", tmp_path / "t.csv").given == 1  # a file is evidence once more
    with ws.read() as reader:
        again = table.write_table(answers.open_book(reader), "c00")
    assert f"not met,'{SECRET}" in again  # no spreadsheet runs it
    (tmp_path / "again.csv").write_text(again)
    assert assess.take_table(ws, ADA, "c00", tmp_path / "again.csv") == (0, 1, ())
    for content in (b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'subject,question,state\n"' + b"x" * 200_000):
        (tmp_path / "t.csv").write_bytes(content)
        with pytest.raises(InputError):
            assess.take_table(ws, ADA, "c00", tmp_path / "t.csv")


def test_one_bad_row_costs_no_other_and_nothing_is_kept_that_no_answer_leads_to(place, tmp_path):
    ws, path = place("one"), tmp_path / "t.csv"
    rows = ["c00,q0,met,fine,", f"c00,q1,met,{'x' * 30_000},", f"c00,q2,met,,{'n' * 5000}"]
    path.write_text("\n".join(["subject,question,state,statement,evidence", *rows]))
    taken = assess.take_table(ws, ADA, "c00", path)
    assert (taken.given, [line for line, _ in taken.rejected]) == (1, [3, 4])
    path.write_text("subject,question,state\nc00,q1,met\nc00,q2,partly\nc00,q1,not met\n")
    taken = assess.take_table(ws, ADA, "c00", path)
    assert (taken.given, [line for line, _ in taken.rejected]) == (1, [2, 4])  # which of two holds is not for us
    assert set(said(ws)) == {"q0", "q2"}
    path.write_text("subject,question,state,state\nc00,q1,met,not met\n")
    with pytest.raises(InputError, match="two columns state"):
        assess.take_table(ws, ADA, "c00", path)
    (tmp_path / "photo.txt").write_text("a photograph")
    for party, question in (("state", "q0"), ("c00", "q9")):
        with pytest.raises(TocsinError):
            assess.answer(
                ws, ADA, party, answers.Given(party, question, "met"), assess.opened([tmp_path / "photo.txt"])
            )
    assert not list(ws.vault.files())


def test_what_a_party_takes_away_is_its_own():
    parties, products, uses = four()
    people = [party.but(people=("ada",), key="0" * 64) for party in parties]
    given = [answer(one, "c00", "q0", "met", statement=f"of {one}") for one in ("c00", "state", "fed")]
    given.append(answer("vend", "scan-2", "q0", "met", about="product", statement="of vend"))
    whole = book(people, given, products, uses)
    for party in ("c00", "state", "fed", "vend", "c05"):
        found = assess_oscal.contents_of(whole, party, now())
        assert all(one.party == party for one in found.answers)
        told = found.model_dump_json()
        assert {one for one in ("c00", "state", "fed", "vend") if f"of {one}" in told} <= {party}
        assert "ada" not in told
        assert "0" * 64 not in told
        assert bool(found.rolled) == (party in ("state", "fed"))


@pytest.mark.slow
def test_oscal_out_of_one_workspace_and_into_another(place, tmp_path):
    one, other = place("one"), place("two")
    digests = (answers.keep(one, BytesIO(b"a photograph")),)
    given = [answers.Given("c00", "q0", "partly", SECRET, digests), answers.Given("c00", "q1", "met", "ok")]
    answers.answer(one, ADA, "c00", given, digests)
    measure = Measure(party="c00", question="q0", action="Mend it", owner="Ada", due="2026-12-01", opened=now())
    plan.put_measure(one, ADA, measure)
    for ws in (one, other):
        with pytest.raises(ForbiddenError):
            assess_oscal.export(ws, Actor(id="bob", roles={"reader"}), "c00", tmp_path)
    (tmp_path / "out").mkdir()
    written = {path.name: path for path in assess_oscal.export(one, ADA, "c00", tmp_path / "out")}
    with one.read() as reader:
        assert set(read_contents(written[assess_oscal.RESULTS]).answers) == set(every(reader, Answer))
    loaded = assess_oscal.load(other, ADA, "c00", written[assess_oscal.RESULTS])
    assert loaded == (2, 0, 0, 0, 1)
    assert assess_oscal.load(other, ADA, "c00", written[assess_oscal.RESULTS])[:3] == (0, 0, 2)
    assert assess_oscal.load(other, ADA, "c00", written[assess_oscal.PLAN]).measures == 1
    assert said(other)["q0"].statement == SECRET
    asked = next(path for name, path in written.items() if name.endswith("profile.json"))
    assert assess_oscal.load_profile(other, ADMIN, asked).questions == profile().questions
    (tmp_path / "cis.csv").write_text("Number,Title\n1.1,Keep a list\n1.2,Remove what is not on it\n")
    columns = {"id": "Number", "name": "Title"}
    kept = assess_oscal.load_catalogue(other, ADMIN, tmp_path / "cis.csv", "own-list", columns)
    assert [control.id for control in kept.controls] == ["1.1", "1.2"]
    assert one.check() == other.check() == []
    json.loads(written[assess_oscal.RESULTS].read_text())

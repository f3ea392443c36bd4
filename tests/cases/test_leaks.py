"""A scan of a leak comes into a workspace as the scan of a leak that is kept there and was weighed; no other way."""

import json
import shutil
from contextlib import closing

import pytest
from tests.cases.making import ANNA, people
from tests.jobs.leak_files import scanned, weighed

from tocsin.cases import acts, leaks, sight, work
from tocsin.cases.leads import import_findings
from tocsin.errors import ForbiddenError
from tocsin.jobs.leak_access import weigh
from tocsin.jobs.leak_intake import Origin, take
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.model.leak import QUESTIONS
from tocsin.model.people import Person
from tocsin.store.workspace import Workspace

ANSWERS = dict.fromkeys(QUESTIONS, "looked at")


@pytest.fixture
def ws(tmp_path):
    with closing(Workspace.create(tmp_path / "ws", "Watch")) as made:
        people(made)
        yield made


def actor(ws, login):
    with ws.read() as reader:
        return reader.get(Person, login).actor


def test_a_scan_is_taken_in_only_for_a_leak_that_passed_and_closed_with_it(ws, tmp_path):
    scan, bela, cora = scanned(tmp_path), actor(ws, "bela"), actor(ws, "cora")
    with pytest.raises(ForbiddenError, match="not all of its files"):
        import_findings(ws, ANNA, scan)
    origin = Origin("A paper", "", acts.now(), ("bela",))
    leak = take(ws, ANNA, [str(tmp_path / "leak")], origin).id
    weigh(ws, ANNA, leak, ANSWERS, "interest", "it matters")
    with pytest.raises(ForbiddenError, match="2 persons"):
        import_findings(ws, ANNA, scan)
    with ws.read() as reader:
        assert reader.count(Lead) == reader.count(Item, {"how": "scan"}) == 0
    assert [one.action for one in ws.journal.entries()].count("refused: import findings") == 2

    weigh(ws, bela, leak, ANSWERS, "interest", "it matters")
    assert import_findings(ws, ANNA, scan).new == 1
    with ws.read() as reader:
        (lead,) = reader.page(Lead).items
        assert lead.leaks == (leak,)
        assert leaks.seen(reader, cora, lead) == lead
        reader_only = cora.model_copy(update={"roles": frozenset({"reader"})})
        assert leaks.seen(reader, reader_only, lead).body is None
    case = work.open_case(ws, ANNA, "A sum", "Case 1", [lead.id])

    weigh(ws, bela, leak, ANSWERS, "harm", "a name in it")  # thought again: closed to all but the weighers
    with ws.read() as reader:
        shut = leaks.seen(reader, cora, lead)
        assert "40,000" not in shut.model_dump_json()
        assert shut.title == leaks.CLOSED
        assert [one.body for one in sight.look(reader, cora, case.id).leads] == [None]
        assert leaks.seen(reader, ANNA, lead) == lead
        assert leaks.closed(reader, lead)
    with pytest.raises(ForbiddenError):
        import_findings(ws, ANNA, scan)


def test_a_scan_that_does_not_say_of_which_files_it_is_stays_out(ws, tmp_path):
    scan = scanned(tmp_path)
    weighed(ws, tmp_path, ANNA, actor(ws, "bela"))
    told = json.loads((scan / "scan.json").read_text())
    for forged in (told["reading"] | {"leak": []}, told["reading"] | {"messages": 0, "documents": 0, "leak": []}, None):
        other = tmp_path / "other"
        shutil.copytree(scan, other, dirs_exist_ok=True)
        (other / "scan.json").write_text(json.dumps(told | {"reading": forged}))
        with pytest.raises(ForbiddenError):
            import_findings(ws, ANNA, other)
    assert import_findings(ws, ANNA, scan).new == 1

"""The site of a real workspace, whose cases went through their gates."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from tests.cases.making import ANNA, BELA, DANI, Built, finding, people, scan_folder

from tocsin.cases import leads, publish, sight, work
from tocsin.errors import ForbiddenError, UsageError, WorkspaceError
from tocsin.inform import write
from tocsin.model.case import Case, Lead, Link, Publication
from tocsin.model.people import Preferences
from tocsin.store.verify import verify
from tocsin.store.workspace import Workspace

BREAK_GLASS = "Polls open tomorrow and the false date spreads."


@pytest.fixture
def ws(tmp_path):
    made = Workspace.create(tmp_path / "workspace", "Watch of the North")
    people(made)
    yield made
    made.close()


@pytest.fixture
def built(ws):
    return Built(ws)


def issue(built, action, text, actors=(ANNA, BELA), **more):
    for actor in actors:
        publish.approve(built.ws, actor, built.case_id, action, text, **more)
    return publish.issue(built.ws, actors[0], built.case_id, action, text, **more)


def held(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def page(folder, built, suffix=""):
    return (folder / "cases" / f"{built.case_id}{suffix}.html").read_text()


def test_a_case_goes_out_is_corrected_and_withdrawn(ws, built, tmp_path):
    to = tmp_path / "site"
    built.published()
    write.publish(ws, to)
    assert "Accounts praised Tomas Brandt of the Harbour League." in page(to, built)
    assert "Norland denies it." in page(to, built)
    built.edit(summary="Fewer accounts than we said.")
    built.reviewed()
    issue(built, "correct", "We counted some accounts twice.")
    write.publish(ws, to)
    for html in (page(to, built), page(to, built, "-1"), (to / "corrections.html").read_text()):
        assert "We counted some accounts twice." in html
    assert "Accounts praised" not in page(to, built)
    issue(built, "withdraw", "The posts were forged.")
    site = write.publish(ws, to)
    for html in (page(to, built), page(to, built, "-1"), page(to, built, "-2")):
        assert html.index("The posts were forged.") < html.index("We counted some") < html.index('id="happened"')
    assert "Withdrawn: Norland for Harbour League" in (to / "feed.atom").read_text()
    assert [case.state for case in site.cases] == ["withdrawn"]


def test_a_finding_of_a_detector_speaks_for_its_method(ws, built, tmp_path):
    leads.import_findings(ws, ANNA, scan_folder(tmp_path / "scan", [finding(1, ["one", "two"], ["p1", "p2"])]))
    with ws.read() as reader:
        (lead,) = (one for one in reader.page(Lead).items if one.detector)
    work.attach(ws, ANNA, built.case_id, [lead.id])
    built.named().in_scope().written()
    found = Link(to="lead", id=lead.id, source="B", information="2")
    built.claim("behaviour", evidence=(built.link, found))
    built.reviewed().heard()
    issue(built, "publish", "")
    write.publish(ws, tmp_path / "site")
    method = (tmp_path / "site" / "method.html").read_text()
    assert "amplification.coordination" in method
    assert "dealt at random" in method
    assert all(text in page(tmp_path / "site", built) for text in ("41.5", "Seven applications.", "36.9", lead.title))


def test_nothing_unpublished_goes_out(ws, built, tmp_path):
    built.published()
    built.edit(summary="UNPUBLISHED summary", unknown="UNPUBLISHED unknown")
    built.claim("behaviour", text="UNPUBLISHED claim")
    draft = Built(ws).named().in_scope().written().reviewed()
    draft.edit(title="UNPUBLISHED title")
    closed = Built(ws).named()
    work.close(ws, ANNA, closed.case_id, "not shown", "UNPUBLISHED reason")
    ws.note("anna", "opened", draft.case_id, "UNPUBLISHED note")
    leads.add(ws, ANNA, "UNPUBLISHED lead", "UNPUBLISHED text", draft.case.opened, draft.case.opened)
    write.publish(ws, tmp_path / "site")
    hidden = ["UNPUBLISHED", "Ashgrove", "Quentin", "The posts carry it", "anna", "bela", "Case 1"]
    hidden += [draft.case_id, closed.case_id, draft.review.id, built.review.id, built.lead.id]
    found = [(name, word) for name, data in held(tmp_path / "site").items() for word in hidden if _holds(data, word)]
    assert found == []


def _holds(data, word):
    return re.search(rf"\b{re.escape(word)}\b", data.decode(), re.IGNORECASE)


def test_the_scan_for_hidden_words_would_find_one(ws, built, tmp_path):
    built.published()
    write.publish(ws, tmp_path / "site")
    assert any(_holds(data, "harbour league") for data in held(tmp_path / "site").values())


def test_equal_input_gives_equal_bytes(ws, built, tmp_path):
    built.published()
    before = ws.journal.head()
    for to in ("one", "one", "two"):
        write.publish(ws, tmp_path / to, base_url="https://watch.example")
    assert held(tmp_path / "one") == held(tmp_path / "two")
    assert ws.journal.head() == before


def test_exports_hold_and_stay_until_the_next_issue(ws, built, tmp_path):
    built.published()
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    name = f"exports/{built.case_id}-1.zip"
    assert f'href="../{name}"' in page(tmp_path / "site", built)
    verdict = verify(tmp_path / "site" / name)
    assert verdict.good
    assert verdict.checked["records"] == 1
    first = held(tmp_path / "site")
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    assert held(tmp_path / "site") == first
    issue(built, "withdraw", "The posts were forged.")
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    assert [path.name for path in (tmp_path / "site" / "exports").iterdir()] == [f"{built.case_id}-2.zip"]
    assert verify(tmp_path / "site" / f"exports/{built.case_id}-2.zip").checked["records"] == 2


def test_the_roots_printed_are_those_in_the_export(ws, built, tmp_path):
    ws.journal.make_root(datetime.now(UTC).date())
    built.published()
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    with ZipFile(tmp_path / "site" / "exports" / f"{built.case_id}-1.zip") as export:
        export.extractall(tmp_path / "export")
    shutil.copy(tmp_path / "site" / "roots.txt", tmp_path / "export")
    check = ["sha256sum", "--check", "--strict", "roots.txt"]
    assert subprocess.run(check, cwd=tmp_path / "export", check=False).returncode == 0
    (root,) = (tmp_path / "export" / "roots").iterdir()
    root.write_bytes(root.read_bytes() + b" ")
    assert subprocess.run(check, cwd=tmp_path / "export", check=False).returncode == 1


def test_exports_are_for_custodians_and_publishers(ws, built, tmp_path):
    built.published()
    with pytest.raises(ForbiddenError, match="custodian or publisher"):
        write.publish(ws, tmp_path / "site", exports_by=DANI)
    assert not (tmp_path / "site").exists()
    assert ws.journal.head().action == "refused: hand over"


def test_a_damaged_export_is_written_again(ws, built, tmp_path):
    built.published()
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    file = tmp_path / "site" / "exports" / f"{built.case_id}-1.zip"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    assert verify(file).good


def test_exports_hold_no_text_that_is_not_published(ws, built, tmp_path):
    built.published()
    ws.note("anna", "opened", built.case_id, "UNPUBLISHED note")
    Built(ws).named().edit(summary="UNPUBLISHED summary")
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    data = (tmp_path / "site" / "exports" / f"{built.case_id}-1.zip").read_bytes()
    assert not any(word in data for word in (b"UNPUBLISHED", b"Ashgrove", b"The posts carry it"))


def test_a_private_person_found_later_is_taken_out_everywhere(ws, built, tmp_path):
    built.written()
    built.edit(summary="Greta Hollow posted it first.")
    built.claim("behaviour", text="As greta hollow did.", evidence=(built.link,))
    built.ready_again = built.named().in_scope().reviewed().heard()
    issue(built, "publish", "")
    work.add_name(ws, ANNA, built.case_id, "person", "Greta Hollow", "private")
    write.publish(ws, tmp_path / "site", exports_by=ANNA)
    assert not any(b"hollow" in data.lower() for data in held(tmp_path / "site").values())
    assert "A private person is no longer named in this text" in page(tmp_path / "site", built)
    assert not (tmp_path / "site" / "exports").exists()


def test_break_glass_is_shown(ws, built, tmp_path):
    built.named().in_scope().written()
    sight.show_names(ws, BELA, built.case_id, "to publish")
    issue(built, "publish", "", break_glass=BREAK_GLASS)
    write.publish(ws, tmp_path / "site")
    for html in (page(tmp_path / "site", built), (tmp_path / "site" / "decisions.html").read_text()):
        assert BREAK_GLASS in html
    assert "A second reader accepted it: <strong>not passed</strong>" in page(tmp_path / "site", built)


def test_closed_cases_are_counted_by_outcome(ws, built, tmp_path):
    for outcome in ("domestic", "not shown", "not shown", "out of scope"):
        work.close(ws, ANNA, Built(ws).case_id, outcome, "It is so.")
    with ws.write("", "an exercise among the rest") as writer:
        writer.put(built.case.but(state="closed", outcome="domestic", exercise=True))
    assert write.publish(ws, tmp_path / "site").closed == {"domestic": 1, "not shown": 2, "out of scope": 1}


def test_an_exercise_marks_every_page(ws, tmp_path):
    with ws.write("", "exercise") as writer:
        writer.put(Preferences(exercise=True))
    Built(ws).published()
    site = write.publish(ws, tmp_path / "site")
    pages = [data for name, data in held(tmp_path / "site").items() if name.endswith(".html")]
    assert len(pages) == 5
    assert all(b"Exercise: nothing on this page is real." in data for data in pages)
    assert site.exercise


def test_a_workspace_that_lost_an_issue_cannot_hide_it(ws, built, tmp_path):
    ws.close()
    shutil.copytree(tmp_path / "workspace", tmp_path / "older")
    built.ws = Workspace.open(tmp_path / "workspace")
    built.published()
    write.publish(built.ws, tmp_path / "site")
    before = held(tmp_path / "site")
    older = Workspace.open(tmp_path / "older")
    with pytest.raises(WorkspaceError, match=built.case_id):
        write.publish(older, tmp_path / "site")
    assert held(tmp_path / "site") == before
    older.close()
    built.ws.close()


def test_a_workspace_with_nothing_published_has_a_site(ws, tmp_path):
    site = write.publish(ws, tmp_path / "site", base_url="https://watch.example/a/b")
    assert site.cases == ()
    assert "Nothing has been published yet." in (tmp_path / "site" / "index.html").read_text()
    assert "https://watch.example/a/b/index.html" in (tmp_path / "site" / "sitemap.xml").read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"language": language} for language in ("xx", "../de", "", "de.po")),
        *({"base_url": url} for url in ("watch.example", "ftp://a/", "https://a/?b", "https://a/#b", "https://")),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(ws, tmp_path, wrong):
    with pytest.raises(UsageError) as caught:
        write.publish(ws, tmp_path / "site", **wrong)
    assert caught.value.hint
    assert not (tmp_path / "site").exists()


def test_what_is_written_holds_only_what_the_records_hold(ws, built, tmp_path):
    built.published()
    site = write.publish(ws, tmp_path / "site")
    with ws.read() as reader:
        assert [one.current for one in site.cases] == list(reader.page(Publication).items)
        assert site.cases[0].id == reader.get(Case, built.case_id).id

"""Records of an assessment on both databases: written, changed, found again, and under the journal."""

from io import BytesIO

from tests.assure.assessment.made import office, profile, vendor

from tocsin.assure.assessment import answers, figures
from tocsin.assure.assessment.inherit import cells
from tocsin.cases.acts import every
from tocsin.model.assessment import Answer, PeerFigures, Product
from tocsin.model.people import Actor

ROOT, ADA = Actor(id="root", roles={"administrator"}), Actor(id="ada", roles={"reader"})


def test_an_assessment_is_kept(workspace):
    answers.load_profile(workspace, ROOT, profile())
    parties = [office("state", level="state", components=(), people=("ada",)), vendor(people=("ada",))]
    for party in [*parties, *(office(f"c{i:02}", "state", people=("ada",)) for i in range(11))]:
        answers.put_party(workspace, ROOT, party)
    scanner = answers.put_product(workspace, ADA, Product(vendor="vend", name="Scanner\0 2"))
    used = answers.use(workspace, ADA, "c00", "capture", scanner.id)
    kept = (answers.keep(workspace, BytesIO(b"a photograph")),)
    answers.answer(workspace, ADA, "vend", [answers.Given(scanner.id, "q0", "met", "it is so", kept)], kept)
    for number in range(11):
        answers.answer(
            workspace,
            ADA,
            f"c{number:02}",
            [answers.Given(f"c{number:02}", "q1", "not met" if number < 6 else "partly")],
        )
    with workspace.read() as reader:
        book = answers.open_book(reader)
        (vendors,) = reader.page(Answer, {"party": "vend"}, "-at").items
    assert [one.standing for one in cells(book, "c00")] == ["met", "not met", "missing"]
    answers.withdraw(workspace, ADA, vendors.id)
    released = figures.release_peers(workspace, ADA)
    assert {one.question: one.shown for one in released.counts}["q1"] == {"not met": 6, "partly": 5}
    answers.stop_using(workspace, ADA, used.id)
    with workspace.read() as reader:
        assert reader.count(PeerFigures) == 1
        assert len([one for one in every(reader, Answer) if one.withdrawn]) == 1
    assert workspace.check() == []
    workspace.vault.path(kept[0]).unlink()
    assert [fault.where for fault in workspace.check()] == [f"answer {vendors.id}"]

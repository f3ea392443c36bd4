"""Names are shown to whoever needs them, and that they were shown is kept."""

import pytest
from tests.cases.making import ANNA, BELA, CORA, DANI, as_text, journal

from tocsin.cases import sight, work
from tocsin.errors import ForbiddenError
from tocsin.model.evidence import Item


def test_an_author_sees_all_and_others_placeholders(built):
    built.named().in_scope().written()
    assert built.look(ANNA).sight == "open"
    for actor in (BELA, CORA, DANI):
        look = built.look(actor)
        assert look.sight == "blind"
        text = as_text([look.case, *look.claims, *look.leads])
        assert not [name for name in built.world[:5] if name in text]
        assert [name.text for name in look.case.names] == [name.placeholder for name in look.case.names]
        assert {name.effect for name in look.case.names} == {"unknown"}


def test_names_are_shown_on_request_and_the_request_is_kept(ws, built):
    built.named()
    sight.show_names(ws, CORA, built.case_id, "A complaint by Quentin Ashgrove.")
    assert built.look(CORA).sight == "open"
    assert f"see names {built.case_id} A complaint by Person A." in journal(ws)


def test_asking_again_writes_the_person_once(ws, built):
    for _ in range(2):
        sight.show_names(ws, CORA, built.case_id, "again")
    assert built.case.seen_by == ("cora",)


def test_readers_may_not_ask(ws, built):
    with pytest.raises(ForbiddenError, match="role"):
        sight.show_names(ws, DANI, built.case_id, "curious")


def test_a_public_case_hides_private_persons_only(ws, built):
    built.published()
    built.edit(unknown="Whether Quentin Ashgrove knew.")
    look = built.look(DANI)
    assert look.sight == "public"
    assert look.case.unknown == "Whether Person A knew."
    assert built.world.helped in look.case.title
    assert "Ashgrove" not in as_text([look.case, *look.claims, *look.leads])


def test_items_of_a_case_are_hidden_with_it(ws, built):
    built.named()
    item = Item(sha256="0" * 64, size=1, media_type="text/plain", name="Ines Kowal.txt", captured_by="anna",
                captured=built.case.opened, case=built.case_id)  # fmt: skip
    with ws.write("", "item") as w:
        w.put(item)
    assert built.look(DANI).items[0].name == "Candidate A.txt"
    assert built.look(ANNA).items[0].name == "Ines Kowal.txt"


def test_a_list_calls_a_case_by_what_its_reader_may_know(ws, built):
    with ws.read() as reader:
        assert sight.heading(reader, ANNA, built.case) == built.case.title
        assert sight.heading(reader, DANI, built.case) == "Case 1"


def test_a_placeholder_longer_than_the_name_may_go_over_the_bound(built):
    work.add_name(built.ws, ANNA, built.case_id, "organisation", "ZQ", "mentioned")
    built.edit(title=" ".join(["ZQ"] * 100))
    assert built.look(DANI).case.title == "Case 1"
    built.edit(election=" ".join(["ZQ"] * 100))
    assert built.look(DANI).case.election.count("Organisation A") == 100

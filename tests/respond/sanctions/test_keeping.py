"""Dossiers in a workspace: begun from a case, kept, and read by those who see the case's names."""

import pytest
from tests.cases.making import ANNA, BELA, DANI, START, Built, journal
from tests.respond.sanctions.dossiers import FULL, act

from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import Link
from tocsin.respond.sanctions.keeping import dossier_of, dossiers, from_case, keep
from tocsin.respond.sanctions.package import package
from tocsin.store.capture import capture_path

DAY = START.date()


@pytest.fixture
def built(ws):
    return Built(ws).ready()


def test_a_case_fills_what_it_knows(ws, built):
    found = from_case(ws, ANNA, built.case_id, "Norland")
    assert (found.name, found.subject, found.case, found.tlp) == ("Norland", "Organization", built.case_id, "clear")
    assert [a.id for a in found.acts] == ["behaviour", "deception", "reach"]
    behaviour = found.acts[0]
    assert (behaviour.conduct, behaviour.own, behaviour.sources) == (("information",), False, ("s1",))
    (source,) = found.sources
    assert (source.reliability, source.information, source.sha256) == ("B", "2", "")
    assert [(c.text, c.answer) for c in found.counter] == [
        ("Fans of the Harbour League.", "Fans do not post in the same second.")
    ]
    assert found.hearing.text == "Norland denies it."


def test_evidence_of_the_vault_is_a_source_that_is_kept(ws, tmp_path):
    built = Built(ws).named().in_scope().written()
    path = tmp_path / "order.txt"
    path.write_text("Payment order")
    (item,) = capture_path(ws, path, by="anna", case=built.case_id).items
    link = Link(to="item", id=item.id, source="A", information="1")
    built.claim("behaviour", evidence=(built.link, link))
    found = from_case(ws, ANNA, built.case_id, "Norland")
    assert found.acts[0].sources == ("s1", "s2")
    kept = found.sources[1]
    assert (kept.title, kept.sha256, kept.archived, kept.item) == ("order.txt", item.sha256, item.captured, item.id)
    assert (kept.reliability, kept.information) == ("A", "1")


def test_what_a_case_does_not_say_is_missing(ws, built):
    found = package(from_case(ws, ANNA, built.case_id, "Norland"), DAY)
    assert found.assessments
    assert not any(one.met for one in found.assessments)
    assert any("identifiers" in gap for one in found.assessments for gap in one.missing)


def test_only_who_is_named_has_a_dossier(ws, built):
    for name in ("Meadow Party", "Quentin Ashgrove", "Nobody"):
        with pytest.raises(NotFoundError, match="does not name"):
            from_case(ws, ANNA, built.case_id, name)


def test_who_does_not_see_the_names_sees_no_dossier(ws, built):
    kept = keep(ws, ANNA, from_case(ws, ANNA, built.case_id, "Norland"))
    with pytest.raises(ForbiddenError):
        from_case(ws, DANI, built.case_id, "Norland")
    with pytest.raises(ForbiddenError):
        dossier_of(ws, DANI, kept.id)
    assert dossiers(ws, DANI) == ()
    assert dossiers(ws, ANNA) == (kept,)
    assert any(line.startswith(f"refused: read dossier {kept.id}") for line in journal(ws))
    assert not any("Norland" in line for line in journal(ws) if "dossier" in line)


def test_it_is_kept_with_its_authors_and_versions(ws):
    kept = keep(ws, ANNA, FULL)
    assert (kept.version, kept.authors) == (1, ("anna",))
    again = keep(ws, BELA, kept.but(role="treasurer"))
    assert (again.version, again.authors) == (2, ("anna", "bela"))
    assert dossier_of(ws, ANNA, FULL.id).role == "treasurer"
    with pytest.raises(ConflictError):
        keep(ws, ANNA, kept)
    assert ws.check() == []


def test_one_that_refers_to_nothing_is_not_kept(ws):
    with pytest.raises(UsageError, match="no source is called x"):
        keep(ws, ANNA, FULL.but(acts=(act("a1", ("x",)),)))
    with pytest.raises(ForbiddenError):
        keep(ws, DANI, FULL)

"""Each gate is closed until what it asks for is there, and says what is missing and who can do it."""

import pytest
from tests.cases.making import ANNA

from tocsin.cases import gates, work
from tocsin.errors import ForbiddenError, UsageError
from tocsin.model.case import Lead

ORDER = ["scope", "claims", "alternatives", "language", "marking", "private persons", "second reader", "reply"]


def test_a_new_case_has_all_gates_in_order(built):
    with built.ws.read() as reader:
        found = gates.gates(reader, built.case)
    assert [gate.name for gate in found] == ORDER
    assert [gate.name for gate in found if gate.passed] == ["language", "private persons", "reply"]
    assert all(gate.missing and gate.who for gate in found if not gate.passed)
    assert [gate.name for gate in found if gate.breakable] == ["second reader", "reply"]


def test_each_step_opens_its_gates(built):
    assert built.named().closed() == ["scope", "claims", "alternatives", "marking", "second reader", "reply"]
    assert built.in_scope().closed() == ["claims", "alternatives", "marking", "second reader", "reply"]
    assert built.written().closed() == ["second reader", "reply"]
    assert built.reviewed().closed() == ["reply"]
    assert built.heard().closed() == []
    assert built.case.state == "ready"


def test_private_persons_are_found_wherever_they_would_be_published(built):
    built.ready()
    for change in (
        lambda: built.edit(summary="QUENTIN\nASHGROVE wrote it."),
        lambda: built.claim("behaviour", text="See #QuentinAshgrove2024."),
        lambda: built.consider("deception", "A joke by Ashgrove's friends.", "They say not."),
        lambda: built.claim("behaviour", evidence=(built.link.model_copy(update={"note": "of quentin ashgrove"}),)),
    ):
        change()
        gate = built.gate("private persons")
        assert gate.missing == ("Person A is a private person and named in what would be published",)
        assert "Ashgrove" not in gate.model_dump_json()
        built.edit(summary="x")
        built.claim("behaviour", text="x", evidence=(built.link,))
        built.consider("deception", "A joke by Ashgrove's friends.", "They say not.")
        claim = next(c for c in built.look(ANNA).claims if c.which == "deception")
        with built.ws.write("", "test") as w:
            w.put(claim.but(alternatives=tuple(a for a in claim.alternatives if "Ashgrove" not in a.text)))
        assert built.gate("private persons").passed


def test_mixed_sentences_that_came_past_the_form_are_found(built):
    built.written()
    with built.ws.write("", "test") as w:
        w.put(built.case.but(unknown="It is likely, with high confidence."))
    assert built.gate("language").missing == ("what is not known: 'likely' and 'high confidence' in one sentence",)


@pytest.mark.parametrize("tlp", ["green", "amber", "amber+strict", "red"])
def test_only_clear_is_public(built, tlp):
    built.written()
    assert built.gate("marking").passed
    built.edit(tlp=tlp)
    assert built.gate("marking").missing == (f"marked TLP:{tlp.upper()}; only TLP:CLEAR may be made public",)


def test_an_alternative_that_is_not_rejected_does_not_count(built):
    built.written()
    built.consider("deception", built.look(ANNA).claims[1].alternatives[0].text, "")
    assert built.gate("alternatives").missing == ("deception: 0 of 1 alternatives considered and rejected",)


def test_evidence_that_is_gone_closes_the_claims(built):
    built.written()
    with built.ws.write("", "test") as w:
        w.remove(Lead, built.lead.id)
    assert f"lead {built.lead.id} is no longer there" in built.gate("claims").missing


def test_what_is_needed_is_named_in_the_refusal(built):
    with built.ws.read() as reader:
        found = gates.gates(reader, built.case)
    with pytest.raises(ForbiddenError, match="scope, claims, alternatives, marking, second reader") as error:
        gates.need_passed(found)
    assert error.value.hint == "needs: analyst"
    with pytest.raises(ForbiddenError) as error:
        gates.need_passed(found, "a reason that is long enough")
    assert "second reader" not in str(error.value)


def test_every_text_of_a_body_is_looked_at(built):
    built.published()
    texts = list(gates.texts_of(built.publication.body))
    for text in ("Council 2024", "Fans of the Harbour League.", "joint posts", "Norland denies it.", "First post."):
        assert text in texts


def test_evidence_of_the_scope_is_evidence_of_the_case(built):
    with pytest.raises(UsageError, match="not in this case"), built.ws.read() as reader:
        work.need_evidence(reader, built.case, [built.link.model_copy(update={"to": "item"})])

"""Rumours that a workspace keeps: what stays when evidence or the kind changes, and what is refused."""

from datetime import timedelta

import pytest
from tests.assure.rumour.test_rumour import NOW, audit_folder
from tests.cases.making import ANNA, BELA, people

from tocsin.assure.rumour import from_audit, keeping, ties
from tocsin.assure.rumour.answer import answer, html, markdown
from tocsin.assure.rumour.kinds import kind_of
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from tocsin.model.people import Actor
from tocsin.model.rumour import ITEMS, Item, KeptRumour, Rumour
from tocsin.store.workspace import Workspace


@pytest.fixture
def ws(tmp_path):
    made = Workspace.create(tmp_path / "workspace", "Watch")
    people(made)
    yield made
    made.close()


@pytest.fixture
def audited(ws, tmp_path):
    """A rumour with an audit beside it, and the audit's evidence."""
    items = from_audit(audit_folder(tmp_path))
    kept = keeping.add(ws, ANNA, KeptRumour(text="Machines switched votes"))
    keeping.choose(ws, ANNA, kept.id, "votes-switched")
    return keeping.add_items(ws, ANNA, kept.id, items), items


def test_a_new_round_replaces_the_old_and_what_was_settled_stays(ws, audited):
    kept, items = audited
    first = keeping.key_of(keeping.ties_of(kept)[0])
    keeping.confirm_tie(ws, BELA, kept.id, first, "it is the contest that is meant")
    later = [one.model_copy(update={"made": NOW + timedelta(days=1), "says": "round 2"}) for one in items]
    kept = keeping.add_items(ws, ANNA, kept.id, later)
    assert [one.says for one in kept.items] == ["round 2"] * 2
    assert [(tie.state, tie.by) for tie in keeping.ties_of(kept)] == [
        ("confirmed", BELA.id), ("suggested", ""), ("suggested", ""),
    ]  # fmt: skip
    assert keeping.ties_of(keeping.choose(ws, ANNA, kept.id, "wrong-day")) == ()
    kept = keeping.choose(ws, ANNA, kept.id, "votes-switched")
    assert keeping.ties_of(kept)[0].why == "it is the contest that is meant"
    with pytest.raises(ConflictError, match="confirmed"):
        keeping.reject_tie(ws, ANNA, kept.id, first, "no")
    with pytest.raises(ConflictError, match="these words"):
        keeping.reword(ws, ANNA, kept.id, KeptRumour(text="Nobody voted"))
    keeping.reopen_tie(ws, BELA, kept.id, first)
    kept = keeping.reword(ws, ANNA, kept.id, KeptRumour(text="Machines lost votes", places=("Elm",)))
    assert (kept.text, kept.chosen, len(kept.items)) == ("Machines lost votes", "votes-switched", 2)
    assert ws.check() == []


def test_what_is_not_allowed_is_refused_and_kept(ws, audited):
    kept, _ = audited
    stranger = Actor(id="cora", roles=frozenset({"publisher"}))
    for refused in (
        lambda: keeping.add(ws, stranger, KeptRumour(text="x")),
        lambda: keeping.choose(ws, stranger, kept.id, "wrong-day"),
        lambda: keeping.confirm_tie(ws, stranger, kept.id, keeping.key_of(keeping.ties_of(kept)[0]), "so"),
    ):
        with pytest.raises(ForbiddenError):
            refused()
    assert sum(entry.action.startswith("refused: ") for entry in ws.journal.entries()) == 3
    with pytest.raises(NotFoundError, match="no such tie"):
        keeping.confirm_tie(ws, ANNA, kept.id, "0" * 16, "so")
    many = (Item(id=str(n), kind="log", title="t", says="s") for n in range(ITEMS))
    with pytest.raises(RefusedError, match="at most"):
        keeping.add_items(ws, ANNA, kept.id, many)


def test_the_answer_holds_what_is_settled_and_says_what_it_is(tmp_path):
    said, kind = Rumour(id="r", text="Machines switched votes"), kind_of("votes-switched")
    signed = [
        tie.model_copy(update={"state": state, "by": "bela", "at": NOW, "why": "*read*"})
        for tie, state in zip(
            ties(said, kind, from_audit(audit_folder(tmp_path))), ("confirmed", "rejected"), strict=True
        )
    ]
    page = answer(said, kind, signed, NOW)
    assert page.marking == "TLP:CLEAR"
    text = markdown(page)
    assert "Mayor of Elm" in text
    assert "Question 1" not in text
    assert "\\*read\\*" in text
    assert "- hand tally: all paper" in text
    lead = signed[0].model_copy(update={"item": signed[0].item.model_copy(update={"lead": True})})
    exercise = answer(said, kind, [lead], NOW, exercise=True)
    assert exercise.marking.startswith("EXERCISE")
    assert html(exercise).count("TLP:AMBER") == 2

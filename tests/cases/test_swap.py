"""Parties, candidates and countries exchanged throughout: every rank, gate, template and count stays the same."""

import json

import pytest
from tests.cases.making import ANNA, BELA, START, Built, World, as_text, people

from tocsin.cases import gates, leads, publish, review, sight, work
from tocsin.errors import TocsinError
from tocsin.model.case import Case, Lead
from tocsin.store.workspace import Workspace

ONE, OTHER = World(), World().swapped()
STEPS = ["named", "in_scope", "written", "asked", "reviewed", "heard"]


def built_to(folder, world, depth):
    ws = Workspace.create(folder, "Watch")
    people(ws)
    built = Built(ws, world)
    for step in STEPS[:depth]:
        if not (step == "asked" and depth > 4):  # `reviewed` asks by itself
            getattr(built, step)()
    return built


@pytest.fixture
def both(tmp_path, request):
    """The same case in both worlds, as many steps on its way as the test says."""
    made = [built_to(tmp_path / name, world, request.param) for name, world in (("one", ONE), ("other", OTHER))]
    yield made
    for built in made:
        built.ws.close()


def swapped(text):
    """The text with each name of the one world replaced by its opposite."""
    for number, name in enumerate(ONE):
        text = text.replace(name, f"\0{number}\0")
    for number, name in enumerate(OTHER):
        text = text.replace(f"\0{number}\0", name)
    return text


def refusal(act):
    try:
        act()
    except TocsinError as error:
        return type(error), str(error), error.hint
    return None


def without_ids(built, text):
    with built.ws.read() as reader:
        ids = [lead.id for lead in reader.page(Lead).items] + [built.case_id]
    for number, one in enumerate(sorted(ids, key=text.find)):
        text = text.replace(one, f"id{number}")
    return text


@pytest.mark.parametrize("both", [1, 4, 5, 6], indirect=True)
def test_gates_states_and_refusals_are_the_same(both):
    seen = []
    for built in both:
        with built.ws.read() as reader:
            found = [gate.model_dump() for gate in gates.gates(reader, built.case)]
        refused = refusal(lambda built=built: publish.approve(built.ws, ANNA, built.case_id, "publish"))
        seen.append(without_ids(built, json.dumps([found, built.case.state, str(refused)], default=str)))
    one, other = (text.split(" has until ")[0] for text in seen)  # what follows is a time
    assert one == other


@pytest.mark.parametrize("both", [1, 4], indirect=True)
def test_a_blinded_reader_cannot_tell_them_apart(both):
    seen = []
    for built in both:
        look = built.look(BELA)
        assert look.sight == "blind"
        timeless = {"id", "version", "opened", "updated", "case", "at"}
        records = [look.case, *look.claims, *look.leads]
        text = json.dumps([_without(record.model_dump(mode="json"), timeless) for record in records])
        seen.append(without_ids(built, text))
    assert seen[0] == seen[1]


def _without(value, fields):
    if isinstance(value, dict):
        return {name: _without(part, fields) for name, part in value.items() if name not in fields}
    return [_without(part, fields) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("both", [6], indirect=True)
def test_the_open_case_differs_in_the_names_only(both):
    one, other = (without_ids(b, as_text([_timeless(b.case), *map(_timeless, b.look(ANNA).claims)])) for b in both)
    assert swapped(one) == other
    assert one != other


def _timeless(record):
    fields = {name: START for name in ("opened", "updated") if name in type(record).model_fields}
    if isinstance(record, Case):
        fields["scope"] = tuple(answer.model_copy(update={"at": START}) for answer in record.scope)
    return record.model_copy(update={**fields, "id": "x"})


def test_the_published_page_differs_in_the_names_only(tmp_path):
    texts = []
    for name, world in (("one", ONE), ("other", OTHER)):
        ws = Workspace.create(tmp_path / name, "Watch")
        people(ws)
        built = Built(ws, world).published()
        body = json.loads(built.publication.body.model_dump_json())
        for answer in body["replies"]:
            answer["asked"] = answer["due"] = answer["answered"] = ""
        texts.append(without_ids(built, json.dumps(body)))
        ws.close()
    assert swapped(texts[0]) == texts[1]


def test_grades_of_reviewers_and_their_gap_are_the_same(tmp_path):
    seen = []
    for name, world in (("one", ONE), ("other", OTHER)):
        ws = Workspace.create(tmp_path / name, "Watch")
        people(ws)
        built = Built(ws, world).named().in_scope().written().asked()
        review.grade_blind(ws, BELA, built.review.id, built.graded(likelihood="unlikely"), f"the {world.harmed}")
        done = review.decide(ws, BELA, built.review.id, built.graded(), "accepted", "It holds.")
        seen.append((done.gap, done.guess_right, built.case.state))
        ws.close()
    assert seen[0] == seen[1]


def test_leads_keep_their_order_and_counts(tmp_path):
    seen = []
    for name, world in (("one", ONE), ("other", OTHER)):
        ws = Workspace.create(tmp_path / name, "Watch")
        people(ws)
        for number, side in enumerate((world.harmed, world.helped, world.country, world.other)):
            lead = leads.add(ws, ANNA, f"Posts about {side}", f"They praise {side}.", START, START)
            if number % 2:
                leads.dismiss(ws, ANNA, [lead.id], f"{side} said it openly.")
        with ws.read() as reader:
            order = [lead.title for lead in reader.page(Lead, order="-updated").items]
            seen.append((order, [reader.count(Lead, {"state": state}) for state in ("new", "dismissed")]))
        ws.close()
    assert [swapped(title) for title in seen[0][0]] == seen[1][0]
    assert seen[0][1] == seen[1][1] == [2, 2]


def test_the_same_is_refused_on_either_side(tmp_path):
    seen = []
    for name, world in (("one", ONE), ("other", OTHER)):
        ws = Workspace.create(tmp_path / name, "Watch")
        people(ws)
        built = Built(ws, world).named()
        seen.append(
            [
                refusal(lambda b=built, w=world: b.edit(working_title=f"About {w.rival}")),
                refusal(
                    lambda b=built, w=world: b.edit(summary=f"{w.helped} is likely behind it, with high confidence.")
                ),
                refusal(lambda b=built: sight.show_names(b.ws, BELA, b.case_id, "x") and None),
                refusal(lambda b=built, w=world: work.add_name(b.ws, ANNA, b.case_id, "party", w.other[:1], "named")),
            ]
        )
        ws.close()
    assert swapped(str(seen[0][:3])) == str(seen[1][:3])
    assert [type(one) for one in seen[0]] == [type(one) for one in seen[1]]

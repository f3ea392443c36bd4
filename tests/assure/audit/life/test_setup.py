"""What a setup must refuse: with it a wrong outcome would be confirmed, a vote be told, or the audit end in a trap."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.assure.audit.life.test_life import HALF, REST
from tests.assure.audit.life.town import BATCHES, SIZE, Town, begin, enter

from tocsin.assure.audit.life import batches, draw, reported, risk, secrecy, setup
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import Desk
from tocsin.errors import InputError, UsageError
from tocsin.model.arrow import pc
from tocsin.model.ballot import CARDS, MARKS

EVERY = range(BATCHES)


def changed(inputs, **values):
    """INPUTS with another mayor's contest."""
    mayor, park = inputs.contests
    return replace(inputs, contests=(mayor.model_copy(update=values), park))


def made(tmp_path, inputs, kind="comparison", **plan):
    return setup.new(tmp_path / "a", setup.Plan("Test", kind, contests=("mayor",), **plan), inputs).contests[0]


def without(inputs, contest, few):
    """The tallies without those of a contest in the first `few` batches."""
    first = pc.is_in(inputs.tallies["batch"], pa.array([f"b{n}" for n in range(few)]))
    gone = pc.and_(first, pc.equal(inputs.tallies["contest"], contest))
    return replace(inputs, tallies=inputs.tallies.filter(pc.invert(gone)))


def test_votes_of_batches_are_no_part_of_a_margin_that_takes_their_cards_for_blank(tmp_path):
    town = Town()
    inputs = town.inputs(HALF, REST, reported=False)
    recorded = reported.by_records(inputs.contests[0], inputs.marks)[0]
    assert made(tmp_path, inputs).contest.votes == {"Ann": 0, "Bo": 0, "Cy": 0} | recorded
    whole = made(tmp_path, inputs, method="oneaudit").contest.votes
    assert whole["Ann"] == recorded["Ann"] + sum(town.count(f"b{b}", "mayor")["Ann"] for b in REST)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"winners": 0}, "how many seats"),
        ({"winners": 2, "votes_allowed": 0}, "for how many one may vote"),
        ({"winners": 2, "votes_allowed": 2, "reported_winners": ("Ann",)}, "1 reported to have won"),
        ({"cards": BATCHES * SIZE + 1}, "601 cards hold it"),
        ({"votes": {"Ann": 5000, "Bo": 4000}}, "9,000 votes, the manifest has 600"),
    ],
)
def test_seats_votes_and_cards_are_told_and_fit(values, match, tmp_path):
    with pytest.raises(InputError, match=match):
        made(tmp_path, changed(Town().inputs(), **values), "polling")


def test_a_batch_has_no_more_votes_than_cards(tmp_path):
    inputs = Town().inputs((), EVERY)
    held = [10 if n == 3 else 1000 for n in EVERY]
    manifest = inputs.manifest.set_column(3, "cards", pa.array(held))
    with pytest.raises(InputError, match="50 votes in batch b3, which holds 10 cards"):
        made(tmp_path, replace(inputs, manifest=manifest), "batch")


def test_a_batch_that_reports_no_vote_of_a_contest_may_hold_it(tmp_path):
    town = Town()
    inputs = changed(without(town.inputs((), EVERY, reported=False), "mayor", 4), cards=0)
    folder = begin(tmp_path / "a", town, "batch", inputs=inputs)
    election = Election(folder)
    assert len(batches.of_contest(election, "mayor")) == BATCHES
    draw.start_round(folder, 30)
    assert {(unit, "mayor") for unit in Desk(Election(folder), 1).units} <= {*Desk(Election(folder), 1).wanted}


def test_records_cannot_say_how_many_cards_they_lack(tmp_path):
    with pytest.raises(InputError, match="how many cards") as told:
        made(tmp_path, changed(Town().inputs(), cards=0), by_style=True)
    assert "--cards 'mayor=N'" in told.value.hint


def test_what_is_read_of_few_cards_is_not_published(tmp_path):
    town = Town(sizes=9)
    for kind, inputs in (
        ("polling", town.inputs()),
        ("batch", town.inputs((), EVERY)),
        ("hybrid", town.inputs(HALF)),
        ("comparison", town.inputs(HALF, REST, reported=False)),
    ):
        with pytest.raises(InputError, match="fewer than 10 cards"):
            made(tmp_path, inputs, kind, published="redacted")
    made(tmp_path, town.inputs(), published="redacted")  # every card has its record, and is withheld by its style


def test_cards_are_withheld_by_jurisdiction():
    """Nine of a rare style in one place and one in another: totals of either place would tell votes."""
    styles = [("Big", "s", 300), ("Big", "r", 9), ("Town", "s", 40), ("Town", "x", 1)]
    rows = [(place, style) for place, style, number in styles for _ in range(number)]
    same = {"tabulator": "", "batch": "b", "file": "f", "row": 1}
    cards = pa.Table.from_pylist(
        [
            {"card": n, "id": str(n), "jurisdiction": place, "position": n + 1, "style": style, **same}
            for n, (place, style) in enumerate(rows)
        ],
        schema=CARDS,
    )
    marks = pa.Table.from_pylist(
        [{"card": n, "contest": "m", "choice": "a", "rank": 1, "overvote": False} for n in range(len(rows))],
        schema=MARKS,
    )
    hidden = secrecy.withheld(cards, marks)
    place = np.array([place for place, _ in rows])
    assert {name: int(hidden[place == name].sum()) for name in ("Big", "Town")} == {"Big": 10, "Town": 10}


def test_a_hybrid_audit_knows_the_votes_of_cards_without_records(tmp_path):
    town = Town(share=0.8)
    bare = town.inputs(HALF, reported=False)
    with pytest.raises(InputError, match="6 batches have neither records nor votes"):
        made(tmp_path, bare, "hybrid")
    given = town.inputs(HALF, REST, reported=False)
    assert sum(made(tmp_path, given, "hybrid").contest.votes.values()) == BATCHES * SIZE
    town = Town(share=0.8, sizes=20)
    folder = begin(tmp_path / "b", town, "hybrid", inputs=town.inputs(HALF, REST, reported=False))
    draw.start_round(folder, 150, 120)  # more draws than cards, and all cards that are polled
    enter(folder, town)
    assert risk.measure_round(folder).next == "stop"


@pytest.mark.parametrize(
    ("kind", "method", "values", "error"),
    [
        ("comparison", "kaplan-markov", {"counting": "supermajority", "share": 0.5}, UsageError),
        ("polling", "alpha", {"counting": "supermajority", "reported_winners": ("Ann",)}, UsageError),
        ("comparison", "alpha", {"reported_winners": ("Bo",)}, UsageError),
        ("polling", "alpha", {"votes": {"Ann": 9, "Bo": 9}, "reported_winners": ("Ann",)}, InputError),
    ],
)
def test_what_a_method_cannot_do_is_said_before_the_commitment(kind, method, values, error, tmp_path):
    with pytest.raises(error):
        made(tmp_path, changed(Town().inputs(), **values), kind, method=method)


def test_either_all_records_have_their_positions_or_none():
    inputs = Town(sizes=5).inputs()
    places = inputs.cards["position"].to_pylist()
    some = inputs.cards.set_column(5, CARDS.field("position"), pa.array([None, *places[1:]], pa.int64()))
    with pytest.raises(InputError, match="no position in batch b0"):
        reported.placed(some, inputs.manifest)

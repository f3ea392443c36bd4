"""What was reported: where each card lies, who won with how many votes, and the assertions behind an IRV winner."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from tocsin.assure.audit import raire
from tocsin.assure.audit.life.frame import PLACE, containers
from tocsin.assure.audit.pairs import winners as winners_by_votes
from tocsin.errors import InputError
from tocsin.model.arrow import pc, positions, whole
from tocsin.model.audit import Assertion, Kind
from tocsin.model.ballot import Contest

_BETWEEN = "\x1f"


class UnauditableError(InputError):
    """No sample can confirm the contest: it is tied, nobody lost, or nobody has a vote."""


def placed(cards: pa.Table, manifest: pa.Table) -> pa.Table:
    """CARDS with the places of the manifest and a position for each card: its own, else its turn in its batch.

    Raises `InputError` where a record lies beyond the cards of its batch, or two have one place.
    """
    if not cards.num_rows:
        return cards
    row = containers(cards, manifest)
    order = np.argsort(row, kind="stable")
    sizes = np.bincount(row, minlength=manifest.num_rows)
    turn = np.empty(len(row), dtype=np.int64)
    turn[order] = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1
    position = np.asarray(pc.fill_null(cards["position"], pa.array([0])[0]).to_numpy())
    position = np.where(position > 0, position, turn) if (position > 0).all() else turn
    beyond = np.flatnonzero(position > manifest["cards"].to_numpy()[row])
    if len(beyond):
        one = cards.slice(int(beyond[0]), 1).to_pylist()[0]
        raise InputError(
            f"{one['file']}, row {one['row']}: card {position[beyond[0]]} of batch {one['batch']}, which holds fewer "
            f"by the manifest; so do {len(beyond) - 1:,} more",
            hint="compare the manifest with the machine's counts, and clear the difference up before the audit",
        )
    ends = np.cumsum([0, *manifest["cards"].to_pylist()])
    if len(np.unique(ends[row] + position)) < len(row):
        raise InputError(
            "two cast vote records have the same place", hint="take out the records of cards that were scanned twice"
        )
    found = cards.set_column(cards.schema.get_field_index("position"), "position", pa.array(position))
    for name in PLACE:
        at = cards.schema.get_field_index(name)
        found = found.set_column(at, cards.schema.field(at), manifest[name].take(positions(row)))
    return found.cast(cards.schema)


def settled(
    contest: Contest, kind: Kind, cards: pa.Table, marks: pa.Table, tallies: pa.Table, manifest: pa.Table
) -> Contest:
    """The contest with what its records say where the report does not: votes, winners, and how many cards hold it.

    In a comparison the votes are those of the records that the paper is compared with, as the margin must be. Raises
    `InputError` where records and report contradict each other, where nothing was reported, or at a tie.
    """
    total = pc.sum(manifest["cards"]).as_py() or 0
    counted, held = by_records(contest, marks)
    summed = by_tallies(contest, without_records(tallies, cards, manifest) if kind == "comparison" else tallies)
    compared = {id_: counted.get(id_, 0) + summed.get(id_, 0) for id_ in counted | summed}
    compared = summed if kind == "batch" else counted if kind == "hybrid" else compared
    complete = kind == "batch" or (kind == "comparison" and cards.num_rows == total)
    if kind != "polling" and contest.votes:
        _agrees(contest, compared, complete)
    given = compared if kind in ("comparison", "batch") else contest.votes or summed or counted
    votes = {choice.id: 0 for choice in contest.choices} | given
    if not any(votes.values()):
        raise UnauditableError(
            f"no votes are reported for {contest.name}", hint="give the results, or cast vote records"
        )
    winners = contest.reported_winners or _winners(contest, {**votes, **contest.votes}, marks)
    if not {*winners} <= {*votes}:
        raise InputError(f"{contest.name}: unknown winner {', '.join(winners)}", hint="name winners as the choices are")
    if {*winners} == {*votes}:
        raise UnauditableError(f"{contest.name}: nobody lost", hint="leave it out; there is nothing to confirm")
    known = held + total - cards.num_rows if cards.num_rows else total
    bound = min(contest.cards or known, total)
    return contest.model_copy(update={"votes": votes, "cards": bound, "reported_winners": winners})


def _agrees(contest: Contest, found: Mapping[str, int], complete: bool) -> None:
    for id_ in {**contest.votes, **found}:
        reported, records = contest.votes.get(id_, 0), found.get(id_, 0)
        if records > reported or (complete and records != reported):
            raise InputError(
                f"{contest.name}: {records:,} votes for {id_} in the records, {reported:,} in the report",
                hint="find out which is right before the audit: it compares the paper with the records",
            )


def without_records(tallies: pa.Table, cards: pa.Table, manifest: pa.Table) -> pa.Table:
    """The rows of TALLIES whose batch has no cast vote records."""
    recorded = np.isin(containers(tallies, manifest), containers(cards, manifest))
    return tallies.filter(pa.array(~recorded))


def by_records(contest: Contest, marks: pa.Table) -> tuple[dict[str, int], int]:
    """Votes by choice in cast vote records (first preferences in IRV), and how many cards hold the contest."""
    rows = marks.filter(pc.equal(marks["contest"], contest.id))
    held = pc.count_distinct(rows["card"]).as_py()
    valid = rows.filter(pc.and_(pc.is_valid(rows["choice"]), pc.invert(rows["overvote"])))
    if contest.counting == "irv":
        valid = valid.filter(pc.equal(valid["rank"], 1))
    found = pc.value_counts(whole(valid["choice"])).to_pylist() if valid.num_rows else []
    return {one["values"]: one["counts"] for one in found}, held


def by_tallies(contest: Contest, tallies: pa.Table) -> dict[str, int]:
    """Votes by choice over all batches."""
    rows = tallies.filter(pc.equal(tallies["contest"], contest.id))
    found = rows.group_by("choice").aggregate([("votes", "sum")])
    return {str(row["choice"]): int(row["votes_sum"]) for row in found.to_pylist()}


def assertions(contest: Contest, marks: pa.Table) -> tuple[Assertion, ...]:
    """What must hold for an IRV winner to be right. Raises `InputError` where the records do not make it the winner."""
    found = raire.assertions(
        [choice.id for choice in contest.choices], rankings(contest, marks), *contest.reported_winners
    )
    if not found:
        raise InputError(
            f"{contest.name}: the cast vote records do not show that {contest.reported_winners[0]} won",
            hint="find out why before the audit; where a tie decides, count all by hand",
        )
    return found


def rankings(contest: Contest, marks: pa.Table) -> dict[tuple[str, ...], int]:
    """How many cards have each ranking of an IRV contest; a rank with several marks is passed over."""
    rows = marks.filter(pc.equal(marks["contest"], contest.id))
    valid = rows.filter(pc.and_(pc.is_valid(rows["choice"]), pc.invert(rows["overvote"])))
    ordered = valid.sort_by([("card", "ascending"), ("rank", "ascending")])
    lists = ordered.group_by("card", use_threads=False).aggregate([("choice", "list")])
    texts = pc.value_counts(pc.binary_join(whole(lists["choice_list"]), _BETWEEN)).to_pylist()
    return {tuple(one["values"].split(_BETWEEN)): one["counts"] for one in texts}


def _winners(contest: Contest, votes: Mapping[str, int], marks: pa.Table) -> tuple[str, ...]:
    """Those the votes make winners; of ranked choices the count by elimination."""
    if contest.counting == "irv":
        return (raire.Count([choice.id for choice in contest.choices], rankings(contest, marks)).winner(),)
    order = sorted(votes.values(), reverse=True)
    seats = contest.winners
    if contest.counting == "plurality" and len(order) > seats > 0 and order[seats - 1] == order[seats]:
        raise UnauditableError(
            f"{contest.name}: tied at {order[seats]:,} votes",
            hint="a tie cannot be audited by a sample: count all by hand",
        )
    return winners_by_votes(contest.model_copy(update={"votes": votes}))

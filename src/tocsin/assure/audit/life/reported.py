"""What was reported: where each card lies, who won with how many votes, and the assertions behind an IRV winner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tocsin.assure.audit import raire
from tocsin.assure.audit.life.frame import PLACE, containers
from tocsin.assure.audit.pairs import winners as winners_by_votes
from tocsin.errors import InputError
from tocsin.model.arrow import pc, positions, whole
from tocsin.model.audit import Assertion, Kind, Method
from tocsin.model.ballot import Contest

_BETWEEN = "\x1f"
Batches = dict[str, dict[int, dict[str, int]]]  # contest -> row of the manifest -> votes by choice


class UnauditableError(InputError):
    """No sample can confirm the contest: it is tied, nobody lost, or nobody has a vote."""


def placed(cards: pa.Table, manifest: pa.Table) -> pa.Table:
    """CARDS with the places of the manifest and a position for each card: its own, or where no record has one its turn
    in its batch.

    Raises `InputError` where some records have a position and others none, where a record lies beyond the cards of its
    batch, or two have one place.
    """
    if not cards.num_rows:
        return cards
    row = containers(cards, manifest)
    order = np.argsort(row, kind="stable")
    sizes = np.bincount(row, minlength=manifest.num_rows)
    turn = np.empty(len(row), dtype=np.int64)
    turn[order] = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1
    told = np.asarray(pc.fill_null(cards["position"], pa.array([0])[0]).to_numpy())
    if (told > 0).any() and not (told > 0).all():
        one = cards.slice(int(np.argmin(told > 0)), 1).to_pylist()[0]
        raise InputError(
            f"{one['file']}, row {one['row']}: no position in batch {one['batch']}, while other records have theirs",
            hint="give every record its position, or none: then they are taken in the order of the file",
        )
    position = told if (told > 0).all() else turn
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


@dataclass(frozen=True, slots=True)
class Tables:
    """What the files of an election hold: the schemas of `tocsin.model.ballot`; CARDS have their places."""

    manifest: pa.Table
    cards: pa.Table
    marks: pa.Table
    tallies: pa.Table

    @property
    def total(self) -> int:
        """Cards of the manifest."""
        return pc.sum(self.manifest["cards"]).as_py() or 0


def settled(contest: Contest, kind: Kind, method: Method, tables: Tables) -> Contest:
    """The contest with what its records say where the report does not: votes, winners, and how many cards hold it.

    In a comparison the votes are those that the paper is compared with, as the margin must be. Raises `InputError`
    where seats or votes allowed are not known, where records, manifest and report contradict each other, where nothing
    was reported, or at a tie.
    """
    _told(contest)
    compared = compared_votes(contest, kind, method, tables)
    complete = kind == "batch" or (kind == "comparison" and tables.cards.num_rows == tables.total)
    if kind != "polling" and contest.votes:
        _agrees(contest, compared, complete)
    given = compared if kind in ("comparison", "batch") else contest.votes or _summed(contest, kind, tables)
    votes = {choice.id: 0 for choice in contest.choices} | given
    if not any(votes.values()):
        raise UnauditableError(
            f"no votes are reported for {contest.name}", hint="give the results, or cast vote records"
        )
    winners = contest.reported_winners or _winners(contest, {**votes, **contest.votes}, tables.marks)
    if not {*winners} <= {*votes}:
        raise InputError(f"{contest.name}: unknown winner {', '.join(winners)}", hint="name winners as the choices are")
    if {*winners} == {*votes}:
        raise UnauditableError(f"{contest.name}: nobody lost", hint="leave it out; there is nothing to confirm")
    if len(winners) != contest.winners and (winners or contest.counting != "supermajority"):
        raise InputError(
            f"{contest.name}: {len(winners):,} reported to have won ({', '.join(winners)}), {contest.winners:,} seats",
            hint=f"name every winner with --winner, and the seats with --seats '{contest.id}=N'",
        )
    fits(contest.model_copy(update={"votes": {**votes, **contest.votes}}), tables)
    bound = contest.cards or held(contest, tables)
    return contest.model_copy(update={"votes": votes, "cards": bound, "reported_winners": winners})


def _told(contest: Contest) -> None:
    """Seats and votes allowed are known; they are never guessed from the marks."""
    if not contest.winners:
        raise InputError(
            f"{contest.name}: no file says how many seats it fills",
            hint=f"say it with --seats '{contest.id}=1', or --seats 1 for all contests whose files do not",
        )
    if not contest.votes_allowed:
        raise InputError(
            f"{contest.name}: no file says for how many one may vote",
            hint=f"say it with --vote-for '{contest.id}=N'",
        )


def compared_votes(contest: Contest, kind: Kind, method: Method, tables: Tables) -> dict[str, int]:
    """Votes of what the paper is compared with: in a batch audit the batches, else the records, and in ONEAudit with
    them the batches without any. Other methods take a card without a record for a vote for nobody, so its batch's
    votes are no part of the margin."""
    if kind == "batch":
        return by_tallies(contest, tables.tallies)
    found = by_records(contest, tables.marks)[0]
    return _plus(found, _pooled(contest, tables)) if method == "oneaudit" else found


def held(contest: Contest, tables: Tables) -> int:
    """How many cards can hold a contest by the records: those that name it, and all without a record."""
    return by_records(contest, tables.marks)[1] + tables.total - tables.cards.num_rows


def fits(contest: Contest, tables: Tables) -> None:
    """Raises `InputError` where the contest has more cards, or more votes, than the manifest and its batches hold."""
    allowed = 1 if contest.counting == "irv" else contest.votes_allowed
    hint = "find the cards that the manifest lacks, or correct the report; an audit of part of the cards says nothing"
    if contest.cards > tables.total:
        raise InputError(
            f"{contest.name}: {contest.cards:,} cards hold it, the manifest has {tables.total:,}", hint=hint
        )
    if (votes := sum(contest.votes.values())) > allowed * tables.total:
        raise InputError(f"{contest.name}: {votes:,} votes, the manifest has {tables.total:,} cards", hint=hint)
    rows = tables.tallies.filter(pc.equal(tables.tallies["contest"], contest.id))
    votes_in = np.zeros(tables.manifest.num_rows, dtype=np.int64)
    np.add.at(votes_in, containers(rows, tables.manifest), rows["votes"].to_numpy())
    over = np.flatnonzero(votes_in > allowed * tables.manifest["cards"].to_numpy())
    if len(over):
        one = tables.manifest.slice(int(over[0]), 1).to_pylist()[0]
        raise InputError(
            f"{contest.name}: {votes_in[over[0]]:,} votes in batch {one['batch']}, which holds {one['cards']:,} cards "
            f"by the manifest; so do {len(over) - 1:,} more",
            hint=hint,
        )


def _summed(contest: Contest, kind: Kind, tables: Tables) -> dict[str, int]:
    """Votes where no results are given. Raises `InputError` in a hybrid audit where a batch has none."""
    if kind != "hybrid":
        return by_tallies(contest, tables.tallies) or by_records(contest, tables.marks)[0]
    known = {*containers(tables.cards, tables.manifest), *containers(tables.tallies, tables.manifest)}
    if len(known) < tables.manifest.num_rows:
        raise InputError(
            f"{contest.name}: {tables.manifest.num_rows - len(known):,} batches have neither records nor votes",
            hint="give the results with --results, or the votes of these batches with --tallies",
        )
    return _plus(by_records(contest, tables.marks)[0], _pooled(contest, tables))


def _pooled(contest: Contest, tables: Tables) -> dict[str, int]:
    return by_tallies(contest, without_records(tables.tallies, tables.cards, tables.manifest))


def _plus(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {id_: one.get(id_, 0) + other.get(id_, 0) for id_ in {**one, **other}}


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


def by_batch(tallies: pa.Table, manifest: pa.Table) -> Batches:
    """Votes by contest, row of the manifest and choice."""
    found: Batches = {}
    for row, one in zip(containers(tallies, manifest).tolist(), tallies.to_pylist(), strict=True):
        votes = found.setdefault(one["contest"], {}).setdefault(row, {})
        votes[one["choice"]] = votes.get(one["choice"], 0) + one["votes"]
    return found


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

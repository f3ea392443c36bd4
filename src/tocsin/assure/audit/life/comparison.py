"""The risk of a contest from cards beside their cast vote records: Kaplan-Markov, ALPHA, betting, ONEAudit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tocsin.assure.audit import kaplan_markov
from tocsin.assure.audit.agree import pair_risk
from tocsin.assure.audit.assorters import assorters
from tocsin.assure.audit.life import compared, martingales
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.sample import Sample
from tocsin.model.audit import AuditedContest, Estimate, PairRisk
from tocsin.model.ballot import Contest

KINDS = {2: "o2", 1: "o1", -1: "u1", -2: "u2"}  # votes by which a record overstates a margin
WHOLE = 1e-9
Found = tuple[tuple[PairRisk, ...], dict[str, int]]


def contest_of(audited: AuditedContest, election: Election) -> Contest:
    """The contest with the cards that its sample is drawn of: all, or where drawn by style those that hold it."""
    if election.setup.by_style:
        held = int(election.holds[audited.contest.id].sum())
        return audited.contest.model_copy(update={"cards": held})
    return audited.contest.model_copy(update={"cards": election.frame.total})


def risks(audited: AuditedContest, sample: Sample, units: Sequence[str]) -> Found:
    """The risk of every pair or assertion by two routes, and how many discrepancies there are of each size."""
    over = compared.overstated(audited, sample, units)
    contest = contest_of(audited, sample.election)
    found = discrepancies(audited, over)
    if audited.method == "kaplan-markov":
        return (_kaplan_markov(contest, len(units), found),), found
    return martingales.tested(audited, contest, over, sample.election), found


def discrepancies(audited: AuditedContest, over: Sequence[dict[str, float]]) -> dict[str, int]:
    """Draws by the votes with which their record overstates the contest, of all its claims the most: o1, o2, u1, u2."""
    number = len(assorters(audited.contest, audited.assertions))
    counted = Counter(KINDS.get(_votes(one, number), "") for one in over)
    return {kind: counted[kind] for kind in ("o1", "o2", "u1", "u2")}


def _votes(one: dict[str, float], number: int) -> int:
    """Votes by which a record overstates the margin of the claim where that is most; claims not named have 0. A card
    beside the mean of its batch differs by parts of a vote, which is no error: 0."""
    votes = 2 * max([*one.values(), *([0.0] if len(one) < number else [])])
    return round(votes) if abs(votes - round(votes)) < WHOLE else 0


def estimate(audited: AuditedContest, sample: Sample | None, election: Election) -> Estimate:
    """Draws in all that meet the limit: with Kaplan-Markov if discrepancies go on as found, else by simulation."""
    contest, limit = contest_of(audited, election), election.setup.risk_limit
    if audited.method != "kaplan-markov":
        over = compared.overstated(audited, sample, sample.of_contest(contest.id)) if sample else None
        return martingales.estimate_compared(audited, contest, over, election)
    if sample is None:
        size = kaplan_markov.sizes(contest, limit)
        basis = "discrepancies as they are customary: one vote on 1 of 1,000 cards, two votes on 1 of 10,000"
    else:
        units = sample.draws()
        found = discrepancies(audited, compared.overstated(audited, sample, units))
        size = len(units) + kaplan_markov.further_size(contest, limit, len(units), found)
        basis = "discrepancies go on as found"
    return Estimate(contest=contest.id, size=size, basis=basis)


def _kaplan_markov(contest: Contest, drawn: int, found: dict[str, int]) -> PairRisk:
    margin = kaplan_markov.diluted_margin(contest)
    counts = [found[kind] for kind in ("o1", "o2", "u1", "u2")]
    routes = kaplan_markov.risk(margin, drawn, *counts), kaplan_markov.recomputed(margin, drawn, *counts)
    sides = ", ".join(contest.reported_winners), ""
    return pair_risk(sides, routes, contest.name, margin, {"draws": drawn, **found})

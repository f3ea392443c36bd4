"""After the readings of a round: what stands, the risk of every contest, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.assure.audit.life import compared, measure, seals
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import READ, Desk
from tocsin.assure.audit.life.files import AuditFolder, round_folder
from tocsin.assure.audit.life.sample import Sample
from tocsin.errors import ConflictError
from tocsin.model.audit import AuditedContest, ContestRisk, Decision, Next, RoundRisk

FULL = 0.9  # of all cards: a round that would take so many is a full hand count in all but name


def measure_round(folder: AuditFolder) -> RoundRisk:
    """Compute the risk of the last round for every contest and decide what follows.

    Raises `ConflictError` where nothing was drawn, the risk is there already, or readings are missing or unsettled.
    """
    number = len(folder.rounds)
    if not number or len(folder.risks) >= number:
        raise ConflictError(
            f"round {number} has its risk" if number else "nothing is drawn yet", hint="draw the next round first"
        )
    election = Election(folder)
    desk, place = Desk(election, number), round_folder(number)
    unread, unsettled = desk.open()
    if unread or unsettled:
        raise ConflictError(
            f"{len(unread):,} readings by two persons are missing, {len(unsettled):,} are for a third to settle",
            hint=f"next: {' on '.join(reversed((unread or unsettled)[0]))}",
        )
    for where, rows in desk.reconciled().items():
        if rows:
            folder.put_rows(f"{where}{place}/readings.csv", READ, rows)
    sample = Sample(election, number)
    if election.setup.kind in ("comparison", "hybrid"):
        folder.put_rows(f"{place}/compared.csv", compared.COLUMNS, compared.rows(sample))
    if folder.has(seals.SEALS):
        folder.put_rows(f"{place}/{seals.OPENED}", seals.COLUMNS, seals.rows(sample))
    risk = computed(sample).model_copy(update={"at": folder.now()})
    last = f"{place}/risk.json"
    folder.put(last, risk)
    folder.confirm("risk", [name for name in folder.beside("risk", last) if folder.has(name)])
    return risk


def computed(sample: Sample) -> RoundRisk:
    """Risks and decisions of a round, from what was drawn and read; its time is that of the round."""
    election = sample.election
    contests = [measure.contest_risk(audited, sample) for audited in election.contests.values()]
    decisions = [
        decided(audited, risk, sample) for audited, risk in zip(election.contests.values(), contests, strict=True)
    ]
    return RoundRisk(
        number=sample.number,
        at=election.folder.rounds[sample.number - 1].at,
        contests=tuple(contests),
        decisions=tuple(decisions),
        next=together(decisions),
        not_found=sample.not_found,
    )


def decided(audited: AuditedContest, risk: ContestRisk, sample: Sample) -> Decision:
    """What follows for one contest."""
    name, limit = audited.contest.id, sample.election.setup.risk_limit
    if risk.reached:
        return Decision(contest=name, next="stop", why=f"risk {risk.risk:.3g} is within the limit of {limit:g}")
    if not audited.targeted:
        return Decision(contest=name, next="measured only", why="the sample is not sized for this contest")
    found = measure.estimate(audited, sample, sample.election)
    everything = sample.election.setup.batches if sample.election.setup.kind == "batch" else sample.election.setup.cards
    if found.size + found.polled >= FULL * everything:
        why = f"another round would take {found.size + found.polled:,} of {everything:,}: counting all is surer"
        return Decision(contest=name, next="full hand count", why=why, estimate=found)
    return Decision(
        contest=name, next="another round", why=f"risk {risk.risk:.3g} is above the limit of {limit:g}", estimate=found
    )


def together(decisions: Sequence[Decision]) -> Next:
    """What follows for the audit: a full hand count where one contest needs it and no other another round."""
    found = {decision.next for decision in decisions}
    if "another round" in found:
        return "another round"
    return "full hand count" if "full hand count" in found else "stop"

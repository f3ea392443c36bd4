"""The end of an audit, and where it stands before."""

from __future__ import annotations

from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import Desk
from tocsin.assure.audit.life.files import COMMITMENT, LOG, REPORT, SEED, AuditFolder, digest
from tocsin.errors import ConflictError
from tocsin.model.audit import AuditReport, AuditState

OUTCOMES = {
    "stop": "The sample supports every targeted outcome at the risk limit.",
    "full hand count": "The sample does not support every targeted outcome; all ballots are to be counted by hand.",
}


def finish(folder: AuditFolder) -> AuditReport:
    """Write the report; where there is one, it stands. Raises `ConflictError` while another round is due."""
    where = state(folder)
    commitment, seed, risks = folder.commitment, folder.seed, folder.risks
    if where.next not in ("report", "done") or not (commitment and seed and risks):
        raise ConflictError(f"the audit is not at its end: {where.next} comes next", hint=where.detail)
    if where.next == "done":
        return folder.read(REPORT, AuditReport)
    report = AuditReport(
        at=folder.now(),
        setup=folder.setup,
        commitment=commitment,
        seed=seed,
        rounds=folder.rounds,
        risks=risks,
        outcome=OUTCOMES[risks[-1].next],
        log=digest(folder.data(LOG).split(b"\n")[-2]),
    )
    folder.put(REPORT, report)
    folder.confirm("report", [REPORT])
    return report


def state(folder: AuditFolder) -> AuditState:
    """Where the audit stands, from its files."""
    done = tuple(line.step for line in folder.log())
    rounds, risks, seed = folder.rounds, folder.risks, folder.seed

    def at(next_: str, detail: str, missing: int = 0) -> AuditState:
        return AuditState.model_validate(
            {"done": done, "round": len(rounds), "next": next_, "missing": missing, "detail": detail}
        )

    folder.setup  # noqa: B018  an error where this is no audit
    if not folder.has(COMMITMENT):
        return at("commit", "Check the setup, then commit to it: `tocsin audit commit`.")
    if not folder.has(SEED) or not (seed and seed.complete):
        return at("seed", "Throw the dice in public: `tocsin audit seed`.")
    if not rounds:
        return at("draw", "Draw the first round: `tocsin audit draw`.")
    if len(risks) == len(rounds):
        if risks[-1].next == "another round":
            return at("draw", "Draw the next round: `tocsin audit draw`.")
        if folder.has(REPORT):
            return at("done", "The audit has its report; anybody can check it: `tocsin audit verify`.")
        return at("report", "Write the report: `tocsin audit report`.")
    unread, unsettled = Desk(Election(folder), len(rounds)).open()
    if unread:
        return at("enter", "Two persons enter what they read: `tocsin audit enter`.", len(unread))
    if unsettled:
        return at("settle", "A third person reads what two read differently.", len(unsettled))
    return at("risk", "Compute the risk: `tocsin audit risk`.")

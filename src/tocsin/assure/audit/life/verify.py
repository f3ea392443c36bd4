"""The check of an audit from its published files alone: every step is made again and compared with what is there.

Nothing in the folder is believed but the files of the commitment, the dice, and what people read; all the rest must
come out of these again. What cannot be made again, since part of it is not published, is said.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from tocsin.assure.audit import raire
from tocsin.assure.audit.life import (
    batches,
    chain,
    compared,
    draw,
    entries,
    reported,
    risk,
    seals,
    secrecy,
    seed,
    setup,
    sizes,
)
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.files import LOG, PRIVATE, REPORT, AuditFolder, csv_bytes, digest, round_folder
from tocsin.assure.audit.life.report import OUTCOMES
from tocsin.assure.audit.life.sample import WITHHELD, Sample
from tocsin.errors import TocsinError
from tocsin.model.audit import AuditedContest, AuditReport, Check, Decision
from tocsin.model.ballot import Contest

Found = Iterator[Check]
CLOSE = 1e-9  # relative; risks are computed again by other machines
TINY = 1e-300  # risks


def verify(path: Path) -> list[Check]:
    """Every check of the audit in a folder, in the order of its steps; those after a fault are made all the same."""
    folder = AuditFolder(path)
    steps: list[tuple[str, Callable[[AuditFolder], Found]]] = [
        ("files", _log),
        ("commitment", _commitment),
        ("reported results", _reported),
        ("seed", _seed),
    ]
    found = [check for step, look in steps for check in _guarded(step, look, folder)]
    for number in range(1, _rounds(folder) + 1):
        found += _guarded(f"round {number}", lambda kept, n=number: _round(kept, n), folder)  # type: ignore[misc]
    return found + _guarded("report", _report, folder)


def _guarded(step: str, look: Callable[[AuditFolder], Found], folder: AuditFolder) -> list[Check]:
    """The checks of one step; an error of ours is a check that failed."""
    made: list[Check] = []
    try:
        made.extend(look(folder))
    except TocsinError as error:
        made.append(Check(step=step, what="can be checked", outcome="failed", detail=str(error)))
    except (ValueError, KeyError, LookupError) as error:
        made.append(Check(step=step, what="is whole", outcome="failed", detail=f"a file cannot be read: {error!r}"))
    return [check.model_copy(update={"step": step}) for check in made]


def _rounds(folder: AuditFolder) -> int:
    return next(n for n in itertools.count() if not folder.has(f"{round_folder(n + 1)}/round.json"))


def _check(what: str, fine: bool, detail: str = "") -> Check:
    return Check(step="", what=what, outcome="passed" if fine else "failed", detail="" if fine else detail)


def _unable(what: str, detail: str) -> Check:
    return Check(step="", what=what, outcome="not possible", detail=detail)


def _log(folder: AuditFolder) -> Found:
    """The chain of the log, the order of steps and times, and every file as the log has it."""
    for what, fault in chain.linked(folder):
        yield _check(what, not fault, fault)
    bare = chain.unsealed(folder)
    yield _check("the log seals every file of its steps", not bare, f"not sealed: {', '.join(bare)}")
    secret = chain.hidden(folder)
    public = [name for name in chain.sealed(folder) if name not in secret]
    wrong = chain.changed(folder, public)
    yield _check(f"{len(public)} files are as the log has them", not wrong, f"changed or missing: {', '.join(wrong)}")
    if secret:
        yield _unable(f"{len(secret)} files are as the log has them", "they are not published, to keep votes secret")


def _commitment(folder: AuditFolder) -> Found:
    """The files are those committed to, and that was before the first die."""
    commitment = folder.commitment
    yield _check("there is a commitment", commitment is not None, "commitment.json is missing")
    if not commitment:
        return
    private = {name for name in chain.hidden(folder) if name in commitment.files}
    now = setup.committed(folder, private)
    wrong = [n for n in {*commitment.files, *now} - private if commitment.files.get(n) != now.get(n)]
    yield _check("the files are those committed to", not wrong, f"not as committed: {', '.join(sorted(wrong))}")
    if private:
        yield _unable(
            "the whole cast vote records are those committed to", f"not published: {', '.join(sorted(private))}"
        )
    thrown = folder.seed
    if thrown and thrown.dice:
        steps = [line.step for line in folder.log()]
        order = "commit" in steps and "dice" in steps and steps.index("commit") < steps.index("dice")
        fine = order and commitment.at <= thrown.dice[0].at
        yield _check("the commitment was made before the dice", fine, "dice were thrown before it")


def _reported(folder: AuditFolder) -> Found:
    """The setup fits the manifest and the records; the votes add up to the report."""
    election = Election(folder)
    made, manifest = election.setup, election.frame.manifest
    fits = made.cards == election.frame.total and made.batches == manifest.num_rows
    yield _check("the setup counts the cards of the manifest", fits, f"the manifest has {election.frame.total:,}")
    if made.kind == "batch":
        rows = [{"unit": key, "weight": str(weight)} for key, weight in batches.weights(election).items()]
        same = csv_bytes(("unit", "weight"), rows) == folder.data(batches.WEIGHTS)
        yield _check("the weights of the batches follow from the reports", same, "weights.csv is another")
    yield from _withheld(election)
    for audited in made.contests:
        contest = audited.contest
        yield from _winners(election, audited)
        yield from _cards(election, contest)
        if made.kind == "polling":
            continue
        counted = reported.compared_votes(contest, made.kind, audited.method, _tables(election))
        name = f"{contest.name}: the votes of the {'batches' if made.kind == 'batch' else 'records'} add up"
        if made.kind == "batch":
            wrong = [id_ for id_, votes in contest.votes.items() if counted.get(id_, 0) != votes]
            yield _check(name, not wrong, f"not so for {', '.join(wrong)}")
        elif election.hashed:
            yield _unable(name, "the cast vote records are not published, only their hash")
        else:
            yield _sums(election, contest.id, counted, name)


def _withheld(election: Election) -> Found:
    """The cards whose votes are withheld are those of the rule, which needs no vote."""
    made, folder, machine = election.setup, election.folder, election.machine
    rule = secrecy.shown(machine.cards, machine.marks, made.published).withheld
    rows = rule.to_pylist() if rule is not None else []
    want = [{name: str(row[name]) for name in secrecy.WITHHELD_COLUMNS} for row in rows]
    fine = folder.rows(secrecy.WITHHELD) == want and made.hidden_cards == len(want)
    yield _check(f"votes are withheld on the {len(want):,} cards of the rule, no others", fine, "others are withheld")


def _winners(election: Election, audited: AuditedContest) -> Found:
    """The winners are those of the reported votes; of a ranked contest, those that the assertions prove."""
    contest, votes = audited.contest, audited.contest.votes
    name, won = contest.name, contest.reported_winners
    if contest.counting == "irv":
        ids = [choice.id for choice in contest.choices]
        fine = len(won) == 1 and raire.proves(ids, audited.assertions, won[0])
        yield _check(f"{name}: the assertions rule out every other winner", fine, "they do not")
        yield _assertions(election, audited)
    elif contest.counting == "plurality":
        least = min((votes.get(id_, 0) for id_ in won), default=0)
        fine = len(won) == contest.winners and all(
            votes.get(c.id, 0) < least for c in contest.choices if c.id not in won
        )
        yield _check(f"{name}: the winners are those of the reported votes", fine, "they are not")


def _assertions(election: Election, audited: AuditedContest) -> Check:
    """Assertions follow from the records; where some are withheld, their votes fit those of the others."""
    contest, marks = audited.contest, election.machine.marks
    what = f"{contest.name}: the votes of the assertions follow from the records"
    if not marks.num_rows or election.hashed:
        return _unable(what, "the cast vote records are not published")
    if not election.hidden_cards:
        return _check(what, reported.assertions(contest, marks) == audited.assertions, "others do")
    count = raire.Count([choice.id for choice in contest.choices], reported.rankings(contest, marks))
    for one in audited.assertions:
        shown = raire.votes(count, one.kind, one.winner, one.loser, one.standing)
        more = [claimed - found for claimed, found in zip(one.votes, shown, strict=True)]
        if min(more) < 0 or sum(more) > election.hidden_cards:
            return _check(what, False, f"not those of {one.winner} against {one.loser}")
    return _unable(what, f"{election.hidden_cards:,} cards are withheld; the votes of the others fit")


def _tables(election: Election) -> reported.Tables:
    machine = election.machine
    return reported.Tables(election.frame.manifest, machine.cards, machine.marks, election.tallies)


def _cards(election: Election, contest: Contest) -> Found:
    """Manifest and batches can hold the votes; drawn by style, enough cards can hold the contest at all."""
    try:
        reported.fits(contest, _tables(election))
        fault = ""
    except TocsinError as error:
        fault = str(error)
    yield _check(f"{contest.name}: the manifest has cards for its votes", not fault, fault)
    if election.setup.by_style:
        held = int(election.holds[contest.id].sum())
        source = "was said by hand" if "cards" in election.setup.told.get(contest.id, {}) else "the results say"
        what = f"{contest.name}: as many cards can hold it by the records as {source}, {contest.cards:,}"
        yield _check(what, held >= contest.cards > 0, f"only {held:,} can")


def _sums(election: Election, contest: str, counted: dict[str, int], name: str) -> Check:
    """Published votes equal those of the setup, or fall short by what withheld cards can hold."""
    made, audited = election.setup, election.contests[contest].contest
    hidden = election.hidden_cards
    votes = election.contests[contest].recorded if made.kind == "hybrid" else audited.votes
    short = {id_: votes.get(id_, 0) - counted.get(id_, 0) for id_ in {**votes, **counted}}
    wrong = [id_ for id_, missing in short.items() if not 0 <= missing <= hidden]
    if sum(short.values()) > hidden * max(1, audited.votes_allowed):
        wrong = wrong or list(short)
    if hidden and not wrong:
        return _unable(name, f"{hidden:,} cards are withheld; the votes of the others fit")
    return _check(name, not wrong, f"not so for {', '.join(wrong)}")


def _seed(folder: AuditFolder) -> Found:
    """The seed is everybody's dice."""
    kept = folder.seed
    yield _check("there is a seed", kept is not None and kept.complete, "the ceremony is not over")
    if kept:
        yield _check("the seed is the digits of all dice", kept.seed == seed.joined(kept.dice), "it is another")
        enough = len(kept.seed) >= seed.FEWEST and len({one.person for one in kept.dice}) > 1
        yield _check("several persons threw enough dice", enough, f"{len(kept.seed)} digits")


def _round(folder: AuditFolder, number: int) -> Found:
    """Draw, readings and risk of one round."""
    election, thrown, made = Election(folder), folder.seed, folder.rounds[number - 1]
    place = round_folder(number)
    if thrown is None:
        return
    yield _order(folder, thrown.dice[-1].at if thrown.dice else made.at, number)
    again = draw.drawn(election, thrown.seed, made) == folder.data(f"{place}/draw.csv")
    yield _check(f"the draw of {made.size + made.polled:,} follows from the seed", again, "draw.csv is another")
    if made.chosen != draw.NAMED:
        planned = sizes.planned(election, folder.rounds[: number - 1], folder.risks[: number - 1])
        fine = (planned.size, planned.polled, planned.sizes) == (made.size, made.polled, made.sizes)
        yield _check("the size is what the contests needed", fine, f"they needed {planned.size + planned.polled:,}")
    if len(folder.risks) < number:
        yield _unable("the risk is computed", "the round is not over")
        return
    yield from _readings(election, number)
    yield from _risk(election, number)


def _order(folder: AuditFolder, seeded: datetime, number: int) -> Check:
    steps = [line.step for line in folder.log()]
    first = "seed" in steps and "draw" in steps and steps.index("seed") < steps.index("draw")
    fine = first and seeded <= folder.rounds[number - 1].at
    return _check("the draw was made after the seed", fine, "it was made before")


def _readings(election: Election, number: int) -> Found:
    """What stands follows from what people entered."""
    folder, place = election.folder, round_folder(number)
    desk = entries.Desk(election, number)
    secret = [unit for unit in desk.units if unit in election.withheld]
    whole = folder.has(f"{PRIVATE}/{place}/readings.csv") or not secret
    public = [key for key in desk.wanted if key[0] not in election.withheld or whole]
    stands, made = desk.readings(), desk.entries()
    readers = all(len({entry.person for entry in made.get(key, ())}) >= 2 for key in public)
    yield _check("every card was read by two persons or more", readers, "some were not")
    if all(key in stands for key in public):
        rows = [row for key in public for row in [_row(key, stands[key])] if key[0] not in election.withheld]
        same = csv_bytes(entries.READ, rows) == folder.data(f"{place}/readings.csv") if rows else True
        yield _check("what stands follows from what they entered", same, "readings.csv is another")
    else:
        yield _check("what stands follows from what they entered", False, "two disagree and no third person has read")
    if secret and not whole:
        yield _unable(
            f"readings of {len(secret):,} cards", "their votes are not published: too few others are like them"
        )


def _row(key: tuple[str, str], stands: tuple[str, str]) -> dict[str, str]:
    return {"unit": key[0], "contest": key[1], "reading": stands[0], "how": stands[1]}


def _risk(election: Election, number: int) -> Found:
    """Comparison, risks by both routes, decisions and sizes."""
    folder, sample = election.folder, Sample(election, number)
    if election.setup.kind in ("comparison", "hybrid"):
        yield from _compared(sample)
    kept, again = folder.risks[number - 1], risk.computed(sample)
    for one, other in itertools.zip_longest(kept.contests, again.contests):
        if one is None or other is None or one.contest != other.contest:
            yield _check("the risk of every contest is there", False, "contests are missing")
            return
        fine = _alike(one.model_dump(), other.model_dump())
        name = election.contests[one.contest].contest.name
        yield _check(
            f"{name}: risk {other.risk:.4g} by two routes", fine, f"risk.json has {one.risk:.4g}, or other counts"
        )
    same = kept.not_found == again.not_found and kept.number == number
    yield _check(f"{again.not_found:,} cards or batches were not found", same, "risk.json has another number")
    follows = kept.next == again.next and list(map(_what, kept.decisions)) == list(map(_what, again.decisions))
    yield _check(f"the decision follows: {again.next}", follows, "risk.json decides otherwise")
    if number < len(folder.rounds):
        yield _check("a further round was due", kept.next == "another round", f"after a decision to {kept.next}")


def _compared(sample: Sample) -> Found:
    """compared.csv follows from readings and records; where records are not published, from what it shows of them."""
    folder, name = sample.election.folder, f"{round_folder(sample.number)}/compared.csv"
    kept = {(row["unit"], row["contest"]): row for row in folder.rows(name)}
    secret = [key for key, row in kept.items() if row["machine"] == WITHHELD and key not in sample.texts]
    again = {(row["unit"], row["contest"]): row for row in compared.rows(sample)}
    same = {key: row for key, row in kept.items() if key not in secret} == again
    yield _check("the differences of cards and records follow", same, "compared.csv is another")
    if secret:
        yield _unable(f"differences of {len(secret):,} readings", "withheld; compared.csv gives them without the votes")
    if sample.election.setup.published == "hash":
        other = seals.wrong(sample)
        yield _check("the records of the cards drawn are those sealed before", not other, f"not so: {', '.join(other)}")


def _what(decision: Decision) -> tuple[object, ...]:
    """A decision without its words, which another version may put otherwise."""
    estimate = decision.estimate
    return decision.contest, decision.next, estimate and (estimate.size, estimate.polled)


def _alike(one: object, other: object) -> bool:
    """Whether two results are the same, but for the last digits of their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=TINY)
    return one == other


def _report(folder: AuditFolder) -> Found:
    """The report says what the files say."""
    if not folder.has(REPORT):
        yield _unable("the report", "the audit is not over")
        return
    kept = folder.read(REPORT, AuditReport)
    fine = (kept.setup, kept.commitment, kept.seed) == (folder.setup, folder.commitment, folder.seed)
    fine = fine and (kept.rounds, kept.risks) == (folder.rounds, folder.risks)
    fine = fine and bool(kept.risks) and kept.outcome == OUTCOMES.get(kept.risks[-1].next)
    yield _check("the report holds what the files hold", fine, "it differs from them")
    lines = folder.data(LOG).split(b"\n")
    at = next((n for n, line in enumerate(folder.log()) if line.step == "report"), 0)
    yield _check("it rests on the log as it is", at > 0 and kept.log == digest(lines[at - 1]), "the log is another")

"""Setting an audit up: what was reported, which method for which contest, and what of the records may be published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from tocsin import __version__
from tocsin.assure.audit import styles
from tocsin.assure.audit.assorters import assorters
from tocsin.assure.audit.life import batches, reported, seals, secrecy
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.files import COMMITMENT, PRIVATE, SETUP, TABLES, AuditFolder, now
from tocsin.assure.audit.life.frame import Frame, Machine, stratified
from tocsin.assure.audit.life.reported import Tables, UnauditableError
from tocsin.errors import ConflictError, InputError, UsageError, WorkspaceError
from tocsin.model.arrow import pc
from tocsin.model.audit import (
    METHODS,
    REPLACING,
    AuditedContest,
    AuditSetup,
    Commitment,
    Kind,
    LogLine,
    Method,
    Published,
)
from tocsin.model.ballot import CARDS, MARKS, Contest
from tocsin.model.finding import InputFile

MORE = (secrecy.WITHHELD, batches.WEIGHTS, seals.SEALS)  # files beside the tables, where there are any


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was read of an election: MANIFEST, and CARDS, MARKS and TALLIES where there are any, with the contests."""

    manifest: pa.Table
    contests: tuple[Contest, ...]
    cards: pa.Table
    marks: pa.Table
    tallies: pa.Table
    files: tuple[InputFile, ...] = ()
    told: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # as `AuditSetup.told`


@dataclass(frozen=True, slots=True)
class Plan:
    """What is chosen for an audit. `targets` and `contests` are ids; all contests where empty."""

    title: str
    kind: Kind
    authority: str = ""
    risk_limit: float = 0.05
    chance: float = 0.9
    method: Method | None = None
    contests: Sequence[str] = ()
    targets: Sequence[str] = ()
    published: Published = "full"
    by_style: bool = False


def new(path: Path, plan: Plan, inputs: Inputs) -> AuditSetup:
    """Make the folder of an audit, or set it up again while nothing is committed to.

    Raises `UsageError` for a method that does not fit, `InputError` where the reports contradict each other or a
    contest is tied, `ConflictError` once the audit is committed to, `WorkspaceError` for a folder of something else.
    """
    folder = AuditFolder(path)
    if folder.has(COMMITMENT):
        raise ConflictError(f"{path} is committed to", hint="an audit is not changed after that; make a new one")
    if path.exists() and any(path.iterdir()) and not folder.has(SETUP) and not (path / ".tocsin-lock").exists():
        raise WorkspaceError(f"{path} exists and is not the folder of an audit", hint="name a new folder")
    if not pc.sum(inputs.manifest["cards"]).as_py():
        raise InputError("the manifest holds no card", hint="give one with the number of cards in each container")
    manifest = _plain(inputs.manifest)
    cards = reported.placed(_plain(inputs.cards), manifest)
    if plan.kind == "hybrid":
        manifest = stratified(manifest, cards)
    left_out: dict[str, str] = {}
    tables_ = Tables(manifest, cards, inputs.marks, inputs.tallies)
    contests = tuple(_audited(plan, inputs, tables_, left_out))
    if not any(audited.targeted for audited in contests):
        raise InputError("no contest can be audited", hint="; ".join(left_out.values()))
    marks = _of(inputs.marks, contests)
    if plan.kind in ("polling", "batch"):  # the sample is not held against them, and they tell how people voted
        cards, marks = CARDS.empty_table(), MARKS.empty_table()
    if plan.published != "full":
        secrecy.check_containers(manifest, cards)
    shown = secrecy.shown(cards, marks, plan.published)
    setup = AuditSetup(
        tocsin=__version__,
        title=plan.title,
        authority=plan.authority,
        made=now(),
        kind=plan.kind,
        risk_limit=plan.risk_limit,
        chance=plan.chance,
        contests=contests,
        cards=pc.sum(manifest["cards"]).as_py(),
        batches=manifest.num_rows,
        published=plan.published,
        replacement=any(audited.method in REPLACING for audited in contests),
        by_style=plan.by_style,
        left_out=left_out,
        hidden_cards=shown.hidden,
        told={id_: dict(values) for id_, values in inputs.told.items()},
        inputs=tuple(file.model_copy(update={"file": Path(file.file).name}) for file in inputs.files),
    )
    _check(setup, cards)
    if plan.by_style:
        _check_styles(setup, Machine(Frame(manifest), cards, marks))
    tables = {"manifest.csv": manifest, "tallies.csv": _of(_plain(inputs.tallies), contests)}
    tables |= {"cards.parquet": cards, "marks.parquet": marks}
    _write(folder, setup, tables, shown)
    return setup


def commit(folder: AuditFolder) -> Commitment:
    """Fix everything before the seed: SHA-256 of every file the audit rests on, with the time.

    Raises `ConflictError` where it is done already, `NotFoundError` where nothing is set up.
    """
    folder.setup  # noqa: B018  an error where this is no audit
    if folder.has(COMMITMENT):
        raise ConflictError(f"{folder.path} is committed to already", hint="go on with the seed")
    commitment = Commitment(at=folder.now(), files=committed(folder))
    folder.put(COMMITMENT, commitment)
    folder.confirm("commit", [COMMITMENT])
    return commitment


def committed(folder: AuditFolder, but: Collection[str] = ()) -> dict[str, str]:
    """SHA-256 of each file that a commitment covers, as the files are now; `but` are left out."""
    names = [SETUP, *TABLES, *MORE, *(f"{PRIVATE}/{name}" for name in TABLES)]
    return {name: folder.fingerprint(name) for name in names if folder.has(name) and name not in but}


def _write(folder: AuditFolder, setup: AuditSetup, tables: dict[str, pa.Table], shown: secrecy.Shown) -> LogLine:
    for name in (*TABLES, *MORE):  # of an earlier setup
        for old in (folder.path / name, folder.path / PRIVATE / name):
            old.unlink(missing_ok=True)
    written = [SETUP]
    if shown.withheld is not None:
        folder.put_table(secrecy.WITHHELD, shown.withheld)
        written.append(secrecy.WITHHELD)
    for name, table in tables.items():
        part = shown.marks if name == "marks.parquet" else None
        for where, made in ((name, part or table), (f"{PRIVATE}/{name}", table if part else None)):
            if made and made.num_rows:
                folder.put_table(where, made)
                written.append(where)
    folder.put(SETUP, setup)
    if setup.published == "hash" and shown.marks is not None:
        folder.put_table(seals.SEALS, seals.table(Election(folder)))
        written.append(seals.SEALS)
    if setup.kind == "batch":
        rows = [{"unit": key, "weight": str(weight)} for key, weight in batches.weights(Election(folder)).items()]
        folder.put_rows(batches.WEIGHTS, ("unit", "weight"), rows)
        written.append(batches.WEIGHTS)
    return folder.confirm("new", written)


def _audited(plan: Plan, inputs: Inputs, tables: Tables, left_out: dict[str, str]) -> Iterable[AuditedContest]:
    """The contests that were asked for; of all others those that a sample can confirm."""
    known = {contest.id: contest for contest in inputs.contests}
    asked = [*(plan.contests or known), *plan.targets]
    missing = [name for name in asked if name not in known]
    if missing or not known:
        raise UsageError(
            f"no such contest: {', '.join(missing)}" if missing else "no contest was read",
            hint=f"contests: {', '.join(known) or 'give cast vote records, batch totals or results'}",
        )
    for name in dict.fromkeys(asked):
        try:
            yield _one(plan, known[name], tables)
        except UnauditableError as error:
            if name in (*plan.contests, *plan.targets):
                raise
            left_out[name] = str(error)


def _one(plan: Plan, known: Contest, tables: Tables) -> AuditedContest:
    """A contest in the audit, with every error that its method would come upon later."""
    method = plan.method or METHODS[plan.kind][0]
    if known.counting == "irv":
        method = "alpha"
    if method not in METHODS[plan.kind]:
        raise UsageError(
            f"{method} is no method for a {plan.kind} audit", hint=f"one of {', '.join(METHODS[plan.kind])}"
        )
    if plan.by_style and not known.cards:
        raise InputError(
            f"{known.name}: no results say how many cards hold it, and records that lack it cannot tell",
            hint=f"say it from the lists of voters with --cards '{known.id}=N', or leave out --by-style",
        )
    contest = reported.settled(known, plan.kind, method, tables)
    made = AuditedContest(
        contest=contest,
        method=method,
        targeted=not plan.targets or known.id in plan.targets,
        assertions=reported.assertions(contest, tables.marks) if contest.counting == "irv" else (),
        recorded=reported.by_records(contest, tables.marks)[0] if plan.kind == "hybrid" else {},
    )
    _confirmable(made, tables.total)
    return made


def _confirmable(audited: AuditedContest, total: int) -> None:
    """The method takes the contest, the votes agree with the winners, and nothing is tied."""
    contest = audited.contest
    if audited.method in ("kaplan-markov", "suite") and contest.counting == "supermajority":
        raise UsageError(
            f"{contest.name}: {audited.method} counts votes of margin, and a supermajority has none",
            hint="audit it by alpha or betting, in a comparison or polling audit",
        )
    if any(one.margin(total) <= 0 for one in assorters(contest, audited.assertions)):
        raise UnauditableError(
            f"{contest.name}: tied by the reported votes",
            hint="a tie cannot be audited by a sample: count all by hand",
        )


def _check(setup: AuditSetup, cards: pa.Table) -> None:
    """What the kind of audit needs is there."""
    if setup.kind in ("comparison", "hybrid") and not cards.num_rows:
        raise InputError(f"a {setup.kind} audit compares with cast vote records", hint="give them with --cvrs")
    if setup.by_style and (setup.kind != "comparison" or setup.replacement):
        raise UsageError(
            "cards are drawn by style in a comparison audit without replacement only",
            hint="leave out --by-style, or take alpha",
        )


def _check_styles(setup: AuditSetup, machine: Machine) -> None:
    """Every contest has as many cards, by style, as can hold it."""
    for audited in setup.contests:
        contest = audited.contest
        styles.cards_of(contest.id, machine.holds(contest.id), machine.recorded, contest.cards)


def _plain(table: pa.Table) -> pa.Table:
    """The table with names of files in place of their paths, which say something of a machine."""
    if "file" not in table.schema.names:
        return table
    place = table.schema.get_field_index("file")
    names = pc.replace_substring_regex(table["file"], r"^.*[/\\]", "")
    return table.set_column(place, table.schema.field(place), names)


def _of(table: pa.Table, contests: Sequence[AuditedContest]) -> pa.Table:
    """The rows of the contests that are audited: no other vote is kept, so that fewer ballots can be recognised."""
    ids = pa.array([audited.contest.id for audited in contests], pa.string())
    return table.filter(pc.is_in(table["contest"], ids))

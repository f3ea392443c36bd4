"""`tocsin audit`: a post-election audit from the commitment to the report, and the check of all of it by anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.model.audit import AuditSetup, AuditState, RoundRisk

FAILED = 1

audit = typer.Typer(
    name="audit",
    help="Post-election audits that anyone can check.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="Folder of the audit.")]
Several = list[str] | None
_METHODS = Literal["alpha", "betting", "bravo", "minerva", "providence", "kaplan-markov", "oneaudit", "macro", "suite"]


_Winner = Annotated[
    Several, typer.Option(help="Reported winner where the results do not say; repeatable.", metavar="CONTEST=NAME")
]
_Seats = Annotated[
    Several,
    typer.Option(
        help="Seats of a contest where no file says them; N alone for all such contests; repeatable.",
        metavar="[CONTEST=]N",
    ),
]
_VoteFor = Annotated[
    Several,
    typer.Option(
        help="For how many one may vote, where no file says it; N alone for all such contests; repeatable.",
        metavar="[CONTEST=]N",
    ),
]
_Cards = Annotated[
    Several,
    typer.Option(help="Cards that can hold a contest, by the lists of voters; repeatable.", metavar="CONTEST=N"),
]
_Share = Annotated[
    Several,
    typer.Option(
        help="Share of the votes that a supermajority needs, as a fraction; repeatable.", metavar="CONTEST=SHARE"
    ),
]
_Format = Annotated[
    Several, typer.Option(help="Format of a kind of file, such as cvrs=hart; repeatable.", metavar="KIND=FORMAT")
]
_Map = Annotated[
    Several,
    typer.Option(help="Which column is what, such as manifest.cards=Count; repeatable.", metavar="KIND.FIELD=COLUMN"),
]


@audit.command()
def new(
    folder: Folder,
    title: Annotated[str, typer.Option(help="What the audit is called.")],
    manifest: Annotated[list[str], typer.Option(help="Ballot manifest; repeatable.")],
    kind: Annotated[
        Literal["polling", "comparison", "batch", "hybrid"], typer.Option(help="What is looked at, and beside what.")
    ],
    cvrs: Annotated[Several, typer.Option(help="Cast vote records; repeatable.")] = None,
    tallies: Annotated[Several, typer.Option(help="Reported votes by batch; repeatable.")] = None,
    results: Annotated[Several, typer.Option(help="Reported results; repeatable.")] = None,
    method: Annotated[_METHODS | None, typer.Option(help="Method; what fits the kind if left out.")] = None,
    risk_limit: Annotated[float, typer.Option(help="Greatest risk, as a fraction.", min=0.0001, max=0.9999)] = 0.05,
    chance: Annotated[
        float, typer.Option(help="How likely a round shall be the last one, as a fraction.", min=0.01, max=0.99)
    ] = 0.9,
    contest: Annotated[Several, typer.Option(help="Contest to audit, by id; all if left out; repeatable.")] = None,
    target: Annotated[
        Several, typer.Option(help="Contest that the sample is sized for; all if left out; repeatable.")
    ] = None,
    winner: _Winner = None,
    seats: _Seats = None,
    vote_for: _VoteFor = None,
    cards: _Cards = None,
    share: _Share = None,
    by_style: Annotated[bool, typer.Option("--by-style", help="Draw for each contest among its own cards.")] = False,
    publish: Annotated[
        Literal["full", "redacted", "hash"], typer.Option(help="What of the cast vote records is published.")
    ] = "redacted",
    authority: Annotated[str, typer.Option(help="Who holds the audit.")] = "",
    format: _Format = None,  # noqa: A002
    map: _Map = None,  # noqa: A002
) -> None:
    """Set an audit up: what was reported, and how it shall be checked."""
    from tocsin.assure.audit.life.setup import Plan
    from tocsin.cli.progress import Bars
    from tocsin.jobs.audit import AuditFiles, new_audit
    from tocsin.jobs.contests import told

    files = AuditFiles(
        manifest,
        cvrs or (),
        tallies or (),
        results or (),
        dict(_pairs(format or [], "cvrs=hart")),
        _mappings(map or []),
        _winners(winner or []),
        told(seats or (), vote_for or (), cards or (), share or ()),
    )
    plan = Plan(title, kind, authority, risk_limit, chance, method, contest or (), target or (), publish, by_style)
    with Bars() as bars:
        made = new_audit(folder, plan, files, bars)
    _set_up(made, folder)


@audit.command()
def commit(folder: Folder) -> None:
    """Fix every file the audit rests on, before the seed is known."""
    from tocsin.jobs.audit import commit as run

    made = run(folder)
    for name, sha256 in made.files.items():
        typer.echo(f"{sha256}  {name}")
    typer.echo(f"Committed at {made.at:%Y-%m-%d %H:%M:%S} UTC. Publish this before the dice are thrown.")


@audit.command()
def seed(
    folder: Folder,
    person: Annotated[str, typer.Option(help="Who threw the dice.")] = "",
    dice: Annotated[str, typer.Option(help="The digits as they fell.")] = "",
    complete: Annotated[bool, typer.Option("--complete", help="The ceremony is over.")] = False,
) -> None:
    """Write down the dice of the public ceremony, one person after the other."""
    from tocsin.jobs.audit import end_ceremony, throw

    if not dice and not complete:
        raise UsageError("nothing was thrown", hint='give --person and --dice "3 1 4 1 5 9", or --complete')
    made = throw(folder, person, dice) if dice else None
    made = end_ceremony(folder) if complete else made
    assert made is not None
    typer.echo(f"{'Seed' if made.complete else 'Seed so far'}: {made.seed} ({len(made.seed)} digits)")


@audit.command()
def draw(
    folder: Folder,
    size: Annotated[int | None, typer.Option(help="Draws in all rounds; as needed if left out.", min=1)] = None,
    polled: Annotated[int | None, typer.Option(help="Of a hybrid audit: among cards without records.", min=0)] = None,
) -> None:
    """Draw the next round: which cards or batches are looked at."""
    from tocsin.jobs.audit import draw_round, state

    made = draw_round(folder, size, polled)
    what = "draws in all" if not made.sizes else "cards for the contest that needs most"
    typer.echo(f"Round {made.number}: {made.size:,} {what} ({made.chosen})")
    if made.polled:
        typer.echo(f"and {made.polled:,} among cards without cast vote records")
    for contest, cards in made.sizes.items():
        typer.echo(f"{contest}: {cards:,} cards that hold it")
    place = folder / f"round-{made.number}"
    typer.echo(f"Draw: {place / 'draw.csv'}\nTo print: {place / 'sheets'}\nForm to fill in: {place / 'form.csv'}")
    _where(state(folder))


@audit.command()
def enter(
    folder: Folder,
    person: Annotated[str, typer.Option(help="Who read the cards.")],
    form: Annotated[Path | None, typer.Argument(help="Filled-in form.", metavar="[FILE]")] = None,
    unit: Annotated[str, typer.Option(help="One card or batch, by its key in draw.csv.")] = "",
    contest: Annotated[str, typer.Option(help="Contest; * for all of the card.")] = "*",
    reading: Annotated[str, typer.Option(help="What the card says, such as a choice, blank or not found.")] = "",
) -> None:
    """Enter what one person read, from a filled-in form or one by one."""
    from tocsin.errors import InputError
    from tocsin.jobs.audit import enter as run
    from tocsin.jobs.audit import form_readings, state

    if form:
        try:
            readings = form_readings(form.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{form} cannot be read: {error}", hint="name a form saved as CSV in UTF-8") from error
    elif unit and reading:
        readings = [(unit, contest, reading)]
    else:
        raise UsageError("nothing was read", hint="name a form, or give --unit and --reading")
    typer.echo(f"{run(folder, person, readings):,} readings by {person}")
    _where(state(folder))


@audit.command()
def risk(folder: Folder) -> None:
    """Compute the risk of every contest after a round, by two routes, and what follows."""
    from tocsin.jobs.audit import compute_risk, state

    _show(compute_risk(folder))
    _where(state(folder))


@audit.command()
def report(folder: Folder) -> None:
    """Write the report."""
    from tocsin.jobs.audit import write_report

    made = write_report(folder)
    typer.echo(made.outcome)


@audit.command()
def verify(folder: Folder) -> None:
    """Check an audit from its published files: everything is computed again."""
    from tocsin.jobs.audit import seals
    from tocsin.jobs.audit import verify as run

    found = run(folder)
    step = ""
    for check in found:
        if check.step != step:
            typer.echo(check.step)
            step = check.step
        detail = f": {check.detail}" if check.detail else ""
        typer.echo(f"  {check.outcome:<13} {check.what}{detail}")
    failed = sorted({check.step for check in found if check.outcome == "failed"})
    if failed:
        typer.echo(f"Failed: {', '.join(failed)}", err=True)
        raise typer.Exit(FAILED)
    open_ = sum(check.outcome == "not possible" for check in found)
    typer.echo("Compare with what you noted when it was published:")
    for name, sha256 in seals(folder).items():
        typer.echo(f"{sha256}  {name}")
    rest = f"; {open_:,} could not be made and say nothing: see `not possible` above" if open_ else ""
    typer.echo(f"{len(found) - open_:,} of {len(found):,} checks passed{rest}.")


@audit.command()
def status(folder: Folder) -> None:
    """Show where an audit stands."""
    from tocsin.jobs.audit import state

    _where(state(folder))


def _set_up(made: AuditSetup, folder: Path) -> None:
    """Say what was set up."""
    for audited in made.contests:
        what = "targeted" if audited.targeted else "measured only"
        winners = ", ".join(audited.contest.reported_winners)
        typer.echo(f"{audited.contest.name}: {winners} reported to have won; {audited.method}, {what}")
    for why in made.left_out.values():
        typer.echo(f"Left out: {why}")
    typer.echo(f"{made.cards:,} cards in {made.batches:,} batches; risk limit {made.risk_limit:g}")
    if made.hidden_cards:
        typer.echo(f"The votes of {made.hidden_cards:,} cards are not published: too few others are like them.")
    typer.echo(f"Next: tocsin audit commit {folder}")


def _show(found: RoundRisk) -> None:
    decisions = {one.contest: one for one in found.decisions}
    for one in found.contests:
        wrong = ", ".join(f"{kind} {n:,}" for kind, n in one.discrepancies.items() if n)
        typer.echo(
            f"{one.contest}: risk {one.risk:.4g} after {one.drawn:,} draws ({one.method}"
            + (f"; {wrong}" if wrong else "")
            + f"): {decisions[one.contest].next}; {decisions[one.contest].why}"
        )
    if found.not_found:
        typer.echo(f"Not found, and counted as the worst case: {found.not_found:,}")
    typer.echo(f"In all: {found.next}")


def _where(state: AuditState) -> None:
    missing = f" {state.missing:,} readings are missing." if state.missing else ""
    typer.echo(f"Round {state.round}.{missing} {state.detail}")


def _pairs(given: list[str], example: str) -> list[tuple[str, str]]:
    made = []
    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise UsageError(f"{one!r} does not say what is what", hint=f"write it so: {example}")
        made.append((name, value))
    return made


def _mappings(given: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, column in _pairs(given, "manifest.cards=Count"):
        kind, _, field = name.partition(".")
        found.setdefault(kind, {})[field] = column
    return found


def _winners(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for contest, name in _pairs(given, "Mayor=Ann Lee"):
        found.setdefault(contest, []).append(name)
    return found

"""The verbs of `tocsin assess` about attack paths and catalogues of controls."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.assess_common import By, Desk, Folder, Out, PartyName, opened, write_rows
from tocsin.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from tocsin.assure.assessment.attackers import Contest
    from tocsin.assure.assessment.threats import Path as Way
    from tocsin.model.assessment import Catalogue, Standing

SEED = 1  # of the chances, so that the same answers give the same figures


def threats(
    folder: Folder,
    party: PartyName,
    technology: Annotated[
        list[str] | None, typer.Option(help="A voting technology in use, such as PCOS; repeatable. All unless told.")
    ] = None,
    budget: Annotated[float, typer.Option(help="Person-days for the best fixes.", min=0)] = 20,
    votes: Annotated[int, typer.Option(help="Votes that an attacker must change; for the size of teams.", min=0)] = 0,
    places: Annotated[int, typer.Option(help="Polling places of the contest.", min=1)] = 1,
    cast: Annotated[int, typer.Option(help="Votes cast in the contest.", min=1)] = 1,
    out: Out = None,
    by: By = "",
) -> None:
    """Show which attack paths an office's gaps leave open, and which fixes close most of them for a budget."""
    from tocsin.assure.assessment import fixes
    from tocsin.assure.assessment import threats as trees
    from tocsin.assure.assessment.attackers import Contest

    unknown = sorted(set(technology or ()) - set(trees.technologies()))
    if unknown:
        raise UsageError(f"no technology {unknown[0]}", hint=f"there are {', '.join(trees.technologies())}")
    with opened(folder, by) as desk:
        standings = _standings(desk, desk.party(party))
        costs = {one.id: float(one.effort_days) for one in desk.book.profile.questions if one.id in standings}
    found = trees.paths(standings, technology or ())
    contest = Contest(votes=votes, offices=1, places=places, votes_per_place=cast / places) if votes else None
    if out:
        head = ("technology", "threat", "goal", "steps", "ATT&CK", "standing", "closed by", "people")
        write_rows(out, head, (_row(one, contest) for one in found))
        return
    counts = Counter(one.standing for one in found)
    typer.echo(f"{counts['open']:,} paths open, {counts['not known']:,} not known, {counts['closed']:,} closed")
    for line in _by_tree(found, standings, contest):
        typer.echo(line)
    best = fixes.best(found, {question: days for question, days in costs.items() if days}, budget)
    proof = "proven best" if best.bound == best.closes else f"no plan closes more than {best.bound:,}"
    typer.echo(f"For {best.cost:g} days {best.closes:,} of {best.paths:,} paths are closed ({proof}):")
    for question in best.questions:
        typer.echo(f"  {question}: {desk.book.questions[question].name} ({costs[question]:g} days)")


def _standings(desk: Desk, party: str) -> dict[str, Standing]:
    from tocsin.assure.assessment.inherit import cells
    from tocsin.assure.assessment.sight import need_speaker

    need_speaker(desk.book, desk.actor, party)
    return {cell.question.id: cell.standing for cell in cells(desk.book, party)}


def _row(path: Way, contest: Contest | None) -> tuple[str, ...]:
    return (
        path.technology,
        path.threat,
        path.goal,
        "; ".join(step.text for step in path.steps),
        " ".join(technique for step in path.steps for technique in step.attack),
        path.standing,
        "; ".join(" and ".join(sorted(closer)) for closer in path.closers),
        _people(path, contest),
    )


def _people(path: Way, contest: Contest | None) -> str:
    from tocsin.assure.assessment.attackers import team

    if contest is None:
        return ""
    needed = team(path, contest)
    return "too few places" if needed.low is None else f"{needed.low}-{needed.high}"


def _by_tree(found: tuple[Way, ...], standings: dict[str, Standing], contest: Contest | None) -> list[str]:
    """A line a technology and class: paths, the chance of an attack that is tried, the fewest people it takes."""
    from tocsin.assure.assessment import threats as trees
    from tocsin.assure.assessment.attackers import chances, team

    counts = Counter((one.technology, one.threat, one.standing) for one in found)
    lines = []
    for (technology, threat), chance in chances(standings, SEED).items():
        here = [one for one in found if (one.technology, one.threat) == (technology, threat)]
        if here:
            teams = [team(one, contest) for one in here if one.standing != "closed"] if contest else []
            least = min((one.low for one in teams if one.low is not None), default=None)
            lines.append(
                f"{technology} {trees.classes()[threat]}: {counts[technology, threat, 'open']} open, "
                f"{counts[technology, threat, 'not known']} not known, {counts[technology, threat, 'closed']} closed; "
                f"by our judgement reached in {chance.value:.0%} of tries ({chance.low:.0%} to {chance.high:.0%})"
                + (f"; at least {least:,} people" if least else "")
            )
    return lines


def controls(
    folder: Folder,
    party: PartyName,
    catalogue: Annotated[str, typer.Argument(help="Id of a catalogue, such as nist-csf-2-0.")],
    mappings: Annotated[Path | None, typer.Option(help="CSV file of mappings between catalogues.")] = None,
    out: Out = None,
    by: By = "",
) -> None:
    """Show where an office stands on the controls of a catalogue, by the questions that rest on them."""
    from tocsin.assure.assessment import mappings as known

    read = known.read_mappings(mappings) if mappings else ()
    with opened(folder, by) as desk:
        standings, chosen = _standings(desk, desk.party(party)), _catalogue(desk, catalogue)
    asked = known.covered(desk.book.profile, chosen, (*known.shipped(), *read))
    rows = [
        (
            one.id,
            one.name,
            one.group,
            "; ".join(f"{id_}: {standings[id_]}" for id_ in asked[one.id] if id_ in standings),
        )
        for one in chosen.controls
    ]
    if out:
        write_rows(out, ("control", "name", "group", "questions"), rows)
        return
    for control, name, _, questions in rows:
        typer.echo(f"{control} {name}: {questions or 'not asked'}")


def _catalogue(desk: Desk, key: str) -> Catalogue:
    from tocsin.assure.assessment import catalogues
    from tocsin.cases.acts import every
    from tocsin.model.assessment import Catalogue

    with desk.ws.read() as reader:
        found = {one.id: one for one in (*catalogues.shipped(), *every(reader, Catalogue))}
    if key not in found:
        raise NotFoundError(f"no catalogue {key}", hint=f"there are {', '.join(sorted(found))}")
    return found[key]


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others of `tocsin assess`."""
    for verb in (threats, controls):
        app.command()(verb)

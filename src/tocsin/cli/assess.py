"""`tocsin assess`: what election systems lack, answered by offices, levels above and vendors together."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tocsin.cli import assess_exchange, assess_threats
from tocsin.cli.assess_common import By, Desk, Folder, Out, PartyName, opened, told, write_rows
from tocsin.errors import UsageError
from tocsin.model.assessment import COMPONENTS, Component, Level, State

if TYPE_CHECKING:
    from tocsin.assure.assessment.plan import Gap

assess = typer.Typer(
    name="assess",
    help="Assess election systems together: answers, gaps, plan, files.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)
Components = Annotated[
    list[str] | None, typer.Option("--component", help=f"One of {', '.join(COMPONENTS)}; repeatable.")
]


@assess.command()
def party(
    folder: Folder,
    name: PartyName,
    level: Annotated[Level | None, typer.Option(help="Of a new party.")] = None,
    parent: Annotated[str, typer.Option(help="The level above: its name or id.")] = "",
    component: Components = None,
    person: Annotated[list[str] | None, typer.Option(help="Login of who speaks for it; repeatable.")] = None,
    by: By = "",
) -> None:
    """Add a party, or say anew what it runs and who speaks for it. A local office runs all unless told."""
    from tocsin.assure.assessment.answers import put_party
    from tocsin.cases.acts import checked
    from tocsin.cli.people import actor_of
    from tocsin.model.assessment import Party

    with opened(folder, by) as desk:
        people = tuple(actor_of(desk.ws, login).id for login in person or ())
        held = next((one for one in desk.book.parties.values() if name in (one.id, one.name)), None)
        if held is None:
            if level is None:
                raise UsageError(f"{name} is new", hint="say its level with --level")
            held = Party(name=name, level=level, components=COMPONENTS if level == "local" else ())
        said: dict[str, object] = {"people": people, "components": tuple(component or ()), "level": level}
        changed = {field: value for field, value in said.items() if value}
        if parent:
            changed["parent"] = desk.party(parent)
        typer.echo(put_party(desk.ws, desk.actor, checked(Party, **{**dict(held), **changed})).id)


@assess.command()
def product(
    folder: Folder,
    vendor: PartyName,
    name: Annotated[str, typer.Argument(help="Of the product.")],
    release: Annotated[str, typer.Option(help="The vendor's version.")] = "",
    component: Components = None,
    by: By = "",
) -> None:
    """Add a version of a vendor's product."""
    from tocsin.assure.assessment.answers import put_product
    from tocsin.cases.acts import checked
    from tocsin.model.assessment import Product

    with opened(folder, by) as desk:
        made = checked(
            Product, vendor=desk.party(vendor), name=name, release=release, components=tuple(component or ())
        )
        typer.echo(put_product(desk.ws, desk.actor, made).id)


@assess.command()
def use(
    folder: Folder,
    office: PartyName,
    component: Annotated[Component, typer.Argument()],
    product: Annotated[str, typer.Argument(help="Its id, or name and release.")],
    stop: Annotated[bool, typer.Option("--stop", help="It is used no more.")] = False,
    by: By = "",
) -> None:
    """Say which product version an office uses for a component; what is said about it counts for the office."""
    from tocsin.assure.assessment.answers import stop_using
    from tocsin.assure.assessment.answers import use as start

    with opened(folder, by) as desk:
        of, which = desk.party(office), desk.product(product)
        if not stop:
            start(desk.ws, desk.actor, of, component, which)
            return
        wanted = (of, component, which)
        for held in (one for one in desk.book.uses if (one.office, one.component, one.product) == wanted):
            stop_using(desk.ws, desk.actor, held.id)


@assess.command("list")
def show(folder: Folder, by: By = "") -> None:
    """List parties, products, and which office uses what."""
    from tocsin.assure.assessment.book import by_name
    from tocsin.assure.assessment.table import name_of

    with opened(folder, by) as desk:
        typer.echo(f"{desk.book.profile.title} {desk.book.profile.edition}: {len(desk.book.questions):,} questions")
        for one in by_name(desk.book.parties.values()):
            above = name_of(desk.book, one.parent) if one.parent else "nobody"
            where = "in another workspace" if one.key else f"{len(one.people)} speak for it here"
            typer.echo(f"{one.level} {one.name} ({one.id}), below {above}: {where}")
        for item in desk.book.products.values():
            typer.echo(f"product {name_of(desk.book, item.id)} ({item.id}) of {name_of(desk.book, item.vendor)}")
        mine = {one.id for one in desk.book.speakers(desk.actor.id)}
        vendors = {item.id for item in desk.book.products.values() if item.vendor in mine}
        for used in (used for used in desk.book.uses if used.office in mine or used.product in vendors):
            typer.echo(
                f"{name_of(desk.book, used.office)} uses {name_of(desk.book, used.product)} for {used.component}"
            )


@assess.command()
def sheet(
    folder: Folder,
    party: PartyName,
    out: Annotated[Path, typer.Argument(help="File to write: .csv to fill in, .html to print.")],
    language: Annotated[str, typer.Option(help="Of a sheet to print, such as de.")] = "en",
    by: By = "",
) -> None:
    """Write what a party is asked, with its answers so far, as a table or a sheet for the printer."""
    from tocsin.assure.assessment.sight import need_speaker
    from tocsin.jobs.assess import write_sheet

    with opened(folder, by) as desk:
        wanted = need_speaker(desk.book, desk.actor, desk.party(party))
        if out.suffix.lower() == ".csv":
            write_sheet(desk.book, wanted.id, out)
        elif out.suffix.lower() == ".html":
            from tocsin.store.files import write_file
            from tocsin.web.assess_sheet import printed

            write_file(out, printed(desk.book, wanted.id, language).encode())
        else:
            raise UsageError(f"{out} is neither .csv nor .html", hint="end its name with one of them")


@assess.command()
def answer(
    folder: Folder,
    party: PartyName,
    question: Annotated[str, typer.Argument(help="Id of the question; not needed with --from.")] = "",
    state: Annotated[State | None, typer.Argument()] = None,
    statement: Annotated[str, typer.Option(help="In your words; only your party reads it.")] = "",
    evidence: Annotated[list[Path] | None, typer.Option(help="File; only your party can open it; repeatable.")] = None,
    about: Annotated[str, typer.Option(help="Office or product; default: the party itself.")] = "",
    from_: Annotated[Path | None, typer.Option("--from", help="Table that was filled in (CSV).")] = None,
    by: By = "",
) -> None:
    """Answer a question for a party, or many from a table."""
    from tocsin.assure.assessment.answers import Given
    from tocsin.jobs import assess as job

    with opened(folder, by) as desk:
        of = desk.party(party)
        if from_ is None:
            if not question or state is None:
                raise UsageError("no answer is given", hint="give a question and a state, or a table with --from")
            given = Given(desk.subject(about) if about else of, question, state, statement)
            job.answer(desk.ws, desk.actor, of, given, job.opened(evidence or ()))
            return
        taken = job.take_table(desk.ws, desk.actor, of, from_)
    typer.echo(f"{taken.given:,} answers given, {taken.same:,} as before, {len(taken.rejected):,} set aside.")
    for line, reason in taken.rejected:
        typer.echo(f"{from_}:{line}: {reason}")
    if taken.rejected:
        raise typer.Exit(1)


@assess.command()
def withdraw(
    folder: Folder,
    party: PartyName,
    question: Annotated[str, typer.Argument(help="Id of the question.")],
    about: Annotated[str, typer.Option(help="Office or product; default: the party itself.")] = "",
    by: By = "",
) -> None:
    """Take an answer back; offices that inherited it are asked again."""
    from tocsin.assure.assessment.answers import withdraw as take_back
    from tocsin.assure.assessment.sight import own
    from tocsin.errors import NotFoundError

    with opened(folder, by) as desk:
        of = desk.party(party)
        subject = desk.subject(about) if about else of
        held = [one for one in own(desk.book, of) if (one.subject, one.question) == (subject, question)]
        if not held:
            raise NotFoundError(f"{party} has no answer to {question} there", hint="see `tocsin assess sheet`")
        take_back(desk.ws, desk.actor, held[0].id)


@assess.command()
def gaps(folder: Folder, party: PartyName, out: Out = None, by: By = "") -> None:
    """Show where an office stands, and what is left to do, the most urgent first."""
    from tocsin.assure.assessment import plan
    from tocsin.assure.assessment.inherit import cells
    from tocsin.assure.assessment.rollup import tally

    with opened(folder, by) as desk:
        of = desk.party(party)
        with desk.ws.read() as reader:
            measures = plan.measures_of(reader, desk.book, desk.actor, of)
        found = plan.gaps(desk.book, of, measures)
        rows = [_row(desk, gap) for gap in found]
        counts = tally(cell.standing for cell in cells(desk.book, of))
    if out:
        write_rows(out, ("question", "component", "priority", "standing", "asked", "who says what", "measures"), rows)
        return
    typer.echo(f"{told(counts)}. {len(rows):,} left to do:")
    for question, component, priority, standing, asked, voices, measures_told in rows:
        typer.echo(f"{question} ({component}, priority {priority}): {standing}: {asked}")
        for line in (voices, measures_told):
            if line:
                typer.echo(f"    {line}")


@assess.command()
def differences(folder: Folder, party: PartyName, by: By = "") -> None:
    """Show where those who answer differ: about a party itself, and where it has answered about others."""
    from tocsin.assure.assessment.sight import need_speaker, on_products, seen
    from tocsin.assure.assessment.table import name_of

    with opened(folder, by) as desk:
        of = need_speaker(desk.book, desk.actor, desk.party(party)).id
        found = [(cell.office, cell.question.id, cell.voices) for cell in seen(desk.book, of)]
        found += [(product.id, question, voices) for product, question, voices in on_products(desk.book, of)]
        for subject, question, voices in found:
            if len({voice.state for voice in voices}) > 1:
                said = "; ".join(f"{name_of(desk.book, voice.party)}: {voice.state}" for voice in voices)
                typer.echo(f"{name_of(desk.book, subject)}, {question}: {said}")


def _row(desk: Desk, gap: Gap) -> tuple[str, ...]:
    from tocsin.assure.assessment.table import name_of

    cell = gap.cell
    voices = [f"{name_of(desk.book, one.party)}: {one.state}" for one in cell.voices]
    voices += [f"{name_of(desk.book, one.party)} withdrew what it said: answer again" for one in cell.reopened]
    plans = [f"{one.action} ({one.owner or 'nobody'}, {one.due or 'no date'}, {one.state})" for one in gap.measures]
    asked = cell.question
    return (
        asked.id,
        asked.component,
        str(asked.priority),
        cell.standing,
        asked.text,
        "; ".join(voices),
        "; ".join(plans),
    )


@assess.command()
def plan(
    folder: Folder,
    party: PartyName,
    question: Annotated[str, typer.Argument(help="Id of the question; without it the plan is shown.")] = "",
    action: Annotated[str, typer.Option(help="What is done about the gap.")] = "",
    owner: Annotated[str, typer.Option(help="Who sees to it.")] = "",
    due: Annotated[datetime | None, typer.Option(help="Until when.", formats=["%Y-%m-%d"])] = None,
    state: Annotated[Literal["planned", "under way", "done", "dropped"], typer.Option()] = "planned",
    measure: Annotated[str, typer.Option(help="Id of a measure to change.")] = "",
    by: By = "",
) -> None:
    """Show a party's plan of action, or write a measure into it."""
    from tocsin.assure.assessment.plan import measures_of, put_measure
    from tocsin.cases.acts import checked, now
    from tocsin.model.assessment import Measure

    with opened(folder, by) as desk:
        of = desk.party(party)
        with desk.ws.read() as reader:
            held = measures_of(reader, desk.book, desk.actor, of)
        if not question and not measure:
            for one in held:
                typer.echo(f"{one.due or 'no date'} {one.state}: {one.question}: {one.action} ({one.owner}) {one.id}")
            return
        said = {"action": action, "owner": owner, "due": due.date() if due else None}
        changed = {name: value for name, value in said.items() if value}
        old = next((one for one in held if one.id == measure), None)
        if measure and old is None:
            raise UsageError(f"no measure {measure} in this plan", hint="show the plan for its id")
        new = dict(old) if old else {"party": of, "question": question, "opened": now()}
        made = checked(Measure, **{**new, **changed, "state": state})
        typer.echo(put_measure(desk.ws, desk.actor, made).id)


@assess.command()
def rollup(folder: Folder, party: PartyName, out: Out = None, by: By = "") -> None:
    """Show how many offices of a party and below it stand where, as last released: see peers --release."""
    from tocsin.assure.assessment.figures import figures_of
    from tocsin.assure.assessment.rollup import by_level, progress, total
    from tocsin.model.assessment import STANDINGS
    from tocsin.share.words import count

    with opened(folder, by) as desk:
        found = figures_of(desk.book, desk.actor, desk.party(party))
        below = by_level(desk.book, found.id, found.made)
        ready = progress(desk.book, found.id)
    if out:
        rows = (
            (one.question, str(one.offices), *(str(one.standings.get(name, 0)) for name in STANDINGS), str(one.hidden))
            for one in found.counts
        )
        write_rows(out, ("question", "offices", *STANDINGS, "not told apart"), rows)
        return
    for name, its in (("", found), *((f"{child.name}: ", its) for child, its in below)):
        answers, hidden = told(total(its.counts)), sum(one.hidden for one in its.counts)
        typer.echo(f"{name}{count(its.offices, 'office')}. Answers: {answers}; {hidden:,} not told apart.")
    for one in ready:
        typer.echo(f"{one.office.name}: {one.answered:,} of {one.asked:,} answered")


@assess.command()
def peers(
    folder: Folder,
    release: Annotated[bool, typer.Option("--release", help="Release new figures first.")] = False,
    out: Out = None,
    by: By = "",
) -> None:
    """Show how many offices stand where; no figure is about fewer than five."""
    from tocsin.assure.assessment.figures import release_peers, shown_peers
    from tocsin.assure.assessment.table import name_of

    with opened(folder, by) as desk:
        if release:
            release_peers(desk.ws, desk.actor)
        with desk.ws.read() as reader:
            found = shown_peers(reader)
        if found is None:
            typer.echo("No figures of peers have been released.")
            return
        rows = [
            (name_of(desk.book, one.group) if one.group else "others", one.question, told(one.shown), str(one.hidden))
            for one in found.counts
        ]
    if out:
        write_rows(out, ("group", "question", "offices", "not told apart"), rows)
        return
    typer.echo(f"Figures of {found.made:%Y-%m-%d}.")
    for group, question, shown, hidden in rows:
        typer.echo(f"{group}, {question}: {shown}; {hidden} not told apart")


assess_exchange.add_to(assess)
assess_threats.add_to(assess)

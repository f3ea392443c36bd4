"""An assessment as OSCAL files, and answers, plans, profiles and catalogues taken in from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tocsin.assure.assessment import answers, plan
from tocsin.assure.assessment.answers import Given
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.catalogues import read_catalogue
from tocsin.assure.assessment.oscal import (
    Contents,
    components_document,
    plan_document,
    profile_documents,
    read_contents,
    read_profile,
    results_document,
)
from tocsin.assure.assessment.rollup import roll_up
from tocsin.assure.assessment.sight import need_speaker, own
from tocsin.cases.acts import act, now
from tocsin.errors import UsageError
from tocsin.model.assessment import Answer, Catalogue, Measure, Profile
from tocsin.model.people import ROLES, Actor
from tocsin.store.files import write_file
from tocsin.store.workspace import Workspace

RESULTS, PLAN, PRODUCTS = "assessment-results.json", "plan-of-action.json", "products.json"


class Loaded(NamedTuple):
    """What a file brought: answers and measures taken, answers as before, those of other parties, files not held."""

    answers: int
    measures: int
    same: int
    others: int
    files: int


def documents(book: Book, party: str, measures: tuple[Measure, ...], made: datetime) -> dict[str, bytes]:
    """The OSCAL files of a party by name: the profile, its answers as it gave them with its roll-up, its products, its
    plan. For that party's eyes: others get files of `exchange`."""
    contents = contents_of(book, party, made)
    found = profile_documents(book.profile, made)
    if contents.answers or contents.rolled:
        found[RESULTS] = results_document(contents, book.profile, made)
    products = tuple(one for one in contents.products if one.vendor == party)
    if products:
        ids = {one.id for one in products}
        about = tuple(one for one in contents.answers if one.subject in ids)
        own_products = Contents(parties=contents.parties, products=products, answers=about)
        found[PRODUCTS] = components_document(own_products, book.profile, made)
    if measures:
        found[PLAN] = plan_document(Contents(parties=contents.parties, measures=measures), book.profile, made)
    return found


def contents_of(book: Book, party: str, made: datetime) -> Contents:
    """What a party may take away: its own answers whole, its roll-up where it has offices below it, and of all others
    only who they are."""
    given = own(book, party)
    uses = tuple(use for use in book.uses if use.office == party)
    named = {use.product for use in uses} | {one.subject for one in given}
    products = tuple(one for one in book.products.values() if one.vendor == party or one.id in named)
    who = {party, *book.above(party), *(one.vendor for one in products), *(one.subject for one in given)}
    return Contents(
        parties=tuple(
            one.but(people=(), key="", taken={}, version=0) for one in book.parties.values() if one.id in who
        ),
        products=products,
        uses=uses,
        answers=given,
        rolled=(roll_up(book, party, made),) if party in book.children else (),
    )


def export(ws: Workspace, actor: Actor, party: str, folder: Path) -> list[Path]:
    """Write a party's OSCAL files into a folder. `ForbiddenError` for who does not speak for it."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint="name a folder that is there")
    written = [(folder / name, data) for name, data in bundle(ws, actor, party).items()]
    for path, data in written:
        write_file(path, data)
    return [path for path, _ in written]


def bundle(ws: Workspace, actor: Actor, party: str) -> Mapping[str, bytes]:
    """A party's OSCAL files by name; that it took them is kept in the journal."""
    with act(ws, actor, "exported as OSCAL", party, ROLES) as w:
        book = answers.open_book(w)
        need_speaker(book, actor, party)
        measures = plan.measures_of(w, book, actor, party)
    return documents(book, party, measures, now())


def load(ws: Workspace, actor: Actor, party: str, path: Path) -> Loaded:
    """Give the answers and measures of an OSCAL file for the party that they are of. What others said in it is left
    out; a file that an answer names as evidence and that the party has not attached here is left out and counted."""
    with ws.read() as reader:
        book = answers.open_book(reader)
    found = read_contents(path, party, book.profile)
    held = answers.files_of(book, party)
    mine = [one for one in found.answers if one.party == party and not one.withdrawn]
    new = [one for one in mine if not _same(book, one, held)]
    given = [
        Given(
            one.subject, one.question, one.state, one.statement, tuple(d for d in one.evidence if d in held), one.files
        )
        for one in new
    ]
    if given:
        answers.answer(ws, actor, party, given)
    measures = [_measure(ws, actor, one) for one in found.measures if one.party == party]
    lost = sum(digest not in held for one in new for digest in one.evidence)
    return Loaded(len(new), len(measures), len(mine) - len(new), len(found.answers) - len(mine), lost)


def _same(book: Book, one: Answer, held: set[str]) -> bool:
    before = answers.before(book, one.party, one.subject, one.question)
    if before is None:
        return False
    files = tuple(digest for digest in one.evidence if digest in held)
    return (before.state, before.statement, before.evidence) == (one.state, one.statement, files)


def _measure(ws: Workspace, actor: Actor, one: Measure) -> Measure:
    with ws.read() as reader:
        held = reader.find(Measure, one.id)
    return plan.put_measure(ws, actor, one.but(version=held.version if held else 0))


def load_profile(ws: Workspace, actor: Actor, path: Path) -> Profile:
    """Ask what an OSCAL profile or catalogue of questions asks, from now on."""
    return answers.load_profile(ws, actor, read_profile(path))


def load_catalogue(ws: Workspace, actor: Actor, path: Path, key: str, columns: Mapping[str, str]) -> Catalogue:
    """Keep a catalogue that the user may use here and Tocsin may not ship, under a short id."""
    loaded = read_catalogue(path, key, columns)
    with act(ws, actor, "catalogue loaded", key, ("administrator",)) as w:
        held = w.find(Catalogue, key)
        return w.put(loaded.but(version=held.version if held else 0))

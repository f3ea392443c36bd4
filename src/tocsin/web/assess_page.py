"""What the pages of an assessment share: its words, the desk of a party, and the pictures of where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse

from tocsin.assure.assessment.answers import open_book
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.plan import share_met
from tocsin.assure.assessment.sight import need_speaker
from tocsin.assure.assessment.table import name_of
from tocsin.model.assessment import COMPONENTS, PHASES, STANDINGS, Party, Standing
from tocsin.model.people import Actor
from tocsin.store.workspace import Workspace
from tocsin.web import visit, words
from tocsin.web.i18n import N_, Language

LABELS: dict[str, dict[str, str]] = {
    "component": {
        "registration": N_("Voter registration"),
        "pollbook": N_("Pollbooks"),
        "ballots": N_("Ballot design and printing"),
        "capture": N_("Capture of votes"),
        "tabulation": N_("Tabulation"),
        "reporting": N_("Reporting of results"),
        "office-it": N_("Office IT"),
        "campaign": N_("Campaigns"),
    },
    "phase": {
        "pre-election": N_("before the election"),
        "election-day": N_("on election day"),
        "post-election": N_("after the election"),
    },
    "standing": {
        "met": N_("met"),
        "partly": N_("partly met"),
        "not met": N_("not met"),
        "not applicable": N_("not applicable"),
        "disputed": N_("disputed"),
        "missing": N_("no answer"),
    },
    "level": {
        "local": N_("local office"),
        "state": N_("state level"),
        "federal": N_("federal level"),
        "vendor": N_("vendor"),
    },
    "measure": {
        "planned": N_("planned"),
        "under way": N_("under way"),
        "done": N_("done"),
        "dropped": N_("dropped"),
    },
}
#: How a standing is marked, beside its word.
TAGS: dict[Standing, str] = {"met": "good", "partly": "warn", "not met": "bad", "disputed": "warn"}
SHADES = 5  # of the heat map


class Bar(NamedTuple):
    """One part of a bar: where it begins and how wide it is, in percent."""

    standing: Standing
    number: int
    start: float
    width: float


def label(language: Language, sort: str, value: str) -> str:
    """The words for a stored value."""
    return language.gettext(LABELS[sort][value])


def bars(counts: Mapping[Standing, int]) -> list[Bar]:
    """The parts of a bar that shows where questions stand."""
    total, found, start = sum(counts.values()), [], 0.0
    for standing in STANDINGS:
        if counts.get(standing):
            width = 100 * counts[standing] / total
            found.append(Bar(standing, counts[standing], start, width))
            start += width
    return found


def shade(counts: Mapping[Standing, int]) -> str:
    """The shade of a cell of the heat map: 0 nothing met to 4 all met; "none" where nothing applies."""
    share = share_met(counts)
    return "none" if share is None else str(min(int(share * (SHADES - 1)), SHADES - 1))


def desk(ws: Workspace, who: Actor, party: str) -> tuple[Book, Party]:
    """The assessment, and the party that the reader speaks for; `ForbiddenError` for others."""
    with ws.read() as reader:
        book = open_book(reader)
    return book, need_speaker(book, who, party)


def page(request: Request, template: str, book: Book, /, **context: Any) -> HTMLResponse:
    """A page of an assessment. Its template has `said(sort, value)`, `name(id)`, `bars(counts)`, `shade(counts)`."""
    helpers = {
        "said": partial(label, visit.of(request).language),
        "name": partial(name_of, book),
        "bars": bars,
        "shade": shade,
        "book": book,
        "TAGS": TAGS,
        "COMPONENTS": COMPONENTS,
        "PHASES": PHASES,
        "STANDINGS": STANDINGS,
    }
    return words.page(request, template, 200, **helpers, **context)

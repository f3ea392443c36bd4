"""What is next and who has it: the counts and rows of the front page, as one person may see them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tocsin.cases.sight import sight
from tocsin.cases.states import WORKING
from tocsin.model.case import Case, Lead, Reply, Review
from tocsin.model.people import Actor, Person
from tocsin.store.records import Reader
from tocsin.web.i18n import N_

SHOWN = 20


class Count(NamedTuple):
    """A number on the front page, and the page with exactly the rows behind it."""

    label: str
    number: int
    path: str


class Next(NamedTuple):
    """A case under way: its title as the reader may see it, what comes next, and who has it (names)."""

    case: str
    title: str
    state: str
    step: str
    who: tuple[str, ...]
    updated: datetime


STEPS = {
    "draft": N_("grade the claims and pass the gates"),
    "in review": N_("read it again, blind"),
    "reply": N_("wait for the reply"),
    "ready": N_("two persons approve the publication"),
}


def counts(reader: Reader, actor: Actor) -> tuple[Count, ...]:
    """The numbers of the front page that fit the actor's roles."""
    found = [Count(N_("Open leads"), reader.count(Lead, {"state": "new"}), "/leads?state=new")]
    if "analyst" in actor.roles:
        mine = reader.count(Case, {"owner": actor.id, "state": tuple(sorted(WORKING))})
        found.append(Count(N_("My cases under way"), mine, "/cases?owner=me"))
    if "reviewer" in actor.roles:
        waiting = reader.count(Review, {"reviewer": actor.id, "state": ("asked", "blind", "open")})
        found.append(Count(N_("Reviews that wait for me"), waiting, "/review"))
    if actor.roles & {"analyst", "publisher"}:
        found.append(Count(N_("Replies not yet in"), reader.count(Reply, {"state": "asked"}), "/reply"))
    if "publisher" in actor.roles:
        ready = reader.count(Case, {"state": "ready"})
        found.append(Count(N_("Cases that want approval"), ready, "/cases?state=ready"))
    return tuple(found)


def under_way(reader: Reader, actor: Actor) -> tuple[Next, ...]:
    """The cases under way that were changed last."""
    where = {"state": tuple(sorted(WORKING))}
    return tuple(_next(reader, actor, case) for case in reader.page(Case, where, "-updated", limit=SHOWN).items)


def _next(reader: Reader, actor: Actor, case: Case) -> Next:
    seen = sight(reader, actor, case)
    title = case.title if seen == "open" else case.working_title
    who = _who(reader, case) if seen == "open" or case.state == "in review" else ()
    return Next(case.id, title, case.state, STEPS[case.state], who, case.updated)


def _who(reader: Reader, case: Case) -> tuple[str, ...]:
    """Names of those who have the case now."""
    if case.state == "in review":
        reviews = reader.page(Review, {"case": case.id, "state": ("asked", "blind", "open")}).items
        ids = tuple(review.reviewer for review in reviews)
    else:
        ids = (case.owner,)
    people = (reader.find(Person, person) for person in ids)
    return tuple(person.name for person in people if person)

"""Who sees the names of a case, and the case as a given person may see it.

Whoever writes in a case sees its names, and whoever asked to see them, which is kept: neither can be its second reader.
Everybody else reads placeholders, until the case is public; names of private persons stay hidden even then.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tocsin.cases import acts, leaks
from tocsin.cases.blinding import Blinder
from tocsin.cases.snapshot import claims_of
from tocsin.cases.states import PUBLIC
from tocsin.errors import ForbiddenError
from tocsin.model.case import Case, Claim, Lead, Name, Reply, Review
from tocsin.model.evidence import Item
from tocsin.model.grades import Grade
from tocsin.model.people import Actor, Role
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

Sight = Literal["open", "public", "blind"]
_ROLES: tuple[Role, ...] = ("analyst", "publisher", "custodian")


class Look(NamedTuple):
    """A case with what belongs to it, as one person may see it. `sight`: open = everything; public = without names of
    private persons; blind = placeholders for every name, and no grades."""

    sight: Sight
    case: Case
    claims: tuple[Claim, ...]
    leads: tuple[Lead, ...]
    items: tuple[Item, ...]
    replies: tuple[Reply, ...]


def sight(reader: Reader, actor: Actor, case: Case) -> Sight:
    """What the actor sees of a case."""
    if actor.id in (case.owner, *case.authors, *case.seen_by) or opened(reader, actor.id, case.id):
        return "open"
    return "public" if case.state in PUBLIC else "blind"


def opened(reader: Reader, person: str, case_id: str) -> bool:
    """Whether a reviewer was shown the names, after grading blind."""
    where = {"case": case_id, "reviewer": person, "state": ("open", "decided")}
    return bool(reader.count(Review, where))


def need_open(reader: Reader, actor: Actor, case: Case) -> None:
    """Raise `ForbiddenError` for whoever does not see the names."""
    if sight(reader, actor, case) != "open":
        raise ForbiddenError(
            f"case {case.id} is shown to you without names", hint="ask to see them first; you can then not review it"
        )


def show_names(ws: Workspace, actor: Actor, case_id: str, why: str) -> Case:
    """Show the actor the names of a case and keep that it was. `ForbiddenError` while the actor reviews it blind."""
    with acts.on_case(ws, actor, "see names", case_id, _ROLES, note=why) as (w, case):
        if w.count(Review, {"case": case_id, "reviewer": actor.id, "state": "asked"}):
            raise ForbiddenError("you are to review this case blind", hint="grade it first; the names are shown then")
        if sight(w, actor, case) == "open":
            return case
        return w.put(case.but(seen_by=(*case.seen_by, actor.id)))


def heading(reader: Reader, actor: Actor, case: Case) -> str:
    """How a case is called in a list: its title for those who see its names, else the working title."""
    return case.title if sight(reader, actor, case) == "open" else case.working_title


def look(reader: Reader, actor: Actor, case_id: str) -> Look:
    """The case as the actor may see it. Raises `NotFoundError`."""
    case = reader.get(Case, case_id)
    where = {"case": case_id}
    whole = Look(
        sight(reader, actor, case),
        case,
        claims_of(reader, case_id),
        tuple(leaks.seen(reader, actor, lead) for lead in acts.every(reader, Lead, where)),
        tuple(acts.every(reader, Item, where)),
        tuple(acts.every(reader, Reply, where)),
    )
    if whole.sight == "open":
        return whole
    return _hidden(whole, acts.private_names(case)) if whole.sight == "public" else blind(whole)


def blind(whole: Look) -> Look:
    """A look without names, without grades of others, and without what named parties answered."""
    seen = _hidden(whole._replace(sight="blind", replies=()), Blinder(whole.case.names))
    # copied, not checked again: a placeholder may be longer than the name
    case = seen.case.model_copy(update={"title": seen.case.working_title})
    claims = tuple(claim.model_copy(update={"grade": Grade(), "basis": ""}) for claim in seen.claims)
    return seen._replace(case=case, claims=claims)


def _hidden(whole: Look, blinder: Blinder) -> Look:
    names = tuple(_hidden_name(name, blinder) for name in whole.case.names)
    case = blinder.record(whole.case.but(names=()))
    return whole._replace(
        case=case.model_copy(update={"names": names}),
        claims=tuple(map(blinder.record, whole.claims)),
        leads=tuple(map(blinder.record, whole.leads)),
        items=tuple(map(blinder.record, whole.items)),
        replies=tuple(map(blinder.record, whole.replies)),
    )


def _hidden_name(name: Name, blinder: Blinder) -> Name:
    if not blinder.names_in(name.text):
        return name
    return name.model_copy(update={"text": name.placeholder, "also": (), "effect": "unknown"})

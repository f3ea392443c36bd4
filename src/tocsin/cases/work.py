"""Work on a case: open it, edit it, name its names, link leads, hand it over, close it, open it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from tocsin.cases import acts
from tocsin.cases.blinding import Blinder, check_name, placeholder
from tocsin.cases.settle import accepted, need_editable, save
from tocsin.cases.sight import need_open
from tocsin.cases.snapshot import claims_of, content, links_of
from tocsin.cases.states import moved
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import WHICH, Case, Claim, Lead, Link, Name, Outcome, Review
from tocsin.model.evidence import Item
from tocsin.model.grades import mixed
from tocsin.model.people import Actor, Person, Preferences, Role
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace

AUTHORS: tuple[Role, ...] = ("analyst",)
_FIELDS = frozenset(
    {"title", "working_title", "interference", "election", "voting_day", "first_day", "last_day", "summary", "unknown"}
    | {"tlp"}
)


@contextmanager
def editing(ws: Workspace, actor: Actor, action: str, case_id: str, note: str = "") -> Iterator[tuple[Writer, Case]]:
    """An act that changes the content of a case: by an analyst who sees its names, while it can be changed."""
    with acts.on_case(ws, actor, action, case_id, AUTHORS, note) as (w, case):
        need_open(w, actor, case)
        need_editable(case)
        yield w, case


def open_case(ws: Workspace, actor: Actor, title: str, working_title: str, leads: Iterable[str] = ()) -> Case:
    """Open a case with its four empty claims and the leads it begins from. Raises `UsageError` for an empty title."""
    if not title.strip() or not working_title.strip():
        raise UsageError("a case needs a title and a working title", hint="the working title holds no names")
    time = acts.now()
    with ws.read() as reader:
        preferences = reader.find(Preferences, "workspace")
    case = acts.checked(
        Case,
        title=title,
        working_title=working_title,
        owner=actor.id,
        authors=(actor.id,),
        opened=time,
        updated=time,
        exercise=bool(preferences and preferences.exercise),
    )
    with acts.act(ws, actor, "open case", case.id, AUTHORS) as w:
        w.put_many(Claim(case=case.id, which=which, updated=time) for which in WHICH)
        _take(w, actor, case, leads)
        return w.put(case)


def edit(ws: Workspace, actor: Actor, case_id: str, version: int, **changes: Any) -> Case:
    """Change fields of a case: titles, interference, election, days, summary, unknown, tlp. `version` is that of the
    case as it was read. Raises `ConflictError` if somebody else changed it, `UsageError` for a value that cannot be."""
    refuse_unknown(changes, _FIELDS)
    refuse_mixed(*(str(changes.get(field, "")) for field in ("title", "summary", "unknown")))
    with editing(ws, actor, "edit case", case_id) as (w, case):
        new = acts.checked(Case, **{**dict(case), **changes, "version": version})
        if not new.title or not new.working_title:
            raise UsageError("a case needs a title and a working title", hint="the working title holds no names")
        _refuse_names(new)
        return save(w, new, actor.id)


def add_name(
    ws: Workspace,
    actor: Actor,
    case_id: str,
    sort: str,
    text: str,
    standing: Literal["named", "mentioned", "private"],
    also: Iterable[str] = (),
    effect: str = "unknown",
) -> Case:
    """Add a name to be hidden from blinded readers, with other ways to write it. Raises `UsageError` for one that is
    too short, that the working title holds, or that is a private person said to be named."""
    with editing(ws, actor, "add name", case_id) as (w, case):
        also = tuple(dict.fromkeys(word.strip() for word in also if word.strip()))
        for word in (text, *also):
            check_name(word)
        if standing == "named" and sort in ("account", "person"):
            raise UsageError(
                "a private person is never named", hint="name the party, candidate, organisation or country"
            )
        mark = placeholder(case.names, sort)
        name = acts.checked(Name, sort=sort, text=text, also=also, placeholder=mark, standing=standing, effect=effect)
        new = acts.checked(Case, **{**dict(case), "names": (*case.names, name)})
        _refuse_names(new)
        return save(w, new, actor.id)


def remove_name(ws: Workspace, actor: Actor, case_id: str, mark: str) -> Case:
    """Take a name off the list by its placeholder."""
    with editing(ws, actor, "remove name", case_id, note=mark) as (w, case):
        rest = tuple(name for name in case.names if name.placeholder != mark)
        if len(rest) == len(case.names):
            raise NotFoundError(f"case {case_id} has no name {mark!r}", hint="see the names of the case")
        return save(w, case.but(names=rest), actor.id)


def attach(ws: Workspace, actor: Actor, case_id: str, leads: Iterable[str]) -> Case:
    """Take leads into the case. Raises `ConflictError` for one that another case has."""
    with editing(ws, actor, "attach leads", case_id) as (w, case):
        _take(w, actor, case, leads)
        return save(w, case, actor.id)


def detach(ws: Workspace, actor: Actor, case_id: str, lead_id: str) -> Case:
    """Put a lead back on the list. Raises `ConflictError` while a claim rests on it."""
    with editing(ws, actor, "detach lead", case_id) as (w, case):
        lead = w.get(Lead, lead_id)
        if lead.case != case_id:
            raise ConflictError(f"lead {lead_id} is not in this case", hint="look at the leads of the case")
        if any(link.id == lead_id for link in links_of(claims_of(w, case_id))):
            raise ConflictError(f"a claim rests on lead {lead_id}", hint="remove the link from the claim first")
        w.put(lead.but(case="", state="new", updated=acts.now()))
        return save(w, case, actor.id)


def hand_over(ws: Workspace, actor: Actor, case_id: str, person: str) -> Case:
    """Give the case to another analyst, who sees its names from then on."""
    with acts.on_case(ws, actor, "hand over case", case_id, AUTHORS) as (w, case):
        need_open(w, actor, case)
        if "analyst" not in w.get(Person, person).roles:
            raise UsageError("a case can only be handed to an analyst", hint="choose somebody with that role")
        if w.count(Review, {"case": case_id, "reviewer": person, "state": "asked"}):
            raise ForbiddenError("that person is to review this case blind", hint="choose somebody else")
        return save(w, case.but(owner=person))


def close(ws: Workspace, actor: Actor, case_id: str, outcome: Outcome, reason: str) -> Case:
    """Close a case that is not public. Domestic and not shown are results like any other; established needs an accepted
    review. Raises `UsageError` without outcome or reason."""
    if outcome not in get_args(Outcome) or not outcome or not reason.strip():
        raise UsageError("a case is closed with an outcome and a reason", hint="say what was found, or not found")
    with acts.on_case(ws, actor, f"close case: {outcome}", case_id, AUTHORS, note=reason) as (w, case):
        need_open(w, actor, case)
        if outcome == "established" and not accepted(w, case, content(w, case)):
            raise ForbiddenError("nothing is established without a second reader", hint="ask for a review first")
        return save(w, moved(case, "closed").but(outcome=outcome, outcome_reason=reason))


def reopen(ws: Workspace, actor: Actor, case_id: str, reason: str) -> Case:
    """Work on a closed case again."""
    if not reason.strip():
        raise UsageError("a case is opened again for a reason", hint="say what is new")
    with acts.on_case(ws, actor, "reopen case", case_id, AUTHORS, note=reason) as (w, case):
        need_open(w, actor, case)
        return save(w, moved(case, "draft").but(outcome="", outcome_reason=""))


def need_evidence(reader: Reader, case: Case, links: Iterable[Link]) -> None:
    """Raise `UsageError` for evidence that does not exist or does not belong to the case."""
    kinds: dict[str, type[Lead] | type[Item]] = {"lead": Lead, "item": Item}
    for link in links:
        found = reader.find(kinds[link.to], link.id)
        if found is None or found.case != case.id:
            raise UsageError(f"{link.to} {link.id} is not in this case", hint="attach it to the case first")


def refuse_mixed(*texts: str) -> None:
    """Raise `UsageError` for a sentence that states a likelihood and a confidence (ICD 203)."""
    for text in texts:
        for span in mixed(text):
            raise UsageError(
                f"one sentence holds a likelihood ({span.likelihood!r}) and a confidence ({span.confidence!r}): "
                f"{text[span.start : span.end].strip()[:200]}",
                hint="write two sentences: how likely it is, and how firm the basis is (ICD 203)",
            )


def refuse_unknown(changes: Iterable[str], known: Iterable[str]) -> None:
    """Raise `UsageError` for fields that are not edited this way."""
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise UsageError(f"cannot be edited: {', '.join(unknown)}", hint=f"one of: {', '.join(sorted(known))}")


def _take(w: Writer, actor: Actor, case: Case, leads: Iterable[str]) -> None:
    for lead in (w.get(Lead, lead_id) for lead_id in dict.fromkeys(leads)):
        if lead.case not in ("", case.id):
            raise ConflictError(f"lead {lead.id} is in another case", hint="detach it there first")
        w.put(lead.but(case=case.id, state="in case", decided_by=actor.id, updated=acts.now()))


def _refuse_names(case: Case) -> None:
    found = Blinder(case.names).names_in(case.working_title)
    if found:
        raise UsageError(
            f"the working title holds the name of {found[0].placeholder}", hint="it is what blinded readers see"
        )

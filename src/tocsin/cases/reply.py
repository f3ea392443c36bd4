"""The reply of a named party: asked after the review, heard until a set moment, printed beside the claim."""

from __future__ import annotations

from datetime import timedelta

from tocsin.cases import acts, rules
from tocsin.cases.settle import accepted, save
from tocsin.cases.sight import need_open
from tocsin.cases.snapshot import content, latest_replies
from tocsin.cases.states import PUBLIC
from tocsin.cases.work import AUTHORS
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import Case, Name, Reply
from tocsin.model.people import Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace


def ask(ws: Workspace, actor: Actor, case_id: str, mark: str, whom: str, how: str) -> Reply:
    """Keep that a named party was asked for its reply: `whom` is the party or an office of it, `how` the way. It has
    the days of the rules. Raises `ForbiddenError` before a second reader has accepted the case."""
    if not whom.strip() or not how.strip():
        raise UsageError("say whom you asked and how", hint="name the party or an office, not a private person")
    with acts.on_case(ws, actor, "ask for reply", case_id, AUTHORS, note=mark) as (w, case):
        need_open(w, actor, case)
        named(case, mark)
        if acts.private_names(case).names_in(whom):
            raise UsageError("a private person is not named here", hint="name the party or an office of it")
        if case.state not in PUBLIC and not accepted(w, case, content(w, case)):
            raise ForbiddenError("no second reader has accepted the case as it is", hint="ask for a review first")
        if _waiting(w, case_id, mark):
            raise ConflictError(f"{mark} was asked already", hint="keep its answer, or wait until it is due")
        time = acts.now()
        reply = w.put(
            acts.checked(
                Reply,
                case=case_id,
                placeholder=mark,
                whom=whom,
                how=how,
                asked_by=actor.id,
                asked=time,
                due=time + timedelta(days=rules.current(w).reply_days),
            )
        )
        save(w, case)
        return reply


def answer(ws: Workspace, actor: Actor, reply_id: str, text: str) -> Reply:
    """Keep what the named party answered, word for word; also after it was due."""
    if not text.strip():
        raise UsageError("an answer has a text", hint="if it did not answer, nothing need be kept: silence shows")
    with ws.read() as reader:
        case_id = reader.get(Reply, reply_id).case
    with acts.on_case(ws, actor, "keep reply", case_id, AUTHORS) as (w, case):
        need_open(w, actor, case)
        reply = w.get(Reply, reply_id)
        if reply.state == "answered":
            raise ConflictError("an answer is kept already", hint="ask again for a new one")
        done = {"state": "answered", "answer": text, "answered": acts.now()}
        kept = w.put(acts.checked(Reply, **{**dict(reply), **done}))
        save(w, case)
        return kept


def waive(ws: Workspace, actor: Actor, case_id: str, mark: str, whom: str, reason: str) -> Reply:
    """Do without the reply of a named party, for a reason that is printed. By a publisher who has not written in the
    case."""
    if not reason.strip():
        raise UsageError("a reply is waived for a reason", hint="it is printed beside the claim")
    with acts.on_case(ws, actor, "waive reply", case_id, ("publisher",), note=reason) as (w, case):
        need_open(w, actor, case)
        named(case, mark)
        if actor.id in case.authors:
            raise ForbiddenError("an author cannot waive the reply", hint="ask another publisher")
        time = acts.now()
        old = _waiting(w, case_id, mark)
        base = dict(old) if old else {"case": case_id, "placeholder": mark, "asked": time, "due": time}
        waived = {
            "whom": whom,
            "asked_by": actor.id,
            **base,
            "state": "waived",
            "reason": reason,
            "waived_by": actor.id,
        }
        kept = w.put(acts.checked(Reply, **waived))
        save(w, case)
        return kept


def named(case: Case, mark: str) -> Name:
    """The name in the case that the placeholder stands for. Raises `NotFoundError` where none is named so."""
    for name in case.names:
        if name.placeholder == mark and name.standing == "named":
            return name
    raise NotFoundError(f"case {case.id} names no {mark!r}", hint="only a name with standing `named` is asked")


def _waiting(reader: Reader, case_id: str, mark: str) -> Reply | None:
    """The request that a party can still answer in time."""
    for reply in latest_replies(reader, case_id):
        if reply.placeholder == mark and reply.state == "asked" and acts.now() < reply.due:
            return reply
    return None

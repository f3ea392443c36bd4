"""Publish, correct and withdraw: two persons approve the same words, the gates hold, and what was issued stays.

Each issue is a record of its own that nothing changes or removes: a correction and a withdrawal stand in the same place
as the claim, and the history is what was said before.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tocsin.cases import acts
from tocsin.cases.approvals import approvals, approvers, give, need_two
from tocsin.cases.gates import Gate, gates, need_passed, public
from tocsin.cases.sight import need_open
from tocsin.cases.snapshot import body
from tocsin.cases.states import PUBLIC, moved
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Body, Case, Publication
from tocsin.model.people import Actor, Role
from tocsin.store.canonical import digest
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace

Issue = Literal["publish", "correct", "withdraw"]
REASON_LEAST = 20  # characters of a reason for break-glass
_ROLE: tuple[Role, ...] = ("publisher",)


class Pending(NamedTuple):
    """What would be issued: the body, the digest to approve, the gates, and who approved it so far."""

    body: Body
    content: str
    gates: tuple[Gate, ...]
    approved_by: tuple[str, ...]


def pending(reader: Reader, case: Case, action: Issue, text: str = "", break_glass: str = "") -> Pending:
    """What `action` would issue now, with these words."""
    found = gates(reader, case)
    last = history(reader, case.id)
    said = last[-1].body if action == "withdraw" and last else body(reader, case, public(found))
    number = len(last) + 1
    content = digest(
        {
            "action": action,
            "number": number,
            "text": text,
            "break_glass": break_glass,
            "body": said.model_dump(mode="json", exclude={"gates"}),
        }
    )
    return Pending(said, content, found, approvers(reader, action, case.id, content))


def approve(
    ws: Workspace, actor: Actor, case_id: str, action: Issue, text: str = "", break_glass: str = ""
) -> tuple[str, ...]:
    """Say yes to issuing exactly this; return who has. `text`: what changed (correct) or why (withdraw). `break_glass`:
    why the second reader and the reply are passed over. All of it is printed. Any later change needs a new yes.

    Raises `ForbiddenError` where a gate is closed, or for somebody who has not looked at the names.
    """
    text, break_glass = text.strip(), break_glass.strip()
    _check_words(action, text, break_glass)
    verb = f"approve: {action}" + (" (break glass)" if break_glass else "")
    with acts.on_case(ws, actor, verb, case_id, _ROLE, note=break_glass or text) as (w, case):
        need_open(w, actor, case)
        _check_state(case, action)
        _refuse_private(case, text, break_glass)
        wanted = pending(w, case, action, text, break_glass)
        if action != "withdraw":
            need_passed(wanted.gates, break_glass)
        give(w, actor, action, case_id, wanted.content, text, break_glass)
        return approvers(w, action, case_id, wanted.content)


def issue(
    ws: Workspace, actor: Actor, case_id: str, action: Issue, text: str = "", break_glass: str = ""
) -> Publication:
    """Publish, correct or withdraw what two persons approved, at least one of whom has not written in the case."""
    text, break_glass = text.strip(), break_glass.strip()
    _check_words(action, text, break_glass)
    verb = action + (" (break glass)" if break_glass else "")
    with acts.on_case(ws, actor, verb, case_id, _ROLE, note=break_glass or text) as (w, case):
        need_open(w, actor, case)
        _check_state(case, action)
        wanted = pending(w, case, action, text, break_glass)
        if action != "withdraw":
            need_passed(wanted.gates, break_glass)
        need_two(wanted.approved_by)
        if all(person in case.authors for person in wanted.approved_by):
            raise ForbiddenError("everybody who approved has written in the case", hint="ask somebody who has not")
        return _issued(w, case, action, wanted, text, break_glass)


def history(reader: Reader, case_id: str) -> tuple[Publication, ...]:
    """Everything issued of a case, the first first."""
    return tuple(sorted(acts.every(reader, Publication, {"case": case_id}), key=lambda one: one.number))


def _issued(w: Writer, case: Case, action: Issue, wanted: Pending, text: str, break_glass: str) -> Publication:
    kinds: dict[Issue, Literal["claim", "correction", "withdrawal"]] = {
        "publish": "claim",
        "correct": "correction",
        "withdraw": "withdrawal",
    }
    states: dict[Issue, Literal["published", "corrected", "withdrawn"]] = {
        "publish": "published",
        "correct": "corrected",
        "withdraw": "withdrawn",
    }
    made = w.put(
        Publication(
            case=case.id,
            number=len(history(w, case.id)) + 1,
            issue=kinds[action],
            made=acts.now(),
            content=digest(wanted.body.model_dump(mode="json")),
            changed=text,
            break_glass=break_glass,
            approved_by=tuple(a.by for a in approvals(w, action, case.id, wanted.content))[:2],
            body=wanted.body,
        )
    )
    outcome = "" if action == "withdraw" else "established"
    w.put(moved(case, states[action]).but(outcome=outcome, updated=acts.now()))
    return made


def _check_words(action: Issue, text: str, break_glass: str) -> None:
    if action not in ("publish", "correct", "withdraw"):
        raise UsageError(f"{action!r} is nothing that can be issued", hint="publish, correct or withdraw")
    if (action == "publish") == bool(text):
        raise UsageError(
            "a correction says what changed and a withdrawal why; a first publication neither",
            hint="it is printed on top of the page",
        )
    if break_glass and (action == "withdraw" or len(break_glass) < REASON_LEAST):
        raise UsageError(
            f"break-glass needs a reason of at least {REASON_LEAST} characters, and a withdrawal does not need it",
            hint="it is printed on the page",
        )


def _check_state(case: Case, action: Issue) -> None:
    if (action == "publish") == (case.state in PUBLIC):
        raise ConflictError(
            f"case {case.id} is {case.state}", hint="what is public is corrected or withdrawn, what is not is published"
        )


def _refuse_private(case: Case, *texts: str) -> None:
    for text in texts:
        if found := acts.private_names(case).names_in(text):
            raise UsageError(f"{found[0].placeholder} is a private person", hint="these words are printed")

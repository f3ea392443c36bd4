"""Two persons for what cannot be taken back: each says yes to exactly the same content."""

from __future__ import annotations

from tocsin.cases import acts
from tocsin.errors import ForbiddenError
from tocsin.model.case import Action, Approval
from tocsin.model.people import Actor
from tocsin.store.records import Reader, Writer

NEEDED = 2


def give(
    w: Writer, actor: Actor, action: Action, subject: str, content: str, text: str = "", break_glass: str = ""
) -> Approval:
    """Keep the actor's yes; a second one by the same person is the first."""
    for old in approvals(w, action, subject, content):
        if old.by == actor.id:
            return old
    return w.put(
        Approval(
            action=action,
            subject=subject,
            content=content,
            by=actor.id,
            given=acts.now(),
            text=text,
            break_glass=break_glass,
        )
    )


def approvals(reader: Reader, action: Action, subject: str, content: str) -> list[Approval]:
    """Who said yes to this content, the earliest first."""
    found = acts.every(reader, Approval, {"subject": subject, "action": action})
    return sorted((a for a in found if a.content == content), key=lambda a: (a.given, a.id))


def approvers(reader: Reader, action: Action, subject: str, content: str) -> tuple[str, ...]:
    """The different persons who said yes to this content."""
    return tuple(dict.fromkeys(a.by for a in approvals(reader, action, subject, content)))


def need_two(people: tuple[str, ...]) -> None:
    """Raise `ForbiddenError` unless two different persons said yes."""
    if len(people) < NEEDED:
        raise ForbiddenError(
            f"two persons must approve this content, and {len(people) or 'nobody'} has",
            hint="ask another person with the role to approve exactly this; whatever changes must be approved again",
        )

"""Rumours in a workspace: added, told of a kind, given evidence, tied to it. People do all of it; the journal keeps it.

Evidence stays when the kind is changed, and so do the ties that were settled: they show again under their own kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from tocsin.assure.rumour.kinds import kind_of
from tocsin.assure.rumour.ties import confirm, reject, ties
from tocsin.cases import acts
from tocsin.errors import ConflictError, NotFoundError, RefusedError, UsageError
from tocsin.model.people import Actor, Role
from tocsin.model.rumour import ITEMS, Item, KeptRumour, Tie
from tocsin.store.records import Writer
from tocsin.store.workspace import Workspace

WRITERS: tuple[Role, ...] = ("analyst",)
SETTLERS: tuple[Role, ...] = ("analyst", "reviewer")
SAID = ("text", "places", "contest", "source", "seen")
ACTION = "gather evidence on rumour"  # in the journal


def add(ws: Workspace, actor: Actor, rumour: KeptRumour) -> KeptRumour:
    """Keep a new rumour. Raises `ForbiddenError` for whoever is no analyst."""
    with acts.act(ws, actor, "add rumour", rumour.id, WRITERS) as w:
        return _save(w, actor, rumour)


def reword(ws: Workspace, actor: Actor, rumour_id: str, said: KeptRumour) -> KeptRumour:
    """Change what is said, where, in which contest, by whom and when. Raises `ConflictError` once a tie is settled: it
    was settled about these words."""
    with acts.act(ws, actor, "reword rumour", rumour_id, WRITERS) as w:
        kept = w.get(KeptRumour, rumour_id)
        if kept.settled:
            raise ConflictError("ties were settled about these words", hint="take them back, or write down a new one")
        return _save(w, actor, kept.but(**{name: getattr(said, name) for name in SAID}))


def choose(ws: Workspace, actor: Actor, rumour_id: str, kind: str) -> KeptRumour:
    """Say of which kind a rumour is. Raises `NotFoundError` for a rumour or kind that is not there."""
    with acts.act(ws, actor, "choose kind of rumour", rumour_id, WRITERS, note=kind) as w:
        return _save(w, actor, w.get(KeptRumour, rumour_id).but(chosen=kind_of(kind).id))


def add_items(ws: Workspace, actor: Actor, rumour_id: str, items: Iterable[Item]) -> KeptRumour:
    """Keep evidence beside a rumour, each piece once; what an audit says now replaces what it said before. Raises
    `RefusedError` for more than `ITEMS` pieces."""
    with acts.act(ws, actor, ACTION, rumour_id, WRITERS) as w:
        kept = w.get(KeptRumour, rumour_id)
        merged = {_same(item): item for item in (*kept.items, *items)}
        if len(merged) > ITEMS:
            raise RefusedError(
                f"{len(merged):,} pieces of evidence; at most {ITEMS:,} are kept with a rumour",
                hint="name the places of the rumour, or count by larger places",
            )
        return _save(w, actor, kept.but(items=tuple(merged.values())))


def confirm_tie(ws: Workspace, actor: Actor, rumour_id: str, key: str, why: str) -> KeptRumour:
    """Sign that a piece of evidence bears on the rumour, and why. Raises `NotFoundError` for no such tie, `UsageError`
    without a reason, `ConflictError` for one that is settled."""
    return _settle(ws, actor, rumour_id, key, why, "confirm tie", lambda tie: confirm(tie, actor.id, why, acts.now()))


def reject_tie(ws: Workspace, actor: Actor, rumour_id: str, key: str, why: str) -> KeptRumour:
    """Sign that a piece of evidence does not bear on the rumour, and why. Errors as `confirm_tie`."""
    return _settle(ws, actor, rumour_id, key, why, "reject tie", lambda tie: reject(tie, actor.id, why, acts.now()))


def reopen_tie(ws: Workspace, actor: Actor, rumour_id: str, key: str) -> KeptRumour:
    """Take back what was settled about a tie; the journal keeps that it was. Raises `ConflictError` for an open one."""
    with acts.act(ws, actor, "reopen tie", rumour_id, SETTLERS, note=key) as w:
        kept = w.get(KeptRumour, rumour_id)
        tie = _tie(kept, key)
        if tie.state == "suggested":
            raise ConflictError("the tie is open", hint="read the rumour again")
        return _save(w, actor, kept.but(settled=tuple(one for one in kept.settled if one != tie)))


def ties_of(kept: KeptRumour) -> tuple[Tie, ...]:
    """The ties under the kind that was chosen: those settled as they were, also of evidence that was replaced since,
    then those that a machine suggests. None while no kind is chosen."""
    if not kept.chosen:
        return ()
    settled = {key_of(tie): tie for tie in kept.settled if tie.kind == kept.chosen}
    made = {key_of(tie): tie for tie in ties(kept.said, kind_of(kept.chosen), kept.items)}
    return tuple({**settled, **{key: tie for key, tie in made.items() if key not in settled}}.values())


def key_of(tie: Tie) -> str:
    """What names a tie within its rumour: a part of the SHA-256 of the kind and of the evidence as it is."""
    return hashlib.sha256(f"{tie.kind} {tie.item.model_dump_json()}".encode()).hexdigest()[:16]


def _settle(
    ws: Workspace, actor: Actor, rumour_id: str, key: str, why: str, action: str, settled: Callable[[Tie], Tie]
) -> KeptRumour:
    if not why.strip():
        raise UsageError("a tie is settled with a reason", hint="say why the evidence bears on it or does not")
    with acts.act(ws, actor, action, rumour_id, SETTLERS, note=key) as w:
        kept = w.get(KeptRumour, rumour_id)
        return _save(w, actor, kept.but(settled=(*kept.settled, settled(_tie(kept, key)))))


def _tie(kept: KeptRumour, key: str) -> Tie:
    found = next((tie for tie in ties_of(kept) if key_of(tie) == key), None)
    if found is None:
        raise NotFoundError("there is no such tie", hint="read the rumour again")
    return found


def _same(item: Item) -> str:
    """What makes two pieces of evidence one: of audits their contest, else all they say."""
    return item.id if item.kind == "audit" else item.model_dump_json()


def _save(w: Writer, actor: Actor, kept: KeptRumour) -> KeptRumour:
    authors = tuple(dict.fromkeys((*kept.authors, actor.id)))
    return w.put(kept.but(authors=authors, updated=acts.now()))

"""Correct, downgrade or revoke a case with everybody who has it, by one act, and tell who had fetched it before."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tocsin.cases import acts
from tocsin.cases.release import WHO, may_be_released
from tocsin.cases.settle import save
from tocsin.cases.states import PUBLIC
from tocsin.errors import ConflictError, NotFoundError, UsageError
from tocsin.model.case import Case
from tocsin.model.exchange import Account, Audience, Release
from tocsin.model.grades import Tlp, steps_apart
from tocsin.model.people import Actor
from tocsin.share.release.give import collections_of, give, held_of, producer, put
from tocsin.share.release.take_back import take_back
from tocsin.store import exchange, posts
from tocsin.store.records import BATCH, Reader, Writer
from tocsin.store.workspace import Workspace


class Recalled(NamedTuple):
    """What an audience was told, and by account whether it had fetched anything of the case: those have something to
    correct. `left` are objects of others, which only their creator can revoke, `files` those it was given before."""

    audience: Audience
    release: Release
    had: tuple[str, ...]
    had_not: tuple[str, ...]
    left: tuple[str, ...]
    files: tuple[str, ...]


def recall(
    ws: Workspace, actor: Actor, case_id: str, reason: str, *, revoke: bool = False, marking: Tlp | None = None
) -> tuple[Recalled, ...]:
    """Bring every audience that has the case to its present state. `revoke` takes all of it back; `marking` first marks
    the case more strictly. Audiences that may not have it as it now is have it taken back. Older versions leave the
    collections. `NotFoundError` where nobody has it, `UsageError` without a reason or with a marking that is not
    stricter."""
    if not reason.strip():
        raise UsageError("a recall has a reason", hint="it is kept with the release")
    action = "recall: revoke" if revoke else f"recall: TLP:{marking.upper()}" if marking else "recall: correct"
    with acts.on_case(ws, actor, action, case_id, WHO, note=reason) as (w, case):
        audiences = audiences_of(w, case_id)
        if not audiences:
            raise NotFoundError(f"case {case_id} was given to nobody", hint="see `tocsin release list`")
        if marking:
            case = _marked(w, case, marking)
        return tuple(_recalled(ws, w, actor, case, one, reason, revoke) for one in audiences)


def audiences_of(reader: Reader, case_id: str) -> tuple[Audience, ...]:
    """The audiences that a case was given to, by name."""
    ids = {one.audience for one in acts.every(reader, Release, {"case": case_id})}
    return tuple(sorted((reader.get(Audience, id_) for id_ in ids), key=lambda one: (one.name, one.id)))


def fetched_by(reader: Reader, case_id: str, audience: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the accounts that may read the audience's collections: those that have fetched something of the case as
    it was last released, and those that have not."""
    held = held_of(reader, audience, case_id, ())
    ids = tuple(one.object for one in held.values() if case_id in one.cases)
    had: set[str] = set()
    may: set[str] = set()
    for collection in collections_of(reader, audience):
        first = _first_added(reader, collection.id, ids)
        names = {one.id: one.name for one in acts.every(reader, Account, {}) if collection.id in one.reads}
        may |= set(names.values())
        served = posts.fetched(reader, collection.id)
        had |= {names.get(one.account, one.account) for one in served if first and one.upto >= first}
    return tuple(sorted(had)), tuple(sorted(may - had))


def _first_added(reader: Reader, collection: str, ids: tuple[str, ...]) -> datetime | None:
    """When the first of these objects came into the collection."""
    found = []
    for start in range(0, len(ids), BATCH):
        match = exchange.Match(ids=ids[start : start + BATCH], versions=("all",))
        rows = exchange.page(reader, collection, match, -1, 1, bodies=False).rows
        found += [datetime.fromisoformat(exchange.moment(row.added)) for row in rows]
    return min(found, default=None)


def _marked(w: Writer, case: Case, marking: Tlp) -> Case:
    if (steps_apart("tlp", case.tlp, marking) or 0) <= 0:
        raise UsageError(
            f"TLP:{marking.upper()} is not stricter than TLP:{case.tlp.upper()}",
            hint="a recall never widens; an analyst can change the marking of the case, and it can be released again",
        )
    if case.state in PUBLIC and case.state != "withdrawn":
        raise ConflictError(f"case {case.id} is {case.state}: everybody has it", hint="withdraw the publication first")
    return save(w, case.but(tlp=marking))


def _recalled(
    ws: Workspace, w: Writer, actor: Actor, case: Case, audience: Audience, reason: str, revoke: bool
) -> Recalled:
    had, had_not = fetched_by(w, case.id, audience.id)
    if revoke or not may_be_released(w, case, audience.tlp):
        record, left = _revoked(w, actor, case, audience, reason)
    else:
        given = give(ws, w, actor, case, audience, "correction", reason)
        record, left = given.release, given.left
    before = acts.every(w, Release, {"case": case.id, "audience": audience.id})
    files = tuple(dict.fromkeys(one.file for one in before if one.file))
    return Recalled(audience, record, had, had_not, left, files)


def _revoked(w: Writer, actor: Actor, case: Case, audience: Audience, reason: str) -> tuple[Release, tuple[str, ...]]:
    now, us = acts.now(), producer(w)
    held = [one for one in held_of(w, audience.id, case.id, ()).values() if case.id in one.cases]
    back = take_back(w, case.id, held, us["id"], now)
    put(w, audience.id, [us, *back.objects], gone=back.left, fresh=back.ids())
    record = Release(
        case=case.id,
        audience=audience.id,
        act="revocation",
        made=now,
        by=actor.id,
        tlp=case.tlp,
        reason=acts.private_names(case).text(reason),
        versions=back.versions,
    )
    return w.put(record), back.of_others

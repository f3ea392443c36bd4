"""Give a case to an audience, and remember what it has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tocsin.cases import acts
from tocsin.cases.release import WHO, need_releasable
from tocsin.errors import ConflictError, NotFoundError
from tocsin.model.case import Case
from tocsin.model.exchange import Audience, Collection, Derived, Minted, Release, ReleaseAct
from tocsin.model.people import Actor
from tocsin.share.redaction import View, view
from tocsin.share.release.restrict import restricted, restrictions_of
from tocsin.share.release.secret import secret_of
from tocsin.share.release.take_back import take_back, version_of
from tocsin.share.stix.check import Stix
from tocsin.share.stix.exporting import to_stix
from tocsin.store import exchange
from tocsin.store.records import BATCH, NOTHING, Reader, Where, Writer
from tocsin.store.workspace import Workspace


class Given(NamedTuple):
    """What a release did: its record, the view, versions new to the audience, what could not be taken back because
    others made it (it left the collections), and how many collections the audience has."""

    release: Release
    view: View
    new: tuple[Stix, ...]
    left: tuple[str, ...]
    collections: int


def release(ws: Workspace, actor: Actor, case_id: str, audience_id: str, reason: str = "") -> Given:
    """Put the audience's view of a case into all its collections. What it has already is versioned where it changed;
    what it may not see any more is taken back. Raises `ForbiddenError` where `need_releasable` does."""
    with acts.on_case(ws, actor, "release", case_id, WHO, note=reason) as (w, case):
        return give(ws, w, actor, case, audience_of(w, audience_id), "release", reason)


def audience_of(reader: Reader, name: str) -> Audience:
    """The audience with this id or name. Raises `NotFoundError`."""
    found = reader.find(Audience, name) or audience_named(reader, name)
    if found is None:
        raise NotFoundError(f"no audience {name!r}", hint="see `tocsin release audiences`")
    return found


def audience_named(reader: Reader, name: str) -> Audience | None:
    """The audience with this name, if there is one."""
    return next(iter(reader.page(Audience, {"name": name}, limit=1).items), None)


def give(
    ws: Workspace,
    w: Writer,
    actor: Actor,
    case: Case,
    audience: Audience,
    act: ReleaseAct,
    reason: str,
    file: str = "",
) -> Given:
    """Release inside a write: versions, memory, collections."""
    need_releasable(w, case, audience.tlp)
    bundle = to_stix(w, case.id, audience.profile, ws.title)
    w.put_many(bundle.minted)
    own, us, now = restrictions_of(w, case.id), producer(w), acts.now()
    objects = restricted(bundle.objects, own)
    held = held_of(w, audience.id, case.id, [obj["id"] for obj in objects])
    dead = {one.object for one in own} | _dead(w, [obj["id"] for obj in objects])
    found = view(objects, audience, secret_of(ws.path), us=us, at=now, unmarked=case.tlp, known=held, dead=dead)
    there = {obj["id"] for obj in found.objects}
    gone = [one for one in held.values() if case.id in one.cases and one.object not in there]
    back = take_back(w, case.id, gone, us["id"], now)
    bodies = {one.body for one in held.values()}
    new = {one.object for one in found.derived if one.body not in bodies}
    w.put_many(_kept(found.derived, held, case.id))
    if not file:
        fresh = new if act == "correction" else set()
        put(w, audience.id, [us, *found.objects, *back.objects], gone=back.left, fresh={*fresh, *back.ids()})
    record = Release(
        case=case.id,
        audience=audience.id,
        act=act,
        made=now,
        by=actor.id,
        tlp=case.tlp,
        reason=acts.private_names(case).text(reason),
        file=file,
        versions=(*map(version_of, found.derived), *back.versions),
    )
    changed = tuple(obj for obj in found.objects if obj["id"] in new)
    return Given(w.put(record), found, (*changed, *back.objects), back.of_others, len(collections_of(w, audience.id)))


def producer(reader: Reader) -> Stix:
    """Our identity, as everybody sees it. Raises `NotFoundError` before the first export."""
    for minted in acts.every(reader, Minted, {"case": "", "profile": ""}):
        if minted.part == "producer":
            found: Stix = json.loads(minted.body)
            return found
    raise NotFoundError("this workspace has no identity yet", hint="release a case first")


def held_of(reader: Reader, audience: str, case_id: str, ids: Iterable[str]) -> dict[str, Derived]:
    """What an audience holds of these objects, of the origins told for them, and of the case, by original."""
    before = last(reader, case_id, audience)
    wanted = [name for id_ in ids for name in (id_, f"derived-from {id_}")]
    wanted += [version.original for version in before.versions] if before else []
    return {one.original: one for one in _derived(reader, wanted, {"audience": audience})}


def last(reader: Reader, case_id: str, audience: str) -> Release | None:
    """The last release of a case to an audience."""
    found = reader.page(Release, {"case": case_id, "audience": audience}, order="-made", limit=1).items
    return found[0] if found else None


def put(w: Writer, audience: str, objects: Iterable[Stix], gone: Iterable[str], fresh: Iterable[str]) -> None:
    """Bring all collections of an audience to this state: `gone` leave them, of `fresh` no older version stays. Raises
    `ConflictError` where a version is there with another content."""
    ready = [exchange.given(obj) for obj in objects]
    for collection in collections_of(w, audience):
        for id_ in (*gone, *fresh):
            exchange.remove(w, collection.id, id_)
        outcomes = exchange.add(w, collection.id, ready)
        if "differs" in outcomes:
            one = ready[outcomes.index("differs")]
            raise ConflictError(
                f"{one.id} of {one.stamp} is in collection {collection.id} with another content",
                hint="somebody wrote to it by another way; take that object out first",
            )


def collections_of(reader: Reader, audience: str) -> list[Collection]:
    """The collections that hold the view of an audience."""
    return list(acts.every(reader, Collection, {"audience": audience}))


def _kept(derived: Iterable[Derived], held: dict[str, Derived], case_id: str) -> Iterator[Derived]:
    for one in derived:
        new = one.but(cases=tuple(dict.fromkeys((*one.cases, case_id))))
        if new != held.get(one.original):
            yield new


def _derived(reader: Reader, originals: list[str], where: Where = NOTHING) -> Iterator[Derived]:
    wanted = list(dict.fromkeys(originals))
    for start in range(0, len(wanted), BATCH):
        yield from acts.every(reader, Derived, {**where, "original": tuple(wanted[start : start + BATCH])})


def _dead(reader: Reader, ids: list[str]) -> set[str]:
    """Those that were revoked under their own id: for everybody, since nobody can revoke for some only."""
    return {one.original for one in _derived(reader, ids) if one.revoked and one.object == one.original}

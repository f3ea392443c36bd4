"""Bring collections together with a partner's server: pull what is new there, push what is new here.

Where it stands is kept after each page and each batch that is confirmed, so that after a cut nothing is skipped; what
comes twice is recognised by its id and version. No clock of ours is compared with one of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from tocsin.errors import ForbiddenError, PartnerError, UsageError
from tocsin.model.exchange import Link, Partner
from tocsin.model.people import Actor
from tocsin.progress import Progress
from tocsin.share.taxii.accounts import require
from tocsin.share.taxii.client import Answer, Refused, Remote
from tocsin.share.taxii.partners import Moved, named, relink
from tocsin.store import exchange
from tocsin.store.exchange import EVERY, Given, Kept, version_key
from tocsin.store.workspace import Workspace

PAGE = 1000
MOST_PAGE = 1_000_000
OVERLAP = timedelta(minutes=1)  # read again at the start: a server may date an object before it can be seen
INSTANT = timedelta(microseconds=1)
PATIENCE = 3  # pages without anything new although more is promised
BATCH_OBJECTS, BATCH_BYTES = 1000, 8 << 20


def pull(workspace: Workspace, actor: Actor, name: str, secret: str, progress: Progress) -> Moved:
    """Take over what is new in a partner's collections, all versions of it. Raises `PartnerError` where the server
    fails; what came before stays, and the next pull goes on there."""
    require(actor, "custodian", "take over what partners send")
    with workspace.read() as reader:
        partner = named(reader, name)
    moved = Moved()
    with _remote(partner, secret) as remote:
        for number, link in enumerate(partner.links):
            if link.remote:
                progress.start(f"Pull {link.remote}")
                for page in pages(remote, link):
                    take(workspace, actor, partner, number, page.objects, moved, pulled=page.last)
                    progress.advance(len(page.objects))
    return moved


def pages(remote: Remote, link: Link) -> Iterator[Answer]:
    """The pages of a partner's collection since the last one that is confirmed, each object in them once."""
    seen: set[int] = set()
    pulled, size, idle = link.pulled, PAGE, 0
    asked = _after(pulled, OVERLAP)
    while True:
        try:
            page = remote.objects(link.remote, {"match[version]": "all", "limit": size, **asked})
        except PartnerError as error:
            if "next" not in asked or idle > PATIENCE or (isinstance(error, Refused) and error.status in (401, 403)):
                raise
            idle, asked = idle + 1, _after(pulled, INSTANT)  # a place that was used up: go on by dates
            continue
        fresh = [item for item in page.objects if hash(repr(item)) not in seen]
        seen.update(hash(repr(item)) for item in fresh)
        pulled = max(pulled, page.last, key=version_key)
        yield Answer(fresh, page.more, page.next, pulled)
        if not page.more:
            return
        idle = 0 if fresh else idle + 1
        if not page.next and not fresh:
            size *= 10  # all that fits on a page was added at one instant: ask for a page on which more fits
        if idle > PATIENCE or size > MOST_PAGE or (not page.next and not pulled):
            raise PartnerError(
                f"collection {link.remote} says that more is left and does not give it", hint="tell the partner"
            )
        asked = {"added_after": asked["added_after"]} if "added_after" in asked and page.next else {}
        asked |= {"next": page.next} if page.next else _after(pulled, INSTANT)


def _after(pulled: str, before: timedelta) -> dict[str, str]:
    """Ask for what was added shortly before a date of the server's, and later: nothing of the same instant is lost."""
    if not pulled:
        return {}
    moment = datetime.fromisoformat(pulled) - before
    return {"added_after": moment.isoformat(timespec="microseconds").replace("+00:00", "Z")}


def take(
    workspace: Workspace, actor: Actor, partner: Partner, number: int, objects: Sequence[Any], moved: Moved, **now: Any
) -> None:
    """Keep objects of a partner and, in the same write, how far they bring us."""
    ready: list[Given] = []
    for item in objects:
        try:
            ready.append(exchange.given(item))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            moved.refused.append(f"{_id(item)}: {error}")
    local = partner.links[number].local
    with workspace.write(actor.id, "received from partner", local) as writer:
        outcomes = exchange.add(writer, local, ready, source=partner.id)
        relink(writer, partner, number, **now)
    moved.new += outcomes.count("new")
    moved.same += outcomes.count("same")
    differ = [one for one, outcome in zip(ready, outcomes, strict=True) if outcome == "differs"]
    moved.refused += [f"{one.id}: another content is here under the version {one.stamp}" for one in differ]


def _id(item: Any) -> str:
    return str(item.get("id"))[:200] if isinstance(item, dict) else "not an object"


def push(workspace: Workspace, actor: Actor, name: str, secret: str, progress: Progress) -> Moved:
    """Offer a partner's collections what is new in ours and did not come from there, and again what was refused before.
    Raises `PartnerError` where the server fails; the next push goes on after what was confirmed."""
    require(actor, "publisher", "send to partners")
    with workspace.read() as reader:
        partner = named(reader, name)
    moved = Moved()
    with _remote(partner, secret) as remote:
        rights = {one["id"]: one.get("can_write") for one in remote.collections()}
        for number, link in enumerate(partner.links):
            if link.remote and rights.get(link.remote):
                progress.start(f"Push {link.remote}")
                _push(workspace, actor, partner, number, remote, moved, progress)
    if not any(rights.get(link.remote) for link in partner.links):
        raise ForbiddenError(f"{name} lets us write to none of its collections", hint="ask the partner for the right")
    return moved


def _push(
    workspace: Workspace, actor: Actor, partner: Partner, number: int, remote: Remote, moved: Moved, progress: Progress
) -> None:
    link, size = partner.links[number], min(BATCH_BYTES, remote.limit_bytes // 2)
    with workspace.read() as reader:
        again = list(exchange.rows_at(reader, link.refused))
    refused, upto = set(link.refused), link.pushed
    for rows in chain(_split(again, size), batches(workspace, link.local, partner.id, link.pushed, size)):
        workspace.note(actor.id, "sent to partner", link.local, f"{len(rows)} objects to {partner.name}")
        missing = offer(remote, link.remote, rows)
        moved.new += len(rows) - len(missing)
        moved.refused += [f"{row.id} of {row.stamp}" for row in rows if row.added in missing]
        refused = refused - {row.added for row in rows} | missing
        upto = max(upto, rows[-1].added)
        with workspace.write(actor.id, "taken by partner", link.local) as writer:
            relink(writer, partner, number, pushed=upto, refused=tuple(sorted(refused)))
        progress.advance(len(rows))


def batches(workspace: Workspace, collection: str, partner: str, after: int, size: int) -> Iterator[list[Kept]]:
    """What was added to a collection after a date and did not come from the partner, in parts of `size` bytes."""
    while True:
        with workspace.read() as reader:
            shelf = exchange.page(reader, collection, EVERY, after, BATCH_OBJECTS, without=partner)
        if not shelf.rows:
            return
        yield from _split(shelf.rows, size)
        after = shelf.rows[-1].added


def _split(rows: Sequence[Kept], size: int) -> Iterator[list[Kept]]:
    batch: list[Kept] = []
    taken = 0
    for row in rows:
        if batch and taken + len(row.body) > size:
            yield batch
            batch, taken = [], 0
        batch.append(row)
        taken += len(row.body)
    if batch:
        yield batch


def offer(remote: Remote, collection: str, rows: list[Kept]) -> set[int]:
    """Post versions of objects; returns those that are not there afterwards. What the status says of failures is not
    believed either way: some servers call a duplicate one."""
    status = remote.post(collection, [row.body for row in rows])
    if status.get("status") == "complete" and status.get("success_count") == len(rows):
        return set()
    there = {(id_, version_key(text)) for id_, text in remote.present(collection, sorted({row.id for row in rows}))}
    ids = {id_ for id_, _ in there}
    return {r.added for r in rows if not (r.id in ids if _unversioned(r) else (r.id, version_key(r.stamp)) in there)}


def _unversioned(row: Kept) -> bool:
    """Whether the object has no version of its own, so that each server gives it one."""
    return row.stamp == exchange.moment(row.added)


def _remote(partner: Partner, secret: str) -> closing[Remote]:
    """A partner's server for the length of a block."""
    if not partner.url:
        raise UsageError(f"{partner.name} has no server", hint="exchange files: --to FOLDER or --from FOLDER")
    return closing(Remote(partner.url, secret))

"""What partners' programs do at our TAXII server: what they posted and what became of it, and how far they have read.

A post is kept with its body before it is answered, and taken in later, once, by whichever process comes first. How far
a partner has read is written before the page leaves, so that a crash can only make the record say too much.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from tocsin.store import schema
from tocsin.store.exchange import moment
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace

KEPT = timedelta(hours=24)  # statuses; TAXII 2.1, section 4.3
FETCHED = "collection fetched"
_POST, _SERVED = schema.exchange_post, schema.exchange_served


@dataclass(frozen=True)
class Post:
    """One body that was posted. `failures` is a JSON list of status details; `body` is "" once it is taken in."""

    id: str
    account: str
    collection: str
    received: str
    pending: int
    success: int
    failure: int
    failures: str
    body: str = ""


@dataclass(frozen=True)
class Served:
    """What a partner may have: everything in the collection added up to `upto`, and nothing added later."""

    account: str
    collection: str
    upto: datetime
    first: datetime
    last: datetime


def receive(workspace: Workspace, account: str, collection: str, body: str, objects: int) -> Post:
    """Keep what was posted until it is taken in; forgets statuses whose time is over."""
    now = datetime.now(UTC)
    post = Post(str(uuid4()), account, collection, schema.moment(now), objects, 0, 0, "[]", body)
    with workspace.state() as connection:
        over = _POST.c.received < schema.moment(now - KEPT)
        connection.execute(delete(_POST).where(over, _POST.c.pending == 0))
        connection.execute(insert(_POST), vars(post))
    return post


def waiting(reader: Reader) -> Post | None:
    """The oldest post that was not taken in."""
    row = reader._connection.execute(
        select(_POST).where(_POST.c.pending > 0).order_by(_POST.c.received).limit(1)
    ).first()
    return Post(**row._mapping) if row else None


def settle(writer: Writer, post: Post, success: int, failures: list[dict[str, str]], failed: int) -> bool:
    """Say what became of a post, in the write that takes it in; False if another process has already done so."""
    done = {
        "pending": 0,
        "success": success,
        "failure": failed,
        "failures": orjson.dumps(failures).decode(),
        "body": "",
    }
    changed = update(_POST).where(_POST.c.id == post.id, _POST.c.pending > 0).values(**done)
    return writer._connection.execute(changed).rowcount == 1


def status(reader: Reader, id_: str, account: str) -> Post | None:
    """What became of a post of this account; None for one of somebody else, unknown, or more than 24 hours old."""
    columns = [column for column in _POST.c if column.name != "body"]
    row = reader._connection.execute(
        select(*columns).where(_POST.c.id == schema.clean(id_), _POST.c.account == account)
    ).first()
    if row is None or (row.received < schema.moment(datetime.now(UTC) - KEPT) and not row.pending):
        return None
    return Post(**row._mapping)


def serve(workspace: Workspace, account: str, collection: str, upto: int, *, end: bool) -> None:
    """Say, before it leaves, that a partner is given objects added up to `upto`; `end` where nothing is left. The
    journal learns of the first page and of each time that a partner has caught up."""
    with workspace.read() as reader:
        before = _mark(reader._connection, account, collection)
    if before and before.upto >= upto and (not end or before.told >= upto):
        return
    if before and not end:
        with workspace.state() as connection:
            _raise(connection, account, collection, upto, told=before.told)
        return
    with workspace.write(account, FETCHED, collection, f"up to {moment(upto)}") as writer:
        _raise(writer._connection, account, collection, upto, told=upto)


def fetched(reader: Reader, collection: str) -> tuple[Served, ...]:
    """How far each partner has read this collection."""
    rows = reader._connection.execute(
        select(_SERVED).where(_SERVED.c.collection == collection).order_by(_SERVED.c.account)
    )
    read = datetime.fromisoformat
    return tuple(Served(r.account, r.collection, read(moment(r.upto)), read(r.first), read(r.last)) for r in rows)


def _mark(connection: Connection, account: str, collection: str) -> Row[Any] | None:
    here = (_SERVED.c.account == account) & (_SERVED.c.collection == collection)
    return connection.execute(select(_SERVED).where(here)).first()


def _raise(connection: Connection, account: str, collection: str, upto: int, told: int) -> None:
    now = moment(time.time_ns() // 1000)
    before = _mark(connection, account, collection)
    if before is None:
        row = {"account": account, "collection": collection, "upto": upto, "told": told, "first": now, "last": now}
        connection.execute(insert(_SERVED), row)
        return
    here = (_SERVED.c.account == account) & (_SERVED.c.collection == collection)
    values = {"upto": max(before.upto, upto), "told": max(before.told, told), "last": now}
    connection.execute(update(_SERVED).where(here).values(**values))

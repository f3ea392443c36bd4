"""STIX objects in collections, kept as the JSON text that is served: beside the records, under the same journal.

Each version of an object is a row. Its `added` (microseconds since 1970, UTC) is the TAXII date added, given out once
in the workspace and always growing in the order in which writes become visible, so that a reader who has seen
everything up to one value misses nothing by going on after it. A row is a leaf of its journal entry like a record:
kind `exchange_object`, id `added`, version 1 written and 2 removed.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from tocsin.store import schema
from tocsin.store.fault import Fault
from tocsin.store.journal import Change
from tocsin.store.records import BATCH, Reader, Writer, row_digest

KIND = schema.exchange_object.name
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPECS = ("2.0", "2.1")
PAGE_BYTES = 16 << 20  # a page ends after this much text, whatever its limit
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?Z", re.ASCII)  # an index holds it
_OBJECT: Table = schema.exchange_object

Outcome = Literal["new", "same", "differs"]


class Given(NamedTuple):
    """An object ready to be kept. `version` sorts as its instants do, at any precision; "" for what has no versions."""

    id: str
    type: str
    spec: str
    version: str
    stamp: str
    body: str


@dataclass(frozen=True)
class Match:
    """Which objects are wanted (TAXII 2.1, section 3.4.1). `versions` are "first", "last", "all" or version keys."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("last",)


EVERY = Match(versions=("all",))


class Kept(NamedTuple):
    """One version of an object: `stamp` is its version as it wrote it, `body` its JSON text ("" if not asked for)."""

    added: int
    id: str
    type: str
    spec: str
    stamp: str
    body: str


@dataclass(frozen=True)
class Shelf:
    """Part of a collection in the order of `added`; `more` where something is left."""

    rows: tuple[Kept, ...]
    more: bool


def moment(added: int) -> str:
    """A date added as text: RFC 3339, UTC, six digits."""
    return schema.moment(EPOCH + timedelta(microseconds=added))


def version_key(stamp: str) -> str:
    """A text for an RFC 3339 time in UTC that sorts as times do; "" for any other text. `...00Z` and `...00.000Z` have
    the same."""
    found = _STAMP.fullmatch(stamp)
    return f"{found[1]}.{(found[2] or '').rstrip('0')}" if found else ""


def given(item: Mapping[str, Any]) -> Given:
    """An object as it will be kept. Raises `KeyError`, `TypeError` or `ValueError` for one without a type, an id or a
    time of its version that can be read."""
    stamp = item.get("modified") or item.get("created") or ""
    version = version_key(stamp)
    if stamp and not version:
        raise ValueError(f"{stamp!r} is no time of a version")
    if not isinstance(item["id"], str) or not isinstance(item["type"], str):
        raise TypeError("id and type are text")
    spec = item.get("spec_version", "2.0" if stamp else "2.1")  # 2.0 had none, but for every object a time
    spec = spec if spec in SPECS else "2.1"  # what somebody made of it stays in the text
    body = orjson.dumps(item, option=orjson.OPT_SORT_KEYS).decode()  # equal objects have equal texts
    return Given(item["id"], item["type"], spec, version, stamp, body)


# ---- writing


@dataclass
class _Addition:
    """One write under way: what is known of the objects it names, and the rows to come."""

    added: int
    stored: dict[tuple[str, str], int] = field(default_factory=dict)  # id and version: added
    newest: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # id: spec, version, added
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    overtaken: list[int] = field(default_factory=list)


def add(writer: Writer, collection: str, objects: Sequence[Given], source: str = "") -> list[Outcome]:
    """Keep objects; tells of each whether it is new, there already, or there with another content, which stays.
    `source` is the partner it came from. One write may hold any number; each gets an `added` of its own."""
    connection = writer._connection
    last = connection.execute(select(schema.exchange_clock.c.last)).scalar()
    now = _Addition(max(time.time_ns() // 1000, (last or 0) + 1))
    bodies = _known(connection, collection, objects, now)
    outcomes = [_take(now, collection, one, bodies, source) for one in objects]
    if now.rows:
        _write(writer, now, collection, source, first=last is None)
    return outcomes


def _known(connection: Connection, collection: str, objects: Sequence[Given], now: _Addition) -> dict[int, str]:
    """Fill in what is stored of these ids; returns the texts of versions that are given again."""
    table, bodies = _OBJECT.c, dict[int, str]()
    wanted = {(one.id, one.version) for one in objects}
    for ids in _parts(list({one.id for one in objects})):
        chosen = select(table.id, table.version, table.spec, table.added, table.newest)
        for row in connection.execute(chosen.where(table.collection == collection, table.id.in_(ids))):
            now.stored[row.id, row.version] = row.added
            if row.newest:
                now.newest[row.id] = (row.spec, row.version, row.added)
    again = [added for key, added in now.stored.items() if key in wanted]
    again += [now.newest[id_][2] for id_, version in wanted if not version and id_ in now.newest]
    for part in _parts(again):
        rows = connection.execute(select(table.added, table.body).where(table.added.in_(part)))
        bodies.update((row.added, row.body) for row in rows)
    return bodies


def _take(now: _Addition, collection: str, one: Given, bodies: dict[int, str], source: str) -> Outcome:
    newest = now.newest.get(one.id)
    before = now.stored.get((one.id, one.version)) if one.version else newest[2] if newest else None
    if before is not None:
        if bodies.get(before) == one.body:
            return "same"
        if one.version:
            return "differs"
    stamp = one.stamp or moment(now.added)
    version = one.version or version_key(stamp)
    row = {"added": now.added, "collection": collection, **one._asdict(), "version": version, "stamp": stamp}
    now.rows[now.added] = row | {"newest": 0, "source": source, "nonce": secrets.token_hex(16)}
    bodies[now.added], now.stored[one.id, version] = one.body, now.added
    if newest is None or (one.spec, version) > newest[:2]:
        if newest is not None:
            _overtake(now, newest[2])
        now.newest[one.id] = (one.spec, version, now.added)
        now.rows[now.added]["newest"] = 1
    now.added += 1
    return "new"


def _overtake(now: _Addition, added: int) -> None:
    if added in now.rows:
        now.rows[added]["newest"] = 0
    else:
        now.overtaken.append(added)


def _write(writer: Writer, now: _Addition, collection: str, source: str, *, first: bool) -> None:
    connection, clock = writer._connection, schema.exchange_clock
    if first:
        connection.execute(insert(clock), {"id": 0, "last": now.added})
    connection.execute(update(clock).values(last=now.added))
    for part in _parts(now.overtaken):
        connection.execute(update(_OBJECT).where(_OBJECT.c.added.in_(part)).values(newest=0))
    rows = list(now.rows.values())
    connection.execute(insert(_OBJECT), rows)
    writer._under_the_entry(
        [
            Change(KIND, str(row["added"]), 1, row_digest(row["nonce"], _row_text(collection, source, row["body"])))
            for row in rows
        ]
    )


def remove(writer: Writer, collection: str, id_: str, match: Match = EVERY) -> int:
    """Erase these versions of an object; returns how many they were."""
    connection, table = writer._connection, _OBJECT.c
    here = and_(table.collection == collection, table.id == schema.clean(id_))
    gone = connection.execute(select(table.added).where(here, *_conditions(match))).scalars().all()
    for part in _parts(gone):
        connection.execute(delete(_OBJECT).where(table.added.in_(part)))
        writer._under_the_entry([Change(KIND, str(added), 2, "") for added in part])
    left = select(table.added).where(here).order_by(table.spec.desc(), table.version.desc()).limit(1)
    connection.execute(update(_OBJECT).where(table.added == left.scalar_subquery()).values(newest=1))
    return len(gone)


# ---- reading


def page(
    reader: Reader, collection: str, match: Match, after: int, limit: int, *, bodies: bool = True, without: str = ""
) -> Shelf:
    """The first `limit` versions added after `after`, or fewer where their text is long. `without` leaves out what came
    from that source."""
    table = _OBJECT.c
    columns = [table.added, table.id, table.type, table.spec, table.stamp, *([table.body] if bodies else [])]
    chosen = select(*columns).where(
        table.collection == collection, table.added > schema.value(after), *_conditions(match)
    )
    if without:
        chosen = chosen.where(table.source != without)
    rows: list[Kept] = []
    size = 0
    for row in reader._connection.execute(chosen.order_by(table.added).limit(limit + 1)):
        if len(rows) == limit or size > PAGE_BYTES:
            return Shelf(tuple(rows), more=True)
        rows.append(Kept._make(row if bodies else (*row, "")))
        size += len(rows[-1].body)
    return Shelf(tuple(rows), more=False)


def rows_at(reader: Reader, added: Sequence[int]) -> Iterator[Kept]:
    """The versions with these dates added that are still there, in order."""
    table = _OBJECT.c
    columns = (table.added, table.id, table.type, table.spec, table.stamp, table.body)
    for part in _parts(sorted(added)):
        chosen = select(*columns).where(table.added.in_(part)).order_by(table.added)
        yield from (Kept(*row) for row in reader._connection.execute(chosen))


def has(reader: Reader, collection: str, id_: str) -> bool:
    """Whether any version of the object is in the collection."""
    table = _OBJECT.c
    chosen = select(table.added).where(table.collection == collection, table.id == schema.clean(id_)).limit(1)
    return reader._connection.execute(chosen).first() is not None


def count(reader: Reader, collection: str) -> int:
    """How many versions of objects are in the collection."""
    chosen = select(func.count()).select_from(_OBJECT).where(_OBJECT.c.collection == collection)
    return reader._connection.execute(chosen).scalar_one()


def _conditions(match: Match) -> list[ColumnElement[bool]]:
    table = _OBJECT.c
    found: list[ColumnElement[bool]] = []
    for column, values in ((table.id, match.ids), (table.type, match.types), (table.spec, match.specs)):
        if values:
            found.append(column.in_([schema.clean(value) for value in values]))
    kinds = {"first": _no_other(match.specs, older=True), "last": _newest(match.specs)}
    if "all" not in match.versions:
        exact = [version for version in match.versions if version not in kinds]
        wanted = [condition for name, condition in kinds.items() if name in match.versions]
        found.append(or_(*wanted, table.version.in_(exact)) if exact or len(wanted) > 1 else wanted[0])
    if not match.specs and match.versions != ("last",):  # of each object only its newest STIX version
        other = _OBJECT.alias("newer_spec").c
        found.append(~exists().where(_same(other), other.spec > table.spec))
    return found


def _newest(specs: tuple[str, ...]) -> ColumnElement[bool]:
    return _no_other(specs, older=False) if specs else _OBJECT.c.newest == 1


def _no_other(specs: tuple[str, ...], *, older: bool) -> ColumnElement[bool]:
    """There is no older, or no newer, version of the object among those of these STIX versions."""
    table, other = _OBJECT.c, _OBJECT.alias("older" if older else "newer").c
    beyond = other.version < table.version if older else other.version > table.version
    among = [other.spec.in_(specs)] if specs else [other.spec == table.spec]
    return ~exists().where(_same(other), beyond, *among)


def _same(other: Any) -> ColumnElement[bool]:
    return and_(other.collection == _OBJECT.c.collection, other.id == _OBJECT.c.id)


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[at : at + BATCH] for at in range(0, len(values), BATCH))


# ---- checking


def _row_text(collection: str, source: str, body: str) -> str:
    """What the digest of a row is of: a row moved to another collection is not the row that was written."""
    return f'{{"collection":"{collection}","object":{body},"source":"{source}"}}'


def check_objects(connection: Connection) -> Iterator[Fault]:
    """Faults of the objects against the journal: changed, not written by it, or gone without its word."""
    leaf, table = schema.change.c, _OBJECT.c
    other = _OBJECT.alias("other").c
    beyond = exists().where(_same(other), tuple_(other.spec, other.version) > tuple_(table.spec, table.version))
    same = and_(leaf.kind == KIND, leaf.id == cast(table.added, schema.TEXT), leaf.version == 1)
    chosen = select(_OBJECT, beyond.label("beyond"), leaf.seq, leaf.row_digest).order_by(table.added)
    rows = connection.execution_options(yield_per=BATCH).execute(
        chosen.select_from(_OBJECT.outerjoin(schema.change, same))
    )
    for row in rows.mappings():
        yield from (Fault(f"{KIND} {row['added']}", what) for what in _faults(row))
    written = select(leaf.id).where(leaf.kind == KIND, leaf.version == 1)
    removed = select(leaf.id).where(leaf.kind == KIND, leaf.version == 2)
    there = select(cast(table.added, schema.TEXT))
    for id_ in connection.execute(written.except_(removed, there)).scalars():
        yield Fault(f"{KIND} {id_}", "missing: a journal entry wrote it and none removed it")


def _faults(row: RowMapping) -> Iterator[str]:
    if row["seq"] is None:
        yield "was written by no journal entry"
        return
    if row_digest(row["nonce"], _row_text(row["collection"], row["source"], row["body"])) != row["row_digest"]:
        yield f"changed: it is not what journal entry {row['seq']} wrote"
    if bool(row["newest"]) == row["beyond"]:
        yield "changed: its column newest is not true"
    try:
        one = given(orjson.loads(row["body"]))
    except (ValueError, TypeError, KeyError):
        yield "cannot be read"
        return
    stamp = one.stamp or moment(row["added"])
    wanted = {**one._asdict(), "stamp": stamp, "version": version_key(stamp), "body": row["body"]}
    for name in (name for name, value in wanted.items() if row[name] != value):
        yield f"changed: its column {name} is not what the object says"

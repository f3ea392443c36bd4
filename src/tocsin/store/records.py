"""Records read and written: inside one state of the database, with versions, pages and the digests of the journal."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, product
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
    union_all,
    update,
)

from tocsin.errors import ConflictError, NotFoundError, UsageError, WorkspaceError
from tocsin.model.record import Stored
from tocsin.store import schema
from tocsin.store.canonical import digest
from tocsin.store.journal import Change

S = TypeVar("S", bound=Stored)
Where = Mapping[str, object]

MOST = 1000  # records of a page
BATCH = 500  # records of one statement
NOTHING: Where = {}


@dataclass(frozen=True, slots=True)
class Page(Generic[S]):
    """Some records in order; `next` is the cursor of the page after, "" on the last. A cursor holds the values by which
    the last record is ordered."""

    items: tuple[S, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Between:
    """A condition on an indexed field: from `low` to `high`, both with it; None is open."""

    low: object = None
    high: object = None


class Trace(NamedTuple):
    """Where a record's present state stands in the journal: entry, leaf under it, and what its digest is of."""

    seq: int
    number: int
    version: int
    nonce: str
    row: str
    row_digest: str


def row_text(body: str) -> str:
    """A record as the text its digest is of: canonical JSON, each float as the text it was written with."""
    parsed = json.loads(body, parse_float=str)
    return json.dumps(parsed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_digest(nonce: str, row: str) -> str:
    """What the journal holds of a record. Without the nonce, which goes with the record, it says nothing."""
    return digest({"nonce": nonce, "row": row})


class Reader:
    """Records in one state of the database, for the length of a `with` block and one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, kind: type[S], id: str) -> S:  # noqa: A002  the field's own name
        """The record with that id; `NotFoundError` if there is none."""
        found = self.find(kind, id)
        if found is None:
            raise NotFoundError(f"no {kind.kind} {id}", hint="it may have been removed; look in the list")
        return found

    def find(self, kind: type[S], id: str) -> S | None:  # noqa: A002
        """The record with that id, or None."""
        table = schema.tables[kind.kind]
        body = self._connection.execute(select(table.c.body).where(table.c.id == schema.clean(id))).scalar()
        return None if body is None else _record(kind, body)

    def page(
        self, kind: type[S], where: Where = NOTHING, order: str = "id", after: str = "", limit: int = 50
    ) -> Page[S]:
        """Records that have these values (a tuple: any of them; `Between`: in its range), by an indexed field, "-"
        before it for descending; the id breaks ties. `after` is the cursor of the page before. Raises `UsageError` for
        another field or cursor."""
        if not 1 <= limit <= MOST:
            raise UsageError(f"a page of {limit}", hint=f"1 to {MOST} records")
        rows = self._connection.execute(_page(kind, where, order, after, limit + 1)).all()
        items = tuple(_record(kind, row[0]) for row in rows[:limit])
        return Page(items, _cursor(rows[limit - 1][1:]) if len(rows) > limit else "")

    def count(self, kind: type[S], where: Where = NOTHING) -> int:
        """How many records have these values."""
        table = schema.tables[kind.kind]
        chosen = select(func.count()).select_from(table).where(*_conditions(kind, where))
        return self._connection.execute(chosen).scalar_one()

    def trace(self, kind: type[S], id: str) -> Trace:  # noqa: A002
        """Where the record's present state stands in the journal; `NotFoundError` if there is no such record."""
        table, leaf = schema.tables[kind.kind], schema.change.c
        same = (leaf.kind == kind.kind) & (leaf.id == table.c.id) & (leaf.version == table.c.version)
        chosen = select(leaf.seq, leaf.number, leaf.version, table.c.nonce, table.c.body, leaf.row_digest)
        row = self._connection.execute(
            chosen.select_from(table.join(schema.change, same)).where(table.c.id == schema.clean(id))
        ).first()
        if row is None:
            raise NotFoundError(
                f"no {kind.kind} {id} in the journal", hint="see what `tocsin verify` says of the workspace"
            )
        return Trace(row[0], row[1], row[2], row[3], row_text(row[4]), row[5])


class Writer(Reader):
    """A reader that also writes, inside the transaction of one journal entry, whose number is `seq`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        super().__init__(connection)
        self.seq = seq
        self.leaves: list[bytes] = []

    def put(self, record: S) -> S:
        """Write a record and return it with its new version. `ConflictError` if it is not the version last written."""
        return self.put_many([record])[0]

    def put_many(self, records: Iterable[S]) -> list[S]:
        """Write records, each once, and return them with their new versions."""
        written: list[S] = []
        for _, same in groupby(records, type):
            while batch := list(islice(same, BATCH)):
                written += self._put(batch)
        return written

    def remove(self, kind: type[S], id: str) -> None:  # noqa: A002
        """Erase a record; of what it held, digests stay that say nothing. `NotFoundError` if there is none."""
        table = schema.tables[kind.kind]
        last = self.get(kind, id)
        self._connection.execute(delete(table).where(table.c.id == schema.clean(id)))
        self._under_the_entry([Change(kind.kind, schema.clean(id), last.version + 1, "")])

    def erase_note(self, seq: int) -> None:
        """Erase the note of a journal entry; the entry keeps its digest. `NotFoundError` if there is none."""
        if not self._connection.execute(delete(schema.note).where(schema.note.c.seq == schema.value(seq))).rowcount:
            raise NotFoundError(f"entry {seq} has no note", hint="it may have been erased before")

    def _put(self, records: Sequence[S]) -> list[S]:
        table = schema.tables[records[0].kind]
        present, past = self._versions(table, [schema.clean(record.id) for record in records])
        new = [_next(record, present, past) for record in records]
        rows = [_row(record) for record in new]
        inserts = [row for row in rows if row["id"] not in present]
        updates = [{f"new_{name}": value for name, value in row.items()} for row in rows if row["id"] in present]
        if inserts:
            self._connection.execute(insert(table), inserts)
        if updates:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
            self._connection.execute(update(table).where(table.c.id == bindparam("new_id")).values(values), updates)
        digests = (row_digest(row["nonce"], row_text(row["body"])) for row in rows)
        self._under_the_entry(
            [Change(table.name, row["id"], row["version"], text) for row, text in zip(rows, digests, strict=True)]
        )
        return new

    def _versions(self, table: Table, ids: list[str]) -> tuple[dict[str, int], dict[str, int]]:
        """The versions of records that are there, and the last ones of those that were removed."""
        if len(set(ids)) < len(ids):
            raise ConflictError(f"a {table.name} is written twice at once", hint="write each record once")
        rows = self._connection.execute(select(table.c.id, table.c.version).where(table.c.id.in_(ids)))
        present: dict[str, int] = {row.id: row.version for row in rows}
        leaf, absent = schema.change.c, [id_ for id_ in ids if id_ not in present]
        last = select(leaf.id, func.max(leaf.version).label("last")).where(leaf.kind == table.name, leaf.id.in_(absent))
        return present, {row.id: row.last for row in self._connection.execute(last.group_by(leaf.id))}

    def _under_the_entry(self, changes: list[Change]) -> None:
        """Put changes under the entry that is being written."""
        first = len(self.leaves)
        rows = [{"seq": self.seq, "number": first + i, **change._asdict()} for i, change in enumerate(changes)]
        self._connection.execute(insert(schema.change), rows)
        self.leaves += [change.leaf() for change in changes]


def _record(kind: type[S], body: str) -> S:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise WorkspaceError(
            f"a {kind.kind} cannot be read", hint="run `tocsin verify` on the workspace: it says which"
        ) from error


def _next(record: S, present: Mapping[str, int], past: Mapping[str, int]) -> S:
    """The record with the version that follows; `ConflictError` if it was read before another write."""
    id_ = schema.clean(record.id)
    stored = present.get(id_, 0)
    if record.version != stored:
        now = f"is now version {stored}" if stored else "is not there any more"
        raise ConflictError(
            f"{record.kind} {record.id} was read as version {record.version} and {now}",
            hint="somebody changed it in the meantime: read it again and repeat the change",
        )
    return record.model_copy(update={"version": max(stored, past.get(id_, 0)) + 1})


def _row(record: Stored) -> dict[str, Any]:
    return {
        "version": record.version,
        "nonce": secrets.token_hex(16),
        "body": record.model_dump_json(),
        "id": schema.clean(record.id),
        **{field: schema.value(getattr(record, field)) for field in record.indexed},
    }


def _column(kind: type[Stored], field: str) -> ColumnElement[Any]:
    if field != "id" and field not in kind.indexed:
        raise UsageError(f"{kind.kind} is not kept by {field!r}", hint=f"one of: {', '.join(('id', *kind.indexed))}")
    return schema.tables[kind.kind].c[field]


def _any_of(value: object) -> list[str | int]:
    values = value if isinstance(value, tuple) else (value,)
    return list(dict.fromkeys(schema.value(one) for one in values))


def _conditions(kind: type[Stored], where: Where) -> list[ColumnElement[bool]]:
    return [_condition(_column(kind, field), value) for field, value in where.items()]


def _condition(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    if not isinstance(value, Between):
        return column.in_(_any_of(value))
    ends = [column >= schema.value(value.low)] if value.low is not None else []
    return and_(true(), *ends, *([column <= schema.value(value.high)] if value.high is not None else []))


def _page(kind: type[Stored], where: Where, order: str, after: str, limit: int) -> Select[Any]:
    """The first records after a cursor. Each combination of values of fields that have few is read in order from its
    own index, and these are merged, so that a page costs the same at any depth."""
    narrow = {f: _any_of(v) for f, v in where.items() if schema.sorts[kind.kind].get(f) in schema.FILTERS}
    rest = _conditions(kind, {field: value for field, value in where.items() if field not in narrow})
    parts = [
        _part(
            kind, [*rest, *(_column(kind, f) == value for f, value in zip(narrow, values, strict=True))], order, after
        )
        for values in product(*narrow.values())
    ] or [_part(kind, [false()], order, after)]
    if len(parts) == 1:
        return parts[0].limit(limit)
    merged = union_all(*(select(part.limit(limit).subquery()) for part in parts)).subquery()
    return select(merged).order_by(*_directed(order, list(merged.c)[1:])).limit(limit)


def _part(kind: type[Stored], conditions: Sequence[ColumnElement[bool]], order: str, after: str) -> Select[Any]:
    """Body and keys of the records that meet the conditions, in order, after a cursor."""
    keys = [_column(kind, field) for field in _keys(order)]
    chosen = select(schema.tables[kind.kind].c.body, *keys).where(*conditions).order_by(*_directed(order, keys))
    if after:
        here, last = tuple_(*keys), tuple_(*map(literal, _values(kind, order, after)))
        chosen = chosen.where(here < last if order.startswith("-") else here > last)
    return chosen


def _keys(order: str) -> list[str]:
    return list(dict.fromkeys((order.removeprefix("-"), "id")))


def _directed(order: str, keys: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [key.desc() if order.startswith("-") else key.asc() for key in keys]


def _cursor(values: Iterable[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _values(kind: type[Stored], order: str, cursor: str) -> list[str | int]:
    """What a cursor holds; raises `UsageError` if it is not one of this order."""
    wanted = [int if schema.sorts[kind.kind].get(field) in schema.NUMBERS else str for field in _keys(order)]
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != wanted:
        raise UsageError("the place to go on from is not one of this list", hint="begin with its first page")
    return [schema.value(value) for value in values]

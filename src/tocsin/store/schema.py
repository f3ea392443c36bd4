"""The tables: one for each kind of record, and the journal with its changes, notes and roots.

A kind is added by one line in `KINDS` and one migration. Its table holds the record as JSON text and, beside it, a
column for each field named in `indexed`, with an index together with the id, so that a page at any depth costs the
same. Fields with few values (a `Literal`, a bool) narrow lists, times and numbers put them in order: each such pair has
an index too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects import postgresql

from tocsin.model.assessment import (
    Answer,
    Catalogue,
    Measure,
    Party,
    PeerFigures,
    Product,
    Profile,
    RollUp,
    Use,
)
from tocsin.model.case import Approval, Case, Claim, Lead, Publication, Reply, Review, Rules, Tip
from tocsin.model.check import ClaimCollection, KeptLink
from tocsin.model.confirmation import RuleConfirmation
from tocsin.model.dossier import Dossier
from tocsin.model.evidence import Item, Timestamp
from tocsin.model.exchange import (
    Account,
    Audience,
    Collection,
    Derived,
    Entity,
    Exchange,
    Minted,
    Partner,
    Release,
    Restriction,
)
from tocsin.model.leak import Access, HarmTest, Leak, LeakItem
from tocsin.model.listing import ListEdition
from tocsin.model.people import Credential, Invitation, Person, Preferences, Session
from tocsin.model.record import Stored
from tocsin.model.rumour import KeptRumour

#: Every kind of record a workspace keeps.
KINDS: tuple[type[Stored], ...] = (
    Lead,
    Case,
    Claim,
    Review,
    Reply,
    Approval,
    Publication,
    Tip,
    Rules,
    Item,
    Timestamp,
    Person,
    Credential,
    Session,
    Invitation,
    Preferences,
    Entity,
    Minted,
    Exchange,
    Audience,
    Restriction,
    Derived,
    Release,
    Collection,
    Account,
    Partner,
    ListEdition,
    RuleConfirmation,
    Dossier,
    Catalogue,
    Profile,
    Party,
    Product,
    Use,
    Answer,
    Measure,
    RollUp,
    PeerFigures,
    KeptRumour,
    Leak,
    LeakItem,
    HarmTest,
    Access,
    ClaimCollection,
    KeptLink,
)

Sort = Literal["text", "number", "time", "choice", "flag"]
NUMBERS: frozenset[Sort] = frozenset({"number", "flag"})
FILTERS: frozenset[Sort] = frozenset({"choice", "flag"})
ORDERS: frozenset[Sort] = frozenset({"number", "time"})

# Ordered by code point on both databases, whatever language the server was set up for.
TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = BigInteger().with_variant(Integer, "sqlite")
BIGGEST = 2**63 - 1

metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("time", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("action", TEXT, nullable=False),
    Column("subject", TEXT, nullable=False),
    Column("note_digest", TEXT, nullable=False),
    Column("changes", NUMBER, nullable=False),
    Column("changes_root", TEXT, nullable=False),
    Column("previous", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
    Index("journal_subject_seq", "subject", "seq"),
)

#: The leaves under an entry's `changes_root`; a digest of "" says that the record was removed.
change = Table(
    "change",
    metadata,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("kind", TEXT, nullable=False),
    Column("id", TEXT, nullable=False),
    Column("version", NUMBER, nullable=False),
    Column("row_digest", TEXT, nullable=False),
    Index("change_kind_id_version", "kind", "id", "version", unique=True),
)

#: The notes of entries: beside the journal and not in it, so that one can be erased.
note = Table(
    "note",
    metadata,
    Column("seq", NUMBER, ForeignKey("journal.seq"), primary_key=True, autoincrement=False),
    Column("salt", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
)

root = Table(
    "root",
    metadata,
    Column("day", TEXT, primary_key=True),
    Column("entries", NUMBER, primary_key=True, autoincrement=False),
    Column("workspace", TEXT, nullable=False),
    Column("head", TEXT, nullable=False),
    Column("root", TEXT, nullable=False),
)

#: STIX objects in collections: not records, but under the journal as they are. `added` (microseconds) is the id.
exchange_object = Table(
    "exchange_object",
    metadata,
    Column("added", NUMBER, primary_key=True, autoincrement=False),
    Column("collection", TEXT, nullable=False),
    Column("id", TEXT, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("spec", TEXT, nullable=False),
    Column("version", TEXT, nullable=False),
    Column("stamp", TEXT, nullable=False),
    Column("newest", NUMBER, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("nonce", TEXT, nullable=False),
    Column("body", TEXT, nullable=False),
    Index("exchange_object_version", "collection", "id", "version", unique=True),
    Index("exchange_object_newest", "collection", "newest", "added", "type"),
)

#: The last `added` that was given out: never given again, whatever is deleted and however clocks are set.
exchange_clock = Table(
    "exchange_clock",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("last", NUMBER, nullable=False),
)

#: What partners posted and what became of it; the body only until it is taken in.
exchange_post = Table(
    "exchange_post",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("account", TEXT, nullable=False),
    Column("collection", TEXT, nullable=False),
    Column("received", TEXT, nullable=False),
    Column("pending", NUMBER, nullable=False),
    Column("success", NUMBER, nullable=False),
    Column("failure", NUMBER, nullable=False),
    Column("failures", TEXT, nullable=False),
    Column("body", TEXT, nullable=False),
    Index("exchange_post_pending", "pending", "received"),
    Index("exchange_post_received", "received"),
)

#: How far into a collection a partner has read.
exchange_served = Table(
    "exchange_served",
    metadata,
    Column("account", TEXT, primary_key=True),
    Column("collection", TEXT, primary_key=True),
    Column("upto", NUMBER, nullable=False),
    Column("told", NUMBER, nullable=False),
    Column("first", TEXT, nullable=False),
    Column("last", TEXT, nullable=False),
)


def sort_of(kind: type[Stored], field: str) -> Sort:
    """How an indexed field is kept; raises `TypeError` for one that cannot be searched and put in order."""
    annotation = kind.model_fields[field].annotation
    parts = [part for part in get_args(annotation) if part is not NoneType] if _optional(annotation) else [annotation]
    part = parts[0]
    if len(parts) == 1 and get_origin(part) is Literal and all(isinstance(value, str) for value in get_args(part)):
        return "choice"
    sorts: dict[Any, Sort] = {bool: "flag", int: "number", str: "text", datetime: "time", AwareDatetime: "time"}
    sort = sorts.get(part)
    if sort is None or len(parts) > 1 or (sort in NUMBERS and _optional(annotation)):
        raise TypeError(f"{kind.kind}.{field}: {annotation} cannot be indexed; use str, int, bool or datetime")
    return sort


def _optional(annotation: Any) -> bool:
    return NoneType in get_args(annotation)


def value(field: object) -> str | int:
    """A field's value as its column holds it: times as text in UTC that sorts as they do, nothing as "" (first)."""
    if isinstance(field, datetime):
        return moment(field)
    if isinstance(field, int):  # a bool is one
        return max(-BIGGEST, min(int(field), BIGGEST))
    return clean(str(field)) if field is not None else ""


def moment(time: datetime) -> str:
    """An aware time as text in UTC with microseconds; raises `ValueError` for a naive one."""
    if time.tzinfo is None:
        raise ValueError(f"{time} has no time zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def clean(text: str) -> str:
    """Text that both databases take: PostgreSQL keeps no NUL, and neither keeps half a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _indexes(kind: type[Stored], fields: dict[str, Sort]) -> Iterator[Index]:
    for field in fields:
        yield Index(f"{kind.kind}_{field}", field, "id")
    for narrow in (field for field, sort in fields.items() if sort in FILTERS):
        for order in (field for field, sort in fields.items() if sort in ORDERS):
            yield Index(f"{kind.kind}_{narrow}_{order}", narrow, order, "id")


#: How each indexed field of each kind is kept.
sorts = {kind.kind: {field: sort_of(kind, field) for field in kind.indexed} for kind in KINDS}


def _table(kind: type[Stored]) -> Table:
    fields = sorts[kind.kind]
    return Table(
        kind.kind,
        metadata,
        Column("id", TEXT, primary_key=True),
        Column("version", NUMBER, nullable=False),
        Column("nonce", TEXT, nullable=False),
        Column("body", TEXT, nullable=False),
        *(Column(name, NUMBER if sort in NUMBERS else TEXT, nullable=False) for name, sort in fields.items()),
        *_indexes(kind, fields),
    )


tables: dict[str, Table] = {kind.kind: _table(kind) for kind in KINDS}

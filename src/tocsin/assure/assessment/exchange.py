"""Assessment between workspaces without a network: signed files, each from one party to one other.

A file holds what its receiver would see on the giver's server (`sight.told`) and never a statement, a piece of evidence
or the name of a person. It is the whole state each time, so that files may be lost; one older than the last is refused.
It is signed and not sealed: carry it as you would carry the answers.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import Field

from tocsin.assure.assessment.answers import need_no_ring, open_book
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.rollup import roll_up
from tocsin.assure.assessment.sight import need_right, need_speaker, taken_back, told
from tocsin.cases.acts import act, now
from tocsin.errors import ConflictError, ForbiddenError, InputError, NotFoundError, UsageError
from tocsin.model.assessment import Answer, Party, PeerFigures, Product, RollUp, Use
from tocsin.model.case import Key, Moment
from tocsin.model.finding import Record
from tocsin.model.people import ROLES, Actor
from tocsin.store import signing
from tocsin.store.canonical import canonical
from tocsin.store.files import write_file
from tocsin.store.records import Writer
from tocsin.store.workspace import Workspace

MOST_BYTES = 64 << 20
_AGAIN = "ask the giver for the file again"
R = TypeVar("R", bound=Record)


class Card(Record):
    """Who a party is, for another workspace: what an administrator there compares and lets in."""

    format: Literal["tocsin-party/1"] = "tocsin-party/1"
    party: Party
    key: Key


class Parcel(Record):
    """What one file holds."""

    format: Literal["tocsin-assess/1"] = "tocsin-assess/1"
    party: Key  # who gives
    to: Key
    made: Moment
    answers: tuple[Answer, ...] = Field(default=(), max_length=200_000)
    withdrawn: tuple[Key, ...] = Field(default=(), max_length=1_000_000)  # ids of answers that count no more
    products: tuple[Product, ...] = Field(default=(), max_length=10_000)
    uses: tuple[Use, ...] = Field(default=(), max_length=10_000)
    roll_up: RollUp | None = None
    peers: PeerFigures | None = None
    key: Key


class Taken(NamedTuple):
    """What a file brought."""

    party: Party
    answers: int  # new, or withdrawn since the last file
    roll_up: bool
    peers: bool


def card(ws: Workspace, party_id: str, path: Path) -> str:
    """Write who a party of this workspace is; returns the key that the others compare with what you tell them."""
    with ws.read() as reader:
        party = reader.get(Party, party_id)
    bare = party.but(people=(), key="", taken={}, version=0)
    key = signing.public_key(ws)
    _write(ws, Card(party=bare, key=key), path)
    return key


def admit(ws: Workspace, actor: Actor, path: Path, key: str, instead: str = "") -> Party:
    """Let a party of another workspace in, or take over its new card. `key` is the one that it told by another way. A
    party that is there stays below the level where it is, and keeps its key unless `instead` is its id.

    Raises `UsageError` where the card has another key than `key` or a party would be below itself, `ConflictError` for
    a party that people speak for here or that is there with another key.
    """
    found = _read(path, key, Card)
    with act(ws, actor, "party admitted", found.party.id, ("administrator",)) as w:
        held = w.find(Party, found.party.id)
        if held and held.people:
            raise ConflictError(f"{held.name} works in this workspace", hint="take its people away first")
        if held and held.key not in ("", key) and instead != held.id:
            raise ConflictError(
                f"{held.name} ({held.id}) is there with another key",
                hint="ask it by telephone; to replace it say its id",
            )
        kept = {"version": held.version, "taken": held.taken, "parent": held.parent} if held else {}
        party = found.party.but(people=(), key=key, **{"version": 0, "taken": {}, **kept})
        need_no_ring(open_book(w), party)
        return w.put(party)


def give(ws: Workspace, actor: Actor, party: str, to: str, path: Path) -> Parcel:
    """Write a party's file for another. `ForbiddenError` for who does not speak for the party."""
    key = signing.public_key(ws)
    with act(ws, actor, "file written", party, ROLES) as w:
        book = open_book(w)
        need_speaker(book, actor, party)
        book.party(to)
        made = parcel(book, party, to, key, now())
    _write(ws, made, path)
    return made


def parcel(book: Book, party: str, to: str, key: str, made: datetime) -> Parcel:
    """What a party gives another: what the other may be told of its answers; the uses and products that these count
    by; its roll-up, where the other is a level above and there are offices below; and the last figures of peers."""
    above, uses = to in book.above(party), _uses(book, party, to)
    named = {use.product for use in uses}
    products = (one for one in book.products.values() if one.vendor == party or one.id in named)
    return Parcel(
        party=party,
        to=to,
        made=made,
        answers=told(book, party, to),
        withdrawn=taken_back(book, party),
        products=tuple(sorted(products, key=lambda one: one.id)),
        uses=uses,
        roll_up=roll_up(book, party, made) if above and party in book.children else None,
        peers=book.released.bare.but(by=party, version=0) if book.released else None,
        key=key,
    )


def take(ws: Workspace, actor: Actor, path: Path) -> Taken:
    """Take a file over for the party that it is for: all of it or nothing.

    Raises `InputError` for one that is damaged, not signed by its giver, or says what its giver may not;
    `ConflictError` for one that is older than the last; `ForbiddenError` for who does not speak for its receiver.
    """
    found = _read(path, "", Parcel)
    _need_past(found)
    with act(ws, actor, "file taken", found.party, ROLES) as w:
        book = open_book(w)
        need_speaker(book, actor, found.to)
        giver = book.party(found.party)
        if not giver.key or giver.key != found.key:
            raise InputError(f"{path.name} is not signed by {giver.name}", hint="let its new card in, or " + _AGAIN)
        last = giver.taken.get(found.to)
        if last and found.made <= last:
            raise ConflictError(f"{path.name} is not newer than the last file of {giver.name}", hint="take the newest")
        written = w.put(giver.but(taken={**giver.taken, found.to: found.made}))
        _products(w, book, found)
        _uses_taken(w, book, found)
        answers = _answers(w, open_book(w), found)
        _figures(w, book, found)
    return Taken(written, answers, found.roll_up is not None, found.peers is not None)


def _need_past(found: Parcel) -> None:
    """`InputError` for a file with a time to come: what it says would count for ever. A day is left to clocks."""
    times = [found.made, *(one.at for one in found.answers)]
    times += [one.made for one in (found.roll_up, found.peers) if one]
    if max(times) > now() + timedelta(days=1):
        raise InputError("the file tells of a time to come", hint="its giver looks at its clock and writes it anew")


def _uses(book: Book, party: str, to: str) -> tuple[Use, ...]:
    """The uses of an office that another learns of: a level above all, a vendor those of its products."""
    mine = (use for use in book.uses if use.office == party)
    above = to in book.above(party)
    return tuple(use for use in mine if above or book.products[use.product].vendor == to)


def _products(w: Writer, book: Book, found: Parcel) -> None:
    """A vendor's own products as it says; those of others where the giver uses them and they are not known yet. What is
    held as another vendor's stays so."""
    used = {use.product for use in found.uses}
    for product in found.products:
        held = book.products.get(product.id)
        if held is None and (product.vendor == found.party or product.id in used):
            w.put(product.but(version=0))
        elif held and held.vendor == product.vendor == found.party and product.but(version=held.version) != held:
            w.put(product.but(version=held.version))


def _uses_taken(w: Writer, book: Book, found: Parcel) -> None:
    """The giver's uses as it says now; those that it told of before and does any more are ended."""
    known = set(book.products) | {product.id for product in found.products}
    if any(use.office != found.party or use.product not in known for use in found.uses):
        raise InputError("the file tells of another office's products", hint=_AGAIN)
    ids = {use.id for use in found.uses}
    for held in (use for use in _uses(book, found.party, found.to) if use.id not in ids):
        w.remove(Use, held.id)
    there = {use.id for use in book.uses}
    w.put_many([use.but(version=0) for use in found.uses if use.id not in there])


def _answers(w: Writer, book: Book, found: Parcel) -> int:
    """Keep answers that are new, and withdraw now those that were withdrawn; nothing else of an answer ever changes."""
    held, changed = {one.id: one for one in book.answers}, []
    for answer in found.answers:
        if (
            answer.party != found.party
            or answer.statement
            or answer.evidence
            or answer.names
            or answer.by
            or answer.withdrawn
        ):
            raise InputError("the file holds an answer that is not the giver's to give", hint=_AGAIN)
        asked = book.questions.get(answer.question)
        try:
            need_right(book, answer.party, answer.subject, asked.component if asked else answer.component)
        except (ForbiddenError, NotFoundError) as error:
            raise InputError(f"an answer of the file: {error}", hint=_AGAIN) from error
        before = held.get(answer.id)
        if before and before.but(withdrawn=None, version=0) != answer.but(withdrawn=None, version=0):
            raise InputError("the file changes an answer that was given before", hint=_AGAIN)
        if before is None:
            changed.append(answer.but(version=0))
    back = (held[id_] for id_ in found.withdrawn if id_ in held and held[id_].party == found.party)
    changed += [one.but(withdrawn=max(now(), one.at)) for one in back if not one.withdrawn]
    w.put_many(changed)
    return len(changed)


def _figures(w: Writer, book: Book, found: Parcel) -> None:
    """Keep the roll-up of a party below the receiver, or none where it gives none any more; and figures of peers that
    tell no offices apart."""
    above, held = found.to in book.above(found.party), w.find(RollUp, found.party)
    if held and above and not found.roll_up:
        w.remove(RollUp, held.id)
    if found.roll_up:
        if found.roll_up.id != found.party or not above:
            raise InputError("the file holds a roll-up that is not the giver's to give", hint=_AGAIN)
        w.put(found.roll_up.but(version=held.version if held else 0))
    if found.peers:
        if found.peers.offices or found.peers.labels or found.peers.by != found.party:
            raise InputError("the file holds figures of peers that are not for others", hint=_AGAIN)
        if w.find(PeerFigures, found.peers.id) is None:
            w.put(found.peers.but(version=0))


def _write(ws: Workspace, record: Record, path: Path) -> None:
    content = {name: value for name, value in record.model_dump(mode="json").items() if name != "key"}
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder", hint="name a folder or a stick")
    write_file(path, canonical(signing.signed(ws, content)) + b"\n")


def _read(path: Path, key: str, kind: type[R]) -> R:
    """A file of ours, its signature checked with `key`, or with the key that it names where that is ""."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path.name} is too large", hint=f"at most {MOST_BYTES} bytes")
        statement: Any = json.loads(path.read_bytes())
        if not isinstance(statement, dict):
            raise InputError(f"{path.name} is no file of an assessment", hint=_AGAIN)
        if key and statement.get("key") != key:
            raise UsageError(f"{path.name} has another key", hint="compare the key with the party, by telephone")
        return kind.model_validate(signing.check(statement, str(statement.get("key"))))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path.name} cannot be read: {str(error).splitlines()[0]}", hint=_AGAIN) from error

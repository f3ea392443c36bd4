"""A leak taken in under custody: originals into the vault unchanged, a list of what is in them, nothing shown.

What lies in the evidence has a name that tells nothing and belongs to no case, so that neither the room of evidence nor
an export gives it away.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tocsin.cases import acts
from tocsin.cases.leaks import WEIGHERS
from tocsin.errors import ConflictError, InputError, RefusedError, UsageError
from tocsin.model.evidence import Item
from tocsin.model.leak import Leak, LeakItem
from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.model.people import Actor, Person, Role
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.packed import originals
from tocsin.sources.papers import LeakReader
from tocsin.store.media import media_type
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

TAKERS: tuple[Role, ...] = ("analyst", "custodian")
ORIGINAL_BYTES = 64 << 30  # mailboxes are large
MAIL = "message/rfc822"
TAKEN = "take in leak"  # in the journal


@dataclass(frozen=True, slots=True)
class Origin:
    """What is said of a leak as it is taken in. `weighers`: ids of people who may open it before the test has passed,
    beside whoever takes it in."""

    title: str
    how: str
    received: datetime
    weighers: tuple[str, ...] = ()


def take(ws: Workspace, actor: Actor, paths: Iterable[str], origin: Origin, progress: Progress | None = None) -> Leak:
    """Keep every file unchanged and list the mails and documents in it. Raises `ForbiddenError` for one who is neither
    analyst nor custodian, `InputError` where no file could be kept, `ConflictError` for a leak that is here already."""
    told = progress or Silent()
    with acts.gate(ws, actor, TAKEN, "", TAKERS):
        leak = _begun(ws, actor, origin)
        told.start("Keeping the originals")
        kept, refused = _keep(ws, actor, leak, paths, told)
        if not kept:
            raise InputError(
                "no file could be kept", hint="; ".join(f"{one.file}: {one.reason}" for one in refused[:5])
            )
        digest = hashlib.sha256("".join(f"{sha}\n" for sha in sorted(item.sha256 for _, item in kept)).encode())
        with ws.read() as reader:
            if same := reader.page(Leak, {"digest": digest.hexdigest()}, limit=1).items:
                raise ConflictError(f"these files are here already: leak {same[0].id}", hint="open it in the list")
        told.start("Reading what is in them")
        things = [*_things(ws, leak, kept, told), *(_aside(leak, "", one) for one in refused)]
        things = [thing.but(number=number) for number, thing in enumerate(things)]
        with ws.write(actor.id, TAKEN, leak.id) as writer:
            writer.put_many([item for _, item in kept])
            writer.put_many(things)
            return writer.put(_counted(leak, things, digest.hexdigest()))


def _begun(ws: Workspace, actor: Actor, origin: Origin) -> Leak:
    """The record, with whoever may weigh it checked first: nothing is kept of a leak that cannot be written down."""
    with ws.read() as reader:
        need_weighers(reader, (actor.id, *origin.weighers))
    return acts.checked(
        Leak,
        title=origin.title,
        how=origin.how,
        received=origin.received,
        by=actor.id,
        digest=hashlib.sha256().hexdigest(),
        originals=0,
        weighers=tuple(dict.fromkeys((actor.id, *origin.weighers))),
    )


def need_weighers(reader: Reader, people: Iterable[str]) -> None:
    """Raise `UsageError` for somebody whose roles do not let them open a leak."""
    for key in people:
        person = reader.get(Person, key)
        if not person.active or not set(person.roles) & set(WEIGHERS):
            raise UsageError(
                f"{person.login} cannot weigh a leak", hint=f"name one with the role {' or '.join(WEIGHERS)}"
            )


def _keep(
    ws: Workspace, actor: Actor, leak: Leak, paths: Iterable[str], told: Progress
) -> tuple[list[tuple[str, Item]], list[Rejected]]:
    """Each file in the vault, under its own name and as an item with a name that tells nothing."""
    kept: list[tuple[str, Item]] = []
    refused: list[Rejected] = []
    for path in paths:
        for one in originals([path]):
            name = os.path.relpath(one.file if isinstance(one, Rejected) else one.name, Path(path).absolute().parent)
            if isinstance(one, Rejected):
                refused.append(Rejected(name, 0, one.reason))
                continue
            try:
                stored = ws.vault.put(one.stream, ORIGINAL_BYTES)
            except RefusedError as error:
                refused.append(Rejected(name, 0, str(error)))
                continue
            with ws.vault.open(stored.sha256) as file:
                kind = media_type(file)
            item = Item(
                sha256=stored.sha256,
                size=stored.size,
                media_type=kind,
                name=plain(leak, f"original {len(kept) + 1}"),
                captured_by=actor.id,
                captured=acts.now(),
                source="a leak",
            )
            kept.append((name, item))
            told.advance()
    return kept, refused


def plain(leak: Leak, what: str) -> str:
    """A name for the evidence that tells nothing of the content."""
    return f"leak {leak.id[:8]}, {what}"


def _things(ws: Workspace, leak: Leak, kept: list[tuple[str, Item]], told: Progress) -> Iterator[LeakItem]:
    with LeakReader() as reader:
        for name, item in kept:
            yield LeakItem(
                leak=leak.id,
                item=item.id,
                sort="original",
                number=0,
                name=_name(name),
                digest=item.sha256,
                size=item.size,
                media_type=item.media_type,
            )
            with ws.vault.open(item.sha256) as file:
                for found in reader.read(name, file, item.size):
                    told.advance()
                    yield from _thing(leak, item, found)


def _thing(leak: Leak, item: Item, found: Message | Paper | Rejected) -> Iterator[LeakItem]:
    """A mail, a document with those inside it, or what was set aside."""
    if isinstance(found, Rejected):
        yield _aside(leak, item.id, found)
        return
    mail = isinstance(found, Message)
    yield LeakItem(
        leak=leak.id,
        item=item.id,
        sort="mail" if mail else "document",
        number=0,
        name=_name(found.file if isinstance(found, Message) else found.name),
        row=found.row if isinstance(found, Message) else 0,
        digest=digest_of(found),
        size=len(content_of(found)),
        media_type=MAIL if isinstance(found, Message) else found.media_type[:127],
    )
    if isinstance(found, Paper):
        for inner in found.attachments:
            yield from _thing(leak, item, inner)


def _aside(leak: Leak, item: str, found: Rejected) -> LeakItem:
    reason = found.reason[:1000]
    return LeakItem(
        leak=leak.id, item=item, sort="aside", number=0, name=_name(found.file), row=found.row, reason=reason
    )


def content_of(found: Message | Paper) -> bytes:
    """The bytes of a mail or document."""
    return found.raw if isinstance(found, Message) else found.data


def digest_of(found: Message | Paper) -> str:
    """Their SHA-256."""
    return found.sha256 if isinstance(found, Paper) else hashlib.sha256(found.raw).hexdigest()


def _name(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:2000]


def _counted(leak: Leak, things: list[LeakItem], digest: str) -> Leak:
    count = {sort: sum(thing.sort == sort for thing in things) for sort in ("original", "mail", "document", "aside")}
    return leak.but(
        digest=digest,
        originals=count["original"],
        messages=count["mail"],
        documents=count["document"],
        aside=count["aside"],
    )

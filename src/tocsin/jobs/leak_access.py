"""Who may open what of a leak: harm and public interest weighed by two persons, every opening kept and shown.

Until the test has passed, only the weighers may open anything. What is shown is a working copy without metadata; the
original bytes are never given here, and what was shown is not published by being shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from tocsin import __version__
from tocsin.cases import acts, leaks
from tocsin.cases.leaks import WEIGHERS, State
from tocsin.errors import ForbiddenError, InputError, NotFoundError, UsageError, WorkspaceError
from tocsin.jobs.leak_intake import MAIL, content_of, digest_of, need_weighers, plain
from tocsin.jobs.leak_letter import letter
from tocsin.model.evidence import Item
from tocsin.model.leak import PERSONS, QUESTIONS, Access, Finds, HarmAnswer, HarmTest, Leak, LeakItem
from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.model.people import Actor
from tocsin.model.post import Rejected
from tocsin.sources.papers import LeakReader
from tocsin.store.copies import make_copy
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

OPENED = "open leak item"  # in the journal
#: What is in the working copy of a kind that is shown as its text alone.
_NOTES = {
    MAIL: "sender, receivers, date, subject and text: the rest of the header removed",
    "application/rtf": "the text that a reader would see",
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """Where the test of a leak stands: passed by `PERSONS` who find that the interest outweighs, held by one who finds
    that the harm does. `tests` are those that the actor may read: none of others before their own."""

    state: State
    found: tuple[tuple[str, Finds], ...]  # person and what they found
    tests: tuple[HarmTest, ...]
    may_open: bool
    may_weigh: bool


def weighed(reader: Reader, actor: Actor, leak: Leak) -> Weighed:
    """Where the test stands, and what the actor may do and read."""
    tests = leaks.tests_of(reader, leak.id)
    weigher = bool(actor.roles & set(WEIGHERS)) and actor.id in leak.weighers
    may_open = leaks.may_open(reader, actor, leak)
    own = any(test.by == actor.id for test in tests)
    readable = tests if may_open and (own or not weigher) else ()
    return Weighed(leaks.state(tests), tuple((test.by, test.finds) for test in tests), readable, may_open, weigher)


def name_weigher(ws: Workspace, actor: Actor, leak_id: str, person: str) -> Leak:
    """Let one more person open the leak in order to weigh it. Raises `ForbiddenError` for who is no weigher."""
    with acts.act(ws, actor, "name weigher of leak", leak_id, WEIGHERS) as w:
        leak = w.get(Leak, leak_id)
        if actor.id not in leak.weighers:
            raise ForbiddenError("only a weigher of this leak names another", hint="ask whoever took it in")
        need_weighers(w, [person])
        return w.put(leak.but(weighers=tuple(dict.fromkeys((*leak.weighers, person)))))


def weigh(ws: Workspace, actor: Actor, leak_id: str, answers: Mapping[str, str], finds: Finds, reason: str) -> HarmTest:
    """Answer every question and say what outweighs what. Raises `UsageError` where an answer or the reason is missing,
    `ForbiddenError` for who is no weigher."""
    if missing := [question for question in QUESTIONS if not answers.get(question, "").strip()]:
        raise UsageError(
            f"not answered: {', '.join(missing)}", hint="answer every question, if only with: nothing known"
        )
    with acts.act(ws, actor, "weigh leak", leak_id, WEIGHERS, note=finds) as w:
        leak = w.get(Leak, leak_id)
        if actor.id not in leak.weighers:
            raise ForbiddenError("you are no weigher of this leak", hint="a weigher of it can name you")
        given = tuple(acts.checked(HarmAnswer, question=name, answer=answers[name]) for name in QUESTIONS)
        key = f"{leak_id}.{actor.id}"
        before = w.find(HarmTest, key)
        made = acts.checked(
            HarmTest, id=key, leak=leak_id, by=actor.id, at=acts.now(), answers=given, finds=finds, reason=reason
        )
        return w.put(made.but(version=before.version) if before else made)


def open_item(ws: Workspace, actor: Actor, leak_id: str, item_id: str, why: str) -> tuple[LeakItem, Item]:
    """The working copy of a mail or document, once the opening is in the journal. Raises `ForbiddenError` for who may
    not, which is kept too; `UsageError` without a reason; `InputError` where no copy can be made."""
    if not why.strip():
        raise UsageError("nothing is opened without a reason", hint="say what it is opened for")
    with ws.read() as reader:
        leak, thing = reader.get(Leak, leak_id), reader.get(LeakItem, item_id)
    if thing.leak != leak_id:
        raise NotFoundError(f"leak {leak_id} holds no {item_id}", hint="look in its list")
    with acts.gate(ws, actor, OPENED, leak.id, WEIGHERS):
        with ws.read() as reader:
            seen = weighed(reader, actor, leak)
        if not seen.may_open:
            raise ForbiddenError(
                f"not shown before {PERSONS} persons found that the public interest in it outweighs the harm",
                hint="its weighers are named on its page",
            )
        copy = _copy(ws, actor, leak, _kept(ws, actor, leak, thing))
        with ws.write(actor.id, OPENED, leak.id, f"{item_id}: {why}") as writer:
            before = seen.state != "passed"
            access = {"leak": leak.id, "thing": item_id, "by": actor.id, "at": acts.now(), "why": why, "before": before}
            writer.put(acts.checked(Access, **access))
    return thing, copy


def accesses(reader: Reader, leak_id: str) -> list[Access]:
    """Every opening of a leak, the latest first."""
    return sorted(acts.every(reader, Access, {"leak": leak_id}), key=lambda one: one.at, reverse=True)


def text_of(ws: Workspace, copy: Item) -> str:
    """The text of a working copy that is text, else ""."""
    if copy.media_type != "text/plain":
        return ""
    with ws.vault.open(copy.sha256) as file:
        return file.read().decode("utf-8", "replace")


def _kept(ws: Workspace, actor: Actor, leak: Leak, thing: LeakItem) -> Item:
    """The item of evidence with the bytes of a mail or document, taken out of its original at the first opening."""
    if thing.sort not in ("mail", "document"):
        raise InputError("this is not opened by itself", hint="open the mails and documents in it")
    with ws.read() as reader:
        if thing.kept:
            return reader.get(Item, thing.kept)
        original = reader.get(Item, thing.item)
        name = reader.page(LeakItem, {"item": thing.item, "sort": "original"}, limit=1).items[0].name
    stored = ws.vault.put(_bytes(ws, original, name, thing))
    item = Item(
        sha256=stored.sha256,
        size=stored.size,
        media_type=thing.media_type,
        name=plain(leak, f"item {thing.number}"),
        captured_by=actor.id,
        captured=acts.now(),
        how="derived",
        derived_from=original.id,
        tool="tocsin",
        tool_version=__version__,
        note="taken out of the original as it is",
    )
    with ws.write(actor.id, "take out of leak", leak.id) as writer:
        written = writer.put(item)
        writer.put(writer.get(LeakItem, thing.id).but(kept=written.id))
    return written


def _bytes(ws: Workspace, original: Item, name: str, thing: LeakItem) -> bytes:
    with LeakReader() as reader, ws.vault.open(original.sha256) as file:
        for found in _all(reader.read(name, file, original.size)):
            if digest_of(found) == thing.digest:
                return content_of(found)
    raise WorkspaceError("the original does not hold this item any more", hint="run `tocsin verify` on the workspace")


def _all(found: Iterable[Message | Paper | Rejected]) -> Iterable[Message | Paper]:
    """Mails and documents, also those inside documents."""
    waiting = iter(found)
    for one in waiting:
        if not isinstance(one, Rejected):
            yield one
        if isinstance(one, Paper):
            yield from _all(one.attachments)


def _text(file: BinaryIO, size: int) -> str:
    """The text of a document. Raises `InputError` where it cannot be read."""
    with LeakReader() as reader:
        for found in reader.papers("it", file, size):
            if isinstance(found, Paper):
                return "\f".join(found.pages)
            raise InputError(f"no working copy can be made of it: {found.reason}", hint="it stays in the vault")
    raise InputError("no working copy can be made of it: it is empty", hint="it stays in the vault")


def _copy(ws: Workspace, actor: Actor, leak: Leak, kept: Item) -> Item:
    """The working copy; of a mail or RTF text, what a reader sees of it."""
    if kept.media_type not in _NOTES:
        return make_copy(ws, kept, by=actor.id)
    with ws.read() as reader:
        made = reader.page(Item, {"derived_from": kept.id, "is_copy": True}, limit=1).items
    if made:
        return made[0]
    with ws.vault.open(kept.sha256) as file:
        text = letter(file.read()) if kept.media_type == MAIL else _text(file, kept.size)
    stored = ws.vault.put(text.encode("utf-8", "replace"))
    copy = Item(
        sha256=stored.sha256,
        size=stored.size,
        media_type="text/plain",
        name=kept.name,
        captured_by=actor.id,
        captured=acts.now(),
        how="derived",
        derived_from=kept.id,
        tool="tocsin",
        tool_version=__version__,
        note=_NOTES[kept.media_type],
        is_copy=True,
    )
    with ws.write(actor.id, "copy", kept.id) as writer:
        return writer.put(copy)

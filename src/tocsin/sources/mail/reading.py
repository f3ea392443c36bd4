"""Every mail in files, folders and archives, one after the other; what is no mail is set aside with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from tocsin.model.mail import Message, Via
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.confined import Reader
from tocsin.sources.mail.kinds import Kind, kind_of
from tocsin.sources.mail.mbox import spans
from tocsin.sources.mail.parts import parts
from tocsin.sources.packed import LIMITS, MIB, Found, Limits, walk

NESTED = ("message/rfc822", "message/global")


def read_mail(
    paths: Iterable[str], limits: Limits = LIMITS, progress: Progress | None = None
) -> Iterator[Message | Rejected]:
    """The mails in these files, folders and archives, and the mails attached to them, whose file is
    `<file>#<row>.<part>`. Memory holds one mail at a time. What cannot be read, or is no mail, comes as `Rejected`."""
    told = progress or Silent()
    told.start("Reading mail")
    with Reader(limits) as reader:
        for found in walk(paths, limits):
            if isinstance(found, Rejected):
                yield found
                continue
            told.advance()
            kind = kind_of(found.stream, found.name)
            yield from messages(found, kind, reader, limits) if kind else [Rejected(found.name, 0, "is no mail")]


def messages(found: Found, kind: Kind, reader: Reader, limits: Limits = LIMITS) -> Iterator[Message | Rejected]:
    """The mails in one file of a kind, each followed by those attached to it."""
    outer = {"eml": _eml, "mbox": _mbox, "msg": _boxed, "pst": _boxed}[kind]
    for one in outer(found, kind, reader, limits):
        yield one
        if isinstance(one, Message):
            yield from _attached(one, limits)


def _eml(found: Found, _kind: Kind, _reader: Reader, limits: Limits) -> Iterator[Message | Rejected]:
    folder, via = _maildir(found.name)
    yield _message(found, 0, found.size, 1, via, folder, limits)


def _mbox(found: Found, _kind: Kind, _reader: Reader, limits: Limits) -> Iterator[Message | Rejected]:
    for row, (start, end) in enumerate(spans(found.stream), 1):
        yield _message(found, start, end, row, "mbox", "", limits)


def _message(found: Found, start: int, end: int, row: int, via: Via, folder: str, limits: Limits) -> Message | Rejected:
    """The bytes from `start` to `end` as a mail, if they are not too many."""
    if end - start > limits.message_bytes:
        most = limits.message_bytes // MIB
        return Rejected(found.name, row, f"a mail of {end - start:,} bytes; up to {most:,} MiB are read")
    found.stream.seek(start)
    return Message(found.stream.read(end - start), found.name, row, via, folder=folder)


def _boxed(found: Found, kind: Kind, reader: Reader, limits: Limits) -> Iterator[Message | Rejected]:
    """Mails that a program of Microsoft keeps in parts, put together again."""
    via: Via = "pst" if kind == "pst" else "msg"
    if kind == "msg" and found.size > limits.message_bytes:
        yield _message(found, 0, found.size, 1, via, "", limits)  # set aside, as any mail of that size
        return
    for row, (facts, blobs) in enumerate(reader.ask(kind, found.stream, found.size), 1):
        if "fault" in facts:
            yield Rejected(found.name, row, facts["fault"])
        else:
            yield Message(blobs[0], found.name, row, via, whole=False, folder=facts["folder"])


def _maildir(name: str) -> tuple[str, Via]:
    """The mailbox of a file `<mailbox>/cur/<file>` or `new`; folders of Maildir++ are `.Sent`."""
    path = PurePosixPath(name.replace("!", "/"))
    if path.parent.name not in ("cur", "new") or path.suffix.lower() == ".eml":
        return "", "eml"
    box = path.parent.parent.name
    return (box[1:] if box.startswith(".") else "Inbox"), "maildir"


def _attached(message: Message, limits: Limits) -> Iterator[Message | Rejected]:
    """The mails attached to a mail, and those attached to them; what the limits leave out is told."""
    waiting = [(message, f"{message.file}#{message.row}", 0)]
    given = 0
    while waiting:
        outer, name, depth = waiting.pop()
        inner: list[tuple[Message, str, int]] = []
        for part in parts(outer.raw, limits):
            if isinstance(part, str):
                yield Rejected(name, 0, part)
            elif part.media_type in NESTED:
                here = f"{name}.{part.path}"
                inner.append((replace(message, raw=part.data.lstrip(b"\r\n"), file=here, row=1), here, depth + 1))
        for one in inner:
            given += 1
            if given > limits.parts or one[2] > limits.nesting:
                yield Rejected(one[1], 0, "mails in mails, more than are looked at; the rest was left")
                return
            yield one[0]
        waiting += reversed(inner)

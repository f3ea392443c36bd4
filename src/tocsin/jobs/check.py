"""Check one message: a text, an address, a picture or a saved page against claims in files or in a workspace."""

from __future__ import annotations

import html
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tocsin.detect.fabrication.address import imitated, is_link, links
from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.check import TEXT_CHARACTERS, Checker
from tocsin.detect.fabrication.opinions import said_of
from tocsin.detect.fabrication.pictures.hashes import hash_picture
from tocsin.errors import InputError, UsageError
from tocsin.jobs.claims import index_in, index_of, settled_in, suggest
from tocsin.jobs.sites import Lists, sites_in
from tocsin.model.check import CheckAnswer
from tocsin.model.people import Actor
from tocsin.progress import Progress, Silent
from tocsin.store.workspace import Workspace

FILE_BYTES = 200 << 20
_TEXT_BYTES = 4 << 20
_BLOCK = re.compile(r"<(script|style|head|nav|footer|noscript)\b.*?</\1\s*>", re.I | re.S)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Message:
    """What is asked about: words, addresses that came with them, or the bytes of a picture."""

    text: str = ""
    addresses: tuple[str, ...] = ()
    picture: bytes = b""


def message_of(given: str, saved: Path | None = None) -> Message:
    """A message as it was given: an address, the path of a picture, a saved page or a text, or the words themselves.
    `saved` is a page kept from the address. Raises `InputError` for a file that is neither picture nor text."""
    if is_link(given):
        return Message(_words_of(_bytes_of(saved)) if saved else "", (_whole(given.strip()),))
    path = Path(given) if len(given) < 1_000 and "\n" not in given else None
    try:
        there = path is not None and path.is_file()
    except (OSError, ValueError):
        there = False
    if not (path and there):
        return of_text(given)
    data = _bytes_of(path)
    return Message(_words_of(data)) if _is_text(data) else Message(picture=data)


def of_text(text: str) -> Message:
    """Words, without what goes over the limit. `UsageError` where there are none."""
    if not text.strip():
        raise UsageError("there is nothing to check", hint="give a text, an address, or the path of a picture")
    return Message(_whole(text.strip()[:TEXT_CHARACTERS]))


def answer(checker: Checker, message: Message, tables: ContentTables) -> CheckAnswer:
    """One of the five answers, and what lists say of the sites that the message links to."""
    if message.picture:
        hashed = hash_picture(message.picture)
        return checker.picture(hashed.pdq, hashed.inner)
    found = checker.text(message.text, message.addresses)
    addresses = [*message.addresses, *links(message.text)]
    shown = message.text or " ".join(message.addresses)
    return found.model_copy(
        update={
            "message": shown,
            "opinions": said_of(tables, addresses),
            "imitated": imitated(tables.official, addresses),
        }
    )


def check(
    message: Message, claims: tuple[str, ...], lists: Lists | None = None, progress: Progress | None = None
) -> CheckAnswer:
    """Check against claims in files or folders (see `jobs.claims.write_claims`)."""
    told = progress or Silent()
    if not claims:
        raise UsageError("there are no claims to check against", hint="give --claims FILE, or a --workspace")
    return answer(Checker(index_of(claims, told)), message, (lists or Lists()).read(told))


def checker_in(ws: Workspace, progress: Progress | None = None) -> Checker:
    """The claims of a workspace, and the links that its people settled."""
    index = index_in(ws, progress)
    with ws.read() as reader:
        return Checker(index, settled_in(reader))


def check_in(
    folder: Path, message: Message, actor: Actor | None, lists: Lists | None = None, progress: Progress | None = None
) -> CheckAnswer:
    """Check against the claims and lists of a workspace; with an actor, what looks like a claim is kept as a
    suggestion."""
    told = progress or Silent()
    with closing(Workspace.open(folder)) as ws:
        found = answer(checker_in(ws, told), message, sites_in(ws, lists, told))
        if actor and message.text:
            keep(ws, actor, message.text, found)
        return found


def keep(ws: Workspace, actor: Actor, text: str, found: CheckAnswer) -> None:
    """Keep what was found as suggestions for people to settle. `ForbiddenError` for one who is no analyst."""
    open_ = [one.link for one in found.matches if one.link.state == "suggested"]
    if open_:
        suggest(ws, actor, text, open_)


def _whole(text: str) -> str:
    """Without half characters, which a shell may hand over."""
    return text.encode("utf-8", "replace").decode()


def _bytes_of(path: Path | None) -> bytes:
    assert path is not None
    try:
        if path.stat().st_size > FILE_BYTES:
            raise InputError(f"{path} is larger than {FILE_BYTES >> 20} MiB", hint="give a smaller copy")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", hint="check the path") from error


def _is_text(data: bytes) -> bool:
    head = data[:4_096]
    return b"\0" not in head and not head.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"RIFF", b"II*", b"MM"))


def _words_of(data: bytes) -> str:
    """The words of a text or of a page, without markup."""
    text = data[:_TEXT_BYTES].decode("utf-8", "replace").lstrip("\ufeff")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        text = html.unescape(_TAG.sub(" ", _BLOCK.sub(" ", text)))
    return " ".join(text.split())[:TEXT_CHARACTERS]

"""Mails in Outlook's mailbox files [MS-PST], by libpff where it is installed (the extra `leaks`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, BinaryIO

from tocsin.errors import InputError
from tocsin.sources.parsers.rebuilt import Piece, rebuild
from tocsin.sources.parsers.richtext import body_of
from tocsin.sources.parsers.wire import Answer
from tocsin.sources.shown import plain_path

DEPTH = 50  # folders in folders
MAILS_DEEP = 20  # mails in mails


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """Every mail of every folder, and those that no folder holds any more. One that is damaged gives a fault."""
    try:
        import pypff  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise InputError("a PST file", hint="install the extra `leaks` to read it, or export it as mbox") from error
    file = pypff.file()
    file.open_file_object(stream)
    try:
        yield from _folder(file.get_root_folder(), "", 0)
        for number in range(file.get_number_of_orphan_items()):
            if hasattr(file.get_orphan_item(number), "get_transport_headers"):
                yield _answer(file.get_orphan_item, number, "Orphans")
    finally:
        file.close()


def _folder(folder: Any, path: str, depth: int) -> Iterator[Answer]:
    if depth > DEPTH:
        yield {"fault": f"folders in folders, more than {DEPTH} deep; the rest was not looked at"}, []
        return
    for number in range(folder.get_number_of_sub_messages()):
        yield _answer(folder.get_sub_message, number, path)
    for number in range(folder.get_number_of_sub_folders()):
        try:
            inner = folder.get_sub_folder(number)
            here = plain_path(f"{path}/{inner.get_name() or 'unnamed'}")
        except OSError as error:
            yield {"fault": f"a folder in {path or 'the root'} is damaged: {error}"}, []
            continue
        yield from _folder(inner, here, depth + 1)


def _answer(get: Any, number: int, path: str) -> Answer:
    try:
        return {"folder": path}, [_mail(get(number), 0)]
    except (OSError, InputError) as error:
        return {"fault": f"a mail in {path or 'the root'} is damaged: {error}"}, []


def _mail(mail: Any, depth: int) -> bytes:
    if depth > MAILS_DEEP:
        raise InputError(f"mails in mails, more than {MAILS_DEEP} deep")
    kinds = (("text/plain", "plain_text_body"), ("text/html", "html_body"))
    bodies = [Piece(kind, _bytes(body)) for kind, name in kinds if (body := _or_none(mail, name))]
    if not bodies and (packed := _or_none(mail, "rtf_body")):
        text, media_type = body_of(_bytes(packed))
        bodies.append(Piece(media_type, text.encode("utf-8", "replace")))
    header = _bytes(_or_none(mail, "transport_headers") or b"")
    when = _or_none(mail, "client_submit_time") or _or_none(mail, "delivery_time")
    fields = {
        "From": str(_or_none(mail, "sender_name") or ""),
        "Subject": str(_or_none(mail, "subject") or ""),
        "Date": format_datetime(when.replace(tzinfo=UTC)) if isinstance(when, datetime) else "",
    }
    return rebuild(header, fields, bodies, list(_attachments(mail, depth)))


def _attachments(mail: Any, depth: int) -> Iterator[Piece]:
    for number in range(_or_none(mail, "number_of_attachments") or 0):
        one = mail.get_attachment(number)
        inner = one.get_sub_item(0) if _or_none(one, "number_of_sub_items") else None
        if hasattr(inner, "get_transport_headers"):
            yield Piece("message/rfc822", _mail(inner, depth + 1))
            continue
        size = _or_none(one, "size") or 0
        name = plain_path(str(_or_none(one, "long_filename") or "unnamed"))
        yield Piece("application/octet-stream", one.read_buffer(size) if size else b"", name)


def _or_none(thing: Any, name: str) -> Any:
    """A property, or None where the item has none; libpff raises for both what is missing and what is damaged."""
    try:
        return getattr(thing, f"get_{name}")()
    except (AttributeError, OSError):
        return None


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "replace")

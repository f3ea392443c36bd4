"""Which kind of mail file a file is, from its bytes."""

from __future__ import annotations

import re
from typing import BinaryIO, Literal

Kind = Literal["eml", "mbox", "msg", "pst", ""]

HEAD_BYTES = 1 << 16
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0".encode("utf-16-le")  # the stream that makes a compound file a mail [MS-OXMSG]
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_KNOWN = re.compile(
    rb"(?im)^(?:from|to|cc|bcc|date|subject|received|message-id|mime-version|return-path|delivered-to|reply-to|sender"
    rb"|dkim-signature|arc-seal|arc-message-signature|content-type|authentication-results|x-mailer|x-[a-z-]+)[ \t]*:"
)


def kind_of(stream: BinaryIO, name: str = "") -> Kind:
    """The kind of a seekable stream, "" for no mail. `name` only settles what the bytes leave open."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head.startswith(b"!BDN"):
        return "pst"
    if head.startswith(OLE):
        return "msg" if _holds(stream, _PROPERTIES) else ""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if text.startswith(b"From ") and _FIELD.match(text.partition(b"\n")[2].lstrip(b">")):
        return "mbox"
    header = re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]
    known = len({found[0].lower() for found in _KNOWN.finditer(header)})
    named = name.lower().endswith(".eml")
    return "eml" if _FIELD.match(text) and (named or known >= 2) else ""


def _holds(stream: BinaryIO, wanted: bytes) -> bool:
    stream.seek(0)
    last = b""
    while data := stream.read(1 << 20):
        if wanted in last + data:
            return True
        last = data[-len(wanted) :]
    return False

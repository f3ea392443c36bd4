"""A mail as a reader sees it: who to whom, when, about what, the text, the names of what is attached. Nothing else of
the header, nothing that could run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32

from tocsin.sources.mail.parts import Part, parts, split_header
from tocsin.store.copies import readable

SHOWN = ("From", "To", "Cc", "Date", "Subject")
HEADER_BYTES = 1 << 20
TEXT_BYTES = 20 << 20
FIELD_CHARACTERS = 4_000


def letter(raw: bytes) -> str:
    """The mail as text, at most 20 MiB of it. Where a field stands twice the first is shown, as most programs do."""
    header, _ = split_header(raw)
    fields = BytesHeaderParser(policy=compat32).parsebytes(header[:HEADER_BYTES])
    lines = [f"{name}: {_plain(str(fields[name])[:FIELD_CHARACTERS])}" for name in SHOWN if fields[name] is not None]
    found = list(parts(raw))
    texts = [part for part in found if isinstance(part, Part) and not part.attached and not part.name]
    plain = [part.text for part in texts if part.media_type == "text/plain"]
    pages = [
        readable(part.text.encode("utf-8", "replace")).decode() for part in texts if part.media_type == "text/html"
    ]
    body = "\n".join(plain if any(text.strip() for text in plain) else pages)[:TEXT_BYTES]
    return "\n".join([*lines, "", body.rstrip(), "", *_attached(found)]).rstrip() + "\n"


def _attached(found: list[Part | str]) -> Iterator[str]:
    for one in found:
        if isinstance(one, str):
            yield f"[{one}]"
        elif one.name or one.attached or one.media_type == "message/rfc822":
            yield f"[Attached: {one.name or one.media_type}]"


def _plain(text: str) -> str:
    """A field in words (RFC 2047), on one line."""
    with suppress(LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())

"""The parts of a body and their transfer encodings (RFC 2045, RFC 2046), with where they stand in its bytes."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message as Header
from functools import lru_cache

from tocsin.detect.leaks.mail.fields import CRLF, Mail

MOST_PARTS, MOST_DEPTH = 200, 20
_ENCODING = re.compile(rb"^content-transfer-encoding[ \t]*:[ \t]*([^\r\n; \t]+)", re.I | re.M)
_TYPE = re.compile(rb"^content-type[ \t]*:((?:[^\r]|\r\n[ \t])*)", re.I | re.M)
_GAP = re.compile(rb"\r\n[ \t]*\r\n")
_MUST = re.compile(rb"[^\t\x20-\x3c\x3e-\x7e]|[\t ]$")  # what quoted-printable has to code
_PADDING = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that holds no other: its content is `body[start:end]`; its own header ends at `start` and begins at
    `head`, which is -1 for a mail of one part, whose header is the mail's."""

    head: int
    start: int
    end: int
    kind: str
    charset: str
    encoding: str

    @property
    def is_text(self) -> bool:
        """Whether a reader sees it as text."""
        return self.kind.startswith("text/") or not self.kind


def parts(mail: Mail) -> tuple[Part, ...]:
    """The parts of a mail, from the top; a mail whose structure is broken is one part."""
    kind = mail.first("content-type")
    encoding = mail.first("content-transfer-encoding")
    return _parts(mail.body, (kind.raw if kind else b"") + (encoding.raw if encoding else b""))


@lru_cache(4)  # asked again and again in the search for damage, of few bodies at a time
def _parts(body: bytes, head: bytes) -> tuple[Part, ...]:
    return tuple(_inside(body, 0, len(body), head, -1, 0))[:MOST_PARTS]


def _inside(body: bytes, start: int, end: int, head: bytes, at: int, depth: int) -> Iterator[Part]:
    header = _header(head)
    kind, boundary = header.get_content_type() if "content-type" in header else "", header.get_boundary()
    if kind.startswith("multipart/") and boundary and depth < MOST_DEPTH:
        found = list(_split(body, start, end, boundary.encode("latin-1", "replace")))
        if found:
            for first, last in found[:MOST_PARTS]:
                gap = _GAP.search(body, first, last)
                empty = body.startswith(CRLF, first)
                content = first + 2 if empty else gap.end() if gap else last
                yield from _inside(body, content, last, b"" if empty else body[first:content], first, depth + 1)
            return
    encoding = _ENCODING.search(head)
    charset = header.get_param("charset", "")
    yield Part(
        at,
        start,
        end,
        kind,
        charset if isinstance(charset, str) else "",
        encoding[1].decode().lower() if encoding else "",
    )


def _header(head: bytes) -> Header:
    header = Header()
    if found := _TYPE.search(head):
        header["content-type"] = found[1].replace(CRLF, b" ").decode("latin-1").strip()
    return header


def _split(body: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts between the boundary lines stand; the CRLF before a boundary belongs to it."""
    lines = re.compile(rb"(?:^|(?<=\r\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r\n|$)")
    previous = None
    for found in lines.finditer(body[start:end] if (start, end) != (0, len(body)) else body):
        if previous is not None:
            yield previous, max(start + found.start() - 2, previous)
        if found[1]:
            return
        previous = start + found.end()
    if previous is not None:
        yield previous, end


def decode(content: bytes, encoding: str) -> bytes | None:
    """The content of a part; None where its encoding is broken or not known."""
    if encoding == "base64":
        try:
            return base64.b64decode(re.sub(rb"\s+", b"", content), validate=True)
        except (binascii.Error, ValueError):
            return None
    if encoding == "quoted-printable":
        return quopri.decodestring(_PADDING.sub(b"", content))  # padding does not count: RFC 2045, section 6.7
    return content if encoding in ("", "7bit", "8bit", "binary") else None


def as_base64(data: bytes, width: int) -> bytes:
    """Base64 in lines of `width`; the last one has its CRLF."""
    text = base64.b64encode(data)
    return b"".join(text[n : n + width] + CRLF for n in range(0, len(text), width))


def as_quoted(data: bytes, width: int) -> bytes:
    """Quoted-printable of text with CRLF line ends, lines of `width` characters at most."""
    return CRLF.join(wrap_quoted(_MUST.sub(_code, line), width) for line in data.split(CRLF))


def _code(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0]


def wrap_quoted(line: bytes, width: int, way: str = "most") -> bytes:
    """A line of quoted-printable with soft breaks, no escape broken, in one of the ways of programs: `most`, what fits
    in `width` with the soft break; `less`, the last piece has room for a soft break too; `over`, an escape that began
    before the limit is still written."""
    keep = width if way == "most" else width - 1
    out, at = [], 0
    while len(line) - at > keep:
        cut = at + width - 1
        while b"=" in line[cut - 2 : cut]:
            cut += 1 if way == "over" else -1
        out.append(line[at:cut])
        at = cut
    return b"=\r\n".join([*out, line[at:]])


Recoded = tuple[bytes, str]


def recode(mail: Mail, to: Callable[[Part, bytes], tuple[str, bytes] | None]) -> Recoded | None:
    """The body with its parts in another transfer encoding: `to` gives the name and the content, or None where a part
    stays. Also the encoding of the mail's own header, "" where that stays. None where nothing changes."""
    body, own, changed = mail.body, "", False
    for part in reversed(parts(mail)):
        content = decode(body[part.start : part.end], part.encoding)
        new = to(part, content) if content is not None else None
        if new is None:
            continue
        name, data = new
        head = body[part.head : part.start] if part.head >= 0 else b""
        if part.head < 0:
            own = name
        elif part.encoding:
            head = _ENCODING.sub(lambda found, name=name: found[0][: -len(found[1])] + name.encode(), head, count=1)  # type: ignore[misc]
        else:
            head = b"Content-Transfer-Encoding: " + name.encode() + CRLF + head
        before = body[: part.head] if part.head >= 0 else b""
        recoded = before + head + data + body[part.end :]
        changed = changed or recoded != body
        body = recoded
    return (body, own) if changed else None

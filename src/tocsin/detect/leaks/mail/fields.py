"""A mail as bytes: its header fields in order, its body, with the line ends that a signature was made over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

CRLF = b"\r\n"
LONGEST_DATE = 200  # characters, with comments
_BLANKS = re.compile(rb"(?<![ \t])[ \t]*+\r\n[ \t]*+")  # linear: a long run of blanks is looked at once
_COMMENTS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Field:
    """A header field: its name in lower case, and its bytes with folding and the CRLF at the end."""

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands behind the colon, unfolded, without blanks around."""
        return _BLANKS.sub(b" ", self.raw.partition(b":")[2]).strip()

    @property
    def text(self) -> str:
        """The value as text; bytes that are no UTF-8 are read as Latin-1."""
        try:
            return self.value.decode()
        except UnicodeDecodeError:
            return self.value.decode("latin-1")


@dataclass(frozen=True)
class Mail:
    """Header fields from the top, and the body with CRLF line ends. `undone`: what was undone to read it."""

    fields: tuple[Field, ...]
    body: bytes
    undone: tuple[str, ...] = ()
    at: dict[str, list[int]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for n, one in enumerate(self.fields):
            self.at.setdefault(one.name, []).append(n)

    def all(self, name: str) -> list[Field]:
        """The fields of that name (lower case), from the top."""
        return [self.fields[n] for n in self.at.get(name, ())]

    def first(self, name: str) -> Field | None:
        """The uppermost field of that name, which is the one that most programs show."""
        found = self.at.get(name)
        return self.fields[found[0]] if found else None


def read(raw: bytes) -> Mail:
    """Take a mail apart. Line ends of any system become CRLF, as transport has them (RFC 5321, section 2.3.8)."""
    raw, undone = _line_ends(raw)
    if raw.startswith(b"\xef\xbb\xbf"):
        raw, undone = raw[3:], [*undone, "a byte order mark before the header was left out"]
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(CRLF)[2]
    head, body = (b"", raw[2:]) if raw.startswith(CRLF) else _split(raw)
    return Mail(_fields(head), body, tuple(undone))


def _split(raw: bytes) -> tuple[bytes, bytes]:
    head, gap, body = raw.partition(b"\r\n\r\n")
    if not gap:
        head = head[:-2] if head.endswith(CRLF) else head
    return head + CRLF if head else b"", body


def _line_ends(raw: bytes) -> tuple[bytes, list[str]]:
    """The bytes with CRLF line ends, and whether any had to be changed."""
    ends, full = raw.count(b"\n"), raw.count(CRLF)
    if not ends and b"\r" in raw:
        return raw.replace(b"\r", CRLF), ["line ends CR were read as CRLF"]
    if ends == full and b"\r\r\n" not in raw:
        return raw, []
    told = "line ends LF were read as CRLF" if not full else "mixed line ends were read as CRLF"
    return re.sub(rb"\r*\n", CRLF, raw), [told]


def _fields(head: bytes) -> tuple[Field, ...]:
    """Fields of a header; a line without a colon is a field without a name, so that nothing is lost."""
    found: list[list[bytes]] = []
    for line in head.split(CRLF)[:-1]:
        if line[:1] in (b" ", b"\t") and found:
            found[-1].append(line)
        else:
            found.append([line])
    return tuple(_field(CRLF.join(lines) + CRLF) for lines in found)


def _field(raw: bytes) -> Field:
    name, colon, _ = raw.partition(b":")
    return Field(name.strip().lower().decode("latin-1") if colon else "", raw)


def moment(text: str) -> datetime | None:
    """A date of RFC 5322, section 3.3, as UTC; None where it is no date that exists. Without a zone it is UTC."""
    text = text[:LONGEST_DATE]
    while (bare := _COMMENTS.sub(" ", text)) != text:
        text = bare
    try:
        found = parsedate_to_datetime(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None

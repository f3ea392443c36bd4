"""Mailboxes in one file (RFC 4155 and its older kinds): where each mail begins and ends.

A mail begins at a line `From ` with a date, after an empty line, before a header line. In the kinds that quote (mboxo,
mboxrd) no other line begins so; in those that do not (mboxcl, mboxcl2) Content-Length says where the mail ends. Mails
are given as they stand, with their quoting: what was quoted cannot be told from what was written so.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import BinaryIO

CHUNK, LINE_BYTES = 1 << 20, 1 << 12
_BEGINS = re.compile(rb"From (?:\S+@\S+|\S+ .*\d\d:\d\d)")
_DATED = re.compile(rb"From \S+\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+[A-Z][a-z]{2}\s+\d+\s+\d\d:\d\d")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|>?From ")
_LENGTH = re.compile(rb"(?im)^Content-Length:[ \t]*(\d{1,15})\s*$")
_HEADER_BYTES = 1 << 20  # in which Content-Length is looked for


def spans(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where each mail stands: its first byte, after the line `From `, and the first byte after it. The empty line
    before the next `From ` belongs to no mail. Memory does not grow with the mailbox."""
    start = skip = -1
    stream.seek(0)
    first = len(BOM_UTF8) if stream.read(len(BOM_UTF8)) == BOM_UTF8 else 0
    for at in _candidates(stream, first):
        if at < skip or not (begins := _begin(stream, at, first)):
            continue
        if start >= 0:
            yield start, _without_blank(stream, start, at)
        start = begins
        skip = _end_by_length(stream, start)
    if start >= 0:
        yield start, stream.seek(0, 2)


def _candidates(stream: BinaryIO, first: int) -> Iterator[int]:
    """Where lines begin with `From `, from the first byte of the text on."""
    at, before = first, b"\n"
    while True:
        stream.seek(at)
        data = stream.read(CHUNK)
        if not data:
            return
        window = before + data
        for found in re.finditer(rb"\nFrom ", window):
            yield at - len(before) + found.start() + 1
        at += len(data)
        before = window[-5:]


def _begin(stream: BinaryIO, at: int, first: int) -> int:
    """The first byte of the mail whose line `From ` stands at `at`; 0 where none begins there."""
    stream.seek(max(0, at - 3))
    before = stream.read(min(3, at))
    line = stream.readline(LINE_BYTES)
    field = stream.readline(LINE_BYTES)
    blank = before.endswith((b"\n\n", b"\n\r\n"))
    if at > first and not (_BEGINS.match(line) if blank else _DATED.match(line)):
        return 0
    return at + len(line) if line.endswith(b"\n") and (at == first or _FIELD.match(field)) else 0


def _end_by_length(stream: BinaryIO, start: int) -> int:
    """Where the mail ends by its own Content-Length, if there is a mail or the end of the file there; else `start`."""
    stream.seek(start)
    head = stream.read(_HEADER_BYTES)
    blank = re.search(rb"\r?\n\r?\n", head)
    told = _LENGTH.search(head, 0, blank.start() + 1) if blank else None
    if not blank or not told:
        return start
    end = start + blank.end() + int(told[1])
    size = stream.seek(0, 2)
    if end > size:
        return start
    stream.seek(end)
    after = stream.read(64).lstrip(b"\r\n")
    return end if not after or after.startswith(b"From ") else start


def _without_blank(stream: BinaryIO, start: int, end: int) -> int:
    """The end without the empty line that sets mails apart."""
    stream.seek(max(start, end - 4))
    tail = stream.read(end - max(start, end - 4))
    for blank, size in ((b"\r\n\r\n", 2), (b"\n\n", 1)):
        if tail.endswith(blank):
            return end - size
    return end

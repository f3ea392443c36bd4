"""RTF (version 1.9.1 of its specification): the text that is seen, and what it says of itself; of a mail that Outlook
packed from HTML into RTF [MS-OXRTFEX], the HTML."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from tocsin.errors import InputError
from tocsin.sources.parsers.answer import TEXT_CHARACTERS, answer
from tocsin.sources.parsers.wire import Answer

DEPTH = 1_000  # groups in groups
_TOKEN = re.compile(
    rb"([{}])|\\([A-Za-z]{1,32})(-?\d{1,9})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([^\\{}\r\n]+)|[\r\n\\]",
    re.DOTALL,
)
_SAYS = {"author": "creator", "operator": "lastModifiedBy", "title": "title", "subject": "subject",
         "company": "company", "manager": "manager", "keywords": "keywords", "doccomm": "comments"}  # fmt: skip
_UNSEEN = frozenset(
    ("bkmkend", "bkmkstart", "colortbl", "filetbl", "fldinst", "info", "listtext", "object", "pict", "stylesheet", "tc",
     "themedata", "xe")
)  # fmt: skip
_SIGNS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\f", "row": "\n", "tab": "\t", "cell": "\t",
          "emdash": "\u2014", "endash": "\u2013", "bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019",
          "ldblquote": "\u201c", "rdblquote": "\u201d"}  # fmt: skip
_OFF = ("deleted", "htmlrtf", "v")  # switches text off: revised away, not HTML, hidden
#: Code pages by the number of \fcharset.
_CHARSETS = {77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
             163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
             238: "cp1250"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds within a group. `into`: where its text goes: "" the text, a name of what it says of itself, None
    nowhere. `skip`: how many signs stand for one that is given by number."""

    into: str | None = ""
    skip: int = 1
    off: frozenset[str] = frozenset()
    encoding: str = ""


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The document as it reads, without deleted and hidden text."""
    found = _Reading(stream.read())
    notes = ["holds embedded objects, which are not read"] if found.objects else []
    yield answer("".join(found.texts[""]).strip("\n").split("\f"), found.says(), (), notes)


def body_of(data: bytes) -> tuple[str, str]:
    """The text of a mail's RTF and its type: text/html where it was written as HTML, else text/plain."""
    found = _Reading(data)
    return "".join(found.texts[""]).strip("\n"), "text/html" if found.html else "text/plain"


class _Reading:
    """One pass over the text."""

    def __init__(self, data: bytes) -> None:
        self.texts: dict[str, list[str]] = {"": []}
        self.objects = False
        self.html = b"\\fromhtml" in data[:1_000]
        self._group, self._outer = _Group(), list[_Group]()
        self._page, self._fonts, self._font = "cp1252", dict[int, str](), 0
        self._bytes, self._left, self._skip = bytearray(), TEXT_CHARACTERS, 0
        self._optional = False  # after \\*: what a reader need not know
        at = 0
        while found := _TOKEN.match(data, at):
            at = found.end()
            if found[2] == b"bin" and found[3]:
                at += max(0, int(found[3]))
            self._take(found)
        self._flush()

    def says(self) -> dict[str, str]:
        """What the document says of itself."""
        return {name: "".join(texts).strip() for name, texts in self.texts.items() if name}

    def _take(self, found: re.Match[bytes]) -> None:
        brace, word, number, byte, sign, text = found.groups()
        if text or byte:
            self._signs(text or bytes([int(byte, 16)]))
        elif brace:
            self._flush()
            self._open() if brace == b"{" else self._close()
        elif word:
            self._flush()
            self._word(word.decode("ascii"), int(number) if number else None)
        elif sign == b"*":
            self._optional = True
        elif sign in (b"\\", b"{", b"}"):
            self._signs(sign)
        elif sign in (b"~", b"_", b"\n", b"\r"):
            self._flush()
            self._write({b"~": "\u00a0", b"_": "-"}.get(sign, "\n"))

    def _open(self) -> None:
        if len(self._outer) >= DEPTH:
            raise InputError(f"groups in groups, more than {DEPTH:,} deep")
        self._outer.append(self._group)

    def _close(self) -> None:
        self._group = self._outer.pop() if self._outer else _Group()
        self._optional, self._skip = False, 0

    def _word(self, word: str, number: int | None) -> None:
        optional, self._optional = self._optional, False
        if word in _SAYS and self._group.into is None and not optional:
            self._group = replace(self._group, into=_SAYS[word])
        elif word == "fonttbl":
            self._group = replace(self._group, into=None)
        elif word in _UNSEEN or optional:
            self.objects |= word == "object"
            kept = self.html and word == "htmltag" and self._group.into is not None
            self._group = replace(self._group, into="" if kept else None)
        elif word in _OFF:
            off = self._group.off - {word} if number == 0 else self._group.off | {word}
            self._group = replace(self._group, off=off)
        elif word == "u" and number is not None:
            self._write(chr(number & 0xFFFF))
            self._skip = self._group.skip
        elif word in _SIGNS:
            self._write(_SIGNS[word])
        else:
            self._set(word, number or 0)

    def _set(self, word: str, number: int) -> None:
        """Words that say how bytes are read."""
        if word == "uc":
            self._group = replace(self._group, skip=min(max(number, 0), 100))
        elif word == "ansicpg":
            self._page = _known(f"cp{number}") or self._page
        elif word == "f":
            self._font = number
            self._group = replace(self._group, encoding=self._fonts.get(number, ""))
        elif word == "fcharset" and self._group.into is None and len(self._fonts) < 10_000:
            self._fonts[self._font] = _CHARSETS.get(number, "")

    def _signs(self, data: bytes) -> None:
        drop = min(self._skip, len(data))
        self._skip -= drop
        self._bytes += data[drop:]

    def _flush(self) -> None:
        data, self._bytes = self._bytes, bytearray()
        if data:
            self._write(data.decode(self._group.encoding or self._page, "replace"))

    def _write(self, text: str) -> None:
        if self._group.into is not None and not self._group.off and self._left >= 0:
            self._left -= len(text)
            self.texts.setdefault(self._group.into, []).append(text)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""

"""JSON as exports have it: a record a line, or a document with the records somewhere inside; broken ones set apart."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from tocsin.sources.textual import Lines, decode_head, guess_wide

CHUNK_BYTES = 1 << 20
MAX_VALUE_CHARS = 64 << 20
RESUME_CHARS = 1 << 16
_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[\s\ufeff]*")
_NEXT = re.compile(r"[,}\]\n]\s*(?=\{)")
_LEGACY = "tocsin-windows-1252"
Path = tuple[str, ...]


def _as_legacy(error: UnicodeError) -> tuple[str, int]:
    """What a decoder does with bytes that are not UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_LEGACY, _as_legacy)


@dataclass(frozen=True, slots=True)
class Found:
    """One record: its number (line, or place among the records), the value or why there is none, its context.

    `context` holds the simple members of the objects around it that stand before it (the name of its chat).
    """

    number: int
    value: Any
    reason: str
    text: str
    context: dict[str, Any]


def is_lines(head: bytes, encoding: str | None = None) -> bool:
    """Whether the text is one JSON object a line, told from its first lines."""
    text = decode_head(head, encoding).lstrip()
    return text.startswith("{") and any(isinstance(_loads(line), dict) for line in text.split("\n", 6)[:6])


def from_lines(lines: Lines) -> Iterator[Found]:
    """The record of each line that is not empty."""
    number = 0
    for block in lines:
        for line in block.split(b"\n")[:-1]:
            number += 1
            if not line.strip():
                continue
            value = _loads(line.decode())
            text = line[:2000].decode("utf-8", "replace")
            yield Found(number, value, "" if value is not None else "not a JSON value", text, {})
    if lines.cut:
        reason = f"the file breaks off in this row: {lines.cut_reason}"
        yield Found(number + 1, None, reason, lines.cut[:2000].decode("utf-8", "replace"), {})


def _loads(line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:  # lone surrogates, NaN, control characters, numbers past 64 bits
        return json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return None


class Document:
    """The records of JSON documents at the given paths; `*` stands for each element of an array.

    Reads in a stream. A record that is broken, or cut off, is given with its reason; reading goes on at the next one
    that looks like those before it.
    """

    def __init__(self, stream: BinaryIO, paths: tuple[Path, ...], encoding: str | None = None) -> None:
        self._stream, self._paths, self._encoding = stream, paths, encoding
        self._chunks = self._decoded()
        self._text, self._at, self._number = "", 0, 0
        self._keys: set[str] = set()
        self._context: dict[str, Any] = {}
        self._open = self._legacy = False

    def __iter__(self) -> Iterator[Found]:
        try:
            while self._peek() not in ("",):
                yield from self._walk(())
                if self._peek() == ",":
                    self._at += 1
        except _MalformedError as error:
            if self._text[self._at :].strip():
                yield self._broken(str(error), self._text[self._at :])
            else:
                self._open = True

    def notes(self) -> list[str]:
        """What had to be done to the text."""
        legacy = ["mixed encodings: bytes that are not UTF-8 read as Windows-1252"] if self._legacy else []
        return legacy + (["the file ends before its closing bracket"] if self._open else [])

    def _decoded(self) -> Iterator[str]:
        data = self._stream.read(CHUNK_BYTES)
        codec = self._encoding or guess_wide(data[: 1 << 16]) or "utf-8"
        decoder = codecs.getincrementaldecoder(codec)(errors="strict" if codec == "utf-8" else "replace")
        while True:
            state = decoder.getstate()
            try:
                yield decoder.decode(data, final=not data)
            except UnicodeDecodeError:
                decoder.setstate(state)
                decoder.errors, self._legacy = _LEGACY, True
                yield decoder.decode(data, final=not data)
            if not data:
                return
            data = self._stream.read(CHUNK_BYTES)

    def _fill(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._text, self._at = self._text[self._at :] + chunk, 0
        return True

    def _peek(self) -> str:
        """The next character that is no white space; '' at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def _walk(self, path: Path) -> Iterator[Found]:
        start = self._peek()
        inside = any(wanted[: len(path)] == path and len(wanted) > len(path) for wanted in self._paths)
        if path in self._paths:
            yield from self._record()
        elif start == "{" and inside:
            yield from self._object(path)
        elif start == "[" and inside:
            yield from self._array(path)
        else:
            value = self._value()
            if path and not isinstance(value, dict | list):
                self._context[path[-1]] = value

    def _object(self, path: Path) -> Iterator[Found]:
        self._at += 1
        while (char := self._peek()) != "}":
            if char == ",":
                self._at += 1
                continue
            if char == "":
                raise _MalformedError("the file breaks off here")
            key = self._value()
            if not isinstance(key, str) or self._peek() != ":":
                raise _MalformedError("not JSON from here on")
            self._at += 1
            yield from self._walk((*path, key))
        self._at += 1

    def _array(self, path: Path) -> Iterator[Found]:
        self._at += 1
        while (char := self._peek()) != "]":
            if char == ",":
                self._at += 1
            elif char == "":
                raise _MalformedError("the file breaks off here")
            else:
                yield from self._walk((*path, "*"))
        self._at += 1

    def _record(self) -> Iterator[Found]:
        start = self._text[self._at : self._at + 2000]
        try:
            value = self._value()
        except _MalformedError as error:
            yield self._resume(str(error))
            return
        if isinstance(value, dict):
            self._keys = set(value)
        self._number += 1
        yield Found(self._number, value, "", start, dict(self._context))

    def _broken(self, reason: str, text: str) -> Found:
        self._number += 1
        return Found(self._number, None, reason, text[:2000], dict(self._context))

    def _resume(self, reason: str) -> Found:
        """Give up the record here and go to the next object with much the same keys as the last good one."""
        start, at = self._at, self._at + 1
        while True:
            while found := _NEXT.search(self._text, at):
                at = found.end()
                try:
                    # a window, for a failure counts the lines of all the text that it is given
                    value, _ = _DECODER.raw_decode(self._text[at : at + RESUME_CHARS])
                except (ValueError, RecursionError):
                    continue
                if isinstance(value, dict) and len(self._keys & set(value)) * 2 >= len(self._keys):
                    broken = self._broken(reason, self._text[start:at])
                    self._at = at
                    return broken
            if len(self._text) - start > MAX_VALUE_CHARS or not self._fill():
                break
            start, at = 0, 1
        broken = self._broken(reason, self._text[start:])
        closing = self._text.rfind("]", start)
        self._at = closing if closing > start and not self._text[closing:].strip(" \n\t]}") else len(self._text)
        return broken

    def _value(self) -> Any:
        """The value that starts here, whole. Raises _MalformedError, without moving, where it is broken or cut off."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                short = error.pos > len(self._text) - 16 or "Unterminated" in error.msg
                if short and len(self._text) - self._at < MAX_VALUE_CHARS and self._fill():
                    continue
                raise _MalformedError("the file breaks off here" if short else f"not JSON: {error.msg}") from None
            except RecursionError:
                raise _MalformedError("not JSON: nested too deeply") from None
            if end < len(self._text) or not self._fill():  # a number at the very end may go on in the next chunk
                self._at = end if end <= len(self._text) else self._at
                return value


class _MalformedError(ValueError):
    """The text here is no JSON."""

"""PDF (ISO 32000-2, 7.5.6 and 12.8): the states that a file keeps of itself, and what signatures in it cover."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from tocsin.sources.parsers.answer import said
from tocsin.sources.parsers.covered import unseen
from tocsin.sources.parsers.wire import Answer

REVISIONS, PAGES, OBJECTS, ORPHANS = 50, 500, 20_000, 200  # that are looked at
STREAM = 1 << 20  # bytes of a stream that nothing refers to, unpacked
_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF[ \t]*\r?\n?")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_OWN = re.compile(rb"<[0-9A-Fa-f\s]*>")  # what a signature leaves out: its own string, and nothing beside it
_DRAWN = re.compile(rb"\[((?:[^\[\]\\]|\\.){2,2000})\]\s*TJ|\(((?:[^()\\]|\\.){2,200})\)\s*(?:Tj|')")
_PIECE = re.compile(rb"\(((?:[^()\\]|\\.)*)\)")
_FORM = frozenset(("/AP", "/Annots", "/Fields", "/Kids"))  # by which a form reaches its appearances


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """One answer: `ends` of the states in bytes, `texts` of each and what its form `fields` hold (by page; none where
    it cannot be read), `signed`, `gaps`, `shared`, `covered`, `invisible`, `hidden` as `detect.leaks.revisions.History`
    has them, and a `note` on what cannot be read."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity of a damaged file
    data = stream.read()
    ends = _ends(data)
    signed, gaps = _signed(data)
    facts: dict[str, Any] = {"ends": ends, "signed": signed, "gaps": gaps, "shared": 0, "hidden": "", "note": ""}
    facts |= {"texts": [None] * len(ends), "fields": [None] * len(ends), "covered": [], "invisible": []}
    try:
        reader = _reader(data)
        if reader is None:
            facts["note"] = "it is encrypted"
        else:
            states = [*(_state(data[:end]) for end in ends[:-1]), _last(reader, facts)]
            facts["texts"] = [one[0] if one else None for one in states]
            facts["fields"] = [one[1] if one else None for one in states]
            facts["shared"] = max(one[2] for one in states if one)
            facts["hidden"] = _hidden(reader, data)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  pypdf raises whatever it stumbles over
        facts["note"] = f"it cannot be read: {said(error)}"
    yield facts, []


def _ends(data: bytes) -> list[int]:
    """Where each state of the file ends. The first part of a linearised file (annex F) is no state of its own."""
    found = [(int(hit[1]), hit.end()) for hit in _END.finditer(data)]
    if len(found) > 1 and (found[0][0] == 0 or b"/Linearized" in data[:1024]):
        found = found[1:]
    ends = [end for start, end in found if start < end]
    if len(ends) > REVISIONS:
        ends = ends[: REVISIONS - 1] + ends[-1:]
    return ends or [len(data)]


def _signed(data: bytes) -> tuple[tuple[int, ...], int]:
    """The last byte that each signature covers, and how many leave out more than their own hexadecimal string."""
    ends, gaps = [], 0
    for hit in _RANGE.finditer(data):
        start, first, second, rest = (int(number) for number in hit.groups())
        left = data[start + first : second].strip()
        gaps += start != 0 or not _OWN.fullmatch(left) or second + rest > len(data)
        ends.append(second + rest)
    return tuple(sorted(ends)), gaps


def _reader(data: bytes) -> Any:
    """The PDF, or None for one that a password protects."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    return None if reader.is_encrypted and not reader.decrypt("") else reader


State = tuple[list[str], list[str], int]  # the text and the form fields of each page, and shared appearances


def _state(data: bytes) -> State | None:
    """An earlier state; None where it cannot be read."""
    try:
        reader = _reader(data)
        pages = [page.extract_text() + _notes(page) for page, _ in zip(reader.pages, range(PAGES), strict=False)]
        return pages, _fields(reader), _shared(reader)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  an earlier state may be damaged where the last is not
        return None


def _last(reader: Any, facts: dict[str, Any]) -> State:
    """The last state; to `facts` go the numbers of its pages on which text cannot be seen, with how many characters."""
    pages = []
    for number, page in enumerate(reader.pages, 1):
        if number > PAGES:
            break
        text, covered, invisible = unseen(page)
        facts["covered"] += [(number, covered)] * bool(covered)
        facts["invisible"] += [(number, invisible)] * bool(invisible)
        pages.append(text + _notes(page))
    return pages, _fields(reader), _shared(reader)


def _fields(reader: Any) -> list[str]:
    """What the form fields of each page hold."""
    return [
        "\n".join(str(held["/V"]) for held in _held(page) if isinstance(held.get("/V"), str))
        for page, _ in zip(reader.pages, range(PAGES), strict=False)
    ]


def _notes(page: Any) -> str:
    """What notes on a page say, each on a line of its own."""
    return "".join(f"\n{held['/Contents']}" for held in _held(page) if isinstance(held.get("/Contents"), str))


def _held(page: Any) -> Iterator[Any]:
    """The notes and form fields of a page; notes are as visible as its text."""
    for note in page.get("/Annots") or ():
        yield note.get_object()


def _references(value: Any, path: str = "") -> list[tuple[int, str]]:
    """The objects that an object refers to, each with the key it stands under."""
    from pypdf.generic import IndirectObject

    if isinstance(value, IndirectObject):
        return [(value.idnum, path)]
    if isinstance(value, dict):
        items = [(key, dict.__getitem__(value, key)) for key in value]
        return [one for key, item in items for one in _references(item, path if path == "/AP" else str(key))]
    if isinstance(value, list):
        return [one for n in range(len(value)) for one in _references(list.__getitem__(value, n), path)]
    return []


def _reached(reader: Any) -> dict[int, set[str]]:
    """The keys under which each object is referred to, of all objects that are reached from the trailer."""
    found: dict[int, set[str]] = {}
    waiting = _references(dict(reader.trailer))
    while waiting and len(found) < OBJECTS:
        number, key = waiting.pop()
        seen = number in found
        found.setdefault(number, set()).add(key)
        if not seen:
            held = reader.get_object(number)
            inner = "/AP" if key == "/AP" and isinstance(held, dict) and "/Type" not in held else ""
            waiting += [(at, inner or under) for at, under in _references(held)]
    return found


def _shared(reader: Any) -> int:
    """Appearances of form fields that something outside of forms refers to: who may fill in the form changes that."""
    return sum("/AP" in keys and bool(keys - _FORM) for keys in _reached(reader).values())


def _hidden(reader: Any, data: bytes) -> str:
    """Text in content streams that nothing refers to any more; none is told of a file with too many objects."""
    reached = _reached(reader)
    texts: list[str] = []
    if len(reached) >= OBJECTS:
        return ""
    for hit in re.finditer(rb"(?m)^(\d{1,7}) \d{1,5} obj\b", data[: 50 << 20]):
        if int(hit[1]) not in reached and len(texts) < ORPHANS:
            texts += [_told(one) for one in _DRAWN.finditer(_stream(data, hit.end()))]
    return " ".join(" ".join(texts).split())[:2_000]


def _stream(data: bytes, at: int) -> bytes:
    """The stream of the object whose body begins there, unpacked; b"" where it has none."""
    begin = data.find(b"stream", at, at + 2_000)
    end = data.find(b"endobj", at, at + 2_000)
    if begin < 0 or (0 <= end < begin):
        return b""
    body = data[begin + len(b"stream") : data.find(b"endstream", begin)].lstrip(b"\r\n")
    if b"/FlateDecode" not in data[at:begin]:
        return body[:STREAM]
    try:
        return zlib.decompressobj().decompress(body, STREAM)
    except zlib.error:
        return b""


def _told(hit: re.Match[bytes]) -> str:
    """The text that an operator draws, as far as it is Latin."""
    pieces = _PIECE.findall(hit[1]) if hit[1] else [hit[2]]
    return b"".join(pieces).decode("latin-1")

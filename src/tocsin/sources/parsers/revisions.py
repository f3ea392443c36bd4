"""PDF (ISO 32000-2, 7.5.6 and 12.8): the states that a file keeps of itself, and what signatures in it cover."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from tocsin.sources.parsers.answer import said
from tocsin.sources.parsers.wire import Answer

REVISIONS, PAGES, OBJECTS = 50, 500, 20_000  # that are looked at
_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF[ \t]*\r?\n?")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_FORM = frozenset(("/AP", "/Annots", "/Fields", "/Kids"))  # by which a form reaches its appearances


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """One answer: `ends` of the states in bytes, `texts` of each (by page; none where it cannot be read), `signed`,
    `gaps`, `shared` and `hidden` as `detect.leaks.revisions.History` has them, and a `note` on what cannot be read."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity of a damaged file
    data = stream.read()
    ends = _ends(data)
    signed, gaps = _signed(data)
    facts: dict[str, Any] = {"ends": ends, "signed": signed, "gaps": gaps, "shared": 0, "hidden": "", "note": ""}
    facts["texts"] = [None] * len(ends)
    try:
        reader = _reader(data)
        if reader is None:
            facts["note"] = "it is encrypted"
        else:
            earlier = [_state(data[:end]) for end in ends[:-1]]
            facts["texts"] = [*(text for text, _ in earlier), _pages(reader)]
            facts["shared"] = max([_shared(reader), *(shared for _, shared in earlier)])
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
        gaps += start != 0 or not (left[:1] == b"<" and left[-1:] == b">") or second + rest > len(data)
        ends.append(second + rest)
    return tuple(sorted(ends)), gaps


def _reader(data: bytes) -> Any:
    """The PDF, or None for one that a password protects."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    return None if reader.is_encrypted and not reader.decrypt("") else reader


def _state(data: bytes) -> tuple[list[str] | None, int]:
    """Text and shared appearances of an earlier state; None where it cannot be read."""
    try:
        reader = _reader(data)
        return _pages(reader), _shared(reader)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  an earlier state may be damaged where the last is not
        return None, 0


def _pages(reader: Any) -> list[str]:
    """The visible text of each page: what is written on it, and in its form fields and notes."""
    made = []
    for page, _ in zip(reader.pages, range(PAGES), strict=False):
        texts = [page.extract_text()]
        for note in page.get("/Annots") or ():
            held = note.get_object()
            texts += [str(held[key]) for key in ("/V", "/Contents") if isinstance(held.get(key), str)]
        made.append("\n".join(texts))
    return made


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
    """Text in content streams that nothing refers to any more."""
    reached = _reached(reader)
    texts: list[str] = []
    for hit in re.finditer(rb"(?m)^(\d{1,7}) \d{1,5} obj\b", data[: 50 << 20]):
        number = int(hit[1])
        if number in reached or len(texts) > 100:
            continue
        begin = data.find(b"stream", hit.end(), hit.end() + 2_000)
        body = data[begin : data.find(b"endstream", begin)] if begin >= 0 else b""
        texts += [one.decode("latin-1") for one in re.findall(rb"\(([^()\\]{2,200})\)\s*Tj", body)]
    return " ".join(texts)[:2_000]

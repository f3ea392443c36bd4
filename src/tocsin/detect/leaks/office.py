"""What an Office or OpenDocument file keeps of its past: tracked changes, comments, editing sessions."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree

from tocsin.model.finding import Change

PART = 16 << 20  # bytes of one part that are read
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Marks:
    """Tracked changes (in order), comments, and distinct editing sessions (rsid) of a text document."""

    changes: tuple[Change, ...] = ()
    comments: int = 0
    sessions: int = 0
    note: str = ""


def marks(data: bytes) -> Marks:
    """Read a .docx (ISO/IEC 29500-1, 17.13 and 17.15.1.70); of any other file there are none. XML with a document type
    is not read: it could hold entities that expand."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            texts = {name: _part(packed, f"word/{name}.xml") for name in ("document", "comments", "settings")}
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        return Marks(note=f"it cannot be opened: {str(error)[:200]}")
    if not texts["document"]:
        return Marks()
    try:
        changes = _tracked(ElementTree.fromstring(texts["document"]))  # noqa: S314  without a document type
    except ElementTree.ParseError as error:
        return Marks(note=f"its text cannot be read: {error}")
    sessions = set(re.findall(rb'<w:rsid w:val="([0-9A-Fa-f]{8})"', texts["settings"]))
    return Marks(changes, texts["comments"].count(b"<w:comment "), len(sessions))


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """A part of the file; empty where it is not there, is too long, or has a document type."""
    if name not in packed.namelist():
        return b""
    with packed.open(name) as part:
        text = part.read(PART + 1)
    return b"" if len(text) > PART or b"<!DOCTYPE" in text else text


def _tracked(root: ElementTree.Element) -> tuple[Change, ...]:
    """Insertions and deletions that were kept track of, by paragraph."""
    found: list[Change] = []
    for number, paragraph in enumerate(root.iter(f"{_WORD}p"), 1):
        for mark in paragraph.iter():
            kind = {f"{_WORD}ins": "t", f"{_WORD}del": "delText"}.get(mark.tag)
            text = "".join(part.text or "" for part in mark.iter(f"{_WORD}{kind}"))[:_SHOWN] if kind else ""
            if not text.strip():
                continue
            place = f"paragraph {number}, tracked on {mark.get(f'{_WORD}date', 'no date')[:10]}"
            if kind == "t":
                found.append(Change(kind="insertion", place=place, before="", after=text))
            else:
                found.append(Change(kind="deletion", place=place, before=text, after=""))
    return tuple(found)

"""What an Office or OpenDocument file keeps of its past: tracked changes, comments, editing sessions."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from tocsin.model.finding import Change

PART = 16 << 20  # bytes of one part that are read
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_COMMENTS = re.compile(r"word/comments\.xml|xl/(?:comments\d*|threadedComments/\w+)\.xml|ppt/comments/\w+\.xml")
_COMMENT = re.compile(rb"<(?:\w+:)?(?:comment|threadedComment|cm)\s")
_MOST = 50  # parts of comments that are read, and changes that may begin before others end
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Marks:
    """Tracked changes (in order), comments, distinct editing sessions (rsid), and characters that are set not to be
    shown."""

    changes: tuple[Change, ...] = ()
    comments: int = 0
    sessions: int = 0
    hidden: int = 0
    note: str = ""


def marks(data: bytes) -> Marks:
    """Read a .docx (ISO/IEC 29500-1, 17.13 and 17.15.1.70) or an .odt (ISO/IEC 26300-3, 5.5); of .xlsx and .pptx only
    comments; of any other file there are none. XML with a document type is not read: it could hold entities that
    expand."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            parts = {name: _part(packed, name) for name in ("word/document.xml", "word/settings.xml", "content.xml")}
            said = [name for name in names if _COMMENTS.fullmatch(name)][:_MOST]
            return _marks(parts, sum(len(_COMMENT.findall(_part(packed, name))) for name in said))
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        return Marks(note=f"it cannot be opened: {str(error)[:200]}")
    except ElementTree.ParseError as error:
        return Marks(note=f"its text cannot be read: {error}")


def _marks(parts: dict[str, bytes], comments: int) -> Marks:
    """From the parts of a file that hold its text and settings."""
    if text := parts["word/document.xml"]:
        root = ElementTree.fromstring(text)  # noqa: S314  without a document type
        sessions = set(re.findall(rb'<w:rsid w:val="([0-9A-Fa-f]{8})"', parts["word/settings.xml"]))
        return Marks(_tracked(root), comments, len(sessions), _hidden(root))
    if text := parts["content.xml"]:
        root = ElementTree.fromstring(text)  # noqa: S314  without a document type
        return Marks(_open_tracked(root), sum(1 for _ in root.iter(f"{_OFFICE}annotation")))
    return Marks(comments=comments)


def _hidden(root: ElementTree.Element) -> int:
    """Characters of runs that are set to vanish (17.3.2.41), or stand in black on black."""
    found = 0
    for run in root.iter(f"{_WORD}r"):
        held = run.find(f"{_WORD}rPr")
        if held is not None and (_on(held.find(f"{_WORD}vanish")) or _black(held)):
            found += sum(len("".join((part.text or "").split())) for part in run.iter(f"{_WORD}t"))
    return found


def _on(mark: ElementTree.Element | None) -> bool:
    return mark is not None and mark.get(f"{_WORD}val", "1") not in ("0", "false", "off")


def _black(held: ElementTree.Element) -> bool:
    """Whether a run has a black ground, and no other colour of its own than black."""
    light, shade, colour = (held.find(f"{_WORD}{name}") for name in ("highlight", "shd", "color"))
    ground = (light is not None and light.get(f"{_WORD}val") == "black") or (
        shade is not None and shade.get(f"{_WORD}fill") == "000000"
    )
    return ground and (colour is None or colour.get(f"{_WORD}val") == "000000")


def _open_tracked(root: ElementTree.Element) -> tuple[Change, ...]:
    """Tracked changes of an OpenDocument text: what was deleted, and how much was inserted when. Text that was inserted
    stands between two marks in the body, which need not be in one paragraph."""
    bodies = _between(root)
    found = []
    for region in root.iter(f"{_TEXT}changed-region"):
        for kind, words in (("insertion", bodies.get(region.get(f"{_TEXT}id", ""), "")), ("deletion", "")):
            mark = region.find(f"{_TEXT}{kind}")
            if mark is None:
                continue
            day = next((one.text or "" for one in mark.iter(f"{_DC}date")), "no date")[:10]
            lost = " ".join(_plain(one) for one in mark.iter() if one.tag in (f"{_TEXT}p", f"{_TEXT}h"))
            before, after = ("", words) if kind == "insertion" else (lost, "")
            if (before or after).strip():
                found.append(_change(kind, f"tracked on {day}", before, after))
    return tuple(found)


def _between(root: ElementTree.Element) -> dict[str, str]:
    """The text between the two marks of each change, by its id."""
    texts: dict[str, list[str]] = {}
    open_: set[str] = set()
    body = root.find(f"{_OFFICE}body")
    for kind, text in _walked(body if body is not None else root):
        if kind == "begin":
            open_ |= {text} if len(open_) < _MOST else set()
        elif kind == "end":
            open_.discard(text)
        else:
            for one in open_:
                texts.setdefault(one, []).append(text)
    return {one: " ".join("".join(parts).split()) for one, parts in texts.items()}


def _walked(root: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Marks of changes and the text between them, in order, without what was deleted."""
    waiting: list[ElementTree.Element | str] = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield "text", one
            continue
        kind = {f"{_TEXT}change-start": "begin", f"{_TEXT}change-end": "end"}.get(one.tag)
        if kind:
            yield kind, one.get(f"{_TEXT}change-id", "")
        if one.tag in (f"{_TEXT}tracked-changes", f"{_OFFICE}annotation"):
            continue
        yield "text", (" " if one.tag in (f"{_TEXT}p", f"{_TEXT}h") else "") + (one.text or "")
        for part in reversed(one):
            waiting += [part.tail or "", part]


def _plain(one: ElementTree.Element) -> str:
    return " ".join("".join(one.itertext()).split())


def _change(kind: str, place: str, before: str, after: str) -> Change:
    made: Literal["insertion", "deletion"] = "insertion" if kind == "insertion" else "deletion"
    return Change(kind=made, place=place, before=before[:_SHOWN], after=after[:_SHOWN])


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
            found.append(_change("insertion", place, "", text) if kind == "t" else _change("deletion", place, text, ""))
    return tuple(found)

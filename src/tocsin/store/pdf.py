"""PDF (ISO 32000-2) without metadata, scripts, embedded files and thumbnails: the pages alone."""

from __future__ import annotations

import io
from typing import Any

from tocsin.errors import InputError
from tocsin.store.pictures import jpeg_segments

PAGES = 10_000
_HINT = "Look at the original in a safe place."

#: Keys that hold metadata, scripts, files or who wrote (sections 7.11, 12.5, 12.6, 14.3 and 14.5).
_METADATA = (
    "Author",
    "CreationDate",
    "Creator",
    "LastModified",
    "M",
    "Metadata",
    "ModDate",
    "NM",
    "PieceInfo",
    "Producer",
)
_ACTIVE = ("AA", "AF", "EF", "EmbeddedFiles", "JavaScript", "JS", "Names", "Next", "OpenAction", "Thumb")
_KEYS = frozenset(f"/{key}" for key in _METADATA + _ACTIVE)
_NOTES = frozenset(("/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound"))
_ACTIONS = frozenset(("/GoTo", "/URI", "/Named"))
_BOXES = (b"xml ", b"uuid", b"uinf")  # of JPEG 2000 (ISO/IEC 15444-1, annex I.7): what is not the picture


def clean_pdf(data: bytes) -> bytes:
    """The pages of a PDF with their notes and links. Outlines, forms' logic and layers' names are lost. Raises
    `InputError` for one that is damaged, encrypted or has more than 10,000 pages."""
    from pypdf import PdfReader, PdfWriter

    try:
        reader, writer = PdfReader(io.BytesIO(data)), PdfWriter()
        if reader.is_encrypted or len(reader.pages) > PAGES:
            reason = "is encrypted" if reader.is_encrypted else f"has {len(reader.pages):,} pages"
            raise InputError(f"no copy: the PDF {reason}", hint=_HINT)
        for page in reader.pages:
            writer.add_page(page)
        writer.metadata = None
        for thing in writer._objects:
            _clean(thing)
        out = io.BytesIO()
        writer.write(out)
    except InputError:
        raise
    except Exception as error:  # pypdf raises whatever it stumbles over
        raise InputError(f"no copy: the PDF cannot be read: {error}", hint=_HINT) from error
    return out.getvalue()


def _clean(thing: Any) -> None:
    """Clean an object and what lies directly in it."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

    if isinstance(thing, StreamObject):
        _clean_picture(thing)
    if isinstance(thing, DictionaryObject):
        for key in _KEYS & thing.keys():
            del thing[key]
        if "/Rect" in thing and _value(thing, "/Subtype") != "/Widget":
            thing.pop("/T", None)  # of a note, its author
        if "/A" in thing and _value(thing, "/A", "/S") not in _ACTIONS:
            del thing["/A"]
        if "/Annots" in thing:
            notes = [one for one in _value(thing, "/Annots") if _value(one.get_object(), "/Subtype") not in _NOTES]
            thing[NameObject("/Annots")] = ArrayObject(notes)
    parts = thing.values() if isinstance(thing, DictionaryObject) else thing if isinstance(thing, ArrayObject) else ()
    for part in parts:
        _clean(part)  # a reference is no container: what it leads to is in the list of objects


def _value(thing: Any, *keys: str) -> Any:
    for key in keys:
        thing = thing[key].get_object() if hasattr(thing, "keys") and key in thing else None
    return thing


def _clean_picture(stream: Any) -> None:
    """Strip a JPEG or JPEG 2000 that is kept as such."""
    filters = _value(stream, "/Filter")
    last = filters[0].get_object() if isinstance(filters, list) and len(filters) == 1 else filters
    if last == "/DCTDecode":
        stream._data = jpeg_segments(stream._data)
    elif last == "/JPXDecode":
        stream._data = _jpeg2000(stream._data)


def _jpeg2000(data: bytes) -> bytes:
    """A JPEG 2000 file without the boxes that hold metadata; a bare codestream as it is."""
    kept, at = bytearray(), 0
    while at + 8 <= len(data) and data[4:8] == b"jP  ":
        size = int.from_bytes(data[at : at + 4])
        end = int.from_bytes(data[at + 8 : at + 16]) + at if size == 1 else at + size if size else len(data)
        if not at + 8 <= end <= len(data):
            raise ValueError(f"a box at byte {at} of a picture is cut short")
        if data[at + 4 : at + 8] not in _BOXES:
            kept += data[at:end]
        at = end
    return bytes(kept) or data

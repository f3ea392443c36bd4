"""Pictures: what they say of themselves. Only the head is read, no pixel is unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from tocsin.sources.parsers.answer import answer
from tocsin.sources.parsers.wire import Answer

_INNER = {0x8769: "", 0x8825: "GPS "}  # Exif and GPS directories (Exif 2.32, 4.6.3)


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """Size, format, Exif fields and texts of a picture."""
    from PIL import ExifTags, Image

    Image.MAX_IMAGE_PIXELS = None  # nothing is unpacked
    with Image.open(stream) as picture:
        found: dict[str, object] = {"format": picture.format, "size": f"{picture.width}x{picture.height}"}
        found |= {
            name: value
            for name, value in picture.info.items()
            if isinstance(name, str) and isinstance(value, str | int | float)
        }
        exif = Image.Exif() if picture.format == "PNG" else picture.getexif()  # of a PNG it would unpack the pixels
        if picture.format == "PNG" and "exif" in picture.info:
            exif.load(picture.info["exif"])
        found |= _named(dict(exif), ExifTags.TAGS, "")
        for tag, start in _INNER.items():
            names = ExifTags.GPSTAGS if start else ExifTags.TAGS
            found |= _named(exif.get_ifd(tag), names, start)
    yield answer((), found)


def _named(fields: dict[int, Any], names: dict[int, str], start: str) -> dict[str, object]:
    return {f"{start}{names.get(tag, tag)}": _value(value) for tag, value in fields.items() if tag not in _INNER}


def _value(value: Any) -> object:
    return value.decode("latin-1").rstrip("\0") if isinstance(value, bytes) and len(value) < 4_000 else value

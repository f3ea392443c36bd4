"""Pictures without metadata: the same pixels and nothing beside them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tocsin.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS = 100_000_000  # of all frames together; four bytes each in memory
FRAMES = 2_000
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
}
_ORIENTATION = 0x0112  # the one Exif tag that changes what is seen (Exif 3.0, section 4.6.5)
_LOSSLESS: dict[str, dict[str, object]] = {
    "PNG": {},
    "WEBP": {"lossless": True, "exact": True},
    "GIF": {"optimize": False},
    "TIFF": {"compression": "tiff_deflate"},
}
_FLAT = ("transparency", "background")  # of what Pillow calls info, that which belongs to the pixels
_HINT = "Look at the original in a safe place."


def clean_picture(data: bytes, media_type: str) -> bytes:
    """The picture without Exif, XMP, comments, profiles, thumbnails and whatever stands behind its end.

    JPEG keeps its coded pixels; other formats are written anew and compared pixel by pixel, frame by frame. Raises
    `InputError` for a picture that is damaged, too large, or cannot be written without loss.
    """
    kind = FORMATS[media_type]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata, which is dropped anyway
            return _clean_jpeg(data) if kind == "JPEG" else _rewritten(data, kind)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError) as error:
        raise InputError(f"no copy: the picture cannot be read: {error}", hint=_HINT) from error


def _open(data: bytes, kind: str) -> Image:
    from PIL import Image

    try:
        found = Image.open(io.BytesIO(data), formats=[kind, "MPO"] if kind == "JPEG" else [kind])
    except Image.DecompressionBombError as error:
        raise InputError(f"no copy: {error}", hint=_HINT) from error
    frames = getattr(found, "n_frames", 1)
    if frames > FRAMES or found.width * found.height * frames > PIXELS:
        raise InputError(f"no copy: {frames} frames of {found.width} by {found.height} pixels are too many", hint=_HINT)
    return found


def _frames(picture: Image) -> Iterator[Image]:
    """All frames, turned as Exif asks; Pillow turns those of a TIFF itself."""
    from PIL import ImageOps, ImageSequence

    for frame in ImageSequence.Iterator(picture):
        frame.load()
        yield ImageOps.exif_transpose(frame) if picture.format in ("PNG", "WEBP") else frame


def _rewritten(data: bytes, kind: str) -> bytes:
    source = _open(data, kind)
    frames, durations = [], []
    for frame in _frames(source):
        bare = frame.copy()
        bare.info = {name: frame.info[name] for name in _FLAT if name in frame.info}
        frames.append(bare)
        durations.append(frame.info.get("duration", 0))
    options = dict(_LOSSLESS[kind])
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
        if kind != "TIFF":
            options |= {"duration": durations, "loop": source.info.get("loop", 0 if kind != "GIF" else None)}
            options = {name: value for name, value in options.items() if value is not None}
    out = io.BytesIO()
    frames[0].save(out, kind, **options)
    _compare(data, out.getvalue(), kind)
    return out.getvalue()


def _compare(before: bytes, after: bytes, kind: str) -> None:
    """Raise `InputError` unless all frames have the same pixels."""
    old, new = _open(before, kind), _open(after, kind)
    same = getattr(old, "n_frames", 1) == getattr(new, "n_frames", 1) and all(
        _pixels(one) == _pixels(other) for one, other in zip(_frames(old), _frames(new), strict=True)
    )
    if not same or _deep(before, kind):
        raise InputError(f"no copy: this {kind} cannot be written anew without loss", hint=_HINT)


def _pixels(frame: Image) -> bytes:
    return (frame if frame.mode in ("I", "F", "I;16", "CMYK") else frame.convert("RGBA")).tobytes()


def _deep(data: bytes, kind: str) -> bool:
    """Whether it is a PNG of 16 bits a channel in colour, which Pillow reads as 8 (PNG, section 11.2.1)."""
    return kind == "PNG" and data[24] == 16 and data[25] != 0


def _clean_jpeg(data: bytes) -> bytes:
    from PIL import Image

    source = _open(data, "JPEG")
    turned = source.getexif().get(_ORIENTATION, 1)
    clean = jpeg_segments(data)
    if turned in range(2, 9):
        exif = Image.Exif()
        exif[_ORIENTATION] = turned
        body = exif.tobytes()
        clean = clean[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body + clean[2:]
    if _pixels(_open(clean, "JPEG")) != _pixels(source):
        raise InputError("no copy: this JPEG cannot be cleaned without loss", hint=_HINT)
    return clean


def jpeg_segments(data: bytes) -> bytes:
    """A JPEG without its application segments, comments, and what follows its end; the coded pixels stay as they are
    (ITU-T T.81, annex B). Of the application segments only Adobe's colour transform is kept. Raises `ValueError`."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("it does not begin as a JPEG")
    kept, at = bytearray(b"\xff\xd8"), 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF or marker in (0, 1):
            raise ValueError(f"no marker at byte {at}")
        if marker == 0xD9:
            return bytes(kept + b"\xff\xd9")
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if end > len(data) or end < at + 4:
            raise ValueError(f"a segment at byte {at} is cut short")
        if marker == 0xEE and data[at + 4 : at + 9] == b"Adobe":
            kept += b"\xff\xee\0\x0e" + data[at + 4 : at + 16]
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += data[at:end]
        at = end
        if marker == 0xDA:
            at = _scan_end(data, end)
            kept += data[end:at]


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded pixels from `at` on end: at the next marker that is neither a stuffed byte nor a restart."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in (0, *range(0xD0, 0xD8)):
            return at
        at += 2
    raise ValueError("it has no end")

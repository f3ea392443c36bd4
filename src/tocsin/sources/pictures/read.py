"""Pixels of a picture file as a viewer shows them, whatever the file claims, within bounds of memory."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tocsin.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

BYTES = 200 << 20
PIXELS = 100_000_000  # of one frame; a file of a few bytes can ask for more
FRAMES = 2_000  # that a file may hold; a few of them are looked at
LOOKED_AT = 8  # frames of an animation or a video
MOVING = 1_000_000_000  # pixels of all frames up to the last one looked at: each is made from those before it
LONG_SIDE = 2048  # pixels; larger pictures are reduced, which changes few bits of a hash
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_HINT = "Look at the file in a safe place, or save the picture as JPEG or PNG."
#: What readers of damaged pictures raise: AVIF a RuntimeError, others errors of what they unpack with.
_UNPACKING = (RuntimeError, ArithmeticError, AttributeError, struct.error, zlib.error)
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
    *_UNPACKING,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is seen: `pixels` uint8 of shape (h, w, 3), turned as Exif asks, over white where transparent,
    at most 2,048 pixels a side. `width` and `height` are those of the file; `frames` how many it holds."""

    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    format: str
    frames: int


def read_picture(data: bytes) -> Picture:
    """The picture in a file, of an animation its first frame.

    Raises `InputError` for what is no picture, is damaged or cut short, or would take too much memory.
    """
    return read_frames(data, 1)[0]


def read_frames(data: bytes, most: int = LOOKED_AT) -> list[Picture]:
    """At most so many frames of a picture file, evenly spaced from its first; one where it does not move. Of large
    animations those at the beginning."""
    try:
        with warnings.catch_warnings(), _whole():
            warnings.simplefilter("ignore")  # of damaged metadata, and of sizes, which are bounded here
            found = _open(data)
            frames = _bounded(found)
            end = max(1, min(frames, MOVING // (found.width * found.height)))
            at = np.unique(np.linspace(0, end - 1, min(most, end)).astype(int)).tolist()
            return [_seen(found, frame, frames) for frame in at]
    except InputError:
        raise
    except _BROKEN as error:
        raise InputError(f"the picture cannot be read: {error or type(error).__name__}", hint=_HINT) from error


@contextmanager
def _whole() -> Iterator[None]:
    """Pictures that are cut short are errors, also where a library that was loaded has them pass for the whole process
    (WeasyPrint does)."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _open(data: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError

    if len(data) > BYTES:
        raise InputError(f"a picture file of {len(data):,} bytes; at most {BYTES:,} are read", hint=_HINT)
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        raise InputError("the picture is HEIC, which cannot be read here", hint="Save it as JPEG or PNG.")
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise InputError("the file is no picture of a kind that can be read", hint=_HINT) from None
    except Image.DecompressionBombError as error:
        raise InputError(f"the picture is too large: {error}", hint=_HINT) from error


def _bounded(found: Any) -> int:
    """The number of frames. Raises `InputError` for pictures that are too large or hold too many."""
    _sized(found)
    frames = int(getattr(found, "n_frames", 1)) if found.format != "MPO" else 1  # of an MPO the rest are depth maps
    if frames > FRAMES:
        raise InputError(f"the picture has {frames:,} frames, at most {FRAMES:,} are read")
    return frames


def _sized(found: Any) -> None:
    """Raises `InputError` for a frame that is too large: those of a TIFF differ in size."""
    if found.width * found.height > PIXELS:
        raise InputError(f"the picture has {found.width} by {found.height} pixels, at most {PIXELS:,} are read")


def _seen(found: Any, frame: int, frames: int) -> Picture:
    from PIL import ImageOps

    if frames > 1:
        found.seek(frame)
        _sized(found)
    width, height = found.size
    if frames == 1:
        found.draft(None, (LONG_SIDE, LONG_SIDE))  # JPEG: decoded at a half or less where that is large enough
    found.load()
    shown = ImageOps.exif_transpose(found)
    if (shown.width < shown.height) != (found.width < found.height):
        width, height = height, width
    if max(shown.size) > LONG_SIDE:
        shown.thumbnail((LONG_SIDE, LONG_SIDE), reducing_gap=2.0)
    return Picture(_pixels(shown), width, height, found.format or "", frames)


def _pixels(shown: Any) -> npt.NDArray[np.uint8]:
    """RGB; 16-bit grey is scaled, what is transparent lies over white."""
    from PIL import Image

    if shown.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        grey = np.asarray(shown, np.float64)
        top = 65_535.0 if grey.max(initial=0) > 255 else 255.0
        bytes_ = np.clip(grey * 255 / top, 0, 255).astype(np.uint8)
        return np.repeat(bytes_[:, :, None], 3, axis=2)
    if shown.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in shown.info:
        over = shown.convert("RGBA")
        shown = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return np.asarray(shown.convert("RGB"))

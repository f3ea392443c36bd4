"""Pictures of every kind are read as a viewer shows them; what is too large, damaged or no picture is told."""

import io
import zlib
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from tocsin.errors import InputError
from tocsin.sources.pictures import is_video, read, read_frames, read_picture
from tocsin.sources.pictures.read import LONG_SIDE


def halves(mode="RGB", size=(40, 20), left="red", right="blue"):
    """Left half of one colour, right half of another."""
    made = Image.new("RGB", size, left)
    made.paste(Image.new("RGB", size, right), (size[0] // 2, 0))
    return made.convert(mode)


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png(width, height, depth=8, colour=2):
    """The head of a PNG that promises so many pixels."""

    def chunk(name, data):
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([depth, colour, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def ends(picture):
    return [picture.pixels[10, x].astype(int) for x in (5, 35)]


KINDS = ["AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP"]
MODES = [("GIF", "P"), ("PNG", "P"), ("JPEG", "CMYK"), ("TIFF", "CMYK")]


@pytest.mark.parametrize(("kind", "mode"), [*((kind, "RGB") for kind in KINDS), *MODES])
def test_formats_and_modes_show_the_same(kind, mode):
    found = read_picture(saved(halves(mode), kind))
    assert (found.width, found.height, found.format, found.frames) == (40, 20, kind, 1)
    assert all(np.abs(end - want).max() < 60 for end, want in zip(ends(found), ([255, 0, 0], [0, 0, 255]), strict=True))


def test_exif_turns_it_transparency_lies_over_white_and_deep_grey_is_scaled():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    turned = read_picture(saved(halves(), "PNG", exif=exif))
    assert (turned.width, turned.height, turned.pixels.shape) == (20, 40, (40, 20, 3))
    assert turned.pixels[5, 10].tolist() == [255, 0, 0]
    clear = halves("RGBA")
    clear.putalpha(0)
    assert (read_picture(saved(clear, "PNG")).pixels == 255).all()
    deep = Image.fromarray(np.full((8, 8), 32_768, np.uint16))
    assert abs(int(read_picture(saved(deep, "PNG")).pixels[0, 0, 0]) - 127) <= 1


def test_large_ones_are_reduced_and_keep_their_size_in_words():
    found = read_picture(saved(Image.new("RGB", (5000, 40), "green"), "JPEG"))
    assert (found.width, found.height) == (5000, 40)
    assert found.pixels.shape[1] <= LONG_SIDE


def test_frames_of_an_animation_are_spread_over_it():
    shades = [Image.new("L", (8, 8), 10 * n) for n in range(20)]
    data = saved(shades[0], "GIF", save_all=True, append_images=shades[1:], duration=50)
    assert [int(one.pixels[0, 0, 0]) for one in read_frames(data, 3)] == [0, 90, 190]
    assert read_picture(data).frames == 20


def test_of_a_large_animation_the_beginning_is_looked_at(monkeypatch):
    shades = [Image.new("L", (8, 8), 10 * n) for n in range(20)]
    data = saved(shades[0], "GIF", save_all=True, append_images=shades[1:], duration=50)
    monkeypatch.setattr(read, "MOVING", 5 * 64)
    assert [int(one.pixels[0, 0, 0]) for one in read_frames(data, 3)] == [0, 20, 40]


def test_a_later_page_may_not_be_larger_than_any_picture(monkeypatch):
    data = saved(halves(), "TIFF", save_all=True, append_images=[halves(size=(80, 60))])
    assert len(read_frames(data)) == 2
    monkeypatch.setattr(read, "PIXELS", 1000)
    assert read_picture(data).width == 40
    with pytest.raises(InputError, match="80 by 60 pixels"):
        read_frames(data)


def test_damaged_files_of_every_kind_raise_nothing_else():
    """Such as an AVIF, of which the reader raises what no other does."""
    rng = np.random.default_rng(1)
    for data in (saved(halves(), kind) for kind in KINDS):
        for _ in range(15):
            damaged = bytearray(data)
            for place in rng.integers(0, min(len(data), 400), 6):
                damaged[place] = rng.integers(256)
            with suppress(InputError):
                read_frames(bytes(damaged))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no picture"),
        (b"GIF89a", "cannot be read|no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture"),  # would be run by a program
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (png(60_000, 60_000), "too large|pixels"),
        (png(9_000, 20_000), "pixels"),
        (saved(Image.effect_noise((90, 90), 50), "PNG")[:900], "cannot be read"),
        (saved(halves(size=(400, 300)), "JPEG")[:700], "cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "cannot be read|no picture"),
    ],
)
def test_what_cannot_be_read_is_told(data, said):
    with pytest.raises(InputError, match=said):
        read_picture(data)


def test_videos_are_told_from_pictures():
    assert is_video(b"\0\0\0\x18ftypisom")
    assert is_video(b"\x1a\x45\xdf\xa3webm")
    assert not is_video(b"\0\0\0\x18ftypavif")
    assert not is_video(saved(halves(), "WEBP"))

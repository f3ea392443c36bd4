"""Pictures, drawn: scenes that show something, what was done to two of them on their way, and others."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from tocsin.simulate.content.feed import LANGUAGES, START, Feed, moment
from tocsin.simulate.content.said import PUSHED
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk

DETECTOR = "fabrication.pictures"
_WIDTH, _HEIGHT = 512, 384
_SUBJECTS = ("harbour", "square")  # scenes that go round edited
_PRESS, _OTHERS = 4, 14

Edit = Callable[[Image.Image], Image.Image]


def _crop(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width * 6 // 100, height * 5 // 100, width * 97 // 100, height * 94 // 100))


def _caption(picture: Image.Image) -> Image.Image:
    barred = Image.new("RGB", (picture.width, picture.height * 115 // 100), "black")
    barred.paste(picture, (0, 0))
    ImageDraw.Draw(barred).text((16, picture.height + 14), "WHAT THEY DO NOT SHOW YOU", fill="white")
    return barred


def _frame(picture: Image.Image) -> Image.Image:
    return ImageOps.expand(picture, 24, "white")


def _smaller(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2))


#: What is done to a picture, by name; every one is saved anew besides.
EDITS: dict[str, Edit] = {
    "saved": lambda picture: picture,
    "smaller": _smaller,
    "crop": _crop,
    "frame": _frame,
    "caption": _caption,
    "mirrored": ImageOps.mirror,
    "turned": lambda picture: picture.rotate(90, expand=True),
    "grey": lambda picture: ImageOps.grayscale(picture).convert("RGB"),
}


def show(desk: Desk, draw: Draw, feed: Feed) -> dict[str, bytes]:
    """Files by name, each shown by a post; of two scenes an older original and edited copies by other accounts."""
    files: dict[str, bytes] = {}
    for subject in _SUBJECTS:
        scene = _scene(draw)
        files[f"{subject}.png"] = _png(scene)
        feed.add(feed.crowd(1)[0], moment(draw, START, 7), feed.chat(draw.of(LANGUAGES)), f"{subject}.png")
        edited = {f"{subject}-{name}.jpg": _jpeg(edit(scene), 70) for name, edit in EDITS.items()}
        for name, who in zip(edited, feed.crowd(len(edited)), strict=True):
            text = f"{feed.chat(draw.of(LANGUAGES))} {subject.capitalize()}, today!"
            feed.add(who, moment(draw, PUSHED + timedelta(days=2), 6), text, name)
        files |= edited
        desk.plant(f"picture-{subject}", DETECTOR, edited, "an older picture, edited, shown as another thing", 2)
        desk.involve(f"picture-{subject}", "original", [f"{subject}.png"])
    press = _jpeg(_scene(draw), 90)
    printed = {f"press-{n}.jpg": press for n in range(_PRESS)}
    for name, who in zip(printed, feed.crowd(_PRESS), strict=True):
        feed.add(
            who, moment(draw, START + timedelta(days=20), 1), f"{feed.chat(draw.of(LANGUAGES))} Photo: Agency", name
        )
    desk.plant("press-photo", DETECTOR, printed, "an agency's photo, unchanged, in several newspapers")
    others = {f"photo-{n}.jpg": _jpeg(_scene(draw), 85) for n in range(_OTHERS)}
    for name, who in zip(others, feed.crowd(_OTHERS), strict=True):
        feed.add(who, moment(draw, START, 56), feed.chat(draw.of(LANGUAGES)), name)
    desk.ordinary("picture", others)
    return files | printed | others


def _scene(draw: Draw) -> Image.Image:
    """Sky, hills, houses with windows and boats, all at random places; grain like that of a camera."""
    rows = np.linspace(0, 1, _HEIGHT)[:, None, None]
    top, low = (np.array([draw.between(60, 250) for _ in range(3)], float) for _ in range(2))
    sky = np.broadcast_to(top * (1 - rows) + low * rows, (_HEIGHT, _WIDTH, 3))
    picture = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    sun, size = (draw.between(30, _WIDTH - 30), draw.between(20, 150)), draw.between(14, 50)
    pen.ellipse((sun[0] - size, sun[1] - size, sun[0] + size, sun[1] + size), fill=_colour(draw))
    for depth in range(3):
        ridge = [(x, draw.between(120 + 60 * depth, 220 + 60 * depth)) for x in range(0, _WIDTH + 64, 64)]
        pen.polygon([(0, _HEIGHT), *ridge, (_WIDTH, _HEIGHT)], fill=_colour(draw))
    for _ in range(draw.between(4, 9)):
        _house(draw, pen)
    grain = draw.rng.normal(0, 5, (_HEIGHT, _WIDTH, 1))
    return Image.fromarray(np.clip(np.asarray(picture, float) + grain, 0, 255).astype(np.uint8))


def _house(draw: Draw, pen: ImageDraw.ImageDraw) -> None:
    left, top = draw.between(0, _WIDTH - 60), draw.between(110, 290)
    wide, high = draw.between(36, 130), draw.between(40, 160)
    pen.rectangle((left, top, left + wide, top + high), fill=_colour(draw), outline="black")
    pen.polygon(
        [(left - 5, top), (left + wide // 2, top - draw.between(10, 50)), (left + wide + 5, top)], _colour(draw)
    )
    window = _colour(draw)
    for x in range(left + 8, left + wide - 10, 20):
        for y in range(top + 8, top + high - 12, 24):
            pen.rectangle((x, y, x + 9, y + 12), fill=window)


def _colour(draw: Draw) -> tuple[int, int, int]:
    return draw.between(10, 245), draw.between(10, 245), draw.between(10, 245)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

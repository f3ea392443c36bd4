"""Pictures drawn here that are as full as photographs, and what people do to pictures."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps


def scene(seed, size=(520, 390)):
    """Clouds of noise at several scales with hard shapes in it, in colour."""
    rng = np.random.default_rng(seed)
    total = np.zeros((size[1], size[0], 3))
    for cells in (4, 9, 20, 45, 100):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        total += (np.asarray(noise, float) - 128) * (5 / cells) ** 0.5
    picture = Image.fromarray(np.clip(128 + total, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y, w, h = (int(v) for v in rng.integers(0, [size[0], size[1], 90, 90]))
        shape = pen.rectangle if rng.random() < 0.5 else pen.ellipse
        shape((x, y, x + w + 8, y + h + 8), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return picture


def jpeg(picture, quality=75, **options):
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality, **options)
    return out.getvalue()


def cut(picture, left, top, right, bottom):
    w, h = picture.size
    return picture.crop((int(w * left), int(h * top), int(w * (1 - right)), int(h * (1 - bottom))))


def caption(picture, text="WHAT THEY DO NOT SHOW YOU", shade="black", share=0.16):
    bar = int(picture.height * share)
    made = Image.new("RGB", (picture.width, picture.height + bar), shade)
    made.paste(picture, (0, 0))
    pen = ImageDraw.Draw(made)
    pen.text((12, picture.height + bar // 4), text, fill="white", font=ImageFont.load_default(size=bar // 2))
    return made


def written_over(picture):
    made = picture.copy()
    font = ImageFont.load_default(size=picture.width // 14)
    ImageDraw.Draw(made).text((20, picture.height // 2), "SHARE THIS NOW", fill="yellow", font=font, stroke_width=3)
    return made


def screenshot(picture, width=0.9):
    """The picture in the page of a program, with the same writing around every one."""
    made = Image.new("RGB", (720, 1000), "white")
    pen, font = ImageDraw.Draw(made), ImageFont.load_default(size=30)
    pen.text((30, 40), "10:41      some program", fill="gray", font=font)
    pen.text((30, 110), "Somebody  @handle", fill="gray", font=font)
    pen.text((30, 170), "Look at what happened here\nin our town today. Share!", fill="gray", font=font)
    wide = int(720 * width)
    small = picture.resize((wide, wide * picture.height // picture.width))
    made.paste(small, ((720 - wide) // 2, 290))
    pen.text((60, 930), "reply    repost    like", fill="gray", font=font)
    return made


#: What is done, and the word that the change must hold.
EDITS = {
    "saved anew": (lambda p: p, "none"),
    "smaller": (lambda p: p.resize((p.width // 2, p.height // 2)), "none"),
    "cut by 5 %": (lambda p: cut(p, 0.05, 0.05, 0.05, 0.05), "crop"),
    "cut by 15 %": (lambda p: cut(p, 0.15, 0.15, 0.15, 0.15), "crop"),
    "a quarter left": (lambda p: cut(p, 0.4, 0.4, 0.1, 0.1), "crop"),
    "frame": (lambda p: ImageOps.expand(p, 30, "white"), "frame"),
    "caption bar": (caption, "caption bar"),
    "bar over it": (lambda p: _bar(p), "something laid over it"),
    "mirrored": (ImageOps.mirror, "mirrored"),
    "upside down": (ImageOps.flip, "flipped upside down"),
    "quarter turn": (lambda p: p.rotate(90, expand=True), "turned by 90 degrees"),
    "half turn": (lambda p: p.rotate(180), "turned by 180 degrees"),
    "other quarter turn": (lambda p: p.rotate(270, expand=True), "turned by 270 degrees"),
    "transposed": (lambda p: p.transpose(Image.Transpose.TRANSPOSE), "mirrored, turned"),
    "tilted and cut": (lambda p: cut(p.rotate(6, Image.Resampling.BICUBIC), 0.1, 0.1, 0.1, 0.1), "crop, tilted"),
    "grey": (lambda p: ImageOps.grayscale(p), "black and white"),
    "dark": (lambda p: ImageEnhance.Brightness(p).enhance(0.5), "contrast"),
    "colours": (lambda p: ImageEnhance.Color(p).enhance(2.5), "colours"),
    "writing over it": (written_over, "something laid over it"),
    "mirrored and cut": (lambda p: ImageOps.mirror(cut(p, 0.1, 0.2, 0.1, 0.05)), "crop, mirrored"),
    "screenshot": (screenshot, "part of a larger picture"),
    "stretched": (lambda p: p.resize((p.width * 3 // 4, p.height)), "stretched"),
    "saved badly": (lambda p: Image.open(io.BytesIO(jpeg(p, 12))), ""),
}


def _bar(picture):
    made = picture.copy()
    ImageDraw.Draw(made).rectangle((0, int(made.height * 0.82), made.width, made.height), fill="black")
    return made

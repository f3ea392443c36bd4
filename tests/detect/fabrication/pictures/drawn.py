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


def ornate(picture):
    """The picture cut to one size, in a frame of small squares."""
    rng = np.random.default_rng(0)
    squares = Image.fromarray(rng.integers(0, 256, (22, 28, 3), np.uint8)).resize((560, 440), Image.Resampling.NEAREST)
    squares.paste(picture.resize((440, 320)), (60, 60))
    return squares


def chart(seed):
    """Bars of other heights on one grid, under one title."""
    made = Image.new("RGB", (700, 460), "white")
    pen, rng = ImageDraw.Draw(made), np.random.default_rng(seed)
    pen.text((30, 15), "Poll of the week", fill="black", font=ImageFont.load_default(size=34))
    for y in range(90, 420, 30):
        pen.line((30, y, 670, y), fill="silver", width=2)
    for n, high in enumerate(rng.integers(20, 300, 7).tolist()):
        pen.rectangle((50 + 90 * n, 410 - high, 105 + 90 * n, 410), fill=("#c33", "#36c", "#393", "#e90")[n % 4])
    return made


def coloured_map(seed):
    """The same districts in other colours."""
    lines, rng = np.random.default_rng(1), np.random.default_rng(seed)
    made = Image.new("RGB", (640, 480), "#cfe5f5")
    pen = ImageDraw.Draw(made)
    for left, top in ((x, y) for x in range(20, 560, 70) for y in range(20, 400, 70)):
        corners = (
            np.array([(0, 0), (70, 0), (70, 70), (0, 70)]) + np.array([left, top]) + lines.integers(-14, 15, (4, 2))
        )
        colour = ("#c0392b", "#2c5aa0", "#27ae60", "#f1c40f")[rng.integers(4)]
        pen.polygon([tuple(one) for one in corners.tolist()], fill=colour, outline="white", width=2)
    return made


def meme(picture, above, below):
    """Words over the upper and lower part of a picture."""
    made = picture.copy()
    pen, font = ImageDraw.Draw(made), ImageFont.load_default(size=picture.width // 12)
    for place, words in ((0.03, above), (0.85, below)):
        pen.text((15, picture.height * place), words, fill="white", font=font, stroke_width=2, stroke_fill="black")
    return made


def notice(day):
    """A notice of an election on that day."""
    made = Image.new("RGB", (760, 560), "#fdfaf0")
    pen = ImageDraw.Draw(made)
    pen.rectangle((20, 20, 740, 540), outline="#234", width=6)
    lines = ("MUNICIPAL ELECTION", f"Vote on {day}", "from 8:00 to 18:00, at the Town Hall.", "Bring your card.")
    for n, line in enumerate(lines):
        pen.text((60, 60 + 110 * n), line, fill="#123", font=ImageFont.load_default(size=52 if n < 2 else 34))
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
    "colours": (lambda p: ImageEnhance.Color(p).enhance(0.3), "colours"),
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

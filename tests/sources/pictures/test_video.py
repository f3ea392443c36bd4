"""Frames of a video by a program that stands at ffmpeg's place and speaks its command line."""

import sys

import pytest

from tocsin.errors import InputError
from tocsin.sources.pictures import video_frames

PROGRAM = """#!{python}
import re, shutil, sys
asked = dict(zip(sys.argv, sys.argv[1:]))
source, target = asked["-i"], sys.argv[-1]
assert asked["-max_pixels"].isdigit()
assert asked["-protocol_whitelist"] == "file" and "-nostdin" in sys.argv and "fps=0.5" in asked["-vf"]
pictures = open(source).read().split()
if pictures == ["damaged"]:
    sys.exit("moov atom not found")
for n, picture in enumerate(pictures[: int(asked["-frames:v"])], 1):
    shutil.copy(picture, target.replace("%04d", f"{{n:04d}}"))
"""


@pytest.fixture
def film(tmp_path, monkeypatch):
    from PIL import Image

    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    shades = [tmp_path / f"{n}.png" for n in range(12)]
    for n, path in enumerate(shades):
        Image.new("RGB", (16, 9), (20 * n, 0, 0)).save(path)
    made = tmp_path / "film.mp4"
    made.write_text(" ".join(str(path) for path in shades))
    return made


def test_frames_come_in_order_and_not_too_many(film):
    assert [int(one.pixels[0, 0, 0]) for one in video_frames(film, 5)] == [0, 20, 40, 60, 80]


def test_what_the_program_says_is_told(film, monkeypatch, tmp_path):
    film.write_text("damaged")
    with pytest.raises(InputError, match=r"film\.mp4: the video cannot be read: moov atom not found"):
        video_frames(film)
    film.write_text("")
    with pytest.raises(InputError, match="no frame"):
        video_frames(film)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="ffmpeg is not installed"):
        video_frames(film)

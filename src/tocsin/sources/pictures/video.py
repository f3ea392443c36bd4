"""Frames of a video, by the program ffmpeg where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tocsin.errors import InputError
from tocsin.sources.pictures.read import LONG_SIDE, LOOKED_AT, PIXELS, Picture, read_picture

TIME_S = 60
STILL = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")  # brands of ISO media that are pictures
PROGRAM = "ffmpeg"


def is_video(head: bytes) -> bool:
    """Whether a file begins as a video does: ISO media that is no picture, Matroska or WebM, AVI."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in STILL
    return head.startswith(b"\x1a\x45\xdf\xa3") or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")


def video_frames(path: Path, most: int = LOOKED_AT) -> list[Picture]:
    """One frame every other second from the start; at most so many.

    The program may read only the file (no playlist or address in it is followed) and runs at most a minute. Raises
    `InputError` where it is not installed, fails, or gives no frame.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise InputError("videos cannot be read: the program ffmpeg is not installed", hint="Install ffmpeg.")
    with tempfile.TemporaryDirectory() as folder:
        _run(_command(program, path.resolve(), most, Path(folder)), path)
        written = sorted(Path(folder).glob("*.png"))[:most]
        if not written:
            raise InputError(f"{path.name}: no frame of the video could be read")
        return [read_picture(one.read_bytes()) for one in written]


def _command(program: str, path: Path, most: int, folder: Path) -> list[str]:
    scale = f"scale='min({LONG_SIDE},iw)':'min({LONG_SIDE},ih)':force_original_aspect_ratio=decrease"
    options = ["-nostdin", "-v", "error", "-threads", "1", "-protocol_whitelist", "file"]
    options += ["-max_pixels", str(PIXELS), "-i", str(path)]
    shown = ["-an", "-sn", "-dn", "-vf", f"fps=0.5,{scale}", "-frames:v", str(most)]
    return [program, *options, *shown, str(folder / "%04d.png")]


def _run(command: list[str], path: Path) -> None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise InputError(f"{path.name}: reading the video took more than {TIME_S} s") from None
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(f"{path.name}: the video cannot be read: {told[-1] if told else 'ffmpeg says nothing'}")

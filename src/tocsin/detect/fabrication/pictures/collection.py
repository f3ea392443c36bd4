"""The pictures of a look, each once: what files hold them, which posts show them and when, hashes and credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin.detect.fabrication.base import ContentTables, PictureFile
from tocsin.detect.fabrication.pictures.hashes import PictureHashes, describe
from tocsin.errors import InputError
from tocsin.progress import Progress
from tocsin.sources.pictures import BYTES, Credentials, credentials, is_video, read_frames, video_frames

MOST = 10_000  # pictures and frames that one look holds: about 120 KB each
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture or video: positions of its files and of the posts that show it (ascending), when it was first shown
    (None where no post does), its frames (one of a picture), and what its content credentials say."""

    sha256: str
    files: tuple[int, ...]
    posts: tuple[int, ...]
    first: datetime | None
    frames: tuple[PictureHashes, ...]
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Collection:
    """Pictures in the order in which one can be made from another: those whose credentials hold, those that no post
    shows, then by time. `failed`: file and reason; `without`: why credentials were not read; `beyond`: how many were
    not looked at, as one look holds `MOST`."""

    shown: tuple[Shown, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    without: str = ""
    beyond: int = 0


def collect(tables: ContentTables, progress: Progress) -> Collection:
    """Read all pictures of `tables`; what cannot be read is told and passed over."""
    progress.start("Reading pictures", len(tables.pictures))
    rows = {post: n for n, post in enumerate(tables.posts["post"].to_pylist())}
    times: list[Any] = tables.posts["time"].to_pylist()
    same: dict[str, list[int]] = {}
    for n, file in enumerate(tables.pictures):
        same.setdefault(file.sha256, []).append(n)
    shown, failed, without, held, beyond = [], {}, "", 0, 0
    for sha256, files in same.items():
        if held >= MOST:
            beyond += 1
            progress.advance(len(files))
            continue
        file = tables.pictures[files[0]]
        posts = sorted({rows[post] for n in files for post in tables.pictures[n].posts if post in rows})
        try:
            frames, data = _frames(file)
        except InputError as error:
            failed[file.name] = str(error)
            continue
        finally:
            progress.advance(len(files))
        held += len(frames)
        signed, why = _signed(data)
        without = without or why
        first = min((times[n] for n in posts), default=None)
        shown.append(Shown(sha256, tuple(files), tuple(posts), first, frames, signed))
    shown.sort(key=lambda one: (one.credentials.state != "holds", one.first or _NEVER, one.sha256))
    return Collection(tuple(shown), failed, without, beyond)


def _frames(file: PictureFile) -> tuple[tuple[PictureHashes, ...], bytes]:
    """Frames of a picture or video file, and the bytes of a picture."""
    data = _bytes(file.path)
    frames = video_frames(file.path) if is_video(data) else read_frames(data)
    return tuple(describe(frame, file.sha256) for frame in frames), data


def _bytes(path: Path) -> bytes:
    """The file, or its head where it is larger than a picture may be: of a video no more is needed here."""
    try:
        with path.open("rb") as stream:
            return stream.read(BYTES + 1)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from error


def _signed(data: bytes) -> tuple[Credentials, str]:
    try:
        return credentials(data), ""
    except InputError as error:
        return Credentials("none"), str(error)


def frames_of(shown: Sequence[Shown]) -> tuple[list[PictureHashes], list[int]]:
    """All frames, and the number of the picture that each is of."""
    frames = [(n, frame) for n, one in enumerate(shown) for frame in one.frames]
    return [frame for _, frame in frames], [n for n, _ in frames]

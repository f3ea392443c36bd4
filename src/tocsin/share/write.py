"""Writes everything a scan brings out, each file whole or not at all, and reads a scan back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from pydantic import ValidationError

from tocsin.errors import WorkspaceError
from tocsin.model.finding import ScanSummary
from tocsin.share.base import Exporter, Scan

SUMMARY = "scan.json"
Write = Callable[[BinaryIO], object]  # writes a file into a stream


def exporters() -> Iterator[Exporter]:
    """Every registered exporter of a scan, by name; those of cases are registered beside them."""
    for point in sorted(entry_points(group="tocsin.exporters"), key=lambda point: point.name):
        if isinstance(exporter := point.load(), Exporter):
            yield exporter


def write_all(
    out: Path, summary: ScanSummary, edges: pa.Table, evidence: pa.Table, posts_by_hour: pa.Table | None = None
) -> list[Path]:
    """Write every registered export, then scan.json, into the folder `out`; return the files.

    `edges` follows EDGES, `evidence` EVIDENCE, `posts_by_hour` POSTS_BY_HOUR. Raises as `write_folder`.
    """
    scan = Scan(summary, edges, evidence, posts_by_hour)
    return write_folder(out, ((exporter.file, partial(exporter.write, scan)) for exporter in exporters()), summary)


def write_folder(out: Path, files: Iterable[tuple[str, Write]], summary: ScanSummary) -> list[Path]:
    """Write each file by its name into the folder `out`, whole or not at all, then scan.json; return the files.

    scan.json comes last: where it stands, the rest is complete. Raises WorkspaceError where a file cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [write_whole(out / name, write) for name, write in files]
        written.append(
            write_whole(out / SUMMARY, lambda stream: stream.write(summary.model_dump_json(indent=1).encode()))
        )
        sync_folder(out)
    except OSError as error:
        raise WorkspaceError(
            f"cannot write {error.filename or out}: {error.strerror}",
            hint="Free some space or choose another folder with --out.",
        ) from error
    return written


def write_whole(path: Path, write: Write) -> Path:
    """Call `write` on a temporary file beside `path` and put it in place once it is safely on disk."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def load_summary(out: Path) -> ScanSummary:
    """Read back scan.json from a scan folder. Raises WorkspaceError where it is missing or damaged."""
    path = out / SUMMARY
    try:
        return ScanSummary.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise WorkspaceError(f"no {SUMMARY} in {out}", hint="Name the folder that a finished scan wrote.") from error
    except (OSError, ValidationError) as error:
        reason = (
            f"{error.error_count()} fields are not as expected" if isinstance(error, ValidationError) else str(error)
        )
        raise WorkspaceError(
            f"{path} cannot be read: {reason}", hint="It is damaged or from another version; run the scan again."
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the renames themselves durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
